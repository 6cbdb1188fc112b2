//! An `algoagent chat` that stays open, and a caller at the socket of the program that runs.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::desktop::{Outcome, World};
use crate::{LIVENESS, eventually, processes, program};

/// What a pipe has given so far.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<String>>);

impl Heard {
    /// Reads it whenever `held` is not set.
    fn from(pipe: Option<impl Read + Send + 'static>, held: Arc<AtomicBool>) -> Self {
        let heard = Self::default();
        let (Some(mut pipe), to) = (pipe, heard.clone()) else {
            return heard;
        };
        thread::spawn(move || {
            let mut piece = [0; 4096];
            let released = || {
                while held.load(Ordering::SeqCst) {
                    thread::sleep(Duration::from_millis(10));
                }
            };
            released();
            while let Ok(read @ 1..) = pipe.read(&mut piece) {
                let text = String::from_utf8_lossy(&piece[..read]).into_owned();
                to.0.lock().unwrap_or_else(PoisonError::into_inner).push_str(&text);
                released();
            }
        });
        heard
    }

    fn text(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A conversation in a terminal.
pub struct Terminal {
    child: Child,
    input: Option<ChildStdin>,
    output: Heard,
    complaints: Heard,
    /// Nobody reads what it prints.
    held: Arc<AtomicBool>,
    /// Up to where what it printed was answered.
    answered: usize,
}

impl Terminal {
    /// Starts `algoagent` with these arguments.
    pub fn open(world: &World, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = world.command(program());
        command.args(arguments).envs(variables.iter().copied());
        Self::start(command)
    }

    /// Starts it where a person sits: on a terminal of its own, which shows what it prints and
    /// what it says beside that as one.
    pub fn open_for_a_person(
        world: &World,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Self {
        let quoted = |word: &str| format!("'{word}'");
        let mut line = vec![quoted(&program().display().to_string())];
        line.extend(arguments.iter().copied().map(quoted));
        Self::open_in_a_shell(world, &format!("exec {}", line.join(" ")), variables)
    }

    /// Starts a line of a shell on a terminal of its own.
    pub fn open_in_a_shell(world: &World, line: &str, variables: &[(&str, &str)]) -> Self {
        let mut command = world.command("script");
        command.args(["--quiet", "--return", "--flush", "--command", line, "/dev/null"]);
        command.envs(variables.iter().copied());
        Self::start(command)
    }

    /// Writes to it, ends its input, and waits for its end.
    pub fn reads(world: &World, arguments: &[&str], input: &str, who: &[(&str, &str)]) -> Outcome {
        let mut terminal = Self::open(world, arguments, who);
        if let Some(mut to) = terminal.input.take() {
            // What reads nothing may have ended already.
            to.write_all(input.as_bytes()).ok();
        }
        let status = terminal.ends();
        let (stdout, stderr) = terminal.said();
        Outcome { status, stdout, stderr }
    }

    fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("the program can't be started: {error}"));
        let held = Arc::<AtomicBool>::default();
        Self {
            input: child.stdin.take(),
            output: Heard::from(child.stdout.take(), Arc::clone(&held)),
            complaints: Heard::from(child.stderr.take(), Arc::default()),
            held,
            child,
            answered: 0,
        }
    }

    /// Writes a line and presses Enter.
    pub fn write(&mut self, text: &str) {
        let input = self.input.as_mut().expect("nothing ended the input");
        writeln!(input, "{text}").expect("the terminal takes a line");
    }

    /// Writes a line; `false` when it has ended already.
    pub fn try_to_write(&mut self, text: &str) -> bool {
        self.input.as_mut().is_some_and(|input| writeln!(input, "{text}").is_ok())
    }

    /// Waits until it has printed this.
    pub fn says(&self, words: &str) {
        let said = eventually(LIVENESS, || self.output.text().contains(words).then_some(()));
        assert!(said.is_some(), "it doesn't say {words:?}, but {:?}", self.said());
    }

    /// Waits for this question, and answers it. What was asked before is not asked again.
    pub fn types_at(&mut self, question: &str, answer: &str) {
        self.is_asked(question);
        self.write(answer);
    }

    /// Waits for this question, and presses a key.
    pub fn presses_at(&mut self, question: &str, key: char) {
        self.is_asked(question);
        let input = self.input.as_mut().expect("nothing ended the input");
        write!(input, "{key}").expect("the terminal takes a key");
    }

    fn is_asked(&mut self, question: &str) {
        let asked = |text: &str| text.get(self.answered..).and_then(|new| new.find(question));
        let found = eventually(LIVENESS, || asked(&self.output.text()));
        let at = found.unwrap_or_else(|| panic!("no {question:?}, but {:?}", self.said()));
        self.answered += at + question.len();
    }

    /// Waits for the answer of this number, as `--json` prints it.
    pub fn answer(&self, number: usize) -> Value {
        let line = eventually(LIVENESS, || {
            let text = self.output.text();
            let mut whole = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
            whole.nth(number - 1).map(str::to_owned)
        });
        let line = line.unwrap_or_else(|| panic!("no answer {number}, but {:?}", self.said()));
        serde_json::from_str(&line).unwrap_or_else(|why| panic!("{why}: {line}"))
    }

    /// What it printed, and what it said beside that.
    pub fn said(&self) -> (String, String) {
        (self.output.text(), self.complaints.text())
    }

    /// Reads nothing of what it prints, or reads on: a terminal held with Ctrl-S, a slow pager.
    pub fn hold(&self, held: bool) {
        self.held.store(held, Ordering::SeqCst);
    }

    /// Presses Ctrl-C.
    pub fn interrupt(&self) {
        processes::signal(self.child.id(), "INT");
    }

    /// Asks it to end, as the system does.
    pub fn terminate(&self) {
        processes::signal(self.child.id(), "TERM");
    }

    /// Kills it as a power cut does.
    pub fn kill(mut self) {
        processes::end(&mut self.child);
    }

    /// Presses Ctrl-D and waits for its end.
    pub fn close(mut self) -> ExitStatus {
        self.input = None;
        self.ends()
    }

    /// Waits for its end.
    pub fn ends(&mut self) -> ExitStatus {
        let status = eventually(LIVENESS, || self.child.try_wait().ok().flatten());
        let status = status.unwrap_or_else(|| panic!("it doesn't end: {:?}", self.said()));
        // The pipes are read to their end a moment later.
        thread::sleep(Duration::from_millis(200));
        status
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        processes::end(&mut self.child);
    }
}

/// Somebody at the socket.
pub struct Caller {
    stream: UnixStream,
    lines: BufReader<UnixStream>,
}

impl Caller {
    /// Connects, and reads nothing yet.
    pub fn connect(world: &World) -> Self {
        let path = world.data_dir().join("running.sock");
        let stream = UnixStream::connect(&path)
            .unwrap_or_else(|error| panic!("nobody listens on {}: {error}", path.display()));
        stream.set_read_timeout(Some(LIVENESS)).expect("a deadline");
        stream.set_write_timeout(Some(LIVENESS)).expect("a deadline");
        let lines = BufReader::new(stream.try_clone().expect("the same socket"));
        Self { stream, lines }
    }

