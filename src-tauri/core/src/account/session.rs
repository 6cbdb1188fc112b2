//! Sessions: the proof that a person signed in, and the only way to that person's vault.

use std::any::Any;
use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;
use tokio::sync::{MappedMutexGuard, broadcast};
use tokio_util::sync::CancellationToken;
use ts_rs::TS;
use uuid::Uuid;

use super::audit::{self, Action, Entry};
use super::token::Refreshing;
use super::unlocked::{Unlocked, unlock};
use super::{Account, AccountError, DoorKind, Locked, store};
use crate::chat::ChatEvent;
use crate::clock::Timestamp;
use crate::core::{ComputerKey, Core};
use crate::ids::AccountId;
use crate::vault::{DataKey, Folder, Sealer, Transaction, Vault};

/// The one connection to a vault, for one caller at a time.
pub(crate) type Connection<'a> = MappedMutexGuard<'a, SqliteConnection>;

/// A session that nobody uses ends after this long, and each after [`LONGEST_S`].
const IDLE_S: i64 = 7 * 24 * 3600;
const LONGEST_S: i64 = 30 * 24 * 3600;
/// How long an answer may go on after its person's window was locked.
const FINISHING: Duration = Duration::from_secs(600);
const LONGEST_LABEL: usize = 80;

/// A live session. Clones are the same one; when it ended, every use answers [`Locked`].
#[derive(Clone)]
pub struct Session(Arc<Live>);

struct Live {
    id: Uuid,
    core: Core,
    door: DoorKind,
    account: Account,
    unlocked: Arc<Unlocked>,
    created_at: Timestamp,
    last_used_at: AtomicI64,
    label: std::sync::Mutex<String>,
    ended: CancellationToken,
    refreshing: std::sync::Mutex<Refreshing>,
}

/// A live session, as its owner sees it in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SessionInfo {
    /// What names it.
    #[ts(type = "string")]
    pub id: Uuid,
    /// Where it was started.
    pub door: DoorKind,
    /// What the door says of itself, such as a client's name; may be empty.
    pub label: String,
    /// Whether it is the one that asks.
    pub current: bool,
    /// When it was started.
    pub created_at: Timestamp,
    /// When it was used last.
    pub last_used_at: Timestamp,
    /// When it ends if nobody uses it until then.
    pub expires_at: Timestamp,
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
    let mut open = core.unlocked(account.id).await;
    let header = folder.header()?;
    if header.generation != generation || header.holder.disabled {
        return Err(AccountError::InvalidCredentials);
    }
    let unlocked = match open.as_ref() {
        Some(unlocked) if unlocked.vault.is_open() => {
            unlocked.vault.admits(&header, key)?;
            Arc::clone(unlocked)
        }
        _ => {
            let unlocked = Arc::new(unlock(core, &account, &folder, &header, key).await?);
            unlocked.keeper.begin(core, account.uuid, &unlocked);
            unlocked.chores.begin(&unlocked);
            unlocked
        }
    };
    let (id, now) = (core.sources.uuid(), core.sources.steady());
    unlocked.sessions.fetch_add(1, Ordering::AcqRel);
    *open = Some(Arc::clone(&unlocked));
    let session = Session(Arc::new(Live {
        id,
        core: core.clone(),
        door,
        account,
        unlocked,
        created_at: now,
        last_used_at: now.0.into(),
        label: std::sync::Mutex::default(),
        ended: CancellationToken::new(),
        refreshing: std::sync::Mutex::default(),
    }));
    core.sessions.lock().unwrap_or_else(PoisonError::into_inner).insert(id, session.clone());
    drop(open);
    tokio::spawn(end_in_time(session.clone()));
    if let Err(fault) = note_start(core, &session).await {
        // A full disk must not keep a person out.
        tracing::warn!(%fault, "a sign-in was not recorded");
    }
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

async fn note_start(core: &Core, session: &Session) -> Result<(), sqlx::Error> {
    let mut db = core.accounts().await?;
    let mut row = Transaction::begin(&mut db).await?;
    store::insert_session(&mut row, &session.info(session.id()), session.account().id).await?;
    store::note_sign_in(&mut row, session.account().id, core.sources.now()).await?;
    row.commit().await
}

