//! Whose account a command is about, and where its password comes from.

use clap::Args;

/// The demo account where nobody is named.
#[derive(Args)]
pub(crate) struct SignInOptions {
    /// Whose account; a user name or an e-mail address [default: the demo account].
    #[arg(long, global = true, env = "ALGOAGENT_USER", value_name = "NAME")]
    pub(crate) user: Option<String>,

    #[command(flatten)]
    pub(crate) password: PasswordOption,
}

/// Nobody's account where nobody is named.
#[derive(Args)]
pub(crate) struct OwnerOptions {
    /// Whose vault; a user name or an e-mail address.
    #[arg(long, env = "ALGOAGENT_USER", value_name = "NAME")]
    pub(crate) user: Option<String>,

    #[command(flatten)]
    pub(crate) password: PasswordOption,
}

#[derive(Args)]
pub(crate) struct PasswordOption {
    /// Read the password from the first line of the standard input, not from ALGOAGENT_PASSWORD or
    /// a prompt. What else is read from there follows it.
    #[arg(long, global = true)]
    pub(crate) password_stdin: bool,
}
