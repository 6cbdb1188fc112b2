//! The command line's grammar.

mod serve;
mod user;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
pub(crate) use serve::ServeOptions;
pub(crate) use user::{
    AuditOptions, CreateOptions, DeleteOptions, NewAccount, NewPassword, UserCommand, UserOptions,
    Whose,
};

/// Develop trading strategies by talking with an AI. Without a command it opens the window.
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage, 3 another AlgoAgent holds the data directory,
/// 4 sign-in refused, 5 the model gave no whole answer, 6 not allowed to this account.
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

    /// Answer programs of this computer over HTTP, at 127.0.0.1 alone. Needs no display.
    ///
    /// It prints its address and goes on until Ctrl-C or SIGTERM; answers that are being written
    /// then are finished, or saved as they are. What can be called stands at /api/.
    Serve(ServeOptions),

    /// Make and administer the accounts of this computer, and look after your own.
    User(UserOptions),

    /// Make a backup of your vault, encrypted as the vault is, and check it.
    ///
    /// An unchanged vault isn't copied again. The password comes from ALGOAGENT_PASSWORD or from
    /// a prompt.
    Backup(BackupOptions),

    /// Put a backup back, on this computer or another.
    ///
    /// It opens with today's password or with that of the backup's time, from ALGOAGENT_PASSWORD
    /// or from a prompt. A vault that it replaces is kept as a backup.
    Restore(RestoreOptions),
}

#[derive(Args)]
pub(crate) struct ChatOptions {
    /// Ask this one thing, print the answer and end.
    #[arg(long, value_name = "TEXT")]
    pub(crate) once: Option<String>,

    /// Print one JSON object per answer instead of its text.
    #[arg(long)]
    pub(crate) json: bool,

    /// Choose the model that answers this account from now on: "built-in", a service such as
    /// "Gemini", or one of its models such as "Gemini/gemini-3.8-flash".
    #[arg(long, value_name = "MODEL")]
    pub(crate) model: Option<String>,

    /// Whose account [default: the demo account].
    #[arg(long, env = "ALGOAGENT_USER", value_name = "NAME")]
    pub(crate) user: Option<String>,
}

#[derive(Args)]
pub(crate) struct BackupOptions {
    /// Whose vault; a user name or an e-mail address.
    #[arg(long, env = "ALGOAGENT_USER", value_name = "NAME")]
    pub(crate) user: Option<String>,

    /// Copy the backup to this file, or into this folder. No other file is replaced.
    #[arg(long, value_name = "FILE")]
    pub(crate) to: Option<PathBuf>,

    /// Make none, and list those that are in the data directory.
    #[arg(long, conflicts_with = "to")]
    pub(crate) list: bool,

    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct RestoreOptions {
    /// The backup.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Open it with a recovery code, which is used up, and choose a new password. They come from
    /// prompts, or from ALGOAGENT_RECOVERY_CODE and ALGOAGENT_PASSWORD.
    #[arg(long)]
    pub(crate) recovery_code: bool,

    /// Another user name, where the backup's is taken on this computer.
    #[arg(long, value_name = "NEW")]
    pub(crate) username: Option<String>,

    /// Another e-mail address, where the backup's is taken on this computer.
    #[arg(long, value_name = "NEW")]
    pub(crate) email: Option<String>,
}
