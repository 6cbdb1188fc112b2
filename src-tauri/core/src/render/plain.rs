//! Markdown from a model → text for programs that know no Markdown.
//!
//! It says what the window shows: marks go, lists keep their numbers, a table becomes lines of
//! cells between tabs, as spreadsheets take them, a link is followed by its address, and code and
//! formulas stay as they were written. What was struck out keeps its tildes, or it would say the
//! opposite. Control characters go, for a terminal that it is pasted into obeys them.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::markdown::{is_safe_link, options};
use super::{Renderer, formula};

/// Bytes that may stand before a line; what lies deeper is not moved further to the right.
const DEEPEST: usize = 64;

/// An answer as plain text.
pub fn plain_text(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    for source in Renderer::sources(markdown) {
        let text = block(source.as_ref());
        if text.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&text);
    }
    out
}

/// One top-level block, with the end of its last line; nothing when it says nothing.
fn block(source: &str) -> String {
    let source = &*formula::with_dollars(source);
    let mut plain = Plain::default();
    for (event, range) in Parser::new_ext(source, options()).into_offset_iter() {
        match event {
            // As it was written, money and formulas alike.
            Event::InlineMath(_) | Event::DisplayMath(_) => plain.say(&source[range]),
            event => plain.take(event),
        }
    }
    plain.end_lines();
    plain.out
}

#[derive(Default)]
struct Plain {
    out: String,
    /// The lines that are being gathered.
    inline: String,
    /// What stands before each line, one piece for each list item and quote around it.
    before: Vec<&'static str>,
    /// What stands before the first line of a list item.
    marker: Option<String>,
    /// The next numbers of the open lists; none for one with bullets.
    lists: Vec<Option<u64>>,
    /// Whether an empty line is due.
    gap: bool,
    /// For each open link: its address, and where its words begin in `inline`.
    links: Vec<(Option<String>, usize)>,
    code: bool,
    cell: bool,
    first_cell: bool,
}

