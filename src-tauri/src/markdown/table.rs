//! Tables in columns.

use pulldown_cmark::{Alignment, Event, Tag, TagEnd};
use unicode_width::UnicodeWidthStr as _;

use super::inline::Spans;
use super::look::{Look, Style};

const BETWEEN: &str = " │ ";
/// No column is made narrower than this, if it needs as much.
const NARROWEST: usize = 6;

/// Reads a table up to its end, and sets it into `width` columns, wrapping what is wide.
pub(super) fn lines<'a>(
    alignments: &[Alignment],
    events: &mut impl Iterator<Item = Event<'a>>,
    width: usize,
    look: Look,
) -> Vec<String> {
    let rows = rows(events);
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let needed = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(Spans::width).max().unwrap_or(0)
    };
    let widths = fitted((0..columns).map(needed).collect(), width);
    let mut lines = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        lines.extend(set(row, &widths, alignments, look));
        if number == 0 {
            let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
            lines.push(rule.join("─┼─"));
        }
    }
    lines
}

fn rows<'a>(events: &mut impl Iterator<Item = Event<'a>>) -> Vec<Vec<Spans>> {
    let mut rows: Vec<Vec<Spans>> = Vec::new();
    let mut cell = Style::default();
    for event in events {
        match event {
            Event::End(TagEnd::Table) => break,
            Event::Start(Tag::TableHead) => {
                cell.bold = true;
                rows.push(Vec::new());
            }
            Event::End(TagEnd::TableHead) => cell.bold = false,
            Event::Start(Tag::TableRow) => rows.push(Vec::new()),
            Event::Start(Tag::TableCell) => {
                if let Some(row) = rows.last_mut() {
                    row.push(Spans::of(cell));
                }
            }
            event => {
                if let Some(spans) = rows.last_mut().and_then(|row| row.last_mut()) {
                    spans.take(&event);
                }
            }
        }
    }
    rows
}

/// The widest columns give way until all fit.
fn fitted(mut widths: Vec<usize>, width: usize) -> Vec<usize> {
    let between = BETWEEN.width() * widths.len().saturating_sub(1);
    while widths.iter().sum::<usize>() + between > width {
        match widths.iter_mut().max() {
            Some(widest) if *widest > NARROWEST => *widest -= 1,
            _ => break,
        }
    }
    widths
}

fn set(row: &[Spans], widths: &[usize], alignments: &[Alignment], look: Look) -> Vec<String> {
    let nothing = Spans::default();
    let cells: Vec<Vec<String>> = widths
        .iter()
        .enumerate()
        .map(|(column, width)| row.get(column).unwrap_or(&nothing).lines(*width, look))
        .collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or(0);
    let line = |number: usize| {
        let mut line = String::new();
        for (column, width) in widths.iter().enumerate() {
            let text = cells[column].get(number).map(String::as_str).unwrap_or_default();
            let room = width.saturating_sub(shown_width(text));
            let before = match alignments.get(column) {
                Some(Alignment::Right) => room,
                Some(Alignment::Center) => room / 2,
                _ => 0,
            };
            if column > 0 {
                line.push_str(BETWEEN);
            }
            line.push_str(&" ".repeat(before));
            line.push_str(text);
            line.push_str(&" ".repeat(room - before));
        }
        line.trim_end().to_owned()
    };
    (0..height).map(line).collect()
}

/// How many columns a painted text takes.
fn shown_width(text: &str) -> usize {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().width();
    // What `Look::paint` writes ends with an m.
    let rest = parts.map(|part| part.split_once('m').map_or(0, |(_, shown)| shown.width()));
    first + rest.sum::<usize>()
}
