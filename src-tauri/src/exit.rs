//! Why the program ends without having done what it was asked, and with which exit code.

use std::fmt;
use std::path::PathBuf;
use std::process::ExitCode;

use algoagent_api::{ApiError, ErrorCode};
use algoagent_core::OpenError;

pub(crate) enum Failure {
    /// Another process holds the data directory.
    InUse(PathBuf),
    /// The data directory can't be used.
    Open(OpenError),
    /// A command was refused.
    Refused(ApiError),
    /// The model gave no whole answer; the reason was shown already.
    NoAnswer,
    /// Anything else.
    Other(String),
}

impl Failure {
    pub(crate) fn code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::InUse(_) => 3,
            Self::Refused(fault) if fault.code == ErrorCode::InvalidCredentials => 4,
            Self::NoAnswer => 5,
            Self::Open(_) | Self::Refused(_) | Self::Other(_) => 1,
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse(dir) => write!(
                f,
                "AlgoAgent is already running on {}. Use that window or terminal, or close it and try again. Another directory can be named with --data-dir.",
                dir.display()
            ),
            Self::Open(fault @ OpenError::Directory { .. }) => write!(
                f,
                "{fault}. Check that it is a directory that you may write, or name another one with --data-dir."
            ),
            Self::Open(fault) => fault.fmt(f),
            Self::Refused(fault) => fault.fmt(f),
            Self::NoAnswer => f.write_str("the model gave no whole answer"),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl From<OpenError> for Failure {
    fn from(fault: OpenError) -> Self {
        match fault {
            OpenError::Store(fault) => Self::Refused(fault.into()),
            OpenError::Account(fault) => Self::Refused(fault.into()),
            fault => Self::Open(fault),
        }
    }
}

impl From<ApiError> for Failure {
    fn from(fault: ApiError) -> Self {
        Self::Refused(fault)
    }
}
