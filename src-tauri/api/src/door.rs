//! A door: who sits at it, and what it can do for them.

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use algoagent_core::Core;
use algoagent_core::account::{DoorKind, Session};
use algoagent_core::clock::Timestamp;
use tokio::sync::watch;
use zeroize::Zeroizing;

use crate::appearance::Appearance;
use crate::error::{ApiError, ErrorCode};
use crate::local_api::LocalServer;
use crate::locking::{AtStake, LockedSeat};

/// What only a door can do: clipboard, dialogs, the system's browser, the window's looks.
pub trait Host: Send + Sync {
    /// Puts `text` on the clipboard. The number tells this copy from others.
    ///
    /// # Errors
    /// Where there is none.
    fn copy(&self, text: &str, what: Copied) -> Result<u64, HostError>;

    /// Takes what it copied last off the clipboard, if it is `which` and the clipboard holds it
    /// still. It may block.
    fn forget_copied(&self, which: Forget);

    /// Asks where to save a file; `None` when the person cancels. Called off the async threads,
    /// it may block for as long as the dialog is open.
    ///
    /// # Errors
    /// Where there are no dialogs.
    fn choose_file(&self, suggested_name: &str) -> Result<Option<PathBuf>, HostError>;

    /// Asks for a file to read; `None` when the person cancels. It may block too.
    ///
    /// # Errors
    /// Where there are no dialogs.
    fn choose_file_to_open(&self, wanted: Wanted) -> Result<Option<PathBuf>, HostError>;

    /// The system's keychain, where there may be one.
    fn keychain(&self) -> Option<Arc<dyn Keychain>>;

    /// Opens an address outside the program.
    ///
    /// # Errors
    /// Where nothing opens it.
    fn open_link(&self, url: &str) -> Result<(), HostError>;

    /// What listens for programs of this computer, where this door has it.
    fn local_server(&self) -> Option<Arc<dyn LocalServer>> {
        None
    }

    /// How the window looks.
    fn appearance(&self) -> Appearance;

    /// Keeps how the window looks.
    ///
    /// # Errors
    /// Where it can't be kept.
    fn set_appearance(&self, appearance: Appearance) -> Result<(), HostError>;

    /// Closes the window, or keeps it open: the person was asked.
    ///
    /// # Errors
    /// Where there is none.
    fn close(&self, close: bool) -> Result<(), HostError>;
}

/// What is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied {
    /// What may stay in a history of the clipboard.
    Text,
    /// What opens a vault.
    Secret,
}

/// What is in a file that is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A backup of a vault.
    Backup,
    /// Chats that were exported, here or elsewhere.
    Chats,
}

/// Which copy to take off the clipboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forget {
    /// Whatever was copied last.
    Last,
    /// The one of this number.
    Copy(u64),
    /// What opens a vault.
    Secret,
}

/// The system's keychain. Each call takes five seconds at most.
pub trait Keychain: Send + Sync {
    /// What is kept under `entry`.
    fn read(&self, entry: String) -> KeychainCall<Option<Zeroizing<Vec<u8>>>>;

    /// Keeps `secret` under `entry`.
    fn write(&self, entry: String, secret: Zeroizing<Vec<u8>>) -> KeychainCall<()>;

    /// Forgets what is kept under `entry`.
    fn forget(&self, entry: String) -> KeychainCall<()>;
}

/// What a keychain will have answered.
pub type KeychainCall<T> = Pin<Box<dyn Future<Output = Result<T, KeychainFault>> + Send>>;

/// Why a keychain doesn't help, for a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct KeychainFault(pub String);

/// What the host couldn't do, for the log.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct HostError(pub String);

/// A host without a screen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unattended;

impl Host for Unattended {
    fn copy(&self, _: &str, _: Copied) -> Result<u64, HostError> {
        Err(HostError("there is no clipboard".into()))
    }

    fn forget_copied(&self, _: Forget) {}

    fn choose_file(&self, _: &str) -> Result<Option<PathBuf>, HostError> {
        Err(HostError("there are no dialogs".into()))
    }

    fn choose_file_to_open(&self, _: Wanted) -> Result<Option<PathBuf>, HostError> {
        Err(HostError("there are no dialogs".into()))
    }

    fn keychain(&self) -> Option<Arc<dyn Keychain>> {
        None
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

    fn close(&self, _: bool) -> Result<(), HostError> {
        Err(HostError("there is no window".into()))
    }
}

/// A door with at most one person at it.
pub struct Door {
    core: Core,
    kind: DoorKind,
    host: Arc<dyn Host>,
    seat: Mutex<Seat>,
    /// How many commands are about to seat somebody, for whoever sits here already.
    seating: watch::Sender<usize>,
}

/// Who sits at a door, or whom it is locked for.
#[derive(Default)]
pub(crate) struct Seat {
    pub(crate) session: Option<Session>,
    pub(crate) seated: Seated,
    /// When the person was active last.
    pub(crate) active_at: Option<Timestamp>,
    pub(crate) locked: Option<LockedSeat>,
    /// Whether the last person here deleted the own account.
    pub(crate) deleted: bool,
    /// Whether this door has tried to bring somebody back who stayed signed in.
    pub(crate) resumed: bool,
    /// The backup that was chosen in the dialog.
    pub(crate) chosen: Option<PathBuf>,
    visit: Visit,
}

/// What is known of whoever sits.
#[derive(Clone, Copy, Default)]
pub(crate) struct Seated {
    /// How long they may rest before the door locks.
    pub(crate) idle_minutes: u32,
    /// Whether the keychain knows a newer header than the vault's.
    pub(crate) older_than_seen: bool,
    /// Whether the recovery code in force is stored.
    pub(crate) recovery_code_noted: bool,
    /// Whether they are deleting the own account.
    pub(crate) deleting: bool,
}

/// A number that rises whenever somebody sits down or stands up: a command that signs in knows by
/// it whether the door was locked or taken while it worked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Visit(u64);

impl Door {
    /// A door that nobody sits at yet.
    pub fn new(core: Core, kind: DoorKind, host: Arc<dyn Host>) -> Self {
        Self { core, kind, host, seat: Mutex::default(), seating: watch::Sender::new(0) }
    }

