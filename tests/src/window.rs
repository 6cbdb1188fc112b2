//! The program's real window, driven through tauri-driver.

use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use std::{env, thread};

use serde_json::{Value, json};

use crate::desktop::World;
use crate::webdriver::{Answer, Session};
use crate::{LIVENESS, Target, artifacts, eventually, processes};

/// An open window of the program.
pub struct Window<'w> {
    world: &'w World,
    session: Session,
    driver: Child,
    mark: String,
    pid: u32,
}

impl<'w> Window<'w> {
    pub(crate) fn open(world: &'w World) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let mark = format!("{}-window-{count}", world.mark());
        let [port, native_port] = free_ports();
        let binary = env::var_os("TAURI_DRIVER").unwrap_or_else(|| "tauri-driver".into());
        let driver = world
            .command(&binary)
            .env(processes::MARK, &mark)
            .args(["--port", &port.to_string()])
            .args(["--native-port", &native_port.to_string()])
            .stdin(Stdio::null())
            .stdout(world.log_of("driver"))
            .stderr(world.log_of("driver"))
            .spawn()
            .unwrap_or_else(|error| {
                panic!(
                    "{} can't be started: {error}. Install it with \
                     `cargo install tauri-driver --version 2.1.0 --locked`.",
                    binary.display()
                )
            });
        // From here on a panic must end the driver too.
        let mut opening = Opening { mark: &mark, driver: Some(driver) };
        for port in [port, native_port] {
            let listens = eventually(LIVENESS, || TcpStream::connect(("127.0.0.1", port)).ok());
            assert!(listens.is_some(), "the driver doesn't listen on port {port}");
        }
        let base = format!("http://127.0.0.1:{port}");
        let session = Session::start(&base, &world.starter(), &[]).unwrap_or_else(|why| {
            world.keep_log(&artifacts());
            panic!("no window came up: {why}\nthe program said: {}", world.log())
        });
        // `algoagent` becomes the window's program; others that are opened here stay what they are.
        let becomes = world.program().with_file_name("algoagent-window");
        let pid = processes::running(&mark, &becomes)
            .or_else(|| processes::running(&mark, world.program()))
            .unwrap_or_else(|| panic!("the program ended at once: {}", world.log()));
        let driver = opening.driver.take().expect("it was put there above");
        let window = Self { world, session, driver, mark: mark.clone(), pid };
        window.eventually("the first screen", || window.screen());
        window.resize(1280, 800);
        window
    }

    pub(crate) fn mark(&self) -> &str {
        &self.mark
    }

