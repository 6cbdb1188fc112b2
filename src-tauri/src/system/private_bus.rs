//! For tests: a message bus of one's own, and a process of one's own on it.
//!
//! Where a bus is, a process reads from its environment, which no test may change for the others
//! beside it. So a test starts itself once more, as a child in an environment made from nothing.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// In the child: that it is one.
const INSIDE: &str = "ALGOAGENT_TEST_INSIDE";

/// Longer than any of these tests takes.
const PATIENCE: Duration = Duration::from_secs(40);

/// Starts nothing by itself, and allows everything.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=FOLDER/bus</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/>
<allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"#;

/// A computer with nothing but a folder; what was started on it ends with it.
pub(super) struct Computer {
    folder: TempDir,
    variables: Vec<(&'static str, String)>,
    started: Vec<Child>,
}

impl Computer {
    pub(super) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("algoagent-bus-").tempdir().expect("a folder");
        let path = folder.path().display().to_string();
        let variables = vec![("HOME", path.clone()), ("XDG_RUNTIME_DIR", path)];
        Self { folder, variables, started: Vec::new() }
    }

    /// Sets a variable.
    pub(super) fn naming(mut self, name: &'static str, value: &str) -> Self {
        self.variables.push((name, value.to_owned()));
        self
    }

    /// Starts a bus and names it in the variable `name`.
    pub(super) fn with_bus(mut self, name: &'static str) -> Self {
        let config = self.path().join("bus.conf");
        let text = BUS.replace("FOLDER", &self.path().display().to_string());
        std::fs::write(&config, text).expect("a configuration");
        let mut command = self.command("dbus-daemon");
        command.arg("--config-file").arg(config).args(["--nofork", "--print-address=1"]);
        let mut bus = command.stdout(Stdio::piped()).spawn().expect("dbus-daemon is installed");
        let mut address = String::new();
        let mut said = BufReader::new(bus.stdout.take().expect("a pipe"));
        said.read_line(&mut address).expect("an address");
        self.started.push(bus);
        assert!(!address.trim().is_empty(), "the bus ended at once");
        self.naming(name, address.trim())
    }

    /// Starts GNOME's keychain, and names its process in `KEYCHAIN`. A fresh one is set up and
    /// unlocked when it is given a password, and has no collection otherwise.
    pub(super) fn with_keychain(mut self, password: Option<&str>) -> Self {
        let mut command = self.command("gnome-keyring-daemon");
        command.args(["--foreground", "--components=secrets"]);
        command.args(password.map(|_| "--unlock"));
        let mut daemon = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("gnome-keyring is installed: `cargo xtask test` sees to that");
        let mut asks = daemon.stdin.take().expect("a pipe");
        asks.write_all(password.unwrap_or_default().as_bytes()).expect("it reads its password");
        drop(asks);
        self.variables.push(("KEYCHAIN", daemon.id().to_string()));
        self.started.push(daemon);
        let owned = || {
            let mut ask = self.command("dbus-send");
            ask.args(["--session", "--print-reply", "--dest=org.freedesktop.DBus", "/"]);
            ask.args(["org.freedesktop.DBus.GetNameOwner", "string:org.freedesktop.secrets"]);
            finish(&mut ask).status.success()
        };
        assert!(soon(owned), "the keychain doesn't come up");
        self
    }

    /// Runs `body` in a child of the test `name`, given by its whole path; in that child, only
    /// the body runs.
    pub(super) fn runs(prepare: impl FnOnce() -> Self, name: &str, body: impl FnOnce()) {
        if std::env::var_os(INSIDE).is_some() {
            return body();
        }
        let computer = prepare();
        let this = std::env::current_exe().expect("a test knows its own path");
        let mut child = computer.command(this);
        child.env(INSIDE, "1").args([name, "--exact", "--nocapture"]);
        let output = finish(&mut child);
        let said = String::from_utf8_lossy(&output.stdout);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}\n{complaint}");
        assert!(said.contains("1 passed"), "no test is called {name}: {said}");
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(self.variables.iter().cloned()).stderr(Stdio::piped());
        for kept in ["PATH", "LD_LIBRARY_PATH"] {
            command.envs(std::env::var_os(kept).map(|value| (kept, value)));
        }
        command
    }
}

impl Drop for Computer {
    fn drop(&mut self) {
        for child in self.started.iter_mut().rev() {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// Runs a command that is there and prints little; one that doesn't end in time is killed.
pub(super) fn finish(command: &mut Command) -> Output {
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it is installed");
    if !soon(|| child.try_wait().is_ok_and(|status| status.is_some())) {
        drop(child.kill());
    }
    child.wait_with_output().expect("its output")
}

/// Runs what waits, with a runtime of its own.
pub(super) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.expect("a runtime").block_on(future)
}

/// Asks until it is so, or the time is over.
pub(super) fn soon(mut so: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + PATIENCE;
    loop {
        if so() {
            return true;
        }
        if Instant::now() > end {
            return false;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}
