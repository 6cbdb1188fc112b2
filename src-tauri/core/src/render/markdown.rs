//! One top-level block of Markdown → safe HTML.

use pulldown_cmark::{Alignment, CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd, html};

use super::highlight::highlight;
use super::{Block, formula};

/// What of Markdown is understood beyond CommonMark.
pub fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_MATH
}

/// Text for HTML, with nothing in it that a browser would read as markup.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// The first word of a fence's info string, in lower case, if it is a plausible name.
pub(super) fn language(info: &str) -> String {
    let word = info.split(|c: char| c.is_whitespace() || c == ',' || c == '{').next().unwrap_or("");
    let plausible =
        word.len() <= 32 && word.chars().all(|c| c.is_ascii_alphanumeric() || "+-#._".contains(c));
    if plausible { word.to_ascii_lowercase() } else { String::new() }
}

/// Renders `source`, which holds one top-level block.
pub(super) fn block(source: &str) -> Block {
    match code(source) {
        Some((language, code)) => Block::Code { html: highlight(&language, &code), language },
        None => Block::Html { html: prose(source) },
    }
}

/// The language and the code of `source` when it is a code block: what is shown, to the byte.
pub(super) fn code(source: &str) -> Option<(String, String)> {
    let mut events = Parser::new_ext(source, options());
    let Some(Event::Start(Tag::CodeBlock(kind))) = events.next() else { return None };
    Some((language_of(&kind), text(events)))
}

fn language_of(kind: &CodeBlockKind<'_>) -> String {
    match kind {
        CodeBlockKind::Fenced(info) => language(info),
        CodeBlockKind::Indented => String::new(),
    }
}

fn text<'a>(events: impl Iterator<Item = Event<'a>>) -> String {
    events
        .map_while(|event| match event {
            Event::Text(text) => Some(text.into_string()),
            _ => None,
        })
        .collect()
}

/// Renders `source` to HTML, code blocks inside lists and quotes included.
pub(super) fn prose(source: &str) -> String {
    let source = &*formula::with_dollars(source);
    let mut out = String::with_capacity(source.len() * 2);
    let events = Parser::new_ext(source, options()).into_offset_iter();
    let events = events.map(|(event, range)| match event {
        Event::InlineMath(_) | Event::DisplayMath(_) if formula::is_money(source, &range) => {
            Event::Text(source[range].into())
        }
        event => event,
    });
    let safe = Safe::new(events);
    html::push_html(&mut out, safe);
    out
}

/// Only these lead anywhere.
pub(super) fn is_safe_link(address: &str) -> bool {
    let address = address.trim_start().to_ascii_lowercase();
    ["http://", "https://", "mailto:"].iter().any(|scheme| address.starts_with(scheme))
}

/// Turns what a browser could run, load or style into text, links and classes.
struct Safe<'a, I: Iterator<Item = Event<'a>>> {
    events: I,
    /// Whether each open link or image became an `<a>`.
    links: Vec<bool>,
    alignments: Vec<Alignment>,
    column: usize,
    in_head: bool,
    code: Option<(String, String)>,
}

impl<'a, I: Iterator<Item = Event<'a>>> Safe<'a, I> {
    fn new(events: I) -> Self {
        Self {
            events,
            links: Vec::new(),
            alignments: Vec::new(),
            column: 0,
            in_head: false,
            code: None,
        }
    }

    fn open_link(&mut self, address: &str) -> Event<'a> {
        let safe = is_safe_link(address);
        self.links.push(safe);
        if safe {
            markup(format!("<a href=\"{}\">", escape(address)))
        } else {
            markup(String::new())
        }
    }

    fn close_link(&mut self) -> Event<'a> {
        let safe = self.links.pop().unwrap_or(false);
        markup(if safe { "</a>" } else { "" })
    }

    /// Tables are written here because pulldown-cmark aligns cells with inline styles, which
    /// the window's content security policy forbids.
    fn cell(&mut self) -> Event<'a> {
        let class = match self.alignments.get(self.column) {
            Some(Alignment::Right) => " class=\"right\"",
            Some(Alignment::Center) => " class=\"center\"",
            _ => "",
        };
        self.column += 1;
        let name = if self.in_head { "th" } else { "td" };
        markup(format!("<{name}{class}>"))
    }
}

fn markup<'a>(html: impl Into<CowStr<'a>>) -> Event<'a> {
    Event::InlineHtml(html.into())
}

