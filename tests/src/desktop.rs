//! A computer of its own for each story: home, data, temporary files, display, bus.
//!
//! Nothing of the person who runs the tests reaches the program: its environment is built
//! from nothing. Everything that a world starts ends with it, also when the story panics.

use std::cell::{Cell, RefCell};
use std::env;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

use crate::hands::Hands;
use crate::plain::PlainWindow;
use crate::window::Window;
use crate::{LIVENESS, eventually, processes, program};

/// What the system says about its looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// A light desktop.
    Light,
    /// A dark desktop.
    Dark,
}

/// What a command of the terminal left behind.
#[derive(Debug)]
pub struct Outcome {
    /// Its exit status.
    pub status: ExitStatus,
    /// What it printed.
    pub stdout: String,
    /// What it said beside that.
    pub stderr: String,
}

/// A computer of its own.
pub struct World {
    name: String,
    mark: String,
    program: PathBuf,
    root: TempDir,
    theme: Cell<Theme>,
    display: Option<String>,
    bus: Option<String>,
    started: RefCell<Vec<Child>>,
}

impl World {
    /// A computer with a screen. The name is that of the artifacts.
    pub fn new(name: &str) -> Self {
        let mut world = Self::without_display(name);
        world.start_bus();
        world.start_display();
        world
    }

    /// A computer with a screen, on which another program is opened.
    pub fn with_program(name: &str, program: &Path) -> Self {
        let mut world = Self::new(name);
        program.clone_into(&mut world.program);
        world
    }

    /// A computer without a screen.
    pub fn without_display(name: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let root =
            tempfile::Builder::new().prefix("algoagent-").tempdir().expect("a temporary folder");
        let world = Self {
            name: name.to_owned(),
            mark: format!("{}-{count}", std::process::id()),
            program: program(),
            root,
            theme: Cell::new(Theme::Light),
            display: None,
            bus: None,
            started: RefCell::default(),
        };
        for folder in ["home", "run", "tmp", "log"] {
            fs::create_dir(world.root.path().join(folder)).expect("a folder of the world");
        }
        // The XDG specification wants the runtime folder private.
        fs::set_permissions(world.root.path().join("run"), PermissionsExt::from_mode(0o700))
            .expect("the runtime folder is ours");
        world
    }

    /// What the artifacts are called by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The program's data directory.
    pub fn data_dir(&self) -> PathBuf {
        self.root.path().join("data")
    }

    /// The person's home.
    pub fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    /// Everything that the program or its helpers can have written to, for [`crate::scan`].
    pub fn places(&self) -> Vec<PathBuf> {
        vec![self.root.path().to_path_buf()]
    }