    /// Answers of whoever sits here, or whom it is locked for, that end with the program.
    pub fn answers_at_stake(&self) -> AtStake {
        let seat = self.seat();
        let locked = seat.locked.as_ref().map(|locked| &locked.session);
        seat.session.as_ref().or(locked).map_or(AtStake::default(), AtStake::of)
    }

    /// The session of whoever sits here.
    ///
    /// # Errors
    /// `signed_out` when nobody does, or the session ended.
    pub fn session(&self) -> Result<Session, ApiError> {
        let session = self.seat().session.clone().ok_or_else(ApiError::signed_out)?;
        session.check().map_err(|_| ApiError::signed_out())?;
        Ok(session)
    }

    /// Resolves when `session` has ended here: with the one that took its place for the same
    /// person (a changed password gives another session), or with `None`, and then nothing of the
    /// person may stay on the screen.
    pub async fn after(&self, session: &Session) -> Option<Session> {
        let visit = self.visit();
        let mut seating = self.seating.subscribe();
        tokio::select! {
            () = session.ended() => {}
            // Locked or left: what else that takes goes on behind a covered window.
            _ = seating.wait_for(|_| self.visit() != visit) => {}
        }
        // A lock doesn't wait for the command that it came in between.
        seating.wait_for(|commands| *commands == 0 || self.visit() != visit).await.ok();
        let next = self.session().ok();
        let next = next.filter(|next| next.account().uuid == session.account().uuid);
        if next.is_none() {
            self.forget_copied();
        }
        next
    }

    /// Changes what is known of whoever sits here by `session`, if they still do.
    pub(crate) fn amend(&self, session: &Session, change: impl FnOnce(&mut Seated)) {
        let mut seat = self.seat();
        if seat.session.as_ref().is_some_and(|seated| seated.is(session)) {
            change(&mut seat.seated);
        }
    }

    /// The program ends: what opens a vault doesn't stay on the clipboard.
    pub fn forget_secrets(&self) {
        self.host.forget_copied(Forget::Secret);
    }

    /// What was copied here isn't for the next person.
    fn forget_copied(&self) {
        let host = Arc::clone(&self.host);
        tokio::task::spawn_blocking(move || host.forget_copied(Forget::Last));
    }

    /// Says that a command will seat another session of whoever sits here.
    pub(crate) fn seating(&self) -> Seating<'_> {
        self.seating.send_modify(|commands| *commands += 1);
        Seating(self)
    }

    pub(crate) fn core(&self) -> &Core {
        &self.core
    }

    pub(crate) fn kind(&self) -> DoorKind {
        self.kind
    }

    pub(crate) fn host(&self) -> &Arc<dyn Host> {
        &self.host
    }

    pub(crate) fn visit(&self) -> Visit {
        self.seat().visit
    }

    /// Seats whoever signed in; whoever sat here before is signed out. When somebody sat down or
    /// the door was locked since `visit`, the new session ends instead.
    ///
    /// # Errors
    /// `signed_out` in that case.
    pub(crate) async fn sit(
        &self,
        visit: Visit,
        session: Session,
        seated: Seated,
    ) -> Result<(), ApiError> {
        let before = {
            let mut seat = self.seat();
            (seat.visit == visit).then(|| {
                seat.visit.0 += 1;
                seat.locked = None;
                // From now on nobody comes back here without a password.
                seat.resumed = true;
                seat.chosen = None;
                seat.deleted = false;
                seat.seated = seated;
                seat.active_at = Some(self.core.steady());
                seat.session.replace(session.clone())
            })
        };
        let Some(before) = before else {
            session.end().await;
            return Err(ApiError::signed_out());
        };
        self.seating.send_modify(|_| {});
        if let Some(before) = before {
            before.end().await;
        }
        Ok(())
    }

    /// Signs out whoever sits here.
    pub(crate) async fn stand_up(&self) {
        if let Some(before) = self.lock_seat(|_, _| None) {
            before.end().await;
        }
    }

    /// Empties the seat; `locked` says whom it waits for. Whoever sat there must be signed out.
    pub(crate) fn lock_seat(
        &self,
        locked: impl FnOnce(&Session, &Seat) -> Option<LockedSeat>,
    ) -> Option<Session> {
        let before = {
            let mut seat = self.seat();
            seat.visit.0 += 1;
            seat.active_at = None;
            seat.resumed = true;
            let before = seat.session.take();
            if let Some(before) = &before {
                seat.locked = locked(before, &seat);
            }
            before
        };
        self.seating.send_modify(|_| {});
        if before.is_some() {
            self.forget_copied();
        }
        before
    }

    pub(crate) fn seat(&self) -> MutexGuard<'_, Seat> {
        self.seat.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A command that will seat another session.
pub(crate) struct Seating<'a>(&'a Door);

impl Drop for Seating<'_> {
    fn drop(&mut self) {
        self.0.seating.send_modify(|commands| *commands -= 1);
    }
}

impl From<HostError> for ApiError {
    fn from(fault: HostError) -> Self {
        Self::new(ErrorCode::NotHere, format!("This can't be done here: {fault}."))
    }
}
