//! Markdown as a terminal shows it: headings, lists, tables and coloured code.
//!
//! A model's words are hostile: nothing of them commands the terminal, a link shows where it leads,
//! and HTML is text.

mod blocks;
mod code;
mod growing;
mod inline;
mod look;
mod table;

pub(crate) use growing::Growing;
pub(crate) use look::Look;

/// `source` whole, with an end to each line.
pub(crate) fn whole(source: &str, look: Look) -> String {
    let mut growing = Growing::new(look);
    let mut text = growing.push(source);
    text.push_str(&growing.end());
    text
}

/// Code alone.
pub(crate) fn highlighted(language: &str, code: &str, look: Look) -> String {
    let mut lines = code::Lines::new(language, look);
    lines.more(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOK: Look = Look { colours: true, columns: 40 };

    fn plain(text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('\u{1b}') {
            out.push_str(before);
            let end = after.find(|c: char| c.is_ascii_alphabetic()).expect("a whole sequence");
            rest = &after[end + 1..];
        }
        out + rest
    }

    fn shown(source: &str) -> String {
        plain(&whole(source, LOOK))
    }

    #[test]
    fn headings_lists_quotes_and_rules_are_set_in_lines() {
        let source = "# Plan\n\nBuy *low*, **sell** high.\n\n- one\n- two\n  - deeper\n\n1. first\n2. second\n\n> said\n\n---\n";
        assert_eq!(
            shown(source),
            "Plan\n\nBuy low, sell high.\n\n• one\n• two\n  • deeper\n\n1. first\n2. second\n\n│ said\n\n────────────────────────────────────────\n"
        );
    }

    #[test]
    fn long_lines_are_broken_between_words_and_hang_under_their_bullet() {
        let source = "- Enter when the close crosses above the moving average of fifty days.\n";
        assert_eq!(
            shown(source),
            "• Enter when the close crosses above the\n  moving average of fifty days.\n"
        );
        let wide = "日本語の株価は上がりました ".repeat(3);
        assert!(shown(&wide).lines().all(|line| line.chars().count() <= 20), "{}", shown(&wide));
    }

    #[test]
    fn a_table_stands_in_columns_and_keeps_inside_of_the_width() {
        let source = "| name | value |\n| --- | ---: |\n| fast | 10 |\n| slow `n` | 200 |\n";
        assert_eq!(
            shown(source),
            "name   │ value\n───────┼──────\nfast   │    10\nslow n │   200\n"
        );
        let long =
            format!("| a | b |\n| - | - |\n| {} | {} |\n", "word ".repeat(20), "more ".repeat(9));
        assert!(shown(&long).lines().all(|line| line.chars().count() <= 40), "{}", shown(&long));
    }

    #[test]
    fn code_keeps_its_text_and_its_fence_and_has_colours_unless_they_are_refused() {
        let source = "```python\ndef f():\n    return 1\n```\n";
        assert_eq!(shown(source), source);
        let coloured = whole(source, LOOK);
        assert!(coloured.contains("\u{1b}[35mdef\u{1b}[0m"), "{coloured:?}");
        let without = whole(source, Look { colours: false, ..LOOK });
        assert!(!without.contains("[35m") && without.contains("def"), "{without:?}");
    }

    #[test]
    fn a_link_shows_where_it_leads_and_nothing_commands_the_terminal() {
        let source = "[safe](https://evil.example/a) ![x](https://e.example/p.png) <b>bold</b> \u{1b}]0;title\u{7} $x^2$\n\n```\na\u{1b}[2Jb\n```\n";
        let text = whole(source, LOOK);
        let bare = plain(&text);
        for part in
            ["safe (https://evil.example/a)", "(https://e.example/p.png)", "<b>bold</b>", "$x^2$"]
        {
            let joined = bare.replace('\n', " ");
            assert!(joined.contains(part), "no {part}: {bare}");
        }
        assert!(!text.contains("\u{1b}]") && !text.contains("[2Jb\u{1b}"), "{text:?}");
        assert!(text.contains("a\u{fffd}[2Jb"), "{text:?}");
    }

    #[test]
    fn an_answer_is_the_same_however_it_is_cut() {
        let source = "## A\n\ntext **b** and `c`\nmore\n\n```python\nx = 1\n\n# two\n```\nafter\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n  ```py\n  y = 2\n  ```\n\n- l\n\nend";
        let expected = whole(source, LOOK);
        for size in 1..source.len() {
            let mut growing = Growing::new(LOOK);
            let mut text = String::new();
            for piece in source.as_bytes().chunks(size) {
                text.push_str(&growing.push(std::str::from_utf8(piece).expect("ASCII")));
                growing.preview();
            }
            text.push_str(&growing.end());
            assert_eq!(text, expected, "in pieces of {size}");
        }
    }
}
