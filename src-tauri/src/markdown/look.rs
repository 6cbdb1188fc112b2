//! How pieces of text look in a terminal: weights, and the sixteen colours that its person chose.

use std::io::{self, IsTerminal as _};

use algoagent_core::render::Kind;

use crate::output::harmless;

const RESET: &str = "\u{1b}[0m";
/// Longer lines are hard to read.
const WIDEST: usize = 100;

/// How one piece looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) bold: bool,
    pub(super) italic: bool,
    pub(super) struck: bool,
    pub(super) underlined: bool,
    pub(super) dim: bool,
    /// The number of a colour.
    pub(super) colour: Option<u8>,
}

pub(super) const CYAN: u8 = 36;
pub(super) const BLUE: u8 = 34;
const GREEN: u8 = 32;
const MAGENTA: u8 = 35;
const YELLOW: u8 = 33;
const GREY: u8 = 90;

/// What a terminal takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    pub(crate) colours: bool,
    pub(crate) columns: usize,
}

impl Look {
    /// That of the terminal at the output; `None` where that is none, or one that can't be told.
    pub(crate) fn of_output() -> Option<Self> {
        let said = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        if !io::stdout().is_terminal() || said("TERM").is_some_and(|term| term == "dumb") {
            return None;
        }
        let size = terminal_size::terminal_size();
        let columns = size.map_or(80, |(width, _)| usize::from(width.0)).max(20);
        Some(Self { colours: said("NO_COLOR").is_none(), columns })
    }

    /// How wide text is set.
    pub(super) fn width(self) -> usize {
        self.columns.min(WIDEST)
    }

    /// `text` in `style`, without what could command the terminal otherwise.
    pub(super) fn paint(self, text: &str, style: Style) -> String {
        let text = harmless(text);
        let weights = [
            (style.bold, 1),
            (style.dim, 2),
            (style.italic, 3),
            (style.underlined, 4),
            (style.struck, 9),
        ];
        let mut numbers: Vec<String> = weights
            .into_iter()
            .filter(|(on, _)| *on)
            .map(|(_, number): (bool, u8)| number.to_string())
            .collect();
        numbers.extend(style.colour.filter(|_| self.colours).map(|colour| colour.to_string()));
        if numbers.is_empty() || text.is_empty() {
            return text.into_owned();
        }
        format!("\u{1b}[{}m{text}{RESET}", numbers.join(";"))
    }
}

impl From<Kind> for Style {
    fn from(kind: Kind) -> Self {
        let colour = match kind {
            Kind::Plain => None,
            Kind::Comment => Some(GREY),
            Kind::Text => Some(GREEN),
            Kind::Number => Some(YELLOW),
            Kind::Keyword => Some(MAGENTA),
            Kind::Name => Some(BLUE),
        };
        Self { colour, ..Self::default() }
    }
}
