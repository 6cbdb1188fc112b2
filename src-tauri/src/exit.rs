//! Why the program ends without having done what it was asked, and with which exit code.

use std::fmt;
use std::path::PathBuf;
use std::process::ExitCode;

use algoagent_api::{ApiError, ErrorCode};
use algoagent_core::OpenError;

/// What a shell takes for the end by Ctrl-C.
pub const INTERRUPTED: u8 = 130;

/// Why the program ends without having done what it was asked.
pub enum Failure {
    /// Another process holds the data directory.
    InUse(PathBuf),
    /// Another process holds it and has no window to raise.
    NoWindow(PathBuf),
    /// Another process holds it and won't listen for this one.
    Held(PathBuf),
    /// Another process holds it and talks to as many as it can.
    Full(PathBuf),
    /// A program of another version holds it.
    OtherVersion {
        /// The directory.
        dir: PathBuf,
        /// Of the program that holds it.
        version: String,
    },
    /// The data directory can't be used.
    Open(OpenError),
    /// A command was refused.
    Refused(ApiError),
    /// Something is missing that nobody can be asked for.
    Usage(String),
    /// The model gave no whole answer; the reason was shown already.
    NoAnswer,
    /// It failed, and the output says so already.
    Shown,
    /// Whoever read the output wants no more of it, as `head` does.
    OutputClosed,
    /// The person pressed Ctrl-C.
    Interrupted,
    /// Anything else.
    Other(String),
}

impl Failure {
    /// Whether nothing is left to be said.
    pub fn is_silent(&self) -> bool {
        matches!(self, Self::Shown | Self::OutputClosed | Self::Interrupted)
    }

    /// What a script learns of it.
    pub fn code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Usage(_) => 2,
            Self::InUse(_)
            | Self::NoWindow(_)
            | Self::Held(_)
            | Self::Full(_)
            | Self::OtherVersion { .. } => 3,
            Self::NoAnswer => 5,
            // What was asked for was done as far as somebody looked.
            Self::OutputClosed => 0,
            Self::Interrupted => INTERRUPTED,
            Self::Refused(fault) => match fault.code {
                ErrorCode::InvalidCredentials
                | ErrorCode::ClaimRequired
                | ErrorCode::MistypedCode => 4,
                ErrorCode::Forbidden | ErrorCode::LastAdministrator => 6,
                _ => 1,
            },
            Self::Open(_) | Self::Shown | Self::Other(_) => 1,
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
            Self::NoWindow(dir) => write!(
                f,
                "AlgoAgent is already running in a terminal on {}, without a window: a conversation, or `algoagent serve`. End it to open the window, or name another directory with --data-dir.",
                dir.display()
            ),
            Self::Held(dir) => write!(
                f,
                "AlgoAgent is already running on {}. If that is its window, switch the local API on there, in Settings → Local API; else end it and try again. Another directory can be named with --data-dir.",
                dir.display()
            ),
            Self::Full(dir) => write!(
                f,
                "AlgoAgent is already running on {}, and too many terminals use it. End one of them and try again.",
                dir.display()
            ),
            Self::OtherVersion { dir, version } => write!(
                f,
                "another version of AlgoAgent is running on {}: {version}, and this is {}. Close that one and try again, or name another directory with --data-dir.",
                dir.display(),
                env!("CARGO_PKG_VERSION")
            ),
            Self::Open(fault @ OpenError::Directory { .. }) => write!(
                f,
                "{fault}. Check that it is a directory that you may write, or name another one with --data-dir."
            ),
            Self::Open(fault) => fault.fmt(f),
            Self::Refused(fault) => {
                fault.fmt(f)?;
                match fault.detail.pointer("/newest_backup/path").and_then(|path| path.as_str()) {
                    Some(path) => write!(f, " The newest one: algoagent restore '{path}'"),
                    None => Ok(()),
                }
            }
            Self::NoAnswer => f.write_str("the model gave no whole answer"),
            Self::Shown => f.write_str("it failed"),
            Self::OutputClosed => f.write_str("the output is closed"),
            Self::Interrupted => f.write_str("interrupted"),
            Self::Usage(text) | Self::Other(text) => f.write_str(text),
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