    /// From now on, writes no longer than this at a time.
    pub fn gives_up_after(&self, patience: Duration) {
        self.stream.set_write_timeout(Some(patience)).expect("a deadline");
    }

    /// Writes these bytes; `false` when the other side has hung up or doesn't read.
    pub fn write(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).is_ok()
    }

    /// Writes one message.
    pub fn say(&mut self, message: &Value) {
        assert!(self.write(format!("{message}\n").as_bytes()), "hung up before {message}");
    }

    /// The next message; `None` when the other side has hung up.
    pub fn hear(&mut self) -> Option<Value> {
        let mut line = String::new();
        match self.lines.read_line(&mut line) {
            Ok(0) => None,
            Ok(_) => Some(serde_json::from_str(&line).expect("a line of JSON")),
            Err(why) if why.kind() == ErrorKind::ConnectionReset => None,
            Err(why) => panic!("nothing comes and nobody hangs up: {why}"),
        }
    }

    /// Reads messages up to the first that has this key, and gives what it holds.
    pub fn hear_of(&mut self, key: &str) -> Value {
        loop {
            let mut message = self.hear().unwrap_or_else(|| panic!("hung up before any {key}"));
            if let Some(value) = message.get_mut(key) {
                return value.take();
            }
        }
    }

    /// Waits until the other side hangs up.
    pub fn is_hung_up_on(&mut self) {
        while self.hear().is_some() {}
    }
}
