//! Long work on an open vault, for whoever wants to see how far it is.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use ts_rs::TS;

use super::{Locked, Session};

/// What takes long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WorkKind {
    /// The vault is encrypted with another key.
    Rekey,
    /// A backup is made.
    Backup,
    /// Chats come in from a file.
    Import,
    /// All chats leave as a file.
    Export,
}

/// How far long work is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WorkInfo {
    /// What is done.
    pub kind: WorkKind,
    /// What is being done just now, for a person.
    pub step: String,
    /// Bytes or chats done.
    #[ts(type = "number")]
    pub done: u64,
    /// Bytes or chats to do; 0 when that isn't known.
    #[ts(type = "number")]
    pub total: u64,
}

/// The long work of one vault: one at a time.
#[derive(Default)]
pub(crate) struct Work {
    place: Mutex<Option<State>>,
    over: Notify,
}

struct State {
    info: WorkInfo,
    cancelled: Arc<AtomicBool>,
    /// Whether it has its place and still waits for its turn.
    waits: bool,
}

/// Work under way. Dropped, it is over, however it ended.
pub(crate) struct Under<'a>(&'a Work);

impl Work {
    /// Begins; `None` while other work is under way.
    pub(crate) fn begin(&self, kind: WorkKind) -> Option<Under<'_>> {
        let under = self.reserve(kind)?;
        under.starts();
        Some(under)
    }

    /// Takes the place of work that first waits for somebody else: whoever closes the vault doesn't
    /// wait for it before [`Under::starts`].
    pub(crate) fn reserve(&self, kind: WorkKind) -> Option<Under<'_>> {
        let mut place = self.lock();
        if place.is_some() {
            return None;
        }
        let info = WorkInfo { kind, step: "Preparing".to_owned(), done: 0, total: 0 };
        *place = Some(State { info, cancelled: Arc::default(), waits: true });
        Some(Under(self))
    }

    pub(crate) fn info(&self) -> Option<WorkInfo> {
        self.lock().as_ref().map(|state| state.info.clone())
    }

    pub(crate) fn cancel(&self) {
        if let Some(state) = self.lock().as_ref() {
            state.cancelled.store(true, Ordering::Release);
        }
    }

    /// Resolves when no work is under way that has started.
    pub(crate) async fn over(&self) {
        loop {
            let over = self.over.notified();
            if self.lock().as_ref().is_none_or(|state| state.waits) {
                return;
            }
            over.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<State>> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The long work of the caller's vault that is under way.
///
/// # Errors
/// [`Locked`] when the session ended.
pub fn work(session: &Session) -> Result<Option<WorkInfo>, Locked> {
    session.check()?;
    Ok(session.unlocked().work.info())
}

/// Gives up the long work of the caller's vault, as soon as it comes to a point where nothing has
/// changed yet. What has taken its place already stays.
///
/// # Errors
/// [`Locked`] when the session ended.
pub fn cancel_work(session: &Session) -> Result<(), Locked> {
    session.check()?;
    session.unlocked().work.cancel();
    Ok(())
}

impl Under<'_> {
    /// Its turn has come.
    pub(crate) fn starts(&self) {
        if let Some(state) = self.0.lock().as_mut() {
            state.waits = false;
        }
    }

    pub(crate) fn at(&self, step: &str, done: u64, total: u64) {
        if let Some(State { info, .. }) = self.0.lock().as_mut() {
            *info = WorkInfo { kind: info.kind, step: step.to_owned(), done, total };
        }
    }

    /// Whether the person gave it up.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.given_up().load(Ordering::Acquire)
    }

    /// Rises when the person gives it up.
    pub(crate) fn given_up(&self) -> Arc<AtomicBool> {
        let place = self.0.lock();
        place.as_ref().map(|state| Arc::clone(&state.cancelled)).unwrap_or_default()
    }
}

impl Drop for Under<'_> {
    fn drop(&mut self) {
        *self.0.lock() = None;
        self.0.over.notify_waiters();
    }
}
