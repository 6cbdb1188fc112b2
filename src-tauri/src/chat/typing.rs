//! The lines of a conversation: typed and edited by a person, or read from a script.
//!
//! What was typed can be fetched back with the arrow keys for as long as the conversation lasts; it
//! is written to no file.

use std::io::{self, BufRead as _, IsTerminal as _};

use rustyline::Editor;
use rustyline::error::ReadlineError;
use rustyline::history::{History as _, MemHistory};
use tokio::task::spawn_blocking;

use crate::exit::Failure;
use crate::output::{aside, remark};

type Lines = Editor<(), MemHistory>;

/// Where the lines come from.
pub(super) enum Typing {
    /// A person before a terminal; the editor is away while it reads.
    Edited(Option<Box<Lines>>),
    /// A person whose output goes elsewhere.
    Typed,
    /// A script.
    Read,
}

fn other(fault: impl std::fmt::Display) -> Failure {
    Failure::Other(fault.to_string())
}

impl Typing {
    pub(super) fn begin() -> Result<Self, Failure> {
        if !io::stdin().is_terminal() {
            return Ok(Self::Read);
        }
        remark("Write a message and press Enter. Ctrl-C stops an answer, Ctrl-D ends.");
        if !io::stdout().is_terminal() {
            return Ok(Self::Typed);
        }
        let editor = Editor::with_history(rustyline::Config::default(), MemHistory::new());
        Ok(Self::Edited(Some(Box::new(editor.map_err(other)?))))
    }

    /// Whether a person is there, who sees what went wrong and goes on.
    pub(super) fn is_a_person(&self) -> bool {
        !matches!(self, Self::Read)
    }

    /// The next line; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<String>, Failure> {
        match self {
            Self::Edited(editor) => loop {
                let Some(mut lines) = editor.take() else { return Ok(None) };
                remark("");
                let reading = spawn_blocking(move || {
                    let read = lines.readline("> ");
                    (lines, read)
                });
                let (mut lines, read) = reading.await.map_err(other)?;
                if let Ok(line) = &read {
                    lines.history_mut().add(line).map_err(other)?;
                }
                *editor = Some(lines);
                match read {
                    Ok(line) => return Ok(Some(line)),
                    Err(ReadlineError::Eof) => return Ok(None),
                    Err(ReadlineError::Interrupted) => remark("Ctrl-D ends."),
                    Err(fault) => return Err(other(fault)),
                }
            },
            Self::Typed => {
                aside("\n> ");
                read().await
            }
            Self::Read => read().await,
        }
    }
}

async fn read() -> Result<Option<String>, Failure> {
    let reading = spawn_blocking(|| {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map(|read| (read > 0).then_some(line))
    });
    reading.await.map_err(other)?.map_err(other)
}
