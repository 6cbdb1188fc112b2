//! Code, line by line as it comes.

use algoagent_core::render::Highlighter;

use super::look::{Look, Style};

/// The lines of one block of code.
pub(super) struct Lines {
    highlighter: Highlighter,
    look: Look,
}

impl Lines {
    pub(super) fn new(language: &str, look: Look) -> Self {
        Self { highlighter: Highlighter::new(language), look }
    }

    /// `code`, whole lines, as it is shown. Nothing is broken or indented: it may be copied.
    pub(super) fn more(&mut self, code: &str) -> String {
        let mut text = String::new();
        for line in code.split_inclusive('\n') {
            for (kind, piece) in self.highlighter.line(line) {
                let (words, end) = match piece.strip_suffix('\n') {
                    Some(words) => (words, "\n"),
                    None => (piece, ""),
                };
                text.push_str(&self.look.paint(words, kind.into()));
                text.push_str(end);
            }
        }
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text
    }
}

/// The line that begins or ends a block.
pub(super) fn fence(language: &str, look: Look) -> String {
    look.paint(&format!("```{language}"), Style { dim: true, ..Style::default() })
}
