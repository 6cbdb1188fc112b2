//! The window as it is delivered, with nobody inside: no driver, only keyboard and screen.
//!
//! A driven webview can't be ephemeral (WebKitGTK drives none that is), so what the delivered
//! one leaves on the disk has to be seen in a window that nothing drives.

use std::process::{Child, Stdio};
use std::time::Duration;

use crate::desktop::World;
use crate::{LIVENESS, eventually, processes, program};

/// An open window that only hands can reach.
pub struct PlainWindow<'w> {
    world: &'w World,
    child: Child,
}

impl<'w> PlainWindow<'w> {
    pub(crate) fn open(world: &'w World) -> Self {
        let child = world
            .command(program())
            .stdin(Stdio::null())
            .stdout(world.log_of("program"))
            .stderr(world.log_of("program"))
            .spawn()
            .unwrap_or_else(|error| panic!("the program can't be started: {error}"));
        let window = Self { world, child };
        let hands = world.hands();
        let front = eventually(LIVENESS, || (hands.active_title() == "AlgoAgent").then_some(()));
        assert!(front.is_some(), "no window came up: {}", world.log());
        // Nobody inside says when the page listens; what is typed too early is lost, and the
        // story tries again.
        std::thread::sleep(Duration::from_secs(2));
        window
    }

    /// Presses keys one after the other, such as `Tab`.
    pub fn press(&self, keys: &[&str]) {
        for key in keys {
            self.world.hands().press(key);
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Types a text.
    pub fn write(&self, text: &str) {
        self.world.hands().write(text);
    }

    /// Ids of the webview's processes of this name.
    pub fn processes(&self, name: &str) -> Vec<u32> {
        let mut ids = processes::marked(self.world.mark());
        ids.retain(|id| processes::executable(*id).is_some_and(|file| file.ends_with(name)));
        ids
    }

    /// The program's own process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Closes the window and waits for the program's end.
    pub fn close(mut self) {
        let ended = eventually(LIVENESS, || {
            self.world.hands().press("alt+F4");
            eventually(Duration::from_secs(5), || self.child.try_wait().ok().flatten())
        });
        assert!(ended.is_some(), "the program still runs after its window was closed");
    }
}

impl Drop for PlainWindow<'_> {
    fn drop(&mut self) {
        processes::end(&mut self.child);
    }
}