/// Ends every session of an account at once, in every door, and closes its vault; `but` goes on.
pub(super) async fn revoke_all(core: &Core, account: AccountId, but: Option<&Session>) {
    // Whoever starts a session of this account waits: none comes in between.
    let mut open = core.unlocked(account).await;
    let mut ended = Vec::new();
    for session in core.live_sessions() {
        let goes = session.account().id == account && but.is_none_or(|b| b.id() != session.id());
        if goes && session.leave() {
            session.release(&mut open).await;
            ended.push(session);
        }
    }
    // What was still being finished behind a locked window.
    if but.is_none()
        && let Some(unlocked) = open.take()
    {
        unlocked.close().await;
    }
    drop(open);
    for session in ended {
        session.note_end().await;
    }
}

impl Core {
    /// How many sessions of the account named `uuid` are live.
    pub fn sessions_of(&self, uuid: Uuid) -> usize {
        self.live_sessions().iter().filter(|session| session.account().uuid == uuid).count()
    }

    /// Ends every session of the account named `uuid`, asked for at `door`.
    pub async fn end_sessions_of(&self, door: DoorKind, uuid: Uuid) {
        let live = self.live_sessions();
        if let Some(session) = live.iter().find(|session| session.account().uuid == uuid) {
            revoke_all(self, session.account().id, None).await;
            let entry = Entry::about(session.account(), door, Action::SessionsEnded);
            audit::note(self, entry).await;
        }
    }

    /// Closes a vault in which answers were left to end behind a locked window, unless its person
    /// is signed in elsewhere.
    pub async fn stop_finishing(&self, account: &Account) {
        let mut open = self.unlocked(account.id).await;
        if self.sessions_of(account.uuid) == 0
            && let Some(unlocked) = open.take()
        {
            unlocked.close().await;
        }
    }

    /// Ends every session there is.
    pub(crate) async fn revoke_everybody(&self) {
        for account in self.accounts_seen() {
            revoke_all(self, account, None).await;
        }
    }

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
    /// Whether both are the same one.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Whose session it is.
    pub fn account(&self) -> &Account {
        &self.0.account
    }

    /// When it ends by itself if nobody uses it until then.
    pub fn expires_at(&self) -> Timestamp {
        self.last_used_at().plus_seconds(IDLE_S).min(self.0.created_at.plus_seconds(LONGEST_S))
    }

    /// When it was started.
    pub fn created_at(&self) -> Timestamp {
        self.0.created_at
    }

    /// When it was used last.
    pub fn last_used_at(&self) -> Timestamp {
        Timestamp(self.0.last_used_at.load(Ordering::Acquire))
    }

    /// The generation of its vault's header, which only rises; a keychain remembers it.
    ///
    /// # Errors
    /// [`AccountError::Damaged`] and those of the store.
    pub fn generation(&self) -> Result<u64, AccountError> {
        let folder = crate::vault::folder(&self.core().vaults, self.account().uuid);
        Ok(folder.header()?.generation)
    }

    /// A number that rises with whatever is changed in its vault.
    pub fn changes(&self) -> u64 {
        self.0.unlocked.vault.changes()
    }

    /// What was kept under this name, where nothing in the vault was changed since it was made.
    ///
    /// # Errors
    /// [`Locked`] when the session ended.
    pub fn kept<T: Any + Send + Sync>(&self, name: &str) -> Result<Option<Arc<T>>, Locked> {
        self.touch()?;
        Ok(self.0.unlocked.kept.find(name, self.changes()))
    }

    /// Keeps something for every session of the account until the vault is changed or closed.
    /// `changes` is what [`Session::changes`] told before the first look into the vault for it;
    /// `bytes` is about its length.
    pub fn keep<T: Any + Send + Sync>(
        &self,
        name: String,
        changes: u64,
        bytes: usize,
        what: Arc<T>,
    ) {
        self.0.unlocked.kept.keep(name, changes, bytes, what);
    }

    /// Whether a check has found damage in its vault since it was opened.
    pub fn is_damaged(&self) -> bool {
        self.0.unlocked.damaged.load(Ordering::Acquire)
    }

    /// How many answers are being written on its vault.
    pub fn answers_under_way(&self) -> usize {
        self.0.unlocked.desk.running_count()
    }

    /// How many answers ended on its vault and aren't saved, because the disk doesn't take them.
    pub fn answers_unsaved(&self) -> usize {
        self.0.unlocked.desk.unsaved_count()
    }

