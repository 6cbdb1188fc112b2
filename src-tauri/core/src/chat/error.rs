//! What can be refused about chats.

use crate::Invalid;
use crate::account::Locked;
use crate::context::ContextError;
use crate::profile::ProfileError;
use crate::settings::SettingsError;
use crate::vault::StoreError;

/// Why an operation on a chat was refused.
#[derive(Debug, thiserror::Error)]
pub enum ChatError {
    /// No such chat, message or context in this vault.
    #[error("there is no such thing")]
    NotFound,
    /// The question is empty.
    #[error("the question is empty")]
    Empty,
    /// The question is over 256 KiB.
    #[error("the question is {bytes} bytes long")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// An answer is being written in this chat.
    #[error("an answer is being written")]
    Busy,
    /// The last answer in this chat waits for room on the disk.
    #[error("an answer isn't saved yet")]
    Unsaved,
    /// A program ended this chat, and another one wants to go on with it.
    #[error("the chat was ended")]
    Ended,
    /// A field can't be taken.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Nobody is signed in.
    #[error(transparent)]
    Locked(#[from] Locked),
    /// The vault.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for ChatError {
    fn from(fault: sqlx::Error) -> Self {
        Self::Store(fault.into())
    }
}

impl From<ContextError> for ChatError {
    fn from(fault: ContextError) -> Self {
        match fault {
            ContextError::NotFound => Self::NotFound,
            ContextError::Invalid(fault) => fault.into(),
            ContextError::Locked(fault) => fault.into(),
            ContextError::Store(fault) => fault.into(),
        }
    }
}

impl From<ProfileError> for ChatError {
    fn from(fault: ProfileError) -> Self {
        match fault {
            ProfileError::Invalid(fault) => fault.into(),
            ProfileError::Locked(fault) => fault.into(),
            ProfileError::Store(fault) => fault.into(),
        }
    }
}

impl From<SettingsError> for ChatError {
    fn from(fault: SettingsError) -> Self {
        match fault {
            SettingsError::NotFound => Self::NotFound,
            SettingsError::Invalid(fault) => fault.into(),
            SettingsError::Locked(fault) => fault.into(),
            SettingsError::Store(fault) => fault.into(),
            SettingsError::Model(fault) => Self::Invalid(Invalid::new("model", fault.message)),
        }
    }
}
