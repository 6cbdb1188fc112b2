//! Looking at screens: pictures for people, and what a program can judge by itself, by rules of our
//! own and by axe-core.

use std::path::Path;
use std::sync::LazyLock;

use crate::window::Window;

const SIZES: [(i64, i64); 2] = [(1280, 800), (720, 560)];
/// How often text is made larger until it is twice as large.
const STEPS_TO_TWICE: usize = 5;

/// Judges the page; gives a list of sentences.
const TIDY: &str = include_str!("tidy.js");

/// Lets axe-core judge the page; what it finds comes later.
const AXE: &str = "
    window.axeFound = null;
    const grave = ({ impact }) => impact === 'serious' || impact === 'critical';
    const where = ({ nodes }) => nodes.slice(0, 3).map(({ target }) => target.join(' ')).join(', ');
    axe.run(document, { resultTypes: ['violations'] }).then(
        ({ violations }) => {
            window.axeFound = violations.filter(grave).map((one) => `${one.help} (${one.id}): ${where(one)}`);
        },
        (error) => { window.axeFound = [`axe-core failed: ${error}`]; },
    );";

/// A way through the program, on which each screen is looked at.
pub struct Walk<'w> {
    /// The window.
    pub window: Window<'w>,
    theme: &'static str,
    doubled: bool,
    faults: Vec<String>,
}

/// How wide the page is, in its own pixels.
fn wide(window: &Window<'_>) -> Option<f64> {
    window.script("return innerWidth", &[]).as_f64()
}

/// The source of axe-core, as the interface's packages have it.
fn axe() -> &'static str {
    static SOURCE: LazyLock<String> = LazyLock::new(|| {
        let file =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/node_modules/axe-core/axe.min.js");
        std::fs::read_to_string(file).expect("the interface's packages are installed")
    });
    &SOURCE
}

impl<'w> Walk<'w> {
    /// Begins in this window; the pictures are called by the theme.
    pub fn new(window: Window<'w>, theme: &'static str) -> Self {
        Self { window, theme, doubled: false, faults: Vec::new() }
    }

    /// Looks at each screen also with its text twice as large.
    pub fn doubled(self) -> Self {
        Self { doubled: true, ..self }
    }

    /// Goes on in the window that takes the place of this one.
    pub fn after(self, next: impl FnOnce(Window<'w>) -> Window<'w>) -> Self {
        Self { window: next(self.window), ..self }
    }

    /// Closes the window and fails when a screen was not fit to be seen.
    pub fn end(self) {
        self.window.close();
        let faults = self.faults.join("\n");
        assert!(faults.is_empty(), "not fit to be seen:\n{faults}");
    }

    /// Looks at the screen in both sizes.
    pub fn look(&mut self, name: &str) {
        self.look_with(name, |_| {});
    }

    /// Looks at the screen in both sizes, each time after this was done.
    pub fn look_with(&mut self, name: &str, prepare: impl Fn(&Window<'_>)) {
        for (width, height) in SIZES {
            self.window.resize(width, height);
            prepare(&self.window);
            self.look_once(name, width);
        }
        let (width, height) = SIZES[0];
        self.window.resize(width, height);
    }

    /// Looks at the screen as it is, where another size would close what is open.
    pub fn look_once(&mut self, name: &str, width: i64) {
        let note = self.window.any("status").within(self.window.find("region", "Notes"));
        note.disappears();
        let picture = format!("screen-{}-{width}-{name}", self.theme);
        self.tidy(&picture);
        if width == SIZES[0].0 {
            self.judge(&picture);
            if self.doubled {
                self.look_doubled(&format!("{picture}-doubled"));
            }
        }
    }

    /// By the keys, and back again: a click of the driver misses its mark in a page that is zoomed.
    fn look_doubled(&mut self, picture: &str) {
        let usual = wide(&self.window);
        let becomes = |window: &Window<'_>, factor: f64| {
            window.eventually("the text in its size", || {
                ((wide(window)? - usual? / factor).abs() < 2.0).then_some(())
            });
        };
        for _ in 0..STEPS_TO_TWICE {
            self.window.press("ctrl+plus");
        }
        becomes(&self.window, 2.0);
        self.tidy(picture);
        self.window.press("ctrl+0");
        becomes(&self.window, 1.0);
    }

    /// A picture, and what our own rules say of it.
    fn tidy(&mut self, picture: &str) {
        self.window.screenshot(picture);
        let judged = self.window.script(TIDY, &[]);
        let sentences = judged.as_array().cloned().unwrap_or_default();
        self.faults.extend(
            sentences
                .iter()
                .filter_map(|sentence| Some(format!("{picture}: {}", sentence.as_str()?))),
        );
    }

    /// What axe-core says of the screen.
    fn judge(&mut self, picture: &str) {
        if self.window.script("return typeof window.axe", &[]) != "object" {
            self.window.script(axe(), &[]);
        }
        self.window.script(AXE, &[]);
        let found = self.window.eventually("axe-core's judgement", || {
            let found = self.window.script("return window.axeFound", &[]);
            found.as_array().cloned()
        });
        let sentences = found.iter().filter_map(|sentence| sentence.as_str());
        self.faults.extend(sentences.map(|sentence| format!("{picture}: {sentence}")));
    }
}