    /// The computer on which it is open.
    pub fn world(&self) -> &'w World {
        self.world
    }

    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    /// Anything by its role and accessible name.
    pub fn find(&self, role: &str, name: &str) -> Target<'_> {
        Target::new(self, role, Some(name))
    }

    /// Anything by its role alone.
    pub fn any(&self, role: &str) -> Target<'_> {
        Target::new(self, role, None)
    }

    /// The button of this name.
    pub fn button(&self, name: &str) -> Target<'_> {
        self.find("button", name)
    }

    /// The text field of this name.
    pub fn textbox(&self, name: &str) -> Target<'_> {
        self.find("textbox", name)
    }

    /// Runs a script in the page and gives what it returns.
    pub fn script(&self, script: &str, arguments: &[Value]) -> Value {
        self.session
            .run(script, arguments)
            .unwrap_or_else(|why| self.give_up(&format!("a script ({why})")))
    }

    /// What the page calls its screen, once there is a page.
    pub fn screen(&self) -> Option<String> {
        let screen = self.session.run("return document.body?.dataset.screen", &[]);
        screen.ok()?.as_str().map(str::to_owned)
    }

    /// Waits for a screen.
    pub fn shows(&self, screen: &str) {
        self.eventually(&format!("the screen '{screen}'"), || {
            (self.screen().as_deref() == Some(screen)).then_some(())
        });
    }

    /// Everything that is written in the window now.
    pub fn text(&self) -> String {
        let text = self.session.run("return document.body?.innerText ?? ''", &[]);
        text.ok().and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// Everything that the page holds, shown or not.
    pub fn source(&self) -> String {
        let source = self.script("return document.documentElement.outerHTML", &[]);
        source.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the window says this; case doesn't matter.
    pub fn says(&self, words: &str) {
        self.eventually(&format!("the words \"{words}\""), || {
            self.text().to_lowercase().contains(&words.to_lowercase()).then_some(())
        });
    }

    /// Asks until there is an answer, and fails with a sentence when none comes.
    pub fn eventually<T>(&self, what: &str, ask: impl FnMut() -> Option<T>) -> T {
        self.poll(ask).unwrap_or_else(|| self.give_up(what))
    }

    /// Asks until there is an answer, the time is over, or the program has ended.
    pub(crate) fn poll<T>(&self, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
        let answer = eventually(LIVENESS, || match ask() {
            Some(answer) => Some(Some(answer)),
            None => (!processes::alive(self.pid)).then_some(None),
        });
        answer.flatten()
    }

    /// Ends the story: what was awaited, and what is there instead.
    pub fn give_up(&self, what: &str) -> ! {
        if !processes::alive(self.pid) {
            panic!("waited for {what}, but the program ended.\nIt said: {}", self.world.log());
        }
        let text: String = self.text().chars().take(600).collect();
        panic!(
            "waited {LIVENESS:?} for {what}.\nThe screen is '{}', a picture of it is {}.\nIt says: {text}",
            self.screen().unwrap_or_default(),
            self.failure_picture().display()
        );
    }

    fn failure_picture(&self) -> PathBuf {
        artifacts().join(format!("failed-{}.png", self.world.name()))
    }

    /// Saves a picture of the page as `<name>.png` among the artifacts.
    pub fn screenshot(&self, name: &str) {
        let file = artifacts().join(format!("{name}.png"));
        let taken: Answer<()> = self.session.screenshot(&file);
        taken.unwrap_or_else(|why| self.give_up(&format!("a picture ({why})")));
    }

    /// Does what ends a session, and waits for the fresh page that then takes the old one's place.
    pub fn leaves(&self, leave: impl FnOnce()) {
        self.script("window.__left = true", &[]);
        leave();
        self.eventually("a fresh page in the place of the old one", || {
            let fresh = self.session.run("return window.__left === undefined", &[]).ok()?;
            (fresh == true && self.screen().is_some()).then_some(())
        });
    }

    /// Gives the page this size in pixels.
    pub fn resize(&self, width: i64, height: i64) {
        let inner = || {
            let size = self.script("return [innerWidth, innerHeight]", &[]);
            (size[0].as_i64().unwrap_or(0), size[1].as_i64().unwrap_or(0))
        };
        let (mut wide, mut high) = (width, height);
        self.eventually(&format!("a page of {width} × {height}"), || {
            if inner() == (width, height) {
                return Some(());
            }
            self.session.resize(wide, high).ok()?;
            thread::sleep(Duration::from_millis(300));
            // What the frame takes is added, until the page itself has the size.
            let (inner_width, inner_height) = inner();
            wide += width - inner_width;
            high += height - inner_height;
            (inner() == (width, height)).then_some(())
        });
    }

    /// The program's own process.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Whether the program still runs.
    pub fn lives(&self) -> bool {
        processes::alive(self.pid)
    }

    /// Closes the window as a person does and waits for the program's end.
    pub fn close(self) {
        let hands = self.world.hands();
        let ended = eventually(LIVENESS, || {
            if self.lives() {
                hands.press("alt+F4");
                eventually(Duration::from_secs(5), || (!self.lives()).then_some(()))
            } else {
                Some(())
            }
        });
        assert!(ended.is_some(), "the program still runs after its window was closed");
    }

    /// Kills the program as a power cut does.
    pub fn kill(self) {
        processes::signal(self.pid, "KILL");
        let ended = eventually(LIVENESS, || (!self.lives()).then_some(()));
        assert!(ended.is_some(), "the program survived kill -9");
    }

    /// Writes down how long the newest answer is, whenever it grows, from now on.
    pub fn watch_growth(&self) {
        self.script(
            "window.__growth = [];
             new MutationObserver(() => {
               const answer = [...document.querySelectorAll('article[aria-label=Answer]')].at(-1);
               if (answer?.dataset.state !== 'writing') return;
               const length = answer.textContent.length;
               if (window.__growth.at(-1) !== length) window.__growth.push(length);
             }).observe(document.body, {subtree: true, childList: true, characterData: true});",
            &[],
        );
    }

    /// The lengths since [`watch_growth`](Self::watch_growth).
    pub fn growth(&self) -> Vec<u64> {
        let lengths = self.script("return window.__growth ?? []", &[]);
        lengths
            .as_array()
            .map_or_else(Vec::new, |all| all.iter().filter_map(Value::as_u64).collect())
    }

    /// Writes down every complaint of the page from now on.
    pub fn listen_for_errors(&self) {
        self.script(
            "window.__complaints = [];
             addEventListener('error', (event) => window.__complaints.push(String(event.message)));
             addEventListener('unhandledrejection', (event) => window.__complaints.push(String(event.reason)));
             addEventListener('securitypolicyviolation', (event) => window.__complaints.push(
               `CSP ${event.violatedDirective} ${event.blockedURI}`));",
            &[],
        );
    }

    /// Fails when the page complained since [`listen_for_errors`](Self::listen_for_errors).
    pub fn assert_no_errors(&self) {
        let complaints = self.script("return window.__complaints ?? []", &[]);
        assert_eq!(complaints, json!([]), "the page complained");
    }
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            let _ = self.session.screenshot(&self.failure_picture());
            self.world.keep_log(&artifacts());
        }
        processes::end_all(&self.mark);
        processes::end(&mut self.driver);
    }
}

struct Opening<'m> {
    mark: &'m str,
    driver: Option<Child>,
}

impl Drop for Opening<'_> {
    fn drop(&mut self) {
        if let Some(driver) = &mut self.driver {
            processes::end_all(self.mark);
            processes::end(driver);
        }
    }
}

/// Two ports that nobody listens on. Both stay taken until both are known.
fn free_ports() -> [u16; 2] {
    let listeners = [0, 1].map(|_| TcpListener::bind("127.0.0.1:0").expect("a free port"));
    listeners.map(|listener| listener.local_addr().expect("a bound port").port())
}
