//! What a terminal shows: texts of others without their control characters, and tables.

use std::borrow::Cow;
use std::io::{self, IsTerminal as _, Write as _};

use algoagent_core::clock::Timestamp;
use serde::Serialize;

use crate::exit::Failure;

/// Without the control characters by which a text could command a terminal.
pub fn harmless(text: &str) -> Cow<'_, str> {
    let commands = |c: char| c.is_control() && c != '\n' && c != '\t';
    if text.contains(commands) { text.replace(commands, "\u{fffd}").into() } else { text.into() }
}

/// Prints a text: to a terminal without its control characters, elsewhere as it is.
pub fn print(text: &str) -> Result<(), Failure> {
    let text = if io::stdout().is_terminal() { harmless(text) } else { text.into() };
    print_as_it_is(&text)
}

/// Prints what may command the terminal: this program's own looks.
pub fn print_as_it_is(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|fault| match fault.kind() {
        io::ErrorKind::BrokenPipe => Failure::OutputClosed,
        _ => Failure::Other(format!("the output can't be written: {fault}")),
    })
}

/// One JSON document on a line of its own.
pub fn json_line(document: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string(document);
    let text = text.map_err(|fault| Failure::Other(fault.to_string()))?;
    Ok(format!("{text}\n"))
}

/// Prints one JSON document on a line of its own.
pub fn print_json(document: &impl Serialize) -> Result<(), Failure> {
    print(&json_line(document)?)
}

/// Says something beside the output, on a line of its own.
pub fn remark(text: &str) {
    aside(&format!("{text}\n"));
}

/// Says something beside the output. Where nobody listens any more, it is not said.
pub fn aside(text: &str) {
    let mut beside = io::stderr().lock();
    beside.write_all(harmless(text).as_bytes()).and_then(|()| beside.flush()).ok();
}

/// Rows under a heading, in columns as wide as they must be.
pub fn table<const N: usize>(heading: [&str; N], rows: Vec<[String; N]>) -> String {
    let heading = heading.map(str::to_owned);
    let rows: Vec<_> = std::iter::once(heading).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: [usize; N] = std::array::from_fn(|column| width(column).unwrap_or(0));
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            line.push_str(&format!("{cell:width$}  "));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// A moment to the second, in UTC.
pub fn moment(at: Timestamp) -> String {
    let text = at.to_string();
    let second = text.split(['.', 'Z']).next().unwrap_or_default();
    second.replace('T', " ")
}

/// The only sight of a recovery code.
pub fn recovery_code(code: &str) -> String {
    format!(
        "\nRecovery code, shown this once:\n\n    {code}\n\nIt opens the account when the password is lost. Write it down, and keep it away from this computer.\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_command_the_terminal() {
        assert_eq!(
            harmless("a\x1b]52;c;aGk=\x07b\r\n\tc"),
            "a\u{fffd}]52;c;aGk=\u{fffd}b\u{fffd}\n\tc"
        );
        assert!(matches!(harmless("plain ünïcode\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn columns_stand_under_each_other() {
        let rows = vec![["ünï".into(), "1".into()], ["a longer one".into(), String::new()]];
        assert_eq!(
            table(["NAME", "COUNT"], rows),
            "NAME          COUNT\nünï           1\na longer one\n"
        );
    }

    #[test]
    fn a_moment_is_told_to_the_second() {
        assert_eq!(moment(Timestamp(1_800_000_000_123)), "2027-01-15 08:00:00");
        assert_eq!(moment(Timestamp(1_800_000_000_000)), "2027-01-15 08:00:00");
    }
}
