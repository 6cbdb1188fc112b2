//! Rendering an answer while it is written: a finished block is rendered once and frozen, only
//! what stands after it is rendered again.
//!
//! A top-level block is finished when the next one has begun, or when its fence closed. A
//! growing code fence isn't parsed at all: its new text is passed on as it is.

use pulldown_cmark::{Event, Parser};

use super::{Block, Tail, markdown};

/// What to show next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The next block, final.
    Block(Block),
    /// What stands after the last block; `None` when nothing does.
    Tail(Option<Tail>),
}

/// What is written of a block that isn't finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open<'a> {
    /// Markdown, perhaps nothing.
    Text(&'a str),
    /// The whole lines so far of a code block; later ones only add to them.
    Code {
        /// The fence's first word in lower case, or nothing.
        language: &'a str,
        /// The code.
        code: &'a str,
    },
}

/// Renders one answer as it grows.
#[derive(Debug, Default)]
pub struct Renderer {
    /// What isn't frozen yet.
    pending: String,
    /// How far `pending` was shown as an open code block.
    open: Option<Fence>,
    tail_shown: bool,
    dirty: bool,
}

/// A code fence that is open at the start of `pending`.
#[derive(Debug)]
struct Fence {
    mark: char,
    length: usize,
    indent: usize,
    language: String,
    /// Where its code begins in `pending`.
    start: usize,
    /// Where the first line starts that was not yet looked at for a closing fence.
    looked: usize,
    /// Up to where its code was sent.
    sent: usize,
    /// Whether a tail was sent that the next one may extend.
    shown: bool,
}

impl Renderer {
    /// All blocks of a text that doesn't grow.
    pub fn whole(text: &str) -> Vec<Block> {
        Self::sources(text).iter().map(|source| markdown::block(source)).collect()
    }

    /// The Markdown of each block of [`Renderer::whole`].
    pub(super) fn sources(text: &str) -> Vec<String> {
        let mut renderer = Self::default();
        renderer.push(text);
        renderer.last()
    }

    /// The Markdown of each block that was finished since the last call, for a door that shows
    /// it otherwise.
    pub fn finished(&mut self) -> Vec<String> {
        self.freeze(false)
    }

    /// The Markdown of the blocks that are left at the end of the answer.
    pub fn last(mut self) -> Vec<String> {
        let mut sources = self.freeze(true);
        sources.extend(self.rest());
        sources
    }

