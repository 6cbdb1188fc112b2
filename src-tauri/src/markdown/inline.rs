//! Text with weights, set into lines.

use pulldown_cmark::{Event, Tag, TagEnd};
use unicode_width::UnicodeWidthStr as _;

use super::look::{BLUE, CYAN, Look, Style};

/// A piece of one look.
#[derive(Clone, Debug)]
pub(super) struct Span {
    pub(super) text: String,
    pub(super) style: Style,
}

/// Gathers spans from the events of one block.
#[derive(Default)]
pub(super) struct Spans {
    spans: Vec<Span>,
    styles: Vec<Style>,
    /// Where the open links lead, and where their text began.
    links: Vec<(String, usize)>,
}

impl Spans {
    /// Beginning with a look.
    pub(super) fn of(style: Style) -> Self {
        Self { styles: vec![style], ..Self::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    fn style(&self) -> Style {
        self.styles.last().copied().unwrap_or_default()
    }

    fn push(&mut self, text: impl Into<String>, style: Style) {
        self.spans.push(Span { text: text.into(), style });
    }

    fn begin(&mut self, change: impl FnOnce(&mut Style)) {
        let mut style = self.style();
        change(&mut style);
        self.styles.push(style);
    }

    /// Takes an event that stands inside of a line; `false` for any other.
    pub(super) fn take(&mut self, event: &Event<'_>) -> bool {
        let style = self.style();
        match event {
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => {
                self.push(text.to_string(), style);
            }
            Event::Code(text) => {
                self.push(text.to_string(), Style { colour: Some(CYAN), ..style });
            }
            Event::InlineMath(text) => self.push(format!("${text}$"), style),
            Event::DisplayMath(text) => self.push(format!("$${text}$$"), style),
            Event::FootnoteReference(text) => self.push(format!("[^{text}]"), style),
            Event::SoftBreak => self.push(" ", style),
            Event::HardBreak => self.push("\n", style),
            Event::TaskListMarker(done) => self.push(if *done { "[x] " } else { "[ ] " }, style),
            Event::Start(Tag::Emphasis) => self.begin(|style| style.italic = true),
            Event::Start(Tag::Strong) => self.begin(|style| style.bold = true),
            Event::Start(Tag::Strikethrough) => self.begin(|style| style.struck = true),
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                self.links.push((dest_url.to_string(), self.spans.len()));
                self.begin(|style| {
                    style.underlined = true;
                    style.colour = Some(BLUE);
                });
            }
            Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough) => {
                self.styles.pop();
            }
            Event::End(TagEnd::Link | TagEnd::Image) => {
                self.styles.pop();
                self.close_link();
            }
            _ => return false,
        }
        true
    }

    /// Says where a link leads, unless its text does.
    fn close_link(&mut self) {
        let Some((address, from)) = self.links.pop() else { return };
        let text: String = self.spans.iter().skip(from).map(|span| span.text.as_str()).collect();
        let told = address.strip_prefix("mailto:").unwrap_or(&address);
        if text != told {
            let dim = Style { dim: true, ..self.style() };
            self.push(format!(" ({address})"), dim);
        }
    }

    /// Set into lines of at most `width` columns, where no word is longer.
    pub(super) fn lines(&self, width: usize, look: Look) -> Vec<String> {
        let mut lines = Setting { width, look, lines: Vec::new(), line: String::new(), column: 0 };
        for word in words(&self.spans) {
            lines.add(&word);
        }
        lines.end()
    }

    /// How many columns it takes in one line.
    pub(super) fn width(&self) -> usize {
        self.spans.iter().map(|span| span.text.width()).sum()
    }
}

enum Word {
    Spaces,
    Break,
    Pieces(Vec<Span>),
}

fn words(spans: &[Span]) -> Vec<Word> {
    let mut words = Vec::new();
    let mut open: Vec<Span> = Vec::new();
    for span in spans {
        let mut rest = span.text.as_str();
        while let Some(at) = rest.find([' ', '\t', '\n']) {
            if at > 0 {
                open.push(Span { text: rest[..at].to_owned(), style: span.style });
            }
            if !open.is_empty() {
                words.push(Word::Pieces(std::mem::take(&mut open)));
            }
            let is_break = rest[at..].starts_with('\n');
            words.push(if is_break { Word::Break } else { Word::Spaces });
            rest = &rest[at + 1..];
        }
        if !rest.is_empty() {
            open.push(Span { text: rest.to_owned(), style: span.style });
        }
    }
    if !open.is_empty() {
        words.push(Word::Pieces(open));
    }
    words
}

struct Setting {
    width: usize,
    look: Look,
    lines: Vec<String>,
    line: String,
    column: usize,
}

impl Setting {
    fn add(&mut self, word: &Word) {
        match word {
            Word::Break => self.break_line(),
            Word::Spaces if self.column > 0 && !self.line.ends_with(' ') => {
                self.line.push(' ');
                self.column += 1;
            }
            Word::Spaces => {}
            Word::Pieces(pieces) => {
                let width: usize = pieces.iter().map(|piece| piece.text.width()).sum();
                if self.column > 0 && self.column + width > self.width {
                    self.break_line();
                }
                for piece in pieces {
                    self.line.push_str(&self.look.paint(&piece.text, piece.style));
                }
                self.column += width;
            }
        }
    }

    fn break_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        self.lines.push(line.trim_end_matches(' ').to_owned());
        self.column = 0;
    }

    fn end(mut self) -> Vec<String> {
        if self.column > 0 || self.lines.is_empty() {
            self.break_line();
        }
        self.lines
    }
}
