//! A chat as Markdown, to read: the branch that is shown, each message under who wrote it.
//!
//! Texts stay as they were written. A fence that one of them leaves open is closed behind it, so
//! that it doesn't swallow what follows.

use std::fmt::Write as _;

use super::names::moment;
use super::store::{ChatRow, MessageRow};
use crate::clock::Timestamp;

/// The title and what is known of the chat.
pub(super) fn open(out: &mut Vec<u8>, chat: &ChatRow) {
    let mut text = format!("# {}\n\n", one_line(&chat.title));
    let (from, until) = (minute(chat.created_at), minute(chat.updated_at));
    let mut facts = vec![if from == until { from } else { format!("{from} – {until}") }];
    if let Some(context) = &chat.context_name {
        facts.push(format!("Context: {}", one_line(context)));
    }
    if let Some(model) = &chat.head_model {
        facts.push(format!("Model: {}", one_line(model)));
    }
    text.push_str(&facts.join(" · "));
    text.push('\n');
    out.extend_from_slice(text.as_bytes());
}

/// One message.
pub(super) fn message(out: &mut Vec<u8>, row: &MessageRow) {
    let by = match row.role.as_str() {
        "user" => "You".to_owned(),
        "system" => "AlgoAgent".to_owned(),
        // One that was stopped at once has no model.
        _ => match row.model.as_deref() {
            None | Some("") => "Answer".to_owned(),
            Some(model) => one_line(model),
        },
    };
    let mut text = format!("\n## {by}\n\n*{}*\n", minute(row.created_at));
    if row.goes_on {
        text.push_str("\nThe answer was asked to go on.\n");
    } else if !row.text.trim().is_empty() {
        text.push('\n');
        text.push_str(&row.text);
        if !row.text.ends_with('\n') {
            text.push('\n');
        }
        if let Some(fence) = open_fence(&row.text) {
            text.push_str(&fence);
            text.push('\n');
        }
    }
    let note = match row.state.as_str() {
        "stopped" => Some("This answer was stopped.".to_owned()),
        "interrupted" => Some("This answer broke off when the program ended.".to_owned()),
        "writing" => Some("This answer was still being written.".to_owned()),
        "failed" => Some(match &row.problem {
            Some(problem) => format!("This answer failed: {}", one_line(&problem.0.message)),
            None => "This answer failed.".to_owned(),
        }),
        _ => None,
    };
    if let Some(note) = note {
        // Writing to a String can't fail.
        write!(text, "\n> {note}\n").ok();
    }
    out.extend_from_slice(text.as_bytes());
}

/// `2026-03-14 08:15 UTC`
fn minute(at: i64) -> String {
    let at = moment(Timestamp(at));
    let (month, day) = (u8::from(at.month()), at.day());
    format!("{:04}-{month:02}-{day:02} {:02}:{:02} UTC", at.year(), at.hour(), at.minute())
}

/// Words as one line in which nothing is a mark of Markdown.
fn one_line(words: &str) -> String {
    let mut line = String::new();
    for c in words.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>') {
            line.push('\\');
        }
        if !c.is_control() {
            line.push(c);
        }
    }
    line
}

/// The line that closes the fence which `text` leaves open.
fn open_fence(text: &str) -> Option<String> {
    let mut open: Option<(char, usize)> = None;
    for line in text.lines() {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let rest = &line[indent..];
        let Some(mark) = rest.chars().next().filter(|c| matches!(c, '`' | '~')) else { continue };
        let length = rest.chars().take_while(|c| *c == mark).count();
        let after = &rest[length..];
        if indent > 3 || length < 3 {
            continue;
        }
        match open {
            Some((opened, needed)) => {
                if mark == opened && length >= needed && after.trim().is_empty() {
                    open = None;
                }
            }
            None if mark == '`' && after.contains('`') => {}
            None => open = Some((mark, length)),
        }
    }
    open.map(|(mark, length)| mark.to_string().repeat(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_that_is_left_open_is_closed_by_its_own_kind() {
        for (text, fence) in [
            ("```python\nx = 1\n```", None),
            ("```python\nx = 1", Some("```")),
            ("~~~~\n```\n~~~", Some("~~~~")),
            ("````md\n```\ncode\n```\n````\n", None),
            ("    ```\n", None),
            ("``` not `a fence`", None),
            ("```\n``` python\n", Some("```")),
        ] {
            assert_eq!(open_fence(text).as_deref(), fence, "{text:?}");
        }
    }

    #[test]
    fn a_title_is_one_line_of_plain_words() {
        assert_eq!(one_line(" a\n# *b* [c](d)\u{0} "), "a # \\*b\\* \\[c\\](d)");
    }
}
