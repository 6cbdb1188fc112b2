//! Markdown from a model → blocks that are safe to show.
//!
//! A model's words are hostile input: raw HTML comes out as text, images come out as links,
//! and a link leads to http, https or mailto or is no link at all.

mod bare;
mod formula;
mod highlight;
mod incremental;
mod markdown;
mod plain;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub(crate) use bare::bare;
pub use highlight::{Highlighter, Kind};
pub use incremental::{Open, Renderer, Step};
pub use markdown::options;
pub use plain::plain_text;

/// One top-level piece of an answer, rendered once and never again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Block {
    /// Anything but a code block.
    Html {
        /// Safe HTML: no scripts, no styles, no images; links carry their address in `href`.
        html: String,
    },
    /// A fenced or indented code block.
    Code {
        /// The fence's first word in lower case, or nothing.
        language: String,
        /// The code, highlighted: text in `span`s with classes. Its text content is the code.
        html: String,
    },
}

/// What stands after the last finished block of a growing answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Tail {
    /// Replaces the tail: what is written so far of this block.
    Html {
        /// Safe HTML, as in [`Block::Html`].
        html: String,
    },
    /// Replaces the tail by an open code block.
    Code {
        /// The fence's first word in lower case, or nothing.
        language: String,
        /// The code so far, plain.
        text: String,
    },
    /// Extends the open code block.
    More {
        /// What came since, plain.
        text: String,
    },
}

/// A code block of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeBlock {
    /// Its place among the answer's blocks, from 0.
    pub index: u32,
    /// The fence's first word in lower case, or nothing.
    pub language: String,
    /// The code.
    pub code: String,
    /// Whether its fence was closed: the code is whole.
    pub closed: bool,
}

/// The code blocks of `text`, numbered as [`Renderer::whole`] numbers its blocks.
pub fn code_blocks(text: &str) -> Vec<CodeBlock> {
    // Most texts have none, and are not parsed to find that out.
    if !["```", "~~~", "    ", "\t"].iter().any(|mark| text.contains(mark)) {
        return Vec::new();
    }
    Renderer::sources(text)
        .iter()
        .zip(0..)
        .filter_map(|(source, index)| {
            let (language, code) = markdown::code(source)?;
            Some(CodeBlock { index, language, code, closed: incremental::is_closed_fence(source) })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_block_that_is_shown_can_be_taken_and_only_a_closed_one_is_whole() {
        let text = "Look:\n\n    indented\n\nor\n\n  ```py\n  a = 1\n  ```\n\n~~~\n\n~~~\n\n```python\nb = 2\n";
        let found: Vec<_> = code_blocks(text)
            .into_iter()
            .map(|block| (block.index, block.code, block.closed))
            .collect();
        let expected = [
            (1, "indented\n", false),
            (3, "a = 1\n", true),
            (4, "\n", true),
            (5, "b = 2\n", false),
        ];
        assert_eq!(found, expected.map(|(index, code, closed)| (index, code.to_owned(), closed)));
        let shown = Renderer::whole(text);
        let shown = shown.iter().filter(|block| matches!(block, Block::Code { .. }));
        assert_eq!(shown.count(), expected.len());
    }

    #[test]
    fn finished_blocks_and_open_code_are_those_of_the_whole_however_it_is_cut() {
        let text = "# A\n\nb *c*\n\n```py\nx = 1\n\n```\n- d\n- e\n\n```\nopen\n";
        for size in 1..text.len() {
            let mut renderer = Renderer::default();
            let mut sources = Vec::new();
            let mut code = String::new();
            for piece in text.as_bytes().chunks(size) {
                renderer.push(std::str::from_utf8(piece).expect("ASCII"));
                let finished = renderer.finished();
                if !finished.is_empty() {
                    code.clear();
                }
                sources.extend(finished);
                if let Open::Code { code: so_far, .. } = renderer.open() {
                    assert!(so_far.starts_with(&code), "it took something back");
                    so_far.clone_into(&mut code);
                }
            }
            assert_eq!(code, "open\n", "in pieces of {size}");
            sources.extend(renderer.last());
            let ends = |sources: &[String]| -> Vec<String> {
                sources.iter().map(|source| source.trim_end().to_owned()).collect()
            };
            assert_eq!(ends(&sources), ends(&Renderer::sources(text)), "in pieces of {size}");
        }
    }
}
