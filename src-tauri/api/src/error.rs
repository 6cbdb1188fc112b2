//! One error for every door.

use algoagent_core::Invalid;
use algoagent_core::account::{AccountError, Locked};
use algoagent_core::backup::BackupError;
use algoagent_core::chat::ChatError;
use algoagent_core::context::ContextError;
use algoagent_core::model::Problem;
use algoagent_core::profile::ProfileError;
use algoagent_core::settings::SettingsError;
use algoagent_core::strategy::StrategyError;
use algoagent_core::transfer::TransferError;
use algoagent_core::vault::StoreError;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use ts_rs::TS;

/// Why a command was refused. A client branches on this, never on the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// Nobody is signed in at this door, or the session ended.
    SignedOut,
    /// The name or the password is wrong; which of them is not said.
    InvalidCredentials,
    /// The account was made for somebody who must choose a password now (`claim`).
    ClaimRequired,
    /// For administrators alone.
    Forbidden,
    /// The computer would have no administrator any more.
    LastAdministrator,
    /// The recovery code has a typing error (its checksum is wrong).
    MistypedCode,
    /// Too many tries; `detail.retry_after` is in seconds.
    TooManyAttempts,
    /// A field is not acceptable; `detail` is `{field: [why, …]}`.
    InvalidField,
    /// No such thing, or somebody else's.
    NotFound,
    /// The question is empty.
    EmptyMessage,
    /// The question is over 256 KiB.
    MessageTooLong,
    /// A program ended this chat.
    ChatEnded,
    /// An answer is being written in this chat, or long work is under way in the vault.
    Busy,
    /// The model or its settings; `detail` is a `Problem`.
    Model,
    /// The vault's file is damaged or belongs to another account; `detail` names the newest
    /// backup where one is known.
    VaultDamaged,
    /// A file is no backup, or is damaged.
    BackupUnusable,
    /// A newer version of the program wrote the file.
    WrittenByNewer,
    /// The person cancelled long work before it changed anything.
    Cancelled,
    /// The disk is full.
    DiskFull,
    /// The data directory or a file can't be written.
    NotWritable,
    /// This door can't do that (no clipboard, no dialogs).
    NotHere,
    /// The request has another shape than the table says.
    BadRequest,
    /// A fault of the program; it was written to the log.
    Internal,
}

/// A refusal, for every door alike.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ApiError {
    /// What a client branches on.
    pub code: ErrorCode,
    /// What happened and what to do next, for a person.
    pub message: String,
    /// What the code says that `detail` holds, else null.
    #[ts(type = "unknown")]
    pub detail: Value,
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ApiError {}

impl ApiError {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), detail: Value::Null }
    }

    /// Nobody is signed in.
    pub fn signed_out() -> Self {
        Self::new(ErrorCode::SignedOut, "Nobody is signed in here. Sign in to go on.")
    }

    pub(crate) fn bad_request(fault: impl std::fmt::Display) -> Self {
        Self::new(ErrorCode::BadRequest, format!("The request can't be understood: {fault}."))
    }

    /// A request of another shape than the table says. What was sent is not repeated: it may be
    /// a password in the wrong place.
    pub(crate) fn bad_shape(fault: &serde_json::Error) -> Self {
        let said = fault.to_string();
        match said.rsplit_once(", expected ") {
            Some((_, expected)) => Self::bad_request(format!("expected {expected}")),
            None => Self::bad_request(said),
        }
    }

    /// A fault of the program: its cause goes to the log, not to the person.
    pub fn internal(fault: impl std::fmt::Display) -> Self {
        tracing::error!(%fault, "internal");
        Self::new(
            ErrorCode::Internal,
            "Something went wrong inside the program; it was written to the log. Try again.",
        )
    }

    fn cancelled() -> Self {
        Self::new(ErrorCode::Cancelled, "It was cancelled. Nothing was changed.")
    }

    fn busy() -> Self {
        Self::new(
            ErrorCode::Busy,
            "Other long work is under way in this vault. Wait for it to end.",
        )
    }

    fn not_found(what: &str) -> Self {
        Self::new(ErrorCode::NotFound, format!("There is no such {what} (any more)."))
    }
}

