//! The built program as a server, from its first line to its good end.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::call::Call;
use crate::checkout::Checkout;
use crate::fault::Fault;

/// What stands before the address in the first line.
const LISTENS: &str = "AlgoAgent listens at ";

/// A server over a data directory that was empty when it started.
pub(crate) struct Serving {
    child: Child,
    /// Kept open: what it says later must not be what ends it.
    _said: Option<BufReader<ChildStdout>>,
    data: PathBuf,
    /// Where it listens.
    pub(crate) address: String,
}

impl Serving {
    /// Starts one at a free port, and waits until it listens.
    pub(crate) fn start(checkout: &Checkout) -> Result<Self, Fault> {
        let data = std::env::temp_dir().join(format!("algoagent-http-{}", std::process::id()));
        // A run that was killed may have left one of this name.
        if data.exists() {
            fs::remove_dir_all(&data).map_err(|error| {
                Fault::new(
                    format!("{} can't be emptied: {error}.", data.display()),
                    "Remove it, and run the command again.",
                )
            })?;
        }
        let program = checkout.program(false);
        let mut command = Command::new(&program);
        command.args(["serve", "--port", "0", "--data-dir"]).arg(&data);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        println!("    {} serve --port 0 --data-dir {}", program.display(), data.display());
        let mut child = command.spawn().map_err(|error| {
            Fault::new(
                format!("{} could not be started: {error}.", program.display()),
                "Build it: `cargo xtask test --only build`.",
            )
        })?;
        let mut said = child.stdout.take().map(BufReader::new);
        let mut line = String::new();
        let read = said.as_mut().map(|said| said.read_line(&mut line));
        // From here on whatever goes wrong ends it.
        let mut serving = Self { child, _said: said, data, address: String::new() };
        serving.address = match line.trim_end().strip_prefix(LISTENS) {
            Some(address) => address.to_owned(),
            None => {
                return Err(Fault::new(
                    format!("The server did not say where it listens: “{line}” ({read:?})."),
                    "Read what it wrote above; `algoagent serve --port 0` repeats it.",
                ));
            }
        };
        println!("    {}", line.trim_end());
        Ok(serving)
    }

    /// Asks it to end, as the system does when it shuts down, and sees that it does so well.
    pub(crate) fn stop(mut self) -> Result<(), Fault> {
        let advice =
            "`algoagent serve` ends with exit code 0 when it is told to; read its words above.";
        Call::new("kill").args(["-TERM", &self.child.id().to_string()]).advice(advice).run()?;
        let status = self.child.wait();
        match status {
            Ok(status) if status.success() => Ok(()),
            other => Err(Fault::new(format!("The server ended badly: {other:?}."), advice)),
        }
    }
}

impl Drop for Serving {
    /// What is still running is not left behind, nor what it wrote.
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
        let _ = fs::remove_dir_all(&self.data);
    }
}
