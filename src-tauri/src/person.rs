//! Asking the person at the terminal, if there is one.

use std::io::{self, BufRead as _, IsTerminal as _};

use zeroize::Zeroizing;

use crate::exit::Failure;
use crate::interrupts::Interrupts;
use crate::output::aside;

pub(crate) const PASSWORD: &str = "ALGOAGENT_PASSWORD";
const CODE: &str = "ALGOAGENT_RECOVERY_CODE";
/// What fits here is never copied by a buffer that grows; a password does.
const USUAL: usize = 2048;

/// Whether somebody may be there to be asked.
pub(crate) fn is_there() -> bool {
    io::stdin().is_terminal() || io::stderr().is_terminal()
}

/// What was said, else what the person types in sight; where nobody can be asked, `how` tells
/// what is missing.
pub(crate) fn value(said: Option<&str>, question: &str, how: &str) -> Result<String, Failure> {
    if let Some(said) = said.filter(|said| !said.is_empty()) {
        return Ok(said.to_owned());
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::Usage(how.to_owned()));
    }
    aside(&format!("{question}: "));
    let typed = line()?.trim().to_owned();
    if typed.is_empty() { Err(Failure::Usage(how.to_owned())) } else { Ok(typed) }
}

/// What the person types out of sight.
pub(crate) fn secret(question: &str, how: &str) -> Result<Zeroizing<String>, Failure> {
    if !is_there() {
        return Err(Failure::Usage(how.to_owned()));
    }
    // Else Ctrl-C would end the program before the terminal shows again what is typed.
    let _interrupts = Interrupts::listen().map_err(|fault| Failure::Other(fault.to_string()))?;
    rpassword::prompt_password(format!("{question}: ")).map(Zeroizing::new).map_err(|fault| {
        match fault.kind() {
            io::ErrorKind::Interrupted => Failure::Interrupted,
            _ => Failure::Usage(format!("{how} (It can't be asked for here: {fault}.)")),
        }
    })
}

/// The password of an account that exists: of the first line of the standard input if `on_stdin`,
/// else of the environment, else of the person.
pub(crate) fn password(question: &str, on_stdin: bool) -> Result<Zeroizing<String>, Failure> {
    const HOW: &str = "There is no password. Set ALGOAGENT_PASSWORD, or run it in a terminal.";
    if on_stdin {
        return secret_line(question, "The standard input holds no password.");
    }
    variable(PASSWORD).map_or_else(|| secret(question, HOW), Ok)
}

/// A variable of the environment that holds a secret.
pub(crate) fn variable(name: &str) -> Option<Zeroizing<String>> {
    std::env::var(name).ok().map(Zeroizing::new)
}

/// The next line of the standard input, which isn't shown where a person types it. Where it is
/// empty, `missing` tells so.
pub(crate) fn secret_line(question: &str, missing: &str) -> Result<Zeroizing<String>, Failure> {
    let line = if io::stdin().is_terminal() { secret(question, missing)? } else { line()? };
    if line.is_empty() { Err(Failure::Usage(missing.to_owned())) } else { Ok(line) }
}

/// What is said when nobody agreed to delete something, and nobody can be asked.
pub(crate) const NOTHING_DELETED: &str =
    "Nothing was deleted. Pass --yes to delete without being asked.";

/// Asks whether `what` is to be deleted, unless that was said.
pub(crate) fn agrees_to_delete(what: &str, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::Usage(NOTHING_DELETED.to_owned()));
    }
    aside(&format!("Delete {what} for good? [y/N]: "));
    match line()?.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::Other("Nothing was deleted.".to_owned())),
    }
}

/// A recovery code: of the environment, else of the person.
pub(crate) fn recovery_code() -> Result<Zeroizing<String>, Failure> {
    let how = "There is no recovery code. Set ALGOAGENT_RECOVERY_CODE, or run it in a terminal.";
    variable(CODE).map_or_else(|| secret("Recovery code", how), Ok)
}

/// The next line of the standard input, without its end and not trimmed.
pub(crate) fn line() -> Result<Zeroizing<String>, Failure> {
    let mut line = Zeroizing::new(String::with_capacity(USUAL));
    io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|fault| Failure::Other(format!("the input can't be read: {fault}")))?;
    if line.ends_with('\n') {
        line.pop();
        if line.ends_with('\r') {
            line.pop();
        }
    }
    Ok(line)
}
