//! The grammar of `algoagent backup` and `algoagent restore`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{OwnerOptions, PasswordOption};

#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  algoagent backup create --user ada --to /media/stick   make one and take a copy of it away
  algoagent backup --user ada --list                     those in the data directory
  algoagent backup verify ada.algoagent-backup           check its bytes, and its pages with a password
  algoagent backup restore ada.algoagent-backup          put it back

Without a subcommand it is create."
)]
pub(crate) struct BackupOptions {
    #[command(flatten)]
    pub(crate) making: MakingOptions,

    /// Make none, and list those that are in the data directory.
    #[arg(long, conflicts_with = "to")]
    pub(crate) list: bool,

    #[command(subcommand)]
    pub(crate) command: Option<BackupCommand>,
}

#[derive(Subcommand)]
pub(crate) enum BackupCommand {
    /// Make a backup of your vault and check it. An unchanged vault isn't copied again.
    Create(MakingOptions),

    /// Check a backup file and put nothing back.
    ///
    /// Its bytes are compared with the checksums in it. With the password or the recovery code it is
    /// also opened and every page of it read, and a recovery code is not used up. The password comes
    /// from ALGOAGENT_PASSWORD or from a prompt; where there is neither, its bytes alone are checked,
    /// and the output says so.
    Verify(VerifyOptions),

    /// Put a backup back, on this computer or another. The same as algoagent restore.
    Restore(RestoreOptions),
}

#[derive(Args)]
pub(crate) struct MakingOptions {
    #[command(flatten)]
    pub(crate) owner: OwnerOptions,

    /// Copy the backup to this file, or into this folder. No other file is replaced.
    #[arg(long, value_name = "FILE")]
    pub(crate) to: Option<PathBuf>,

    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct VerifyOptions {
    /// The backup.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Open it with a recovery code, from ALGOAGENT_RECOVERY_CODE or a prompt.
    #[arg(long, conflicts_with_all = ["password_stdin", "bytes_only"])]
    pub(crate) recovery_code: bool,

    /// Don't open it, and ask for no password.
    #[arg(long, conflicts_with = "password_stdin")]
    pub(crate) bytes_only: bool,

    #[command(flatten)]
    pub(crate) password: PasswordOption,

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
    /// prompts, or from ALGOAGENT_RECOVERY_CODE and ALGOAGENT_PASSWORD; with --password-stdin the
    /// new password is the first line of the standard input.
    #[arg(long)]
    pub(crate) recovery_code: bool,

    #[command(flatten)]
    pub(crate) password: PasswordOption,

    /// Another user name, where the backup's is taken on this computer.
    #[arg(long, value_name = "NEW")]
    pub(crate) username: Option<String>,

    /// Another e-mail address, where the backup's is taken on this computer.
    #[arg(long, value_name = "NEW")]
    pub(crate) email: Option<String>,
}