impl From<Invalid> for ApiError {
    fn from(fault: Invalid) -> Self {
        Self {
            code: ErrorCode::InvalidField,
            detail: json!({ fault.field: [fault.why] }),
            message: fault.why,
        }
    }
}

impl From<Locked> for ApiError {
    fn from(_: Locked) -> Self {
        Self::signed_out()
    }
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Self {
            code: ErrorCode::Model,
            message: problem.message.clone(),
            detail: serde_json::to_value(problem).unwrap_or_default(),
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(fault: StoreError) -> Self {
        let (code, message) = match fault {
            StoreError::Damaged => (
                ErrorCode::VaultDamaged,
                "A file of this account is damaged or was replaced. Nothing was changed. Put the original file back, or restore a backup.",
            ),
            StoreError::Full => (
                ErrorCode::DiskFull,
                "The disk is full or doesn't take what is written. Make room, then try again; nothing that was saved is lost.",
            ),
            StoreError::NotWritable => (
                ErrorCode::NotWritable,
                "The data directory can't be written. Check its permissions, then try again.",
            ),
            StoreError::Newer => (
                ErrorCode::WrittenByNewer,
                "This was written by a newer version of AlgoAgent. Install that version to open it.",
            ),
            other => return Self::internal(other),
        };
        Self::new(code, message)
    }
}

impl From<AccountError> for ApiError {
    fn from(fault: AccountError) -> Self {
        match fault {
            AccountError::InvalidCredentials => Self::new(
                ErrorCode::InvalidCredentials,
                "The name and the password don't belong together. Check both and try again.",
            ),
            AccountError::MistypedCode => Self::new(
                ErrorCode::MistypedCode,
                "The recovery code has a typing error. Compare it with your copy, group by group.",
            ),
            AccountError::Unclaimed => Self::new(
                ErrorCode::ClaimRequired,
                "This account was made for you. Choose a password that only you know.",
            ),
            AccountError::Forbidden => Self::new(
                ErrorCode::Forbidden,
                "Only an administrator of this computer can do that.",
            ),
            AccountError::LastAdministrator => Self::new(
                ErrorCode::LastAdministrator,
                "This is the last administrator of this computer. Make another account administrator first.",
            ),
            AccountError::NoAccount => Self::not_found("account"),
            AccountError::NoSession => Self::not_found("session"),
            AccountError::Busy => Self::busy(),
            AccountError::Cancelled => Self::cancelled(),
            AccountError::InvalidToken => Self::signed_out(),
            AccountError::TooManyAttempts { retry_after } => Self {
                code: ErrorCode::TooManyAttempts,
                message: format!("Too many tries. Wait {retry_after} seconds, then try again."),
                detail: json!({ "retry_after": retry_after }),
            },
            AccountError::Invalid(fault) => fault.into(),
            AccountError::Locked(fault) => fault.into(),
            AccountError::Damaged(how) => Self::new(
                ErrorCode::VaultDamaged,
                format!(
                    "This account's vault can't be opened: {how}. Nothing was changed. Put the original files back, or restore a backup."
                ),
            ),
            AccountError::Newer => StoreError::Newer.into(),
            AccountError::InUse => Self::new(
                ErrorCode::NotWritable,
                "This vault is open in another process. Close that one, then try again.",
            ),
            AccountError::Store(fault) => fault.into(),
        }
    }
}

impl From<BackupError> for ApiError {
    fn from(fault: BackupError) -> Self {
        match fault {
            BackupError::NotFound => Self::not_found("backup"),
            BackupError::Damaged => Self::new(
                ErrorCode::BackupUnusable,
                "This file is no backup of AlgoAgent, or it is damaged. Choose another one.",
            ),
            BackupError::Newer => Self::new(
                ErrorCode::WrittenByNewer,
                "A newer version of AlgoAgent made this backup. Install that version to put it back.",
            ),
            BackupError::OtherKey => Self::new(
                ErrorCode::BackupUnusable,
                "The vault's key was changed since this backup was made. It can be put back with the password of its time, into another data directory.",
            ),
            BackupError::Busy => Self::busy(),
            BackupError::Cancelled => Self::cancelled(),
            BackupError::Invalid(fault) => fault.into(),
            BackupError::Locked(fault) => fault.into(),
            BackupError::Account(fault) => fault.into(),
            BackupError::Store(fault) => fault.into(),
        }
    }
}

impl From<ProfileError> for ApiError {
    fn from(fault: ProfileError) -> Self {
        match fault {
            ProfileError::Invalid(fault) => fault.into(),
            ProfileError::Locked(fault) => fault.into(),
            ProfileError::Store(fault) => fault.into(),
        }
    }
}

impl From<ContextError> for ApiError {
    fn from(fault: ContextError) -> Self {
        match fault {
            ContextError::NotFound => Self::not_found("context"),
            ContextError::Invalid(fault) => fault.into(),
            ContextError::Locked(fault) => fault.into(),
            ContextError::Store(fault) => fault.into(),
        }
    }
}

impl From<ChatError> for ApiError {
    fn from(fault: ChatError) -> Self {
        match fault {
            ChatError::NotFound => Self::not_found("chat or message"),
            ChatError::Empty => Self::new(ErrorCode::EmptyMessage, "Write a message first."),
            ChatError::TooLong { bytes } => Self::new(
                ErrorCode::MessageTooLong,
                format!(
                    "The message has {} KiB; at most 256 KiB can be sent. Shorten it, or send it in parts.",
                    bytes.div_ceil(1024)
                ),
            ),
            ChatError::Busy => Self::new(
                ErrorCode::Busy,
                "An answer is being written in this chat. Wait for it, or stop it.",
            ),
            ChatError::Unsaved => Self::new(
                ErrorCode::Busy,
                "The last answer in this chat isn't saved yet. Make room on the disk, and go on in a few seconds.",
            ),
            ChatError::Ended => Self::new(
                ErrorCode::ChatEnded,
                "This chat was ended. Begin another one, or set its is_active to true.",
            ),
            ChatError::Invalid(fault) => fault.into(),
            ChatError::Locked(fault) => fault.into(),
            ChatError::Store(fault) => fault.into(),
        }
    }
}

impl From<TransferError> for ApiError {
    fn from(fault: TransferError) -> Self {
        match fault {
            TransferError::NotFound => Self::not_found("chat"),
            TransferError::Busy => Self::busy(),
            TransferError::Cancelled => Self::cancelled(),
            TransferError::Unusable(why) => Invalid::new("file", why).into(),
            TransferError::File(fault) => Self::new(
                ErrorCode::NotWritable,
                format!("The file could not be written: {fault}. Choose another place."),
            ),
            TransferError::Locked(fault) => fault.into(),
            TransferError::Store(fault) => fault.into(),
        }
    }
}

impl From<SettingsError> for ApiError {
    fn from(fault: SettingsError) -> Self {
        match fault {
            SettingsError::NotFound => Self::not_found("service"),
            SettingsError::Invalid(fault) => fault.into(),
            SettingsError::Locked(fault) => fault.into(),
            SettingsError::Model(problem) => problem.into(),
            SettingsError::Store(fault) => fault.into(),
        }
    }
}

impl From<StrategyError> for ApiError {
    fn from(fault: StrategyError) -> Self {
        match fault {
            StrategyError::NotFound => Self::not_found("strategy or version"),
            StrategyError::Locked(fault) => fault.into(),
            StrategyError::Store(fault) => fault.into(),
        }
    }
}
