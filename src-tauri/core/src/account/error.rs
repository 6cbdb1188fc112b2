//! What can be refused about accounts.

use crate::Invalid;
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
            HeaderError::Kdf => Self::Damaged("its header was tampered with"),
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
            OpenError::OlderHeader => Self::Damaged("its header is older than its database"),
            OpenError::Store(fault) => fault.into(),
        }
    }
}