    /// Whether its vault is closed when it ends: no other session keeps that open.
    pub fn is_last(&self) -> bool {
        self.0.unlocked.sessions.load(Ordering::Acquire) <= 1
    }

    /// Where it was started.
    pub fn door(&self) -> DoorKind {
        self.0.door
    }

    /// Says what the door calls itself, for the list of sessions.
    pub fn set_label(&self, label: &str) {
        let shown = label.chars().filter(|c| !c.is_control()).take(LONGEST_LABEL).collect();
        *self.0.label.lock().unwrap_or_else(PoisonError::into_inner) = shown;
    }

    /// Notes that it is being used.
    ///
    /// # Errors
    /// [`Locked`] when it was ended or its time is over.
    pub fn touch(&self) -> Result<(), Locked> {
        self.check()?;
        self.0.last_used_at.fetch_max(self.core().sources.steady().0, Ordering::AcqRel);
        Ok(())
    }

    pub(super) fn info(&self, asked_by: Uuid) -> SessionInfo {
        SessionInfo {
            id: self.0.id,
            door: self.0.door,
            label: self.0.label.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            current: self.0.id == asked_by,
            created_at: self.0.created_at,
            last_used_at: self.last_used_at(),
            expires_at: self.expires_at(),
        }
    }

    /// Whether it can still be used.
    ///
    /// # Errors
    /// [`Locked`] when it was ended or its time is over.
    pub fn check(&self) -> Result<(), Locked> {
        if self.0.ended.is_cancelled() || self.core().sources.steady() >= self.expires_at() {
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
        // Whoever starts a session of this account waits, and finds the vault open or closed.
        let mut open = self.core().unlocked(self.0.account.id).await;
        if !self.leave() {
            return;
        }
        self.release(&mut open).await;
        drop(open);
        self.note_end().await;
    }

    /// Ends it for whoever holds it, at once, and lets answers that are being written end by
    /// themselves, for ten minutes at most, before the vault is closed.
    pub async fn end_gently(&self) {
        let open = self.core().unlocked(self.0.account.id).await;
        let ended_here = self.leave();
        drop(open);
        if !ended_here {
            return;
        }
        let session = self.clone();
        tokio::spawn(async move {
            tokio::time::timeout(FINISHING, session.0.unlocked.desk.idle()).await.ok();
            let mut open = session.core().unlocked(session.0.account.id).await;
            session.release(&mut open).await;
            drop(open);
            session.note_end().await;
        });
    }

    /// Marks it as ended; `false` when it was already.
    fn leave(&self) -> bool {
        if self.0.ended.is_cancelled() {
            return false;
        }
        self.0.ended.cancel();
        let mut sessions = self.core().sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.remove(&self.0.id).is_some()
    }

    /// Gives its part of the vault back.
    async fn release(&self, open: &mut Option<Arc<Unlocked>>) {
        let unlocked = &self.0.unlocked;
        if unlocked.sessions.fetch_sub(1, Ordering::AcqRel) == 1 {
            unlocked.close().await;
            open.take_if(|held| Arc::ptr_eq(held, unlocked));
        }
    }

    async fn note_end(&self) {
        let used_at = self.last_used_at();
        let noted = match self.core().accounts().await {
            Ok(mut db) => {
                store::end_session(&mut db, self.0.id, used_at, self.core().sources.now()).await
            }
            Err(fault) => Err(fault),
        };
        if let Err(fault) = noted {
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
        self.touch()?;
        self.0.unlocked.vault.connection().await.ok_or(Locked)
    }

    /// What seals and opens the vault's small secrets, while the vault is open.
    pub(crate) fn sealer(&self) -> Result<Sealer, Locked> {
        self.own_vault().sealer().ok_or(Locked)
    }

    /// The computer's own key, where this account may use it.
    pub(crate) fn computer_key(&self) -> Option<&ComputerKey> {
        let core = self.core();
        core.computer_key.as_ref().filter(|_| core.may_use_computer_key(self.account().uuid))
    }

    /// The session's own vault, for changes of its header and its key.
    pub(super) fn own_vault(&self) -> &Vault {
        &self.0.unlocked.vault
    }

    /// What runs on the vault.
    pub(crate) fn unlocked(&self) -> &Arc<Unlocked> {
        &self.0.unlocked
    }
}
