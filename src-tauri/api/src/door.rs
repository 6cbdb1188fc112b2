//! A door: who sits at it, and what it can do for them.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use algoagent_core::Core;
use algoagent_core::account::{DoorKind, Session};

use crate::appearance::Appearance;
use crate::error::{ApiError, ErrorCode};

/// What only a door can do: clipboard, dialogs, the system's browser, the window's looks.
pub trait Host: Send + Sync {
    /// Puts `text` on the clipboard.
    ///
    /// # Errors
    /// Where there is none.
    fn copy(&self, text: &str) -> Result<(), HostError>;

    /// Asks where to save a file; `None` when the person cancels. Called off the async threads,
    /// it may block for as long as the dialog is open.
    ///
    /// # Errors
    /// Where there are no dialogs.
    fn choose_file(&self, suggested_name: &str) -> Result<Option<PathBuf>, HostError>;

    /// Opens an address outside the program.
    ///
    /// # Errors
    /// Where nothing opens it.
    fn open_link(&self, url: &str) -> Result<(), HostError>;

    /// How the window looks.
    fn appearance(&self) -> Appearance;

    /// Keeps how the window looks.
    ///
    /// # Errors
    /// Where it can't be kept.
    fn set_appearance(&self, appearance: Appearance) -> Result<(), HostError>;
}

/// What the host couldn't do, for the log.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct HostError(pub String);

/// A host without a screen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unattended;

impl Host for Unattended {
    fn copy(&self, _: &str) -> Result<(), HostError> {
        Err(HostError("there is no clipboard".into()))
    }

    fn choose_file(&self, _: &str) -> Result<Option<PathBuf>, HostError> {
        Err(HostError("there are no dialogs".into()))
    }

    fn open_link(&self, _: &str) -> Result<(), HostError> {
        Err(HostError("there is no browser".into()))
    }

    fn appearance(&self) -> Appearance {
        Appearance::default()
    }

    fn set_appearance(&self, _: Appearance) -> Result<(), HostError> {
        Err(HostError("there is no window".into()))
    }
}

/// A door with at most one person at it.
pub struct Door {
    core: Core,
    kind: DoorKind,
    host: std::sync::Arc<dyn Host>,
    session: Mutex<Option<Session>>,
}

impl Door {
    /// A door that nobody sits at yet.
    pub fn new(core: Core, kind: DoorKind, host: std::sync::Arc<dyn Host>) -> Self {
        Self { core, kind, host, session: Mutex::new(None) }
    }

    /// The session of whoever sits here.
    ///
    /// # Errors
    /// `signed_out` when nobody does, or the session ended.
    pub fn session(&self) -> Result<Session, ApiError> {
        let session = self.seat().clone().ok_or_else(ApiError::signed_out)?;
        session.check().map_err(|_| ApiError::signed_out())?;
        Ok(session)
    }

    pub(crate) fn core(&self) -> &Core {
        &self.core
    }

    pub(crate) fn kind(&self) -> DoorKind {
        self.kind
    }

    pub(crate) fn host(&self) -> &std::sync::Arc<dyn Host> {
        &self.host
    }

    /// Seats whoever signed in; whoever sat here before is signed out.
    pub(crate) async fn sit(&self, session: Option<Session>) {
        let before = std::mem::replace(&mut *self.seat(), session);
        if let Some(before) = before {
            before.end().await;
        }
    }

    fn seat(&self) -> MutexGuard<'_, Option<Session>> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<HostError> for ApiError {
    fn from(fault: HostError) -> Self {
        Self::new(ErrorCode::NotHere, format!("This can't be done here: {fault}."))
    }
}
