//! An answer as it is written: each block is set once, when it is whole, and code line by line.

use algoagent_core::render::{Open, Renderer, code_blocks};
use unicode_width::UnicodeWidthChar as _;

use super::look::{Look, Style};
use super::{blocks, code};

/// An answer that grows.
pub(crate) struct Growing {
    renderer: Renderer,
    look: Look,
    /// The code block that is being written.
    code: Option<OpenCode>,
    began: bool,
}

struct OpenCode {
    lines: code::Lines,
    /// How much of it was given.
    given: usize,
}

impl Growing {
    pub(crate) fn new(look: Look) -> Self {
        Self { renderer: Renderer::default(), look, code: None, began: false }
    }

    /// More of the answer: what can be shown of it now, in whole lines.
    pub(crate) fn push(&mut self, text: &str) -> String {
        self.renderer.push(text);
        let mut shown = String::new();
        for source in self.renderer.finished() {
            self.block(&source, &mut shown);
        }
        if let Open::Code { language, code } = self.renderer.open() {
            let between = if std::mem::replace(&mut self.began, true) { "\n" } else { "" };
            let open = self.code.get_or_insert_with(|| {
                shown.push_str(between);
                shown.push_str(&code::fence(language, self.look));
                shown.push('\n');
                OpenCode { lines: code::Lines::new(language, self.look), given: 0 }
            });
            shown.push_str(&open.lines.more(code.get(open.given..).unwrap_or_default()));
            open.given = code.len();
        }
        shown
    }

    /// The end of the answer: what was not shown yet.
    pub(crate) fn end(&mut self) -> String {
        let mut shown = String::new();
        for source in std::mem::take(&mut self.renderer).last() {
            self.block(&source, &mut shown);
        }
        shown
    }

    /// The end of what is being written and can't be shown as it will look, in one line.
    pub(crate) fn preview(&self) -> Option<String> {
        let Open::Text(text) = self.renderer.open() else { return None };
        let line = text.trim_end().lines().next_back()?;
        let mut width = 0;
        let fits = |c: &char| {
            width += c.width().unwrap_or(1);
            width < self.look.columns
        };
        let end: Vec<char> = line.chars().rev().take_while(fits).collect();
        let end: String = end.into_iter().rev().collect();
        Some(self.look.paint(&end, Style { dim: true, ..Style::default() }))
    }

    fn block(&mut self, source: &str, shown: &mut String) {
        if let Some(mut open) = self.code.take() {
            let whole = code_blocks(source).into_iter().next().map(|block| block.code);
            let rest = whole.as_deref().and_then(|code| code.get(open.given..));
            shown.push_str(&open.lines.more(rest.unwrap_or_default()));
            shown.push_str(&code::fence("", self.look));
            shown.push('\n');
            return;
        }
        if std::mem::replace(&mut self.began, true) {
            shown.push('\n');
        }
        for line in blocks::lines(source, self.look) {
            shown.push_str(&line);
            shown.push('\n');
        }
    }
}
