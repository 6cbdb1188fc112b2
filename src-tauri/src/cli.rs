//! The command line's grammar.

use std::path::PathBuf;

use algoagent_api::model::ModelChoice;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Develop trading strategies by talking with an AI. Without a command it opens the window.
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage, 3 another AlgoAgent holds the data directory,
/// 4 sign-in refused, 5 the model gave no whole answer.
#[derive(Parser)]
#[command(version, about)]
pub(crate) struct Arguments {
    /// Where everything is kept [default: the system's place for a program's data].
    #[arg(long, global = true, env = "ALGOAGENT_DATA_DIR", value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,

    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Hold the conversation in the terminal.
    ///
    /// The password comes from ALGOAGENT_PASSWORD or from a prompt. Output that is not a
    /// terminal is the answer's raw Markdown.
    Chat(ChatOptions),
}

/// A model by the name that scripts use.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Model {
    /// The offline one, which needs no key.
    BuiltIn,
    /// Google's, with the account's key or the computer's GEMINI_API_KEY.
    Gemini,
}

impl Model {
    pub(crate) fn choice(self) -> ModelChoice {
        match self {
            Self::BuiltIn => ModelChoice::BuiltIn,
            Self::Gemini => ModelChoice::Gemini,
        }
    }
}

#[derive(Args)]
pub(crate) struct ChatOptions {
    /// Ask this one thing, print the answer and end.
    #[arg(long, value_name = "TEXT")]
    pub(crate) once: Option<String>,

    /// Print one JSON object per answer instead of its text.
    #[arg(long)]
    pub(crate) json: bool,

    /// Choose the model that answers this account from now on.
    #[arg(long, value_name = "MODEL")]
    pub(crate) model: Option<Model>,

    /// Whose account [default: the demo account].
    #[arg(long, env = "ALGOAGENT_USER", value_name = "NAME")]
    pub(crate) user: Option<String>,
}
