//! Working without a mouse: real key presses, and where the keyboard is in the page.

use crate::Target;
use crate::window::Window;

/// More stops than any screen has.
const STOPS: usize = 60;

/// What has the keyboard, in words; null when nothing has it.
const DESCRIBE: &str = "
    const one = document.activeElement;
    if (!one || one === document.body || one === document.documentElement) return null;
    const name = one.getAttribute('aria-label') ?? one.labels?.[0]?.textContent ?? one.textContent;
    return `the ${one.getAttribute('role') ?? one.tagName.toLowerCase()} “${name.replace(/\\s+/g, ' ').trim().slice(0, 50)}”`;";

impl Window<'_> {
    /// Presses keys together, such as `ctrl+n`, on the real keyboard.
    pub fn press(&self, keys: &str) {
        self.world().hands().press(keys);
    }

    /// Types a text on the real keyboard, into whatever has it.
    pub fn write(&self, text: &str) {
        self.world().hands().write(text);
    }

    /// What has the keyboard now; nothing when the page has lost it.
    pub fn keyboard(&self) -> Option<String> {
        self.script(DESCRIBE, &[]).as_str().map(str::to_owned)
    }

    /// Waits until this has the keyboard.
    pub fn keyboard_is_at(&self, target: &Target<'_>, when: &str) {
        let arrived = self.poll(|| target.has_keyboard().then_some(()));
        if arrived.is_none() {
            let lost = "nothing: it is lost to the page's body".to_owned();
            let holder = self.keyboard().unwrap_or(lost);
            self.give_up(&format!(
                "the keyboard to be at {} {when}; {holder} has it",
                target.sentence()
            ));
        }
    }

    /// Whatever has the keyboard now: it isn't lost.
    pub fn keyboard_is_kept(&self, when: &str) {
        // A dialog that closes hands the keyboard back a moment later; it must stay then.
        std::thread::sleep(std::time::Duration::from_millis(500));
        assert!(self.keyboard().is_some(), "{when} the keyboard is lost to the page's body");
    }

    /// Presses Tab until this has the keyboard.
    pub fn tab_to(&self, target: &Target<'_>) {
        self.walk_to(target, "Tab");
    }

    /// Presses Down until this has the keyboard.
    pub fn arrow_to(&self, target: &Target<'_>) {
        self.walk_to(target, "Down");
    }

    fn walk_to(&self, target: &Target<'_>, key: &str) {
        target.appears();
        let mut passed = Vec::new();
        while !target.has_keyboard() {
            if passed.len() >= STOPS {
                let sentence = target.sentence();
                self.give_up(&format!("{key} to reach {sentence}; it passed {passed:?}"));
            }
            self.press(key);
            std::thread::sleep(std::time::Duration::from_millis(80));
            passed.push(self.keyboard().unwrap_or_else(|| "nothing".to_owned()));
        }
    }
}
