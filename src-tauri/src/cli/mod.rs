//! The command line's grammar.

mod account;
mod backup;
mod chat;
mod context;
mod model;
mod serve;
mod strategy;
mod user;

use std::path::PathBuf;

pub(crate) use account::{OwnerOptions, PasswordOption, SignInOptions};
pub(crate) use backup::{
    BackupCommand, BackupOptions, MakingOptions, RestoreOptions, VerifyOptions,
};
pub(crate) use chat::ChatOptions;
use clap::{Args, Parser, Subcommand};
pub(crate) use context::{AddOptions, ContextCommand, ContextOptions};
pub(crate) use model::{AddServiceOptions, ModelCommand, ModelOptions};
pub(crate) use serve::ServeOptions;
pub(crate) use strategy::{ExportOptions, StrategyCommand, StrategyOptions, VersionOptions};
pub(crate) use user::{
    AuditOptions, CreateOptions, DeleteOptions, NewAccount, NewPassword, RecoverOptions,
    UserCommand, UserOptions, Whose,
};

/// Develop trading strategies by talking with an AI. Without a command it opens the window.
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage, 3 another AlgoAgent holds the data directory,
/// 4 sign-in refused, 5 the model gave no whole answer, 6 not allowed to this account, 130 ended
/// by Ctrl-C.
#[derive(Parser)]
#[command(
    name = "algoagent",
    version,
    about,
    after_help = "\
Examples:
  algoagent                                               the window
  algoagent chat --once \"A momentum strategy on AAPL\"     one question, one answer, no window
  algoagent doctor                                        what is wrong here, and how to mend it
  algoagent COMMAND --help                                more of each command, with examples

Commands that need an account ask for its password; scripts set ALGOAGENT_USER and
ALGOAGENT_PASSWORD. All of them work beside an open window."
)]
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
    /// terminal is the answer's raw Markdown. Ctrl-C stops an answer, Ctrl-D ends. What was typed
    /// comes back with the arrow keys; it is kept nowhere.
    Chat(ChatOptions),

    /// List, make and offer contexts: standing instructions for chats.
    Context(ContextOptions),

    /// List, show and export the strategies that were found in answers.
    Strategy(StrategyOptions),

    /// List, add, test and choose the services with models.
    Model(ModelOptions),

    /// Answer programs of this computer over HTTP, at 127.0.0.1 alone. Needs no display.
    ///
    /// It prints its address and goes on until Ctrl-C or SIGTERM; answers that are being written
    /// then are finished, or saved as they are. What can be called stands at /api/.
    Serve(ServeOptions),

    /// Make and administer the accounts of this computer, and look after your own.
    User(UserOptions),

    /// Make backups of your vault, encrypted as the vault is, check them and put them back.
    ///
    /// An unchanged vault isn't copied again. The password comes from ALGOAGENT_PASSWORD or from
    /// a prompt.
    Backup(BackupOptions),

    /// Put a backup back, on this computer or another.
    ///
    /// It opens with today's password or with that of the backup's time, from ALGOAGENT_PASSWORD
    /// or from a prompt. A vault that it replaces is kept as a backup.
    Restore(RestoreOptions),

    /// Say what works on this computer, what is wrong, and how to mend it.
    ///
    /// It opens no account, changes nothing, and works beside a running program. It ends with 1 when
    /// something is broken.
    Doctor(DoctorOptions),

    /// Print the completions of a shell.
    Completions(CompletionsOptions),

    /// Write the manual pages, one for each command, for those who package the program.
    #[command(hide = true)]
    Manual(ManualOptions),
}

/// One thing among several.
#[derive(Args)]
pub(crate) struct NamedOption {
    /// Its name or its id.
    #[arg(value_name = "NAME|ID")]
    pub(crate) name: String,
}

/// One thing among several that is to be deleted.
#[derive(Args)]
pub(crate) struct DeleteNamedOptions {
    #[command(flatten)]
    pub(crate) named: NamedOption,

    /// Delete it without asking.
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  algoagent doctor                  what a person reads
  algoagent doctor --json           for a script, or for a report of a fault; it holds no secret
  algoagent doctor --online         asks the usual addresses of the services whether they answer

Services of an account are tested with: algoagent model test NAME")]
pub(crate) struct DoctorOptions {
    /// Also see whether the services with models can be reached. Without it nothing leaves this
    /// computer.
    #[arg(long)]
    pub(crate) online: bool,

    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  algoagent completions bash > ~/.local/share/bash-completion/completions/algoagent
  algoagent completions zsh > ~/.zfunc/_algoagent        with fpath+=~/.zfunc before compinit
  algoagent completions fish > ~/.config/fish/completions/algoagent.fish")]
pub(crate) struct CompletionsOptions {
    /// The shell.
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Args)]
pub(crate) struct ManualOptions {
    /// The folder to write them to; it is made where it isn't there.
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
}
