//! Stories in a process of their own: this binary again, running the one test that is named.
//! Such a test is ignored unless a story starts it, and says what it did on its output.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use algoagent_core::Config;
use algoagent_core::vault::KdfParams;

const PLACE: &str = "ALGOAGENT_STORY_PLACE";
const MARK: &str = "told: ";

/// The data directory of this child; `None` when no story started it.
pub(crate) fn place() -> Option<PathBuf> {
    std::env::var_os(PLACE).map(PathBuf::from)
}

/// How a child opens its data directory, and its story after it.
pub(crate) fn config(place: &Path) -> Config {
    Config {
        kdf: KdfParams::FLOOR,
        checkpoint: Duration::from_millis(20),
        ..Config::new(place.to_owned())
    }
}

/// Says something to the story, at once.
pub(crate) fn tell(what: &str) {
    let mut out = std::io::stdout().lock();
    // A story that is gone needs to hear nothing.
    writeln!(out, "{MARK}{what}").and_then(|()| out.flush()).ok();
}

/// The command that runs `test` on `place`; `under` are words that come before, such as a shell
/// that sets limits.
pub(crate) fn command(under: &[&str], test: &str, place: &Path) -> Command {
    let own = std::env::current_exe().expect("this binary");
    let mut words = under.iter().map(std::ffi::OsStr::new).chain([own.as_os_str()]);
    let mut command = Command::new(words.next().expect("a word"));
    command.args(words).args([test, "--exact", "--ignored", "--nocapture", "--test-threads=1"]);
    command.env(PLACE, place).stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

/// A child that runs.
pub(crate) struct Running {
    pub(crate) process: Child,
    out: BufReader<ChildStdout>,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut process = command.spawn().expect("the child starts");
        let out = BufReader::new(process.stdout.take().expect("piped"));
        Self { process, out }
    }

    /// The next thing that it tells; `None` when it ended, or was killed in the middle of a line.
    pub(crate) fn told(&mut self) -> Option<String> {
        loop {
            let mut line = String::new();
            self.out.read_line(&mut line).expect("text");
            if !line.ends_with('\n') {
                return None;
            }
            // The test harness writes on the same line.
            if let Some(at) = line.find(MARK) {
                return Some(line[at + MARK.len()..].trim_end().to_owned());
            }
        }
    }

    /// All that it tells until it ends, and whether it ended well.
    pub(crate) fn run_out(mut self) -> (Vec<String>, bool) {
        let told: Vec<String> = std::iter::from_fn(|| self.told()).collect();
        (told, self.process.wait().expect("it ends").success())
    }
}