impl Plain {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                self.say(&text);
            }
            Event::SoftBreak => self.say(" "),
            Event::HardBreak => self.say("\n"),
            Event::TaskListMarker(done) => self.say(if done { "[x] " } else { "[ ] " }),
            Event::Rule => self.gap = true,
            // Formulas were taken before; footnotes are off.
            Event::InlineMath(_) | Event::DisplayMath(_) | Event::FootnoteReference(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::Heading { .. } | Tag::HtmlBlock | Tag::Table(_) => self.part(),
            Tag::CodeBlock(_) => {
                self.part();
                self.code = true;
            }
            Tag::BlockQuote(_) => {
                self.part();
                self.before.push("> ");
            }
            Tag::List(first) => {
                self.end_lines();
                self.lists.push(first);
            }
            Tag::Item => {
                self.end_lines();
                self.marker = Some(match self.lists.last_mut() {
                    Some(Some(number)) => {
                        let shown = format!("{number}. ");
                        *number = number.saturating_add(1);
                        shown
                    }
                    _ => "- ".to_owned(),
                });
                self.before.push("   ");
            }
            Tag::TableHead | Tag::TableRow => self.first_cell = true,
            Tag::TableCell => {
                if !std::mem::replace(&mut self.first_cell, false) {
                    self.inline.push('\t');
                }
                self.cell = true;
            }
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                let address = is_safe_link(&dest_url).then(|| dest_url.into_string());
                self.links.push((address, self.inline.len()));
            }
            Tag::Strikethrough => self.inline.push_str("~~"),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::HtmlBlock | TagEnd::Table => {
                self.end_lines();
                self.gap = true;
            }
            TagEnd::CodeBlock => {
                self.end_code();
                self.gap = true;
            }
            TagEnd::BlockQuote(_) => {
                self.end_lines();
                self.before.pop();
                self.gap = true;
            }
            TagEnd::Item => {
                // An item without a word is an item still.
                if self.marker.is_some() && self.inline.is_empty() {
                    self.line("");
                }
                self.end_lines();
                self.before.pop();
            }
            TagEnd::List(_) => {
                self.lists.pop();
            }
            TagEnd::TableCell => self.cell = false,
            TagEnd::TableHead | TagEnd::TableRow => self.end_lines(),
            TagEnd::Link | TagEnd::Image => self.end_link(),
            TagEnd::Strikethrough => self.inline.push_str("~~"),
            _ => {}
        }
    }

    fn say(&mut self, text: &str) {
        let keeps = |c: &char| *c == '\n' || *c == '\t' || !c.is_control();
        // A cell is one line, and a tab in it would be the next cell.
        let shown = |c| if self.cell && (c == '\n' || c == '\t') { ' ' } else { c };
        self.inline.extend(text.chars().filter(keeps).map(shown));
    }

    fn end_link(&mut self) {
        let Some((address, start)) = self.links.pop() else { return };
        let Some(address) = address else { return };
        let words = self.inline.get(start..).unwrap_or_default();
        let told = words == address || address.strip_prefix("mailto:") == Some(words);
        if words.is_empty() {
            self.say(&address);
        } else if !told {
            self.say(&format!(" ({address})"));
        }
    }

    /// Something begins that stands apart from what comes before it.
    fn part(&mut self) {
        self.end_lines();
        // The first of a list item follows its mark.
        self.gap |= self.marker.is_none();
    }

    /// Ends the lines that were gathered.
    fn end_lines(&mut self) {
        if self.code {
            return;
        }
        let lines = std::mem::take(&mut self.inline);
        for line in lines.trim_end().lines() {
            self.line(line.trim_end());
        }
    }

    /// Ends a code block: empty lines and spaces at the end belong to it.
    fn end_code(&mut self) {
        self.code = false;
        let code = std::mem::take(&mut self.inline);
        for line in code.lines() {
            self.line(line);
        }
    }

    fn line(&mut self, line: &str) {
        if std::mem::take(&mut self.gap) && !self.out.is_empty() {
            self.out.push('\n');
        }
        let marker = self.marker.take();
        let own = usize::from(marker.is_some());
        let start = self.out.len();
        for piece in &self.before[..self.before.len() - own] {
            if self.out.len() - start >= DEEPEST {
                break;
            }
            self.out.push_str(piece);
        }
        self.out.push_str(marker.as_deref().unwrap_or_default());
        self.out.push_str(line);
        if line.is_empty() {
            let said = self.out.trim_end_matches(' ').len();
            self.out.truncate(said.max(start));
        }
        self.out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn marks_go_and_words_stay() {
        for (markdown, plain) in [
            (
                "# A *title*\n\nSome **bold**, `code_name`\nand more.",
                "A title\n\nSome bold, code_name and more.\n",
            ),
            ("a  \nb\\\nc", "a\nb\nc\n"),
            ("- one\n- two\n  - deeper\n- three", "- one\n- two\n   - deeper\n- three\n"),
            ("3. three\n4. four\n\n   still four", "3. three\n\n4. four\n\n   still four\n"),
            ("- [x] done\n- [ ] not", "- [x] done\n- [ ] not\n"),
            ("> said\n> twice\n\nafter", "> said twice\n\nafter\n"),
            ("one\n\n---\n\ntwo", "one\n\ntwo\n"),
            ("a \\* b &amp; c", "a * b & c\n"),
            ("~~buy~~ sell", "~~buy~~ sell\n"),
            ("", ""),
            ("-\n- x", "-\n- x\n"),
        ] {
            assert_eq!(plain_text(markdown), plain, "{markdown:?}");
        }
    }

    #[test]
    fn a_table_is_lines_of_cells_between_tabs() {
        let table = "Before\n\n| a | **b** |\n|:--|--:|\n| 1 | x \\| y\tz |\n| | `2` |\n\nAfter";
        assert_eq!(plain_text(table), "Before\n\na\tb\n1\tx | y z\n\t2\n\nAfter\n");
    }

    #[test]
    fn a_link_is_followed_by_its_address_once_and_only_where_the_window_shows_one() {
        for (markdown, plain) in [
            ("[docs](https://e.org/a)", "docs (https://e.org/a)\n"),
            ("<https://e.org>", "https://e.org\n"),
            ("<ada@e.org>", "ada@e.org\n"),
            ("[https://e.org](https://e.org)", "https://e.org\n"),
            ("[https://bank.org](https://evil.org)", "https://bank.org (https://evil.org)\n"),
            ("![chart](https://e.org/c.png)", "chart (https://e.org/c.png)\n"),
            (
                "[![chart](https://e.org/c.png)](https://e.org)",
                "chart (https://e.org/c.png) (https://e.org)\n",
            ),
            ("[](https://e.org)", "https://e.org\n"),
            ("[x](javascript:alert(1))", "x\n"),
        ] {
            assert_eq!(plain_text(markdown), plain, "{markdown:?}");
        }
    }

    #[test]
    fn code_and_formulas_stay_as_they_were_written() {
        let code = "def f():\n\n    return \"*x*  \" # \\(a\\)  \n";
        assert_eq!(
            plain_text(&format!("Look:\n\n```python\n{code}```\n\nEnd.")),
            format!("Look:\n\n{code}\nEnd.\n")
        );
        assert_eq!(plain_text("- so:\n\n  ```\n  a\n\n  b\n  ```"), "- so:\n\n   a\n\n   b\n");
        assert_eq!(plain_text("```\nnot closed"), "not closed\n");
        for (markdown, plain) in [
            ("A $\\frac{a_1}{b}$ of it", "A $\\frac{a_1}{b}$ of it\n"),
            ("$$\nx^2\n$$", "$$\nx^2\n$$\n"),
            ("\\(x_1\\) costs $5-$10", "$x_1$ costs $5-$10\n"),
        ] {
            assert_eq!(plain_text(markdown), plain, "{markdown:?}");
        }
    }

    #[test]
    fn raw_html_is_text_and_what_a_terminal_obeys_goes() {
        assert_eq!(plain_text("<b>a</b> <script>x</script>"), "<b>a</b> <script>x</script>\n");
        assert_eq!(plain_text("<div>\n*a*\n</div>"), "<div>\n*a*\n</div>\n");
        let hostile = "a\u{1b}[201~\u{7}b\u{9b}c\n\n```\nrm\u{1b}[1m -rf\u{8}\ttab\r\n```";
        assert_eq!(plain_text(hostile), "a[201~bc\n\nrm[1m -rf\ttab\n");
        assert_eq!(plain_text("\u{0}"), "");
    }

    #[test]
    fn deep_nesting_neither_overflows_nor_swells() {
        let began = Instant::now();
        for piece in [">", "- ", "1. ", "[", "*", "![", "| ", "`", "<", "$"] {
            let markdown = format!("{}\n{}", piece.repeat(20_000), "a\\\n".repeat(20_000));
            let plain = plain_text(&markdown);
            assert!(plain.len() < 100 * markdown.len(), "{piece:?}: {}", plain.len());
        }
        // It bounds liveness: quadratic work would take minutes.
        assert!(began.elapsed() < Duration::from_secs(120), "{:?}", began.elapsed());
    }
}
