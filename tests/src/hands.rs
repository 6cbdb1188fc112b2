//! A person's hands outside the page: the real keyboard, the clipboard, other programs' windows.

use std::path::Path;
use std::process::Output;

use crate::desktop::World;
use crate::{LIVENESS, eventually, processes};

/// The keyboard and the clipboard of one world.
pub struct Hands<'w> {
    world: &'w World,
}

impl<'w> Hands<'w> {
    pub(crate) fn new(world: &'w World) -> Self {
        Self { world }
    }

    fn tool(&self, program: &str, arguments: &[&str]) -> Output {
        let mut command = self.world.command(program);
        command.args(arguments);
        processes::finish(&mut command, LIVENESS)
    }

    fn xdotool(&self, arguments: &[&str]) -> Option<String> {
        let output = self.tool("xdotool", arguments);
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        output.status.success().then_some(text)
    }

    /// The window that has the keyboard.
    pub fn active_window(&self) -> Option<String> {
        self.xdotool(&["getactivewindow"])
    }

    /// That window's title.
    pub fn active_title(&self) -> String {
        self.xdotool(&["getactivewindow", "getwindowname"]).unwrap_or_default()
    }

    /// Presses keys together, such as `alt+F4`.
    pub fn press(&self, keys: &str) {
        self.xdotool(&["key", "--clearmodifiers", keys])
            .unwrap_or_else(|| panic!("the keys {keys} can't be pressed"));
    }

    /// Types a text into the window that has the keyboard.
    pub fn write(&self, text: &str) {
        self.xdotool(&["type", "--clearmodifiers", "--delay", "15", text])
            .unwrap_or_else(|| panic!("{text:?} can't be typed"));
    }

    /// What the clipboard holds.
    pub fn clipboard(&self) -> String {
        let text = eventually(LIVENESS, || {
            let output = self.tool("xclip", &["-selection", "clipboard", "-o"]);
            (output.status.success() && !output.stdout.is_empty()).then_some(output.stdout)
        });
        String::from_utf8(text.unwrap_or_default()).expect("the clipboard holds UTF-8")
    }

    /// Empties the clipboard, so that what is read next is new.
    pub fn empty_clipboard(&self) {
        self.tool("sh", &["-c", "xclip -selection clipboard -i </dev/null >/dev/null 2>&1"]);
    }

    /// Answers the save dialog that `open` opens: types the path, presses Enter.
    pub fn save_as(&self, path: &Path, open: impl FnOnce()) {
        let before = self.active_window();
        open();
        let dialog = eventually(LIVENESS, || {
            self.active_window().filter(|now| Some(now) != before.as_ref())
        });
        assert!(dialog.is_some(), "no save dialog came up");
        // GTK selects the proposed name's stem a moment after the dialog has the keyboard.
        std::thread::sleep(std::time::Duration::from_millis(500));
        self.press("ctrl+a");
        self.write(&path.display().to_string());
        self.press("Return");
        let closed = eventually(LIVENESS, || (self.active_window() != dialog).then_some(()));
        assert!(closed.is_some(), "the save dialog is still open: {}", self.active_title());
    }
}
