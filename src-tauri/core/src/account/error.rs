//! What can be refused about accounts.

use crate::Invalid;
use crate::backup::BackupError;
use crate::vault::{HeaderError, OpenError, StoreError};

/// The session ended, or there never was one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nobody is signed in here")]
pub struct Locked;

/// Why an operation on an account was refused.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The name or the password is wrong; which of them is not said.
    #[error("wrong name or password")]
    InvalidCredentials,
    /// The password is the one that the account was made with for somebody else; its owner must
    /// choose another now.
    #[error("the account was not claimed yet")]
    Unclaimed,
    /// Administrators alone may do that.
    #[error("only an administrator may do that")]
    Forbidden,
    /// Without this account the computer would have no administrator.
    #[error("the last administrator can't be disabled or deleted")]
    LastAdministrator,
    /// No such account.
    #[error("no such account")]
    NoAccount,
    /// No such session, or somebody else's.
    #[error("no such session")]
    NoSession,
    /// The person gave the work up; nothing has changed.
    #[error("it was cancelled")]
    Cancelled,
    /// Other long work is under way in this vault.
    #[error("other work is under way")]
    Busy,
    /// The recovery code's checksum is wrong.
    #[error("the recovery code has a typing error")]
    MistypedCode,
    /// The token is forged, expired, used up, or of another process.
    #[error("the token is not valid")]
    InvalidToken,
    /// Too many wrong passwords or too many sign-ins at once.
    #[error("too many tries; wait {retry_after} s")]
    TooManyAttempts {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// A field can't be taken.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Nobody is signed in here.
    #[error(transparent)]
    Locked(#[from] Locked),
    /// The vault's header or database is damaged, or another vault's.
    #[error("the vault is damaged: {0}")]
    Damaged(&'static str),
    /// The vault was written by a newer version of the program.
    #[error("the vault was written by a newer version")]
    Newer,
    /// Another process holds the vault.
    #[error("the vault is open elsewhere")]
    InUse,
    /// The files.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for AccountError {
    fn from(fault: StoreError) -> Self {
        match fault {
            StoreError::Damaged => Self::Damaged("its database does not open"),
            StoreError::Newer => Self::Newer,
            fault => Self::Store(fault),
        }
    }
}

impl From<BackupError> for AccountError {
    fn from(fault: BackupError) -> Self {
        match fault {
            BackupError::Account(fault) => fault,
            BackupError::Store(fault) => fault.into(),
            BackupError::Locked(fault) => fault.into(),
            BackupError::Invalid(fault) => fault.into(),
            BackupError::Busy | BackupError::OtherKey => Self::Busy,
            BackupError::Cancelled => Self::Cancelled,
            BackupError::Newer => Self::Newer,
            BackupError::NotFound | BackupError::Damaged => {
                Self::Damaged("its backup can't be made")
            }
        }
    }
}

impl From<sqlx::Error> for AccountError {
    fn from(fault: sqlx::Error) -> Self {
        StoreError::from(fault).into()
    }
}

impl From<std::io::Error> for AccountError {
    fn from(fault: std::io::Error) -> Self {
        StoreError::from(fault).into()
    }
}

impl From<HeaderError> for AccountError {
    fn from(fault: HeaderError) -> Self {
        match fault {
            HeaderError::Io(fault) if fault.kind() == std::io::ErrorKind::NotFound => {
                Self::Damaged("its header is missing")
            }
            HeaderError::Io(fault) => fault.into(),
            HeaderError::Damaged => Self::Damaged("its header can't be read"),
            HeaderError::Swapped => Self::Damaged("its header belongs to another account"),
            HeaderError::Kdf | HeaderError::Tampered => {
                Self::Damaged("its header was tampered with")
            }
            HeaderError::Deleted(_) => Self::NoAccount,
            HeaderError::Newer => Self::Newer,
        }
    }
}

impl From<OpenError> for AccountError {
    fn from(fault: OpenError) -> Self {
        match fault {
            OpenError::WrongSecret => Self::InvalidCredentials,
            OpenError::Header(fault) => fault.into(),
            OpenError::Overloaded => Self::TooManyAttempts { retry_after: 10 },
            OpenError::InUse => Self::InUse,
            OpenError::Closed => Locked.into(),
            OpenError::Cancelled => Self::Cancelled,
            OpenError::OlderHeader => Self::Damaged("its header is older than its database"),
            OpenError::Store(fault) => fault.into(),
        }
    }
}
