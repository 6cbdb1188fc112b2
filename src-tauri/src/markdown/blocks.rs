//! The blocks of Markdown, one under the other and inside of each other.

use algoagent_core::render::options;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};

use super::code;
use super::inline::Spans;
use super::look::{CYAN, Look, Style};
use super::table;

/// `source`, whole blocks, in lines.
pub(super) fn lines(source: &str, look: Look) -> Vec<String> {
    let mut events = Parser::new_ext(source, options());
    Blocks { look, width: look.width() }.until(&mut events, None)
}

#[derive(Clone, Copy)]
struct Blocks {
    look: Look,
    width: usize,
}

impl Blocks {
    fn narrower(self, by: usize) -> Self {
        Self { width: self.width.saturating_sub(by).max(10), ..self }
    }

    /// The lines of everything up to `end`.
    fn until<'a>(
        self,
        events: &mut impl Iterator<Item = Event<'a>>,
        end: Option<TagEnd>,
    ) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        // What stands in a list without paragraphs.
        let mut bare = Spans::default();
        while let Some(event) = events.next() {
            if bare.take(&event) {
                continue;
            }
            let tight = !bare.is_empty();
            if tight {
                lines.extend(std::mem::take(&mut bare).lines(self.width, self.look));
            }
            if matches!(&event, Event::End(tag) if Some(*tag) == end) {
                return lines;
            }
            let block = self.block(event, events);
            if !lines.is_empty() && !block.is_empty() && !tight {
                lines.push(String::new());
            }
            lines.extend(block);
        }
        if !bare.is_empty() {
            lines.extend(bare.lines(self.width, self.look));
        }
        lines
    }

    fn block<'a>(
        self,
        event: Event<'a>,
        events: &mut impl Iterator<Item = Event<'a>>,
    ) -> Vec<String> {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                let style = Style {
                    bold: true,
                    underlined: level == HeadingLevel::H1,
                    colour: Some(CYAN),
                    ..Style::default()
                };
                self.text(Spans::of(style), events)
            }
            Event::Start(Tag::Paragraph | Tag::HtmlBlock) => self.text(Spans::default(), events),
            Event::Start(Tag::BlockQuote(kind)) => {
                let inner = self.narrower(2).until(events, Some(TagEnd::BlockQuote(kind)));
                let bar = self.look.paint("│", Style { dim: true, ..Style::default() });
                inner.iter().map(|line| format!("{bar} {line}").trim_end().to_owned()).collect()
            }
            Event::Start(Tag::CodeBlock(kind)) => self.code(&kind, events),
            Event::Start(Tag::List(first)) => self.list(first, events),
            Event::Start(Tag::Table(alignments)) => {
                table::lines(&alignments, events, self.width, self.look)
            }
            Event::Rule => vec![
                self.look.paint(&"─".repeat(self.width), Style { dim: true, ..Style::default() }),
            ],
            _ => Vec::new(),
        }
    }

    /// A block that holds nothing but text.
    fn text<'a>(
        self,
        mut spans: Spans,
        events: &mut impl Iterator<Item = Event<'a>>,
    ) -> Vec<String> {
        for event in events {
            if !spans.take(&event) {
                break;
            }
        }
        spans.lines(self.width, self.look)
    }

    fn code<'a>(
        self,
        kind: &CodeBlockKind<'_>,
        events: &mut impl Iterator<Item = Event<'a>>,
    ) -> Vec<String> {
        let language = match kind {
            CodeBlockKind::Fenced(info) => info.split_whitespace().next().unwrap_or_default(),
            CodeBlockKind::Indented => "",
        };
        let mut code = String::new();
        for event in events {
            match event {
                Event::Text(text) => code.push_str(&text),
                _ => break,
            }
        }
        let language = language.to_lowercase();
        let mut lines = vec![code::fence(&language, self.look)];
        let shown = code::Lines::new(&language, self.look).more(&code);
        lines.extend(shown.lines().map(str::to_owned));
        lines.push(code::fence("", self.look));
        lines
    }

    fn list<'a>(
        self,
        first: Option<u64>,
        events: &mut impl Iterator<Item = Event<'a>>,
    ) -> Vec<String> {
        let mut lines = Vec::new();
        let mut number = first;
        while let Some(event) = events.next() {
            if matches!(event, Event::End(TagEnd::List(_))) {
                break;
            }
            if !matches!(event, Event::Start(Tag::Item)) {
                continue;
            }
            let bullet = number.map_or_else(|| "• ".to_owned(), |number| format!("{number}. "));
            number = number.map(|number| number.saturating_add(1));
            let indent = bullet.chars().count();
            let item = self.narrower(indent).until(events, Some(TagEnd::Item));
            let mut item = item.into_iter();
            lines
                .push(format!("{bullet}{}", item.next().unwrap_or_default()).trim_end().to_owned());
            lines.extend(
                item.map(
                    |line| {
                        if line.is_empty() { line } else { format!("{:indent$}{line}", "") }
                    },
                ),
            );
        }
        lines
    }
}
