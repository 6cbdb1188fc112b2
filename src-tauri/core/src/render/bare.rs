//! Markdown → its words alone, for a line of text that says what stands in an answer.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// The text of `markdown` without its marks: fences, emphasis, headings, lists, tables, addresses.
/// Code stays as it is, and so do formulas, whose dollars may be money.
pub(crate) fn bare(markdown: &str) -> String {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut out = String::with_capacity(markdown.len());
    for event in Parser::new_ext(markdown, options) {
        match event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                out.push_str(&text);
            }
            Event::SoftBreak | Event::HardBreak | Event::Rule => out.push('\n'),
            Event::Start(Tag::Item | Tag::List(_)) | Event::End(TagEnd::Item) => end_line(&mut out),
            Event::End(TagEnd::TableCell) => out.push_str(" · "),
            Event::End(TagEnd::TableRow | TagEnd::TableHead) => {
                out.truncate(out.strip_suffix(" · ").map_or(out.len(), str::len));
                out.push('\n');
            }
            Event::End(
                TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::CodeBlock | TagEnd::HtmlBlock,
            ) => end_line(&mut out),
            _ => {}
        }
    }
    out
}

fn end_line(out: &mut String) {
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_go_and_words_code_and_money_stay() {
        let text = "# Plan\n\nStop at **4 %**, `stop_loss_pct`, a [link](https://x.org) and *so* on\nfor $5 or $6.\n\n- stop-loss\n- [ ] a_b * c\n  1. two\n\n```python\n\"\"\"Momentum *is* | kept.\"\"\"\n# yes\n```\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n> said <b>so</b>\n";
        assert_eq!(
            bare(text),
            "Plan\nStop at 4 %, stop_loss_pct, a link and so on\nfor $5 or $6.\nstop-loss\na_b * c\ntwo\n\"\"\"Momentum *is* | kept.\"\"\"\n# yes\na · b\n1 · 2\nsaid <b>so</b>\n"
        );
        assert_eq!(bare(""), "");
        assert_eq!(bare("```python\nopen = 1"), "open = 1\n");
    }
}
