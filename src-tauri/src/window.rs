//! The window's program, which lies beside this one.
//!
//! It is a program of its own because it needs the system's window library, which takes ten times
//! as long to load as a command takes, and isn't on every computer.

use std::env::consts::EXE_SUFFIX;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use tokio::time::timeout;

use crate::exit::Failure;

/// Longer than a library takes to load from a slow disk.
const PATIENCE: Duration = Duration::from_secs(20);

/// Opens the window in place of this program, on the directory that was named.
pub(crate) fn open(data_dir: Option<PathBuf>) -> Result<(), Failure> {
    let mut window = Command::new(program()?);
    // As a variable: what stands among arguments is shown to everybody on the computer.
    window.envs(data_dir.map(|dir| ("ALGOAGENT_DATA_DIR", dir)));
    become_it(window)
}

/// The version of the library that draws the window's page, or why the window's program can't tell.
pub(crate) async fn webview() -> Result<String, String> {
    let program = program().map_err(|fault| fault.to_string())?;
    let asked = tokio::process::Command::new(program).arg("--webview").kill_on_drop(true).output();
    let asked = timeout(PATIENCE, asked).await;
    let asked = asked.map_err(|_| "the window's program doesn't answer".to_owned())?;
    let asked = asked.map_err(|fault| fault.to_string())?;
    let told = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if asked.status.success() {
        return Ok(told(&asked.stdout));
    }
    let why = told(&asked.stderr);
    let why = why.strip_prefix("algoagent: ").unwrap_or(&why);
    Err(if why.is_empty() { asked.status.to_string() } else { why.to_owned() })
}

fn program() -> Result<PathBuf, Failure> {
    let this = std::env::current_exe();
    let this =
        this.map_err(|fault| Failure::Other(format!("this program isn't found: {fault}")))?;
    // What a symlink on the search path leads to; where that has gone, as after an upgrade, its name
    // is still right.
    let this = this.canonicalize().unwrap_or(this);
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
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(fault) => Err(Failure::Other(format!("the window can't be started: {fault}"))),
    }
}