    /// What the program wrote to its standard output and error.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_file("program")).unwrap_or_default()
    }

    /// From the next start on, the desktop looks like this.
    pub fn set_theme(&self, theme: Theme) {
        self.theme.set(theme);
    }

    /// The keyboard and the clipboard.
    pub fn hands(&self) -> Hands<'_> {
        Hands::new(self)
    }

    /// Opens the program's window.
    pub fn open(&self) -> Window<'_> {
        Window::open(self)
    }

    /// Opens the program's window as it is delivered, for hands only.
    pub fn open_plain(&self) -> PlainWindow<'_> {
        PlainWindow::open(self)
    }

    /// Runs the program in a terminal to its end.
    pub fn terminal(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Outcome {
        let mut command = self.command(program());
        command.args(arguments).envs(variables.iter().copied());
        let output = processes::finish(&mut command, LIVENESS);
        Outcome {
            status: output.status,
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// A command that runs in this world.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let place = |name: &str| self.root.path().join(name);
        let mut command = Command::new(program);
        command.env_clear().current_dir(self.home());
        for kept in ["PATH", "LD_LIBRARY_PATH", "USER", "LOGNAME", "ALGOAGENT_LOG"] {
            if let Some(value) = env::var_os(kept) {
                command.env(kept, value);
            }
        }
        command
            .env("LANG", "C.UTF-8")
            .env("HOME", self.home())
            .env("XDG_DATA_HOME", self.home().join(".local/share"))
            .env("XDG_CONFIG_HOME", self.home().join(".config"))
            .env("XDG_CACHE_HOME", self.home().join(".cache"))
            .env("XDG_STATE_HOME", self.home().join(".local/state"))
            .env("XDG_RUNTIME_DIR", place("run"))
            .env("TMPDIR", place("tmp"))
            .env("ALGOAGENT_DATA_DIR", self.data_dir())
            .env(processes::MARK, &self.mark);
        if let Some(display) = &self.display {
            let theme = match self.theme.get() {
                Theme::Light => "Adwaita",
                Theme::Dark => "Adwaita:dark",
            };
            command
                .env("DISPLAY", display)
                .env("GDK_BACKEND", "x11")
                .env("GTK_THEME", theme)
                .env("GTK_USE_PORTAL", "0")
                .env("GIO_USE_VFS", "local")
                .env("GSETTINGS_BACKEND", "memory")
                .env("NO_AT_BRIDGE", "1")
                .env("LIBGL_ALWAYS_SOFTWARE", "1")
                .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
        }
        if let Some(bus) = &self.bus {
            command.env("DBUS_SESSION_BUS_ADDRESS", bus);
        }
        command
    }

    /// What is opened on it.
    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    pub(crate) fn mark(&self) -> &str {
        &self.mark
    }

    fn log_file(&self, name: &str) -> PathBuf {
        self.root.path().join("log").join(name)
    }

    /// A file that collects what a helper says.
    pub(crate) fn log_of(&self, name: &str) -> File {
        File::options()
            .create(true)
            .append(true)
            .open(self.log_file(name))
            .expect("a log can be written")
    }

    /// WebKitWebDriver silences what it starts. Started through this script, the program
    /// keeps its process id and its words.
    pub(crate) fn starter(&self) -> PathBuf {
        let script = self.log_file("start");
        let text = format!(
            "#!/bin/sh\nexec '{}' \"$@\" >>'{}' 2>&1\n",
            self.program.display(),
            self.log_file("program").display()
        );
        fs::write(&script, text).expect("the starter can be written");
        fs::set_permissions(&script, PermissionsExt::from_mode(0o755))
            .expect("the starter is ours");
        script
    }

    /// Sets up a keychain and unlocks it, as signing in to a desktop does.
    pub fn start_keychain(&self) {
        let mut daemon = self
            .command("gnome-keyring-daemon")
            .args(["--foreground", "--unlock", "--components=secrets"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(self.log_of("keychain"))
            .spawn()
            .unwrap_or_else(|error| panic!("gnome-keyring-daemon can't be started: {error}"));
        let mut asks = daemon.stdin.take().expect("a pipe");
        asks.write_all(b"the desktop's password").expect("it reads its password");
        drop(asks);
        self.started.borrow_mut().push(daemon);
        let listens = eventually(LIVENESS, || {
            let mut ask = self.command("dbus-send");
            ask.args(["--session", "--print-reply", "--dest=org.freedesktop.DBus", "/"]);
            ask.args(["org.freedesktop.DBus.GetNameOwner", "string:org.freedesktop.secrets"]);
            processes::finish(&mut ask, LIVENESS).status.success().then_some(())
        });
        assert!(listens.is_some(), "the keychain doesn't come up");
    }

    fn start_bus(&mut self) {
        let address = format!("unix:path={}", self.root.path().join("run/bus").display());
        let child = self.start("dbus-daemon", |command| {
            command.args(["--session", "--nofork", "--nopidfile", "--print-address=1"]);
            command.arg(format!("--address={address}"));
        });
        self.bus = Some(child);
    }

    fn start_display(&mut self) {
        let number = self.start("Xvfb", |command| {
            command.args(["-displayfd", "1", "-screen", "0", "1600x1000x24"]);
            command.args(["-nolisten", "tcp", "-noreset"]);
        });
        self.display = Some(format!(":{number}"));
        let manager = self
            .command("openbox")
            .arg("--sm-disable")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(self.log_of("openbox"))
            .spawn()
            .unwrap_or_else(|error| panic!("openbox can't be started: {error}"));
        self.started.get_mut().push(manager);
        // Only a window manager knows how many desktops there are.
        let ready = eventually(LIVENESS, || {
            let mut ask = self.command("xdotool");
            let output = processes::finish(ask.arg("get_num_desktops"), LIVENESS);
            output.status.success().then_some(())
        });
        assert!(ready.is_some(), "the window manager doesn't come up");
    }

    /// Starts a helper and waits for the one line by which it says where it can be reached.
    fn start(&mut self, helper: &str, arguments: impl FnOnce(&mut Command)) -> String {
        let mut command = self.command(helper);
        arguments(&mut command);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(self.log_of(helper))
            .spawn()
            .unwrap_or_else(|error| panic!("{helper} can't be started: {error}"));
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        stdout.read_line(&mut line).expect("a line");
        let said = fs::read_to_string(self.log_file(helper)).unwrap_or_default();
        self.started.get_mut().push(child);
        assert!(!line.trim().is_empty(), "{helper} ended at once: {said}");
        // The rest of the pipe must be read by somebody, or the helper may block on it.
        std::thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()));
        line.trim().to_owned()
    }

    /// Copies a log of this world to the artifacts.
    pub(crate) fn keep_log(&self, folder: &Path) {
        for name in ["program", "driver"] {
            let _ = fs::copy(
                self.log_file(name),
                folder.join(format!("failed-{}-{name}.log", self.name)),
            );
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        processes::end_all(&self.mark);
        for child in self.started.get_mut() {
            processes::end(child);
        }
    }
}