    /// What stands after the last of [`Renderer::finished`].
    pub fn open(&self) -> Open<'_> {
        match &self.open {
            // The code of an indented fence is not what stands there.
            Some(fence) if fence.indent == 0 => {
                let code = self.pending.get(fence.start..fence.looked).unwrap_or_default();
                Open::Code { language: &fence.language, code }
            }
            _ => Open::Text(&self.pending),
        }
    }

    /// More of the answer. Costs nothing: rendering happens in [`Renderer::steps`].
    pub fn push(&mut self, text: &str) {
        self.pending.push_str(text);
        self.dirty |= !text.is_empty();
    }

    /// What changed on the screen since the last call.
    pub fn steps(&mut self) -> Vec<Step> {
        if !std::mem::take(&mut self.dirty) {
            return Vec::new();
        }
        let mut steps: Vec<Step> =
            self.freeze(false).iter().map(|source| Step::Block(markdown::block(source))).collect();
        let tail = self.tail();
        if let Some(tail) = tail {
            self.tail_shown = true;
            steps.push(Step::Tail(Some(tail)));
        } else if self.pending.trim().is_empty() && self.tail_shown {
            self.tail_shown = false;
            steps.push(Step::Tail(None));
        }
        steps
    }

    /// The end of the answer: everything is frozen.
    pub fn finish(self) -> Vec<Step> {
        let tail_shown = self.tail_shown;
        let mut steps: Vec<Step> =
            self.last().iter().map(|source| Step::Block(markdown::block(source))).collect();
        if tail_shown {
            steps.push(Step::Tail(None));
        }
        steps
    }

    /// What no later text finished. An unclosed fence is one block, whatever it holds.
    fn rest(&mut self) -> Option<String> {
        let rest = std::mem::take(&mut self.pending);
        (!rest.trim().is_empty()).then_some(rest)
    }

    /// Takes the finished blocks out of `pending`. A line without an end decides nothing, unless
    /// the answer has `ended`: a `|` may become a row of the table above it.
    fn freeze(&mut self, ended: bool) -> Vec<String> {
        let mut sources = Vec::new();
        loop {
            if self.open.is_some() {
                let Some(end) = self.closed() else { return sources };
                self.open = None;
                sources.push(self.pending.drain(..end).collect());
                continue;
            }
            let blank = self.pending.len() - self.pending.trim_start().len();
            let blank = line_start(&self.pending, blank);
            self.pending.drain(..blank);
            let decided = if ended {
                self.pending.len()
            } else {
                line_start(&self.pending, self.pending.len())
            };
            let ranges = top_level(&self.pending[..decided]);
            let finished = ranges.len().saturating_sub(1);
            for range in ranges.iter().take(finished) {
                let start = line_start(&self.pending, range.start);
                sources.push(self.pending[start..range.end].to_owned());
            }
            if finished > 0 {
                let start = line_start(&self.pending, ranges[finished].start);
                self.pending.drain(..start);
            }
            self.open = Fence::open(&self.pending);
            if self.open.is_none() {
                return sources;
            }
        }
    }

    /// Where the open fence ends, once its closing line is complete or followed by another.
    fn closed(&mut self) -> Option<usize> {
        let fence = self.open.as_mut()?;
        while let Some(length) = self.pending[fence.looked..].find('\n') {
            let end = fence.looked + length + 1;
            if fence.closes(&self.pending[fence.looked..end]) {
                return Some(end);
            }
            fence.looked = end;
        }
        None
    }

    fn tail(&mut self) -> Option<Tail> {
        let Some(fence) = &mut self.open else {
            let text = self.pending.trim();
            return (!text.is_empty()).then(|| Tail::Html { html: markdown::prose(&self.pending) });
        };
        // A last line that may still become the closing fence is held back.
        let held = &self.pending[fence.looked..];
        let end = if fence.may_close(held) { fence.looked } else { self.pending.len() };
        let from = fence.sent.max(fence.start);
        if fence.shown && end <= from {
            return None;
        }
        let text = self.pending[from..end.max(from)].to_owned();
        fence.sent = end.max(from);
        if std::mem::replace(&mut fence.shown, true) {
            Some(Tail::More { text })
        } else {
            Some(Tail::Code { language: fence.language.clone(), text })
        }
    }
}

impl Fence {
    /// The fence that opens on the first line of `text`, if that line is complete.
    fn open(text: &str) -> Option<Self> {
        let line = &text[..text.find('\n')?];
        let body = line.trim_start_matches(' ');
        let indent = line.len() - body.len();
        let mark = body.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let length = body.chars().take_while(|c| *c == mark).count();
        let info = body[length..].trim();
        if indent > 3 || length < 3 || (mark == '`' && info.contains('`')) {
            return None;
        }
        Some(Self {
            mark,
            length,
            indent,
            language: markdown::language(info),
            start: line.len() + 1,
            looked: line.len() + 1,
            sent: 0,
            shown: false,
        })
    }

    fn closes(&self, line: &str) -> bool {
        let body = line.trim_end().trim_start_matches(' ');
        let indent = line.len() - line.trim_start_matches(' ').len();
        indent <= 3 && body.len() >= self.length && body.chars().all(|c| c == self.mark)
    }

    /// Whether `line`, which has no end yet, could become the closing fence.
    fn may_close(&self, line: &str) -> bool {
        let body = line.trim_start_matches(' ');
        line.len() - body.len() <= 3
            && body.trim_end().chars().all(|c| c == self.mark)
            && self.indent <= 3
    }
}

/// Whether `source` is a code fence that was closed: one without its end may lack code.
pub(super) fn is_closed_fence(source: &str) -> bool {
    Fence::open(source).is_some_and(|fence| {
        let body = &source[fence.start..];
        fence.closes(&body[line_start(body, body.trim_end().len())..])
    })
}

