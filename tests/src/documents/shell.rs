//! A shell in a world of its own, with the program under the name that the documents call it by.
//!
//! Its lines are typed one after the other, so a variable that one sets is there for the next. What
//! would run on in a reader's other terminal, `algoagent serve`, runs on beside it. The ports that
//! a page names are replaced by free ones.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};

use tempfile::TempDir;

use crate::desktop::World;
use crate::{LIVENESS, eventually, processes, program};

/// Where a page's server listens unless it says otherwise.
const USUAL_PORT: u16 = 8000;
const SERVE: &str = "algoagent serve";

/// A shell in which a page is followed.
pub struct Shell<'a> {
    child: Child,
    input: ChildStdin,
    /// What is passed between the shell and the test; the world's folders are the page's alone.
    between: TempDir,
    typed: usize,
    serving: bool,
    ports: BTreeMap<u16, u16>,
    _world: &'a World,
}

impl<'a> Shell<'a> {
    /// A shell in the home of `world`. The data directory is where the system usually has it.
    pub fn open(world: &'a World) -> Self {
        let between = tempfile::Builder::new().prefix("page-").tempdir().expect("a folder");
        let bin = between.path().join("bin");
        fs::create_dir(&bin).expect("a folder for the program");
        std::os::unix::fs::symlink(program(), bin.join("algoagent")).expect("the program's name");
        let usual = std::env::var("PATH").unwrap_or_default();
        let mut command = world.command("bash");
        command.args(["--norc", "--noprofile"]).env_remove("ALGOAGENT_DATA_DIR");
        command.env("PATH", format!("{}:{usual}", bin.display()));
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("bash can't be started: {error}"));
        let input = child.stdin.take().expect("a pipe");
        let ports = BTreeMap::from([(USUAL_PORT, free_port())]);
        Self { child, input, between, typed: 0, serving: false, ports, _world: world }
    }

    /// Types the lines of a block, and gives what they printed. Every line has to succeed.
    pub(super) fn type_lines(&mut self, block: &str) -> Result<String, String> {
        let mut printed = String::new();
        for command in commands(block) {
            let said = if command.starts_with(SERVE) {
                self.serve(&command)?
            } else {
                self.type_one(&self.with_free_ports(&command))?
            };
            printed.push_str(&said);
        }
        Ok(self.with_named_ports(&printed))
    }

    /// Types one command and waits for its end.
    fn type_one(&mut self, command: &str) -> Result<String, String> {
        self.typed += 1;
        let [line, output, code] = ["line", "output", "code"]
            .map(|name| self.between.path().join(format!("{name}-{}", self.typed)));
        fs::write(&line, format!("{command}\n")).map_err(|error| error.to_string())?;
        let quoted = |path: &PathBuf| format!("'{}'", path.display());
        let (line, to, done) = (quoted(&line), quoted(&output), quoted(&code));
        // The code is there whole or not at all, and after everything that was printed.
        let typed = format!(
            ". {line} </dev/null >{to} 2>&1; echo $? >{done}.part; mv {done}.part {done}\n"
        );
        self.input.write_all(typed.as_bytes()).map_err(|error| error.to_string())?;
        let code = eventually(LIVENESS, || fs::read_to_string(&code).ok());
        let printed = fs::read(&output).unwrap_or_default();
        let printed = String::from_utf8_lossy(&printed).into_owned();
        match code.as_deref().map(str::trim) {
            Some("0") => Ok(printed),
            Some(code) => Err(format!("`{command}` ends with {code}: {printed}")),
            None => Err(format!("`{command}` doesn't end: {printed}")),
        }
    }

    /// Starts a server beside the page; the one before it ends, as it does when a reader stops it.
    fn serve(&mut self, command: &str) -> Result<String, String> {
        self.stop_serving()?;
        let mut command = command.to_owned();
        match command.split_once("--port ").map(|(_, rest)| rest.split(' ').next()) {
            None => command.push_str(&format!(" --port {USUAL_PORT}")),
            Some(named) => {
                let named = named.and_then(|port| port.parse().ok());
                let named = named.ok_or(format!("`{command}` names no port"))?;
                self.ports.entry(named).or_insert_with(free_port);
            }
        }
        let log = self.between.path().join(format!("serve-{}", self.typed));
        let command = self.with_free_ports(&command);
        self.type_one(&format!("{command} >'{}' 2>&1 & SERVING=$!", log.display()))?;
        self.serving = true;
        let listens = eventually(LIVENESS, || {
            let said = fs::read_to_string(&log).ok()?;
            said.contains("listens at").then_some(said)
        });
        listens.ok_or_else(|| {
            format!("`{command}` doesn't listen: {}", fs::read_to_string(&log).unwrap_or_default())
        })
    }

    fn stop_serving(&mut self) -> Result<(), String> {
        if std::mem::take(&mut self.serving) {
            self.type_one("kill \"$SERVING\"; wait \"$SERVING\"")?;
        }
        Ok(())
    }

    fn with_free_ports(&self, command: &str) -> String {
        self.ports.iter().fold(command.to_owned(), |text, (named, free)| {
            text.replace(&format!(":{named}"), &format!(":{free}"))
                .replace(&format!("--port {named}"), &format!("--port {free}"))
        })
    }

    fn with_named_ports(&self, printed: &str) -> String {
        self.ports.iter().fold(printed.to_owned(), |text, (named, free)| {
            text.replace(&format!(":{free}"), &format!(":{named}"))
        })
    }
}

impl Drop for Shell<'_> {
    fn drop(&mut self) {
        // What it started bears the world's mark, and ends with that.
        processes::end(&mut self.child);
    }
}

/// The commands of a block: a line each, or several where a line isn't whole by itself.
fn commands(block: &str) -> Vec<String> {
    let mut commands = Vec::new();
    let mut begun = String::new();
    for line in block.lines() {
        begun.push_str(line);
        if !line.ends_with('\\') && is_whole(&begun) {
            let command = std::mem::take(&mut begun);
            if !command.trim().is_empty() && !command.starts_with('#') {
                commands.push(command);
            }
        } else {
            begun.push('\n');
        }
    }
    if !begun.is_empty() {
        // The shell says what is missing.
        commands.push(begun);
    }
    commands
}

/// Whether the shell waits for nothing more: of a quote, a bracket or a document that is open it
/// complains.
fn is_whole(command: &str) -> bool {
    let output = Command::new("bash").args(["-n", "-c", command]).stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("bash can't be started: {error}"));
    output.status.success() && output.stderr.is_empty()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_goes_on_until_it_is_whole() {
        let block = "one\ncurl -s \\\n  x\n\n# words\nsay '{\n}'\ncat > f <<'END'\na\nEND\n";
        let found = commands(block);
        assert_eq!(found, ["one", "curl -s \\\n  x", "say '{\n}'", "cat > f <<'END'\na\nEND"]);
    }
}
