//! Sessions: the proof that a person signed in, and the only way to that person's vault.

use std::fmt;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use sqlx::SqliteConnection;
use tokio::sync::{MappedMutexGuard, broadcast};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::token::Refreshing;
use super::{Account, AccountError, DoorKind, Locked, store};
use crate::chat::{ChatEvent, Desk};
use crate::clock::Timestamp;
use crate::core::Core;
use crate::ids::AccountId;
use crate::vault::{DataKey, Folder, Vault};

/// The one connection to a vault, for one caller at a time.
pub(crate) type Connection<'a> = MappedMutexGuard<'a, SqliteConnection>;

const LIFETIME_S: i64 = 7 * 24 * 3600;

/// An open vault and what runs on it, shared by the account's sessions.
pub(crate) struct Unlocked {
    vault: Vault,
    pub(crate) desk: Desk,
    sessions: std::sync::atomic::AtomicUsize,
}

/// A live session. Clones are the same one; when it ended, every use answers [`Locked`].
#[derive(Clone)]
pub struct Session(Arc<Live>);

struct Live {
    id: Uuid,
    core: Core,
    account: Account,
    unlocked: Arc<Unlocked>,
    expires_at: Timestamp,
    ended: CancellationToken,
    refreshing: std::sync::Mutex<Refreshing>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Session").field(&self.0.id).finish()
    }
}

/// Starts a session on the vault in `folder`, which is opened unless it is open already.
///
/// `generation` is that of the header whose password or code gave `key`: when another took its
/// place in the meantime, that password or code is dead.
pub(super) async fn start(
    core: &Core,
    door: DoorKind,
    account: Account,
    folder: Folder,
    generation: u64,
    key: &DataKey,
) -> Result<Session, AccountError> {
    let mut open = core.unlocked.lock().await;
    let header = folder.header()?;
    if header.generation != generation {
        return Err(AccountError::InvalidCredentials);
    }
    let unlocked = match open.get(&account.id) {
        Some(unlocked) => Arc::clone(unlocked),
        None => {
            let vault = folder.open(key, &header).await?;
            let marked = match vault.connection().await {
                Some(mut db) => crate::chat::mark_interrupted(&mut db).await,
                None => Ok(()),
            };
            if let Err(fault) = marked {
                // A full disk must not keep a person from reading.
                tracing::warn!(%fault, "broken-off answers were not marked");
            }
            Arc::new(Unlocked { vault, desk: Desk::default(), sessions: 0.into() })
        }
    };
    let id = core.sources.uuid();
    let expires_at = core.sources.now().plus_seconds(LIFETIME_S);
    if let Err(fault) = note_start(core, id, account.id, door, expires_at).await {
        // Nor must a full disk keep a person out.
        tracing::warn!(%fault, "a sign-in was not recorded");
    }
    unlocked.sessions.fetch_add(1, std::sync::atomic::Ordering::AcqRel);
    open.insert(account.id, Arc::clone(&unlocked));
    let session = Session(Arc::new(Live {
        id,
        core: core.clone(),
        account,
        unlocked,
        expires_at,
        ended: CancellationToken::new(),
        refreshing: std::sync::Mutex::default(),
    }));
    core.sessions.lock().unwrap_or_else(PoisonError::into_inner).insert(id, session.clone());
    tokio::spawn(end_in_time(session.clone()));
    Ok(session)
}

/// Ends a session whose time is over, so that its vault doesn't stay open.
async fn end_in_time(session: Session) {
    let mut tick = tokio::time::interval(Duration::from_secs(60));
    loop {
        tokio::select! {
            () = session.ended() => return,
            _ = tick.tick() => if session.check().is_err() {
                session.end().await;
                return;
            },
        }
    }
}

async fn note_start(
    core: &Core,
    id: Uuid,
    account: AccountId,
    door: DoorKind,
    expires_at: Timestamp,
) -> Result<(), sqlx::Error> {
    let now = core.sources.now();
    let mut db = core.accounts().await?;
    store::insert_session(&mut db, id, account, door, now, expires_at).await?;
    store::audit(&mut db, now, Some(account), door, "signed_in").await
}

async fn note_end(core: &Core, id: Uuid) -> Result<(), sqlx::Error> {
    let mut db = core.accounts().await?;
    store::end_session(&mut db, id, core.sources.now()).await
}

impl Core {
    /// Every session that has not ended.
    pub(crate) fn live_sessions(&self) -> Vec<Session> {
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.values().cloned().collect()
    }

    /// The live session `id`.
    pub(super) fn live_session(&self, id: Uuid) -> Option<Session> {
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.get(&id).cloned()
    }
}

impl Session {
    /// Whose session it is.
    pub fn account(&self) -> &Account {
        &self.0.account
    }

    /// When it ends by itself.
    pub fn expires_at(&self) -> Timestamp {
        self.0.expires_at
    }

    /// Whether it can still be used.
    ///
    /// # Errors
    /// [`Locked`] when it was ended or its time is over.
    pub fn check(&self) -> Result<(), Locked> {
        if self.0.ended.is_cancelled() || self.core().sources.now() >= self.0.expires_at {
            return Err(Locked);
        }
        Ok(())
    }

    /// What happens to this person's chats from now on, until the session ends.
    ///
    /// # Errors
    /// [`Locked`] when it ended.
    pub fn events(&self) -> Result<broadcast::Receiver<ChatEvent>, Locked> {
        self.check()?;
        Ok(self.0.unlocked.desk.events())
    }

    /// Ends it. The last one of an account stops its answers (what was written is kept) and
    /// closes its vault.
    pub async fn end(&self) {
        let core = self.core();
        if self.0.ended.is_cancelled() {
            return;
        }
        let mut open = core.unlocked.lock().await;
        if self.0.ended.is_cancelled() {
            return;
        }
        self.0.ended.cancel();
        core.sessions.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0.id);
        let unlocked = &self.0.unlocked;
        if unlocked.sessions.fetch_sub(1, std::sync::atomic::Ordering::AcqRel) == 1 {
            unlocked.desk.clear().await;
            unlocked.vault.close().await;
            open.remove(&self.0.account.id);
        }
        drop(open);
        if let Err(fault) = note_end(core, self.0.id).await {
            tracing::warn!(%fault, "the end of a session was not recorded");
        }
    }

    /// Resolves when it was ended.
    pub async fn ended(&self) {
        self.0.ended.cancelled().await;
    }

    pub(crate) fn core(&self) -> &Core {
        &self.0.core
    }

    pub(super) fn id(&self) -> Uuid {
        self.0.id
    }

    pub(super) fn refreshing(&self) -> std::sync::MutexGuard<'_, Refreshing> {
        self.0.refreshing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The vault's connection, if the session is live.
    pub(crate) async fn vault(&self) -> Result<Connection<'_>, Locked> {
        self.check()?;
        self.0.unlocked.vault.connection().await.ok_or(Locked)
    }

    /// What runs on the vault.
    pub(crate) fn unlocked(&self) -> &Arc<Unlocked> {
        &self.0.unlocked
    }
}

impl Unlocked {
    /// The connection for work that outlives one session, such as saving a growing answer.
    pub(crate) async fn connection(&self) -> Option<Connection<'_>> {
        self.vault.connection().await
    }
}
