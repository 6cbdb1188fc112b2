//! What the documents point at: other pages and their headings, pictures, sources by their names,
//! and this program's own commands. A link that leads nowhere is refused, and so is a picture that nothing shows.
//!
//! Links to the web are not followed: a test must not depend on other people's servers. What is
//! inside code is no link.

use std::collections::{BTreeMap, BTreeSet};

use crate::command;
use crate::pictures;

/// Judges the documents among `texts`, each a path with what stands in it. `paths` are all files.
pub(crate) fn judge<'a>(
    texts: impl Iterator<Item = (&'a str, &'a str)>,
    paths: &BTreeSet<&str>,
) -> Vec<String> {
    let pages: BTreeMap<&str, Page<'_>> = texts
        .filter(|(path, _)| path.ends_with(".md"))
        .map(|(path, text)| (path, Page::read(text)))
        .collect();
    let mut faults = Vec::new();
    let mut shown = BTreeSet::new();
    for (path, page) in &pages {
        for (line, target) in &page.links {
            if ["http://", "https://", "mailto:"].iter().any(|web| target.starts_with(web)) {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let file = if file.is_empty() { (*path).to_owned() } else { beside(path, file) };
            if !paths.contains(file.as_str()) {
                faults.push(format!("{path}:{line}: {target} is not there."));
            } else if !anchor.is_empty()
                && !pages.get(file.as_str()).is_some_and(|page| page.anchors.contains(anchor))
            {
                faults.push(format!("{path}:{line}: {file} has no heading #{anchor}."));
            }
            shown.insert(file);
        }
        for (line, source) in &page.sources {
            let end = format!("/{source}");
            if !paths.iter().any(|path| path == source || path.ends_with(&end)) {
                faults.push(format!("{path}:{line}: there is no {source}."));
            }
        }
        for (line, words) in &page.commands {
            if let Err(why) = command::parse(words) {
                faults.push(format!("{path}:{line}: {why}"));
            }
        }
    }
    let listed: BTreeSet<String> =
        pictures::PICTURES.iter().map(|(_, name)| pictures::place(name)).collect();
    for path in paths.iter().filter(|path| path.starts_with(pictures::FOLDER)) {
        if !shown.contains(*path) {
            faults.push(format!("{path}: no page shows it."));
        }
        if !listed.contains(*path) {
            faults.push(format!("{path}: xtask/src/pictures.rs doesn't say what it is made from."));
        }
    }
    faults
}

/// A page, as far as it points at others and others at it.
#[derive(Default)]
struct Page<'a> {
    /// With their lines.
    links: Vec<(usize, &'a str)>,
    anchors: BTreeSet<String>,
    /// Sources that it names, from wherever the reader is.
    sources: Vec<(usize, &'a str)>,
    /// What follows `cargo xtask` in it.
    commands: Vec<(usize, Vec<String>)>,
}

impl<'a> Page<'a> {
    fn read(text: &'a str) -> Self {
        let mut page = Self::default();
        let mut fenced = false;
        for (line, text) in text.lines().enumerate().map(|(number, text)| (number + 1, text)) {
            if text.starts_with("```") {
                fenced = !fenced;
            } else if fenced {
                page.commands.extend(command_of(text).map(|words| (line, words)));
            } else {
                if text.starts_with('#') {
                    page.head(text.trim_start_matches('#').trim());
                }
                // Every second piece is code.
                for (at, piece) in text.split('`').enumerate() {
                    if at % 2 == 0 {
                        page.links.extend(targets(piece).map(|target| (line, target)));
                    } else {
                        page.commands.extend(command_of(piece).map(|words| (line, words)));
                        page.sources.extend(is_source(piece).then_some((line, piece)));
                    }
                }
            }
        }
        page
    }

    /// Notes a heading under the name that links call it by.
    fn head(&mut self, words: &str) {
        let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
        let name: String = words
            .chars()
            .filter(kept)
            .flat_map(char::to_lowercase)
            .collect::<String>()
            .replace(' ', "-");
        let again = |count: usize| format!("{name}-{count}");
        let name = if self.anchors.contains(&name) {
            (1..).map(again).find(|name| !self.anchors.contains(name)).unwrap_or_default()
        } else {
            name
        };
        self.anchors.insert(name);
    }
}

/// The targets of `[words](target)`. Where the words hold code, only their end is in `text`.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("](")
        .filter_map(|(at, mark)| text[at + mark.len()..].split_once(')').map(|(target, _)| target))
}

/// Whether code is the name of a source, and of one alone.
fn is_source(code: &str) -> bool {
    [".rs", ".ts", ".svelte", ".css"].iter().any(|end| code.ends_with(end))
        && !code.contains(|c: char| c.is_whitespace() || "*{<".contains(c))
}

/// The words behind `cargo xtask`, up to a comment.
fn command_of(text: &str) -> Option<Vec<String>> {
    let words = text.trim().strip_prefix("cargo xtask")?;
    let words = words.split(" #").next().unwrap_or_default();
    Some(words.split_whitespace().map(str::to_owned).collect())
}

/// A target that stands in `page`, from the checkout's root.
fn beside(page: &str, target: &str) -> String {
    let mut place: Vec<&str> = page.split('/').collect();
    place.pop();
    for part in target.split('/') {
        match part {
            ".." => {
                place.pop();
            }
            "." => {}
            part => place.push(part),
        }
    }
    place.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(pages: &[(&str, &str)], others: &[&str]) -> Vec<String> {
        let paths = pages.iter().map(|(path, _)| *path).chain(others.iter().copied()).collect();
        judge(pages.iter().copied(), &paths)
    }

    #[test]
    fn links_to_pages_headings_and_pictures_that_are_there_pass() {
        let page = "# One *two*, three's\n[a](docs/b.md#two-words) [c](#one-two-threes) ![p](docs/pictures/chat-light.png)\n[`x`](LICENSE) [web](https://example.org/x#y)\n";
        let other = "## Two words\n## Two words\n[up](../README.md) [again](#two-words-1)\n";
        let found = faults(
            &[("README.md", page), ("docs/b.md", other)],
            &["LICENSE", "docs/pictures/chat-light.png"],
        );
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn what_is_pointed_at_and_not_there_is_named_with_its_line() {
        for wrong in [
            "[a](gone.md)",
            "[a](#gone)",
            "[a](docs/b.md#gone)",
            "![a](docs/p.png)",
            "[`a` b](gone.md)",
        ] {
            let found =
                faults(&[("README.md", &format!("\n{wrong}\n")), ("docs/b.md", "# b\n")], &[]);
            assert_eq!(found.len(), 1, "{wrong}: {found:?}");
            assert!(found[0].starts_with("README.md:2: "), "{found:?}");
        }
    }

    #[test]
    fn code_holds_no_links() {
        let page = "`a[0](b)`\n```sh\nx[0](c)\n```\n";
        assert!(faults(&[("README.md", page)], &[]).is_empty());
    }

    #[test]
    fn sources_are_known_by_the_end_of_their_path() {
        let found =
            faults(&[("A.md", "`chat/a.rs` `a.rs` `b_*.rs` `fn b.rs`\n")], &["src/chat/a.rs"]);
        assert!(found.is_empty(), "{found:?}");
        assert_eq!(faults(&[("A.md", "`t/a.rs`\n")], &["src/chat/a.rs"]).len(), 1);
    }

    #[test]
    fn commands_of_this_program_have_to_be_there() {
        assert!(faults(&[("README.md", "`cargo xtask test --only fmt`\n")], &[]).is_empty());
        for wrong in ["`cargo xtask tset`", "```sh no-test\ncargo xtask test --only fnt\n```"] {
            assert_eq!(faults(&[("README.md", wrong)], &[]).len(), 1, "{wrong}");
        }
    }

    #[test]
    fn a_picture_that_no_page_shows_or_nobody_makes_is_named() {
        let found = faults(&[("README.md", "# a\n")], &["docs/pictures/made-up.png"]);
        assert_eq!(found.len(), 2, "{found:?}");
    }
}
