//! The grammar of `algoagent user`.

use std::convert::Infallible;

use clap::{Args, Subcommand};
use zeroize::Zeroizing;

#[derive(Args)]
pub(crate) struct UserOptions {
    /// Who asks: an administrator, or whose account it is. The password comes from --as-stdin,
    /// ALGOAGENT_PASSWORD or a prompt.
    #[arg(long = "as", global = true, env = "ALGOAGENT_USER", value_name = "NAME")]
    pub(crate) who: Option<String>,

    /// Read the password of --as from the first line of the standard input, or from the line behind
    /// the new password of --password-stdin.
    #[arg(long, global = true)]
    pub(crate) as_stdin: bool,

    #[command(subcommand)]
    pub(crate) command: UserCommand,
}

#[derive(Subcommand)]
pub(crate) enum UserCommand {
    /// Make an account. The first one administers this computer.
    ///
    /// Needs no sign-in, but with --for-somebody-else, and with --admin where there is an
    /// administrator. What is not said is asked for.
    Create(CreateOptions),

    /// List all accounts. For administrators.
    List(JsonOption),

    /// Bar an account from signing in, and end its sessions. For administrators.
    Disable(Whose),

    /// Let a disabled account in again. For administrators.
    Enable(Whose),

    /// Make an account administrator. For administrators.
    Promote(Whose),

    /// Take an administrator's rights away. For administrators.
    Demote(Whose),

    /// Delete an account with everything in it: your own, or as an administrator another.
    Delete(DeleteOptions),

    /// Show whether somebody uses an account now. For administrators.
    Sessions(Whose),

    /// End all sessions of an account. For administrators.
    EndSessions(Whose),

    /// Show who did what when, the newest first. For administrators.
    Audit(AuditOptions),

    /// Make the demo account again or, with options, an account with its ready profile.
    ///
    /// When the account exists it says so, and nothing is changed.
    CreateDefault(NewAccount),

    /// Change your password. Your other sessions end.
    Passwd(NewPassword),

    /// Choose a new password by recovery code, when the old one is lost.
    ///
    /// The code is used up, and another one is shown. Code and password come from prompts, or from
    /// ALGOAGENT_RECOVERY_CODE and ALGOAGENT_PASSWORD.
    Recover(RecoverOptions),

    /// Make another recovery code; the one before it is dead.
    RecoveryCode(JsonOption),

    /// Encrypt your vault with another key, when somebody may have copies of your files.
    ///
    /// The recovery code is another one afterwards, and your other sessions end.
    Rekey(JsonOption),
}

#[derive(Args)]
pub(crate) struct NewAccount {
    /// 3 to 32 letters, digits and the signs . _ -
    #[arg(long, value_name = "NAME")]
    pub(crate) username: Option<String>,

    /// An address that no other account here has.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: Option<String>,

    #[command(flatten)]
    pub(crate) password: NewPassword,

    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct CreateOptions {
    #[command(flatten)]
    pub(crate) account: NewAccount,

    /// It administers this computer.
    #[arg(long)]
    pub(crate) admin: bool,

    /// Its owner chooses a password of their own at the first sign-in.
    #[arg(long)]
    pub(crate) for_somebody_else: bool,
}

/// The password from now on. Not said, it is asked for twice.
#[derive(Args)]
pub(crate) struct NewPassword {
    /// The new password; other programs on this computer can see it here.
    #[arg(long, value_name = "VALUE", conflicts_with = "password_stdin", value_parser = secret)]
    pub(crate) password: Option<Zeroizing<String>>,

    /// Read the new password from the first line of the standard input.
    #[arg(long)]
    pub(crate) password_stdin: bool,
}

#[derive(Args)]
pub(crate) struct Whose {
    /// A user name or an e-mail address.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct RecoverOptions {
    #[command(flatten)]
    pub(crate) whose: Whose,

    /// Read the new password from the first line of the standard input.
    #[arg(long)]
    pub(crate) password_stdin: bool,
}

#[derive(Args)]
pub(crate) struct DeleteOptions {
    /// A user name or an e-mail address.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// Delete it without asking.
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Args)]
pub(crate) struct JsonOption {
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct AuditOptions {
    /// Print one JSON document.
    #[arg(long, conflicts_with = "csv")]
    pub(crate) json: bool,

    /// Print a table for other programs, the oldest line first.
    #[arg(long)]
    pub(crate) csv: bool,

    /// At most the newest N lines [default: 50; all with --json and --csv].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: Option<u32>,
}

fn secret(text: &str) -> Result<Zeroizing<String>, Infallible> {
    Ok(Zeroizing::new(text.to_owned()))
}
