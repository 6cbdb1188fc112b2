//! Chats that leave the program as files, and chats that come in.
//!
//! A chat leaves as Markdown, to read, or as JSON, whole; all of them leave as a zip. What comes in
//! is that JSON, that zip, or what ChatGPT exports. Keys and what a service wants back verbatim
//! never leave. Nothing is written over by what comes in: a chat that is here stays as it is, and
//! a file is refused for what it holds, never trusted for what it says of itself.

mod coming;
mod document;
mod leaving;
mod markdown;
mod names;
mod store;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::account::Locked;
use crate::vault::StoreError;

pub use coming::import;
#[cfg(feature = "measure")]
pub(crate) use coming::plant;
pub use leaving::{suggested_archive, suggested_name, write_chat, write_chats};

/// As what a chat leaves the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// The branch that is shown, to read.
    Markdown,
    /// All of it, to be imported again.
    Json,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Imported {
    /// Chats that came in.
    pub chats: u32,
    /// Messages in them.
    pub messages: u32,
    /// Chats that were here already and stay as they are.
    pub known: u32,
    /// Chats that could not be taken, each with why.
    pub refused: Vec<String>,
    /// Whether the person gave it up: what came in before that is whole and stays.
    pub cancelled: bool,
}

/// Why chats didn't leave or come in.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// No such chat in this vault.
    #[error("there is no such chat")]
    NotFound,
    /// The file holds no chats that can be taken: what is wrong and what to do, for a person.
    #[error("{0}")]
    Unusable(String),
    /// Other long work is under way in the vault.
    #[error("other long work is under way")]
    Busy,
    /// The person gave it up.
    #[error("it was given up")]
    Cancelled,
    /// The file that is written.
    #[error("the file can't be written: {0}")]
    File(#[from] std::io::Error),
    /// Nobody is signed in.
    #[error(transparent)]
    Locked(#[from] Locked),
    /// The vault.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for TransferError {
    fn from(fault: sqlx::Error) -> Self {
        Self::Store(fault.into())
    }
}

/// What our JSON says it is.
const FORMAT: &str = "algoagent-chat";
/// Its version.
const VERSION: u32 = 1;
/// The longest text of one message that comes in, in bytes: no answer grows longer here.
const LONGEST_TEXT: usize = 4 * 1024 * 1024;
