//! Code → HTML with CSS classes, or pieces of a kind; the colours belong to the doors.

use std::sync::LazyLock;

use syntect::html::{ClassStyle, ClassedHTMLGenerator};
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};
use syntect::util::LinesWithEndings;

use super::markdown::escape;

static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);

/// Past this many bytes code is shown plain: nobody reads that much highlighted.
const LONGEST: usize = 512 * 1024;

/// `code` as spans of classes `hl-…`; its text content is the code, to the byte.
pub(super) fn highlight(language: &str, code: &str) -> String {
    match syntax(language) {
        Some(syntax) if code.len() <= LONGEST => {
            let style = ClassStyle::SpacedPrefixed { prefix: "hl-" };
            let mut html = ClassedHTMLGenerator::new_with_class_style(syntax, &SYNTAXES, style);
            for line in LinesWithEndings::from(code) {
                if html.parse_html_for_line_which_includes_newline(line).is_err() {
                    return escape(code);
                }
            }
            html.finalize()
        }
        _ => escape(code),
    }
}

fn syntax(language: &str) -> Option<&'static SyntaxReference> {
    match language {
        "" | "text" | "plain" | "txt" => None,
        "py" | "python3" => SYNTAXES.find_syntax_by_token("python"),
        token => SYNTAXES.find_syntax_by_token(token),
    }
}

/// What a piece of code is, for a door that has colours and no classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing of the others.
    Plain,
    /// A comment.
    Comment,
    /// A text in quotes.
    Text,
    /// A number, or a constant of the language.
    Number,
    /// A word of the language.
    Keyword,
    /// The name of what is defined or called.
    Name,
}

/// What the scopes of the grammars mean, by how they begin.
static KINDS: LazyLock<Vec<(Scope, Kind)>> = LazyLock::new(|| {
    let kinds = [
        ("comment", Kind::Comment),
        ("string", Kind::Text),
        ("constant.numeric", Kind::Number),
        ("constant.language", Kind::Number),
        ("keyword", Kind::Keyword),
        ("storage", Kind::Keyword),
        ("entity.name", Kind::Name),
        ("variable.function", Kind::Name),
        ("support.function", Kind::Name),
    ];
    kinds.iter().filter_map(|(scope, kind)| Some((Scope::new(scope).ok()?, *kind))).collect()
});

/// Tells the pieces of code that grows line by line.
pub struct Highlighter(Option<(ParseState, ScopeStack)>);

impl Highlighter {
    /// At the beginning of code in `language`.
    pub fn new(language: &str) -> Self {
        Self(syntax(language).map(|syntax| (ParseState::new(syntax), ScopeStack::new())))
    }

    /// The pieces of the next line, which is given with its end. Together they are the line.
    pub fn line<'a>(&mut self, line: &'a str) -> Vec<(Kind, &'a str)> {
        let Some((state, stack)) = &mut self.0 else { return vec![(Kind::Plain, line)] };
        let Ok(operations) = state.parse_line(line, &SYNTAXES) else {
            self.0 = None;
            return vec![(Kind::Plain, line)];
        };
        let mut pieces = Vec::new();
        let mut start = 0;
        for (at, operation) in operations {
            if let Some(piece) = line.get(start..at).filter(|piece| !piece.is_empty()) {
                pieces.push((kind(stack), piece));
                start = at;
            }
            // A grammar that closes what it didn't open colours less.
            stack.apply(&operation).ok();
        }
        if let Some(piece) = line.get(start..).filter(|piece| !piece.is_empty()) {
            pieces.push((kind(stack), piece));
        }
        pieces
    }
}

fn kind(stack: &ScopeStack) -> Kind {
    let of = |scope: &Scope| KINDS.iter().find(|(known, _)| known.is_prefix_of(*scope));
    stack.scopes.iter().rev().find_map(of).map_or(Kind::Plain, |(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_the_code_to_the_byte_and_of_their_kinds() {
        let code = "def f(x):  # why\n    return \"a\" + g(14)\n";
        let mut highlighter = Highlighter::new("py");
        let pieces: Vec<_> =
            LinesWithEndings::from(code).flat_map(|line| highlighter.line(line)).collect();
        assert_eq!(pieces.iter().map(|(_, piece)| *piece).collect::<String>(), code);
        for (kind, word) in [
            (Kind::Keyword, "def"),
            (Kind::Name, "f"),
            (Kind::Comment, " why"),
            (Kind::Keyword, "return"),
            (Kind::Text, "a"),
            (Kind::Name, "g"),
            (Kind::Number, "14"),
        ] {
            let found = pieces.iter().any(|(of, piece)| *of == kind && piece.trim() == word.trim());
            assert!(found, "{word} is no {kind:?}: {pieces:?}");
        }
        assert_eq!(Highlighter::new("").line("x = 1\n"), [(Kind::Plain, "x = 1\n")]);
    }
}