/// The ranges of the top-level blocks of `text`.
fn top_level(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut ranges = Vec::new();
    let mut depth = 0_usize;
    for (event, range) in Parser::new_ext(text, markdown::options()).into_offset_iter() {
        match event {
            Event::Start(_) => {
                if depth == 0 {
                    ranges.push(range);
                }
                depth += 1;
            }
            Event::End(_) => depth -= 1,
            _ if depth == 0 => ranges.push(range),
            _ => {}
        }
    }
    ranges
}

/// The start of the line that holds `at`: an indent belongs to its block.
fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = "# Momentum\n\nA *short* intro with `code`\nover two lines.\n\n- one\n- two\n\n  still two\n\n1. a\n2. b\n\n```python\nclass A(Strategy):\n    pass\n\n    x = \"``` not a fence\"\n```\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n> quote\n> more\n\nSetext\n---\n\n    indented\n\n~~~\ntilde\n~~~\nText right after.\n\n***\n\nThe end, ünïcode 🎉";

    fn blocks_and_tails(pieces: &[&str]) -> (Vec<Block>, String) {
        let mut renderer = Renderer::default();
        let mut blocks = Vec::new();
        let mut open_code = String::new();
        let mut seen_code = String::new();
        for piece in pieces {
            renderer.push(piece);
            for step in renderer.steps() {
                match step {
                    Step::Block(block) => blocks.push(block),
                    Step::Tail(Some(Tail::Code { text, .. })) => open_code = text,
                    Step::Tail(Some(Tail::More { text })) => open_code.push_str(&text),
                    Step::Tail(_) => {}
                }
                if open_code.len() > seen_code.len() {
                    seen_code.clone_from(&open_code);
                }
            }
        }
        for step in renderer.finish() {
            if let Step::Block(block) = step {
                blocks.push(block);
            }
        }
        (blocks, seen_code)
    }

    #[test]
    fn however_an_answer_is_cut_its_blocks_are_the_same() {
        let whole = Renderer::whole(ANSWER);
        assert_eq!(whole.len(), 13, "{whole:#?}");
        let chars: Vec<String> = ANSWER.chars().map(String::from).collect();
        for size in [1, 2, 3, 7, 20, 64] {
            let pieces: Vec<String> = chars.chunks(size).map(|c| c.concat()).collect();
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
            let (blocks, code) = blocks_and_tails(&pieces);
            assert_eq!(blocks, whole, "pieces of {size}");
            assert!(
                blocks
                    .contains(&Block::Code { language: String::new(), html: "indented\n".into() })
            );
            if size == 1 {
                assert_eq!(code, "class A(Strategy):\n    pass\n\n    x = \"``` not a fence\"\n");
            }
        }
    }

    #[test]
    fn the_code_of_an_open_fence_is_passed_on_and_never_sent_twice() {
        let mut renderer = Renderer::default();
        renderer.push("```py\na = 1\n");
        let steps = renderer.steps();
        assert_eq!(
            steps,
            [Step::Tail(Some(Tail::Code { language: "py".into(), text: "a = 1\n".into() }))]
        );
        renderer.push("b");
        assert_eq!(renderer.steps(), [Step::Tail(Some(Tail::More { text: "b".into() }))]);
        renderer.push(" = 2\n``");
        assert_eq!(renderer.steps(), [Step::Tail(Some(Tail::More { text: " = 2\n".into() }))]);
        renderer.push("`\n");
        let steps = renderer.steps();
        assert!(
            matches!(&steps[..], [Step::Block(Block::Code { .. }), Step::Tail(None)]),
            "{steps:?}"
        );
    }

    #[test]
    fn an_answer_that_breaks_off_inside_a_fence_keeps_its_code() {
        let blocks = Renderer::whole("Look:\n\n```python\nimport algo");
        assert_eq!(blocks.len(), 2);
        assert!(matches!(&blocks[1], Block::Code { language, .. } if language == "python"));
    }

    #[test]
    fn nothing_in_nothing_out() {
        assert_eq!(Renderer::whole(""), []);
        assert_eq!(Renderer::whole("\n\n  \n"), []);
    }
}
