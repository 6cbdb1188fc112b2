//! A person's hands outside the page: the real keyboard, the clipboard, other programs' windows.

use std::path::Path;
use std::process::Output;
use std::time::Duration;

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

    /// Clicks in the window that has the keyboard, so far from its left and from its bottom edge.
    pub fn click_from_bottom_left(&self, right: i64, up: i64) {
        let place = self.xdotool(&["getactivewindow", "getwindowgeometry", "--shell"]);
        let place = place.expect("the window has a place");
        let height = place.lines().find_map(|line| line.strip_prefix("HEIGHT=")?.parse().ok());
        let down: i64 = height.unwrap_or(0) - up;
        let (right, down) = (right.to_string(), down.to_string());
        self.xdotool(&["getactivewindow", "mousemove", "--window", "%1", &right, &down])
            .and_then(|_| self.xdotool(&["click", "1"]))
            .expect("the mouse can be moved");
    }

    /// Types a text into the window that has the keyboard.
    pub fn write(&self, text: &str) {
        self.xdotool(&["type", "--clearmodifiers", "--delay", "15", text])
            .unwrap_or_else(|| panic!("{text:?} can't be typed"));
    }

    /// Types a text as people do, ten letters a second.
    pub fn write_slowly(&self, text: &str) {
        self.xdotool(&["type", "--delay", "100", text])
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

    /// Whether the clipboard holds nothing, now.
    pub fn clipboard_is_empty(&self) -> bool {
        let output = self.tool("xclip", &["-selection", "clipboard", "-o"]);
        !output.status.success() || output.stdout.is_empty()
    }

    /// Empties the clipboard, so that what is read next is new.
    pub fn empty_clipboard(&self) {
        self.tool("sh", &["-c", "xclip -selection clipboard -i </dev/null >/dev/null 2>&1"]);
    }

    /// Answers the save dialog that `open` opens: types the path, presses Enter.
    pub fn save_as(&self, path: &Path, open: impl FnOnce()) {
        self.answer_dialog("ctrl+a", path, open);
    }

    /// Answers the dialog for choosing a file that `open` opens, by the file's path.
    pub fn open_file(&self, path: &Path, open: impl FnOnce()) {
        // GTK has a field for a path only when it is asked for one.
        self.answer_dialog("ctrl+l", path, open);
    }

    fn answer_dialog(&self, to_field: &str, path: &Path, open: impl FnOnce()) {
        let before = self.active_window();
        open();
        let dialog = eventually(LIVENESS, || {
            self.active_window().filter(|now| Some(now) != before.as_ref())
        });
        assert!(dialog.is_some(), "no dialog for a file came up");
        // GTK selects the proposed name's stem a moment after the dialog has the keyboard.
        std::thread::sleep(Duration::from_millis(500));
        self.press(to_field);
        std::thread::sleep(Duration::from_millis(200));
        self.press("ctrl+a");
        self.write(&path.display().to_string());
        self.press("Return");
        let closed = eventually(LIVENESS, || {
            // A list of completions takes the first Enter.
            let open = self.active_window() == dialog;
            if open
                && eventually(Duration::from_secs(2), || {
                    (self.active_window() != dialog).then_some(())
                })
                .is_none()
            {
                self.press("Return");
            }
            (self.active_window() != dialog).then_some(())
        });
        assert!(closed.is_some(), "the dialog for a file is still open: {}", self.active_title());
    }
}
