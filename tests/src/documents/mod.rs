//! The documents as a reader follows them: what their fenced blocks ask to be typed, and what they
//! say that comes of it.
//!
//! A block of a language that is not known here is refused, and so is an answer to nothing. So
//! nothing in a document looks like an example and is none.

mod alike;
mod shell;

use std::fs;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

pub use shell::Shell;

use crate::workspace;

/// What the lines of a block that isn't run begin with, all of them: they build the program, or
/// fetch what it is built from.
const NOT_RUN: [&str; 4] = ["cargo ", "git clone ", "npm ", "cd "];

/// A fenced block.
#[derive(Debug, PartialEq, Eq)]
pub struct Block {
    /// The line on which its text begins.
    pub line: usize,
    /// What it is.
    pub kind: Kind,
    /// What stands in it.
    pub text: String,
}

/// What a fenced block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `sh`: typed line by line.
    Typed,
    /// `sh no-test`: what can't be typed in a test.
    NotRun,
    /// `text`: lines that come, in this order, of what was typed above.
    Lines,
    /// `json`: the document that comes of what was typed above.
    Json,
    /// `tree`: files and folders of the workspace, one under the other, with what they are for.
    Tree,
}

/// The fenced blocks of a page, from the workspace's folder.
pub fn blocks(page: &str) -> Vec<Block> {
    let text = fs::read_to_string(workspace().join(page))
        .unwrap_or_else(|error| panic!("{page} can't be read: {error}"));
    read(&text).unwrap_or_else(|why| panic!("{page}:{why}"))
}

fn read(page: &str) -> Result<Vec<Block>, String> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Option<Block> = None;
    for (event, range) in Parser::new(page).into_offset_iter() {
        let line = |at: usize| page[..at].lines().count() + 1;
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                let line = line(range.start) + 1;
                let kind = kind(&language).ok_or(format!("{line}: `{language}` is no language"))?;
                open = Some(Block { line, kind, text: String::new() });
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => {
                return Err(format!(
                    "{}: code that is only indented says not what it is",
                    line(range.start)
                ));
            }
            Event::Text(text) => {
                if let Some(block) = &mut open {
                    block.text.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some(block) = open.take() {
                    check(&block, blocks.last())?;
                    blocks.push(block);
                }
            }
            _ => {}
        }
    }
    Ok(blocks)
}

fn kind(language: &str) -> Option<Kind> {
    match language {
        "sh" => Some(Kind::Typed),
        "sh no-test" => Some(Kind::NotRun),
        "text" => Some(Kind::Lines),
        "json" => Some(Kind::Json),
        "tree" => Some(Kind::Tree),
        _ => None,
    }
}

fn check(block: &Block, before: Option<&Block>) -> Result<(), String> {
    let line = block.line;
    match block.kind {
        Kind::Typed | Kind::Tree => Ok(()),
        Kind::NotRun => {
            let known = |text: &str| NOT_RUN.iter().any(|start| text.starts_with(start));
            match block.text.lines().find(|text| !known(text)) {
                Some(text) => Err(format!("{line}: `{text}` can be run, so it has to be")),
                None => Ok(()),
            }
        }
        Kind::Lines | Kind::Json => match before.map(|before| before.kind) {
            Some(Kind::Typed) => Ok(()),
            _ => Err(format!("{line}: it answers nothing that was typed just before")),
        },
    }
}

/// Types what a page asks for, in its order, and holds what comes of it against what the page says.
pub fn follow(page: &str, shell: &mut Shell<'_>) {
    let mut printed = String::new();
    for Block { line, kind, text } in blocks(page) {
        let place = format!("{page}:{line}");
        match kind {
            Kind::NotRun => {}
            Kind::Tree => {
                for path in places(&text) {
                    assert!(workspace().join(&path).exists(), "{place}: there is no {path}");
                }
            }
            Kind::Typed => {
                printed = shell.type_lines(&text).unwrap_or_else(|why| panic!("{place}: {why}"));
            }
            Kind::Lines => alike::lines(&text, &printed)
                .unwrap_or_else(|why| panic!("{place}: {why}\nIt printed:\n{printed}")),
            Kind::Json => alike::json(&text, &printed)
                .unwrap_or_else(|why| panic!("{place}: {why}\nIt printed:\n{printed}")),
        }
    }
}

/// The paths that a tree names, each under those that it is indented below.
fn places(tree: &str) -> Vec<String> {
    let mut above: Vec<(usize, &str)> = Vec::new();
    let mut places = Vec::new();
    for line in tree.lines() {
        let name = line.split_whitespace().next().unwrap_or_default();
        let indent = line.len() - line.trim_start().len();
        above.retain(|(other, _)| *other < indent);
        let folder: String = above.iter().map(|(_, name)| *name).collect();
        match name.split_once('{').and_then(|(start, rest)| Some((start, rest.split_once('}')?))) {
            Some((start, (names, end))) => {
                places.extend(names.split(',').map(|name| format!("{folder}{start}{name}{end}")));
            }
            None => places.push(format!("{folder}{name}")),
        }
        above.push((indent, name));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_known_by_its_language_and_its_line() {
        let page = "# A\n\n```sh\nls\n```\n\nwords\n\n```text\nx\n```\n";
        let found = read(page).unwrap();
        assert_eq!(found[0], Block { line: 4, kind: Kind::Typed, text: "ls\n".to_owned() });
        assert_eq!((found[1].line, found[1].kind), (10, Kind::Lines));
    }

    #[test]
    fn a_tree_names_what_stands_under_what() {
        let tree = "a/     words\n  b.rs   words\n  c/{d,e}/  words\nf\n";
        assert_eq!(places(tree), ["a/", "a/b.rs", "a/c/d/", "a/c/e/", "f"]);
    }

    #[test]
    fn what_looks_like_an_example_and_is_none_is_refused() {
        for page in [
            "```bash\nls\n```\n",
            "```\nls\n```\n",
            "words\n\n    ls\n",
            "```sh  no-tests\nls\n```\n",
            "```text\nan answer to nothing\n```\n",
            "```sh no-test\ncargo build\n```\n\n```json\n{}\n```\n",
            "```sh no-test\ncargo xtask run\nalgoagent doctor\n```\n",
        ] {
            assert!(read(page).is_err(), "{page}");
        }
        assert!(read("```sh no-test\ncargo xtask run\n```\n").is_ok());
    }
}
