//! Code → HTML with CSS classes; the colours belong to the window.

use std::sync::LazyLock;

use syntect::html::{ClassStyle, ClassedHTMLGenerator};
use syntect::parsing::SyntaxSet;
use syntect::util::LinesWithEndings;

use super::markdown::escape;

static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);

/// Past this many bytes code is shown plain: nobody reads that much highlighted.
const LONGEST: usize = 512 * 1024;

/// `code` as spans of classes `hl-…`; its text content is the code, to the byte.
pub(super) fn highlight(language: &str, code: &str) -> String {
    let syntax = match language {
        "" | "text" | "plain" | "txt" => None,
        "py" | "python3" => SYNTAXES.find_syntax_by_token("python"),
        token => SYNTAXES.find_syntax_by_token(token),
    };
    match syntax {
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