impl<'a, I: Iterator<Item = Event<'a>>> Iterator for Safe<'a, I> {
    type Item = Event<'a>;

    fn next(&mut self) -> Option<Event<'a>> {
        loop {
            let event = self.events.next()?;
            if let Some((_, code)) = &mut self.code {
                match event {
                    Event::Text(text) => code.push_str(&text),
                    Event::End(TagEnd::CodeBlock) => {
                        let (language, code) = self.code.take()?;
                        let html = highlight(&language, &code);
                        return Some(Event::Html(
                            format!("<pre><code>{html}</code></pre>\n").into(),
                        ));
                    }
                    _ => {}
                }
                continue;
            }
            return Some(match event {
                Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
                Event::InlineMath(latex) => markup(formula::html(&latex, false)),
                Event::DisplayMath(latex) => markup(formula::html(&latex, true)),
                Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
                Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
                Event::Start(Tag::Image { dest_url, .. } | Tag::Link { dest_url, .. }) => {
                    self.open_link(&dest_url)
                }
                Event::End(TagEnd::Image | TagEnd::Link) => self.close_link(),
                Event::Start(Tag::CodeBlock(kind)) => {
                    let language = language_of(&kind);
                    self.code = Some((language, String::new()));
                    continue;
                }
                // A heading's id could name an element of the window.
                Event::Start(Tag::Heading { level, .. }) => markup(format!("<{level}>")),
                Event::End(TagEnd::Heading(level)) => Event::Html(format!("</{level}>\n").into()),
                Event::Start(Tag::Table(alignments)) => {
                    self.alignments = alignments;
                    Event::Html("<div class=\"table\"><table>".into())
                }
                Event::End(TagEnd::Table) => Event::Html("</tbody></table></div>\n".into()),
                Event::Start(Tag::TableHead) => {
                    self.in_head = true;
                    self.column = 0;
                    markup("<thead><tr>")
                }
                Event::End(TagEnd::TableHead) => {
                    self.in_head = false;
                    markup("</tr></thead><tbody>")
                }
                Event::Start(Tag::TableRow) => {
                    self.column = 0;
                    markup("<tr>")
                }
                Event::End(TagEnd::TableRow) => markup("</tr>"),
                Event::Start(Tag::TableCell) => self.cell(),
                Event::End(TagEnd::TableCell) => {
                    markup(if self.in_head { "</th>" } else { "</td>" })
                }
                other => other,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html_of(source: &str) -> String {
        match block(source) {
            Block::Html { html } => html,
            Block::Code { .. } => panic!("not prose: {source}"),
        }
    }

    #[test]
    fn raw_html_comes_out_as_text() {
        for hostile in [
            "<script>alert(1)</script>",
            "a <img src=x onerror=alert(1)> b",
            "<div onclick='x()'>\n\nhi\n\n</div>",
            "<svg/onload=alert(1)>",
            "<!-- x --><iframe src=//evil>",
            "| a |\n|---|\n| <b onload=x> |",
            "- <style>*{display:none}</style>",
            "# <h1 id=app>",
        ] {
            let html = prose(hostile);
            for tag in
                ["<script", "<img", "<div onclick", "<svg", "<iframe", "<b ", "<style", "<h1 id"]
            {
                assert!(!html.contains(tag), "{hostile} → {html}");
            }
            assert!(html.contains("&lt;"), "{hostile} → {html}");
        }
    }

    #[test]
    fn links_lead_to_http_https_and_mailto_only() {
        for (source, safe) in [
            ("[x](https://example.org/a?b=1&c=2)", true),
            ("[x](HTTP://example.org)", true),
            ("[x](mailto:a@example.org)", true),
            ("<https://example.org>", true),
            ("[x](javascript:alert(1))", false),
            ("[x]( JaVaScRiPt:alert(1))", false),
            ("[x](data:text/html,x)", false),
            ("[x](file:///etc/passwd)", false),
            ("[x](tauri://localhost)", false),
            ("[x](//example.org)", false),
            ("[x](/settings)", false),
        ] {
            assert_eq!(html_of(source).contains("<a href"), safe, "{source}");
        }
        assert_eq!(
            html_of("[x](https://e.org/\"onclick=\"x)"),
            "<p><a href=\"https://e.org/&quot;onclick=&quot;x\">x</a></p>\n"
        );
    }

    #[test]
    fn images_become_links_and_nothing_is_loaded() {
        assert_eq!(
            html_of("![chart](https://example.org/c.png)"),
            "<p><a href=\"https://example.org/c.png\">chart</a></p>\n"
        );
        assert_eq!(html_of("![chart](data:image/png;base64,AA)"), "<p>chart</p>\n");
    }

    #[test]
    fn tables_align_by_class_and_carry_no_style() {
        let html = html_of("| a | b |\n|:--|--:|\n| 1 | 2 |");
        assert!(html.contains("<th class=\"right\">b</th>"), "{html}");
        assert!(html.contains("<td class=\"right\">2</td>"), "{html}");
        assert!(html.contains("<thead><tr><th>a</th>"), "{html}");
        assert!(!html.contains("style="), "{html}");
    }

    #[test]
    fn highlighted_code_keeps_its_text_to_the_byte() {
        let code = "def f(a: int) -> str:\n    return f\"<{a}> & 'x'\"  # ünïcode\n\n\n";
        let Block::Code { language, html } = block(&format!("```Python title=x\n{code}```\n"))
        else {
            panic!("no code");
        };
        assert_eq!(language, "python");
        assert!(html.contains("hl-python"), "{html}");
        assert_eq!(text_of(&html), code);
    }

    #[test]
    fn code_of_an_unknown_language_is_text() {
        let Block::Code { html, .. } = block("```nosuch\n<b>&\n```") else { panic!("no code") };
        assert_eq!(html, "&lt;b&gt;&amp;\n");
    }

    fn text_of(html: &str) -> String {
        let mut text = String::new();
        let mut rest = html;
        while let Some(start) = rest.find('<') {
            text.push_str(&rest[..start]);
            rest = &rest[start + rest[start..].find('>').unwrap() + 1..];
        }
        text.push_str(rest);
        for (entity, c) in
            [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
        {
            text = text.replace(entity, c);
        }
        text
    }
}
