//! A new password: said on the command line or the standard input, or typed twice.
//!
//! A weak one that was said is taken with a warning, for scripts that must; a weak one that a
//! person types is refused, as in the window.

use algoagent_core::account::Strength;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::cli::NewPassword;
use crate::exit::Failure;
use crate::line::Line;
use crate::output::remark;
use crate::person;

const HOW: &str =
    "There is no new password. Pass it with --password-stdin, or run this in a terminal.";

/// A password and whose it would be, borrowed: none is copied to where it isn't wiped.
#[derive(Serialize)]
struct Judged<'a> {
    password: &'a str,
    username: &'a str,
    email: &'a str,
}

/// Where a new password comes from.
pub(crate) enum Source {
    Said(Zeroizing<String>),
    Typed,
}

impl NewPassword {
    /// Reads what was said. Where nothing was and nobody can be asked, it tells what to pass.
    pub(crate) fn source(&self) -> Result<Source, Failure> {
        if let Some(password) = &self.password {
            remark(
                "warning: other programs on this computer can see a password that is given with --password. Prefer --password-stdin.",
            );
            return Ok(Source::Said(password.clone()));
        }
        if self.password_stdin {
            return of_stdin().map(Source::Said);
        }
        if person::is_there() { Ok(Source::Typed) } else { Err(Failure::Usage(HOW.to_owned())) }
    }
}

/// A new password, and whether a weak one is to be taken. `takes_weak` says whether one that was
/// said may be; a new account's may.
pub(crate) async fn choose(
    line: &Line,
    source: Source,
    username: &str,
    email: &str,
    takes_weak: bool,
) -> Result<(Zeroizing<String>, bool), Failure> {
    let judge = async |password: &str| -> Result<Strength, Failure> {
        line.ask("password_strength", Judged { password, username, email }).await
    };
    if let Source::Said(password) = source {
        let Strength { acceptable, reason, .. } = judge(&password).await?;
        let why = format!("this password is weak. {}", reason.unwrap_or_default());
        if !acceptable && !takes_weak {
            return Err(Failure::Other(why));
        }
        if !acceptable {
            remark(&format!("warning: {why}"));
        }
        return Ok((password, takes_weak));
    }
    loop {
        let password = typed_twice()?;
        let Strength { acceptable, reason, .. } = judge(&password).await?;
        if let Some(reason) = reason {
            remark(&reason);
        }
        if acceptable {
            return Ok((password, false));
        }
    }
}

/// The new password beside a recovery code: of the first line of the standard input if `on_stdin`,
/// else of the environment, else of the person.
pub(crate) fn beside_a_code(on_stdin: bool) -> Result<Zeroizing<String>, Failure> {
    if on_stdin {
        return of_stdin();
    }
    person::variable(person::PASSWORD).map_or_else(typed_twice, Ok)
}

fn of_stdin() -> Result<Zeroizing<String>, Failure> {
    person::secret_line("New password", "The standard input holds no password.")
}

/// Types it until it was typed twice alike.
pub(crate) fn typed_twice() -> Result<Zeroizing<String>, Failure> {
    loop {
        let password = person::secret("New password", HOW)?;
        if password == person::secret("The same again", HOW)? {
            return Ok(password);
        }
        remark("The two are not the same. Try again.");
    }
}
