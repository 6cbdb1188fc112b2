//! The window's program, which lies beside this one.
//!
//! It is a program of its own because it needs the system's window library, which takes ten times
//! as long to load as a command takes, and isn't on every computer.

use std::env::consts::EXE_SUFFIX;
use std::path::PathBuf;
use std::process::Command;

use crate::exit::Failure;

/// Opens the window in place of this program, on the directory that was named.
pub(crate) fn open(data_dir: Option<PathBuf>) -> Result<(), Failure> {
    let mut window = Command::new(program()?);
    if let Some(dir) = data_dir {
        window.arg("--data-dir").arg(dir);
    }
    become_it(window)
}

/// The version of the library that draws the window's page, or why the window's program can't tell.
pub(crate) fn webview() -> Result<String, String> {
    let program = program().map_err(|fault| fault.to_string())?;
    let asked =
        Command::new(program).arg("--webview").output().map_err(|fault| fault.to_string())?;
    let told = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if asked.status.success() { Ok(told(&asked.stdout)) } else { Err(told(&asked.stderr)) }
}

fn program() -> Result<PathBuf, Failure> {
    let this = std::env::current_exe();
    let this =
        this.map_err(|fault| Failure::Other(format!("this program isn't found: {fault}")))?;
    let program = this.with_file_name(format!("algoagent-window{EXE_SUFFIX}"));
    if program.is_file() {
        return Ok(program);
    }
    Err(Failure::Other(format!(
        "the window's program is missing: {}. Install AlgoAgent again. `algoagent chat` holds the same conversation in the terminal",
        program.display()
    )))
}

/// Nothing is left of this program: whoever started it has started the window.
#[cfg(unix)]
fn become_it(mut window: Command) -> Result<(), Failure> {
    use std::os::unix::process::CommandExt as _;

    let fault = window.exec();
    Err(Failure::Other(format!("the window can't be started: {fault}")))
}

/// This program waits for the window's and ends as it does.
#[cfg(not(unix))]
fn become_it(mut window: Command) -> Result<(), Failure> {
    match window.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(Failure::Shown),
        Err(fault) => Err(Failure::Other(format!("the window can't be started: {fault}"))),
    }
}
