//! Formulas: LaTeX → MathML, which the webview draws by itself.
//!
//! What a formula may hold is a list: anything else that the converter could write, such as a
//! link, makes it text. Amounts of money and cashtags aren't formulas.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};
use pulldown_cmark::{Event, Parser};

use super::markdown::{escape, options};

/// A longer one is no formula that anybody reads, in bytes.
const LONGEST: usize = 4096;
/// The converter goes down into each brace.
const DEEPEST: usize = 40;

static CONVERTER: LazyLock<Option<LatexToMathML>> =
    LazyLock::new(|| LatexToMathML::new(MathCoreConfig::default()).ok());

/// The elements that a formula may have.
const ELEMENTS: &[&str] = &[
    "math",
    "mrow",
    "mi",
    "mo",
    "mn",
    "mtext",
    "mspace",
    "mfrac",
    "msqrt",
    "mroot",
    "msub",
    "msup",
    "msubsup",
    "munder",
    "mover",
    "munderover",
    "mmultiscripts",
    "mprescripts",
    "mtable",
    "mtr",
    "mtd",
    "mpadded",
    "mphantom",
    "mstyle",
    "menclose",
    "merror",
    "span",
];

/// A formula as MathML, or as code where it isn't one that can be drawn.
pub(super) fn html(latex: &str, display: bool) -> String {
    match mathml(latex, display) {
        Some(mathml) => mathml,
        None => format!("<code>{}</code>", escape(latex)),
    }
}

fn mathml(latex: &str, display: bool) -> Option<String> {
    if latex.len() > LONGEST || depth(latex) > DEEPEST {
        return None;
    }
    let display = if display { MathDisplay::Block } else { MathDisplay::Inline };
    let converter = CONVERTER.as_ref()?;
    let drawn = converter.convert_with_local_state(latex, display).ok()?;
    let drawn = without_styles(&drawn.mathml);
    is_known(&drawn).then_some(drawn)
}

/// How many braces stand within each other at most.
fn depth(latex: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in latex.bytes() {
        match byte {
            // Commands take what follows them down as well.
            b'{' | b'^' | b'_' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Without inline styles, which the window's content security policy forbids.
fn without_styles(mathml: &str) -> String {
    let mut out = String::with_capacity(mathml.len());
    let mut rest = mathml;
    while let Some(start) = rest.find(" style=\"") {
        out.push_str(&rest[..start]);
        let value = &rest[start + " style=\"".len()..];
        rest = value.find('"').map_or("", |end| &value[end + 1..]);
    }
    out.push_str(rest);
    out
}

/// Whether there is nothing but the elements of a formula, without handlers or addresses.
fn is_known(mathml: &str) -> bool {
    mathml.split('<').skip(1).all(|tag| {
        let tag = tag.split('>').next().unwrap_or_default();
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        let attributes = tag.to_ascii_lowercase();
        ELEMENTS.contains(&name)
            && ![" on", " href", " src", " id=", "xlink"].iter().any(|bad| attributes.contains(bad))
    })
}

/// Whether what stands between dollars isn't a formula: `$5-$10`, `$AAPL/$MSFT`.
pub(super) fn is_money(source: &str, formula: &Range<usize>) -> bool {
    source[formula.end..].starts_with(|after: char| after.is_alphanumeric())
}

/// Formulas that stand between `\(` and `\)` or `\[` and `\]`, put between dollars; in code
/// nothing is changed.
pub(super) fn with_dollars(source: &str) -> Cow<'_, str> {
    if !source.contains("\\(") && !source.contains("\\[") {
        return Cow::Borrowed(source);
    }
    let code: Vec<Range<usize>> = Parser::new_ext(source, options())
        .into_offset_iter()
        .filter(|(event, _)| {
            matches!(event, Event::Code(_) | Event::Start(pulldown_cmark::Tag::CodeBlock(_)))
        })
        .map(|(_, range)| range)
        .collect();
    let is_code = |at: usize| code.iter().any(|range| range.contains(&at));
    let mut out = String::with_capacity(source.len());
    let mut done = 0;
    let mut at = 0;
    while let Some(found) =
        source[at..].find("\\(").into_iter().chain(source[at..].find("\\[")).min()
    {
        let start = at + found;
        let (close, mark) = match source.as_bytes().get(start + 1) {
            Some(b'(') => ("\\)", "$"),
            _ => ("\\]", "$$"),
        };
        at = start + 2;
        let escaped = source[..start].ends_with('\\');
        let Some(length) = source[at..].find(close).filter(|_| !escaped && !is_code(start)) else {
            continue;
        };
        let formula = source[at..at + length].trim();
        // Neither a blank line nor a dollar may stand in one.
        if formula.is_empty() || formula.contains('$') || formula.contains("\n\n") {
            continue;
        }
        out.push_str(&source[done..start]);
        out.extend([mark, formula, mark]);
        at += length + 2;
        done = at;
    }
    out.push_str(&source[done..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::super::markdown::prose;

    #[test]
    fn formulas_are_drawn_in_all_four_ways_to_write_them() {
        for source in [
            "The mean $\\frac{1}{n}\\sum x_i$ counts.",
            "The mean \\( \\frac{1}{n}\\sum x_i \\) counts.",
            "$$\\frac{1}{n}\\sum x_i$$",
            "\\[\n\\frac{1}{n}\\sum x_i\n\\]",
        ] {
            let html = prose(source);
            assert!(html.contains("<math") && html.contains("<mfrac>"), "{source}: {html}");
            assert!(!html.contains("style=") && !html.contains('$'), "{source}: {html}");
            assert_eq!(
                html.contains("display=\"block\""),
                source.starts_with(['$', '\\']),
                "{html}"
            );
        }
    }

    #[test]
    fn money_cashtags_and_code_stay_text() {
        for text in [
            "It costs $5-$10, or $100 and $200.",
            "Compare $AAPL/$MSFT with $SPY.",
            "Use `\\(x\\)` and `$x$`.",
            "A\\\\(b\\) c",
        ] {
            assert!(!prose(text).contains("<math"), "{text}: {}", prose(text));
        }
        assert!(prose("It costs $5-$10.").contains("$5-$10"));
        assert!(prose("$AAPL/$MSFT").contains("$AAPL/$MSFT"));
    }

    #[test]
    fn a_formula_that_can_t_be_drawn_or_would_lead_somewhere_is_text() {
        let deep = format!("${}x{}$", "{".repeat(3000), "}".repeat(3000));
        let tower = format!("${}x$", "x^".repeat(1500));
        for hostile in [
            "$\\href{javascript:alert(1)}{x}$",
            "$\\url{http://evil}$",
            "$\\unknowncommand{x}$",
            "$\\text{<img src=x onerror=alert(1)>}$",
            "$<script>alert(1)</script>$",
            "$\\frac{$",
            "$\\html{x}\\style{color:red}{x}$",
            &deep,
            &tower,
            &format!("${}$", "x+".repeat(5000)),
        ] {
            let html = prose(hostile);
            for bad in ["<a ", "<img", "<script", "style=\""] {
                assert!(!html.contains(bad), "{hostile}: {html}");
            }
        }
    }
}
