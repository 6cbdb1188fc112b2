//! The grammar of `algoagent context`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{DeleteNamedOptions, NamedOption, SignInOptions};

#[derive(Args)]
#[command(after_help = "\
Examples:
  algoagent context list --user ada
  algoagent context add \"Small caps\" --instructions \"Only US small caps, no margin.\"
  algoagent context add \"Small caps\" < instructions.md
  algoagent context add Breakouts --template breakout     algoagent context templates tells which
  algoagent context show \"Small caps\" --json
  algoagent chat --context \"Small caps\"                   a chat that is told it

A context is named by its id, or by its name in upper or lower case.")]
pub(crate) struct ContextOptions {
    #[command(flatten)]
    pub(crate) sign_in: SignInOptions,

    /// Print one JSON document.
    #[arg(long, global = true)]
    pub(crate) json: bool,

    #[command(subcommand)]
    pub(crate) command: ContextCommand,
}

#[derive(Subcommand)]
pub(crate) enum ContextCommand {
    /// List the contexts, the last changed first.
    List,

    /// Show what a context says.
    Show(NamedOption),

    /// Make a context: standing instructions that chats can be linked to.
    ///
    /// The instructions are those of --instructions, --file or --template, else of the standard
    /// input to its end.
    Add(AddOptions),

    /// Offer a context to new chats.
    Activate(NamedOption),

    /// Offer a context to new chats no longer. Chats that are linked to it stay so.
    Deactivate(NamedOption),

    /// Delete a context. Chats that were linked to it stay and lose the link.
    Delete(DeleteNamedOptions),

    /// List the contexts to begin with, for the usual kinds of strategy.
    Templates,
}

#[derive(Args)]
pub(crate) struct AddOptions {
    /// What it is called, 1 to 200 characters.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// What the model is told.
    #[arg(long, value_name = "TEXT", conflicts_with = "file")]
    pub(crate) instructions: Option<String>,

    /// Read what the model is told from this file; "-" is the standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,

    /// Begin with the facts of this template, and with its words where none are given.
    #[arg(long, value_name = "TEMPLATE")]
    pub(crate) template: Option<String>,

    /// Don't offer it to new chats yet.
    #[arg(long)]
    pub(crate) inactive: bool,
}
