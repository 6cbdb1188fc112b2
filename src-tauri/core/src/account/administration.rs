//! What an administrator does to other accounts: making, barring and deleting them, ending their
//! sessions. Nothing here reads a vault or resets a password: without password and recovery code
//! a person's data is gone, by design.

use std::fs;
use std::io::ErrorKind;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::audit::{Action, Entry};
use super::register::{self, Registration};
use super::session::{self, Connection};
use super::{Account, AccountError, DoorKind, Session, audit, store};
use crate::Invalid;
use crate::clock::Timestamp;
use crate::core::Core;
use crate::ids::AccountId;
use crate::vault::{self, Folder, Header, HeaderError, Opener, Secret, Tombstone, Transaction};

/// An account, as an administrator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccountInfo {
    /// What names it in every command.
    #[ts(type = "string")]
    pub uuid: Uuid,
    /// Its integer id on this computer.
    pub id: AccountId,
    /// The user name as it was written at registration.
    pub username: String,
    /// The e-mail address.
    pub email: String,
    /// Whether it may administer the others.
    pub administrator: bool,
    /// Whether it is barred from signing in.
    pub disabled: bool,
    /// Whether this is the demo account, whose password is public.
    pub demo: bool,
    /// Whether its owner has signed in yet.
    pub claimed: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody signed in to it last.
    pub last_signed_in_at: Option<Timestamp>,
    /// How many of its sessions are live.
    pub sessions: u32,
    /// Whether it may use the key that belongs to the computer.
    pub computer_key: bool,
}

/// The store, for an administrator alone. Asked of the store and not of the session: a role that
/// was taken away is gone at once.
pub(super) async fn allowed(session: &Session) -> Result<Connection<'_>, AccountError> {
    session.touch()?;
    let mut db = session.core().accounts().await?;
    let account = store::by_uuid(&mut db, session.account().uuid).await?;
    if account.is_some_and(|account| account.administrator && !account.disabled) {
        Ok(db)
    } else {
        Err(AccountError::Forbidden)
    }
}

/// Whether the caller is an administrator now: a role may be given and taken while somebody is
/// signed in.
///
/// # Errors
/// [`AccountError::Locked`] when the session ended; those of the store.
pub async fn is_administrator(session: &Session) -> Result<bool, AccountError> {
    match allowed(session).await {
        Ok(_) => Ok(true),
        Err(AccountError::Forbidden) => Ok(false),
        Err(fault) => Err(fault),
    }
}

/// All accounts of this computer, in the order they were made.
///
/// # Errors
/// [`AccountError::Forbidden`] to anyone but an administrator; those of the store.
pub async fn accounts(administrator: &Session) -> Result<Vec<AccountInfo>, AccountError> {
    let mut db = allowed(administrator).await?;
    let all = store::all(&mut db).await?;
    drop(db);
    let core = administrator.core();
    let info = |(account, last): (Account, Option<Timestamp>)| info(core, account, last);
    Ok(all.into_iter().map(info).collect())
}

pub(super) fn info(
    core: &Core,
    account: Account,
    last_signed_in_at: Option<Timestamp>,
) -> AccountInfo {
    let live = core.live_sessions();
    let sessions = live.iter().filter(|session| session.account().id == account.id).count();
    AccountInfo {
        uuid: account.uuid,
        id: account.id,
        username: account.username,
        email: account.email,
        administrator: account.administrator,
        disabled: account.disabled,
        demo: account.demo,
        claimed: account.claimed,
        created_at: account.created_at,
        last_signed_in_at,
        sessions: u32::try_from(sessions).unwrap_or(u32::MAX),
        computer_key: core.may_use_computer_key(account.uuid),
    }
}

/// Whether this computer has an administrator. While it has none, the next account that a person
/// makes in the window or the terminal is one.
///
/// # Errors
/// Only those of the store.
pub async fn has_administrator(core: &Core) -> Result<bool, AccountError> {
    Ok(store::has_administrator(&mut *core.accounts().await?).await?)
}

/// Makes an account for somebody else. It stores nothing until its owner claims it.
///
/// # Errors
/// [`AccountError::Forbidden`], [`AccountError::Invalid`] for a field that can't be taken.
pub async fn create(
    session: &Session,
    registration: Registration,
    administrator: bool,
) -> Result<AccountInfo, AccountError> {
    drop(allowed(session).await?);
    let account = register::make_for(session, registration, administrator).await?;
    audit::note(session.core(), Entry::by(session, &account, Action::AccountCreated)).await;
    Ok(info(session.core(), account, None))
}

/// Bars an account from signing in, and ends its sessions at once; or lets it in again.
///
/// # Errors
/// [`AccountError::Forbidden`], [`AccountError::NoAccount`],
/// [`AccountError::LastAdministrator`].
pub async fn set_disabled(
    session: &Session,
    account: Uuid,
    disabled: bool,
) -> Result<AccountInfo, AccountError> {
    let action = if disabled { Action::AccountDisabled } else { Action::AccountEnabled };
    let changed = change(session, account, action, |account| account.disabled = disabled).await?;
    if disabled {
        ask_again(session.core(), account).await;
        session::revoke_all(session.core(), changed.id, None).await;
        return Ok(AccountInfo { sessions: 0, ..changed });
    }
    Ok(changed)
}

/// Makes an account administrator, or takes that away.
///
/// # Errors
/// As [`set_disabled`]; [`AccountError::Forbidden`] also for the demo account, whose password is
/// public.
pub async fn set_administrator(
    session: &Session,
    account: Uuid,
    administrator: bool,
) -> Result<AccountInfo, AccountError> {
    let action =
        if administrator { Action::AdministratorGranted } else { Action::AdministratorRevoked };
    change(session, account, action, |account| account.administrator = administrator).await
}

/// Changes role or state, in the row and in the header.
async fn change(
    session: &Session,
    uuid: Uuid,
    action: Action,
    edit: impl FnOnce(&mut Account),
) -> Result<AccountInfo, AccountError> {
    let core = session.core();
    drop(allowed(session).await?);
    let headers = core.header_of(uuid).await;
    // Asked again: the role may have gone while this waited for its turn.
    let mut db = allowed(session).await?;
    let before = store::by_uuid(&mut db, uuid).await?.ok_or(AccountError::NoAccount)?;
    let mut after = before.clone();
    edit(&mut after);
    if after.administrator && after.demo {
        return Err(AccountError::Forbidden);
    }
    let last_signed_in_at = store::last_signed_in_at(&mut db, uuid).await?;
    let mut row = Transaction::begin(&mut db).await?;
    store::set_state(&mut row, &after).await?;
    if !store::has_administrator(&mut row).await? {
        return Err(AccountError::LastAdministrator);
    }
    // A killed program leaves a header that differs from the row: the next start ends that.
    write_state(core, &after)?;
    let committed = row.commit().await;
    if let Err(fault) = committed {
        write_state(core, &before).ok();
        return Err(fault.into());
    }
    drop(db);
    drop(headers);
    audit::note(core, Entry::by(session, &after, action)).await;
    Ok(info(core, after, last_signed_in_at))
}

/// Writes role and state of `account` into its header, when they differ.
pub(super) fn write_state(core: &Core, account: &Account) -> Result<(), AccountError> {
    let folder = vault::folder(&core.vaults, account.uuid);
    let mut header = match folder.header() {
        // A vault that was lost: the row alone says what its account may.
        Err(HeaderError::Io(fault)) if fault.kind() == ErrorKind::NotFound => return Ok(()),
        header => header?,
    };
    let state = (account.administrator, account.disabled);
    if (header.holder.administrator, header.holder.disabled) != state {
        (header.holder.administrator, header.holder.disabled) = state;
        header.write(&core.sources, folder.path())?;
    }
    Ok(())
}

/// Whoever stayed signed in must not come back by that when sessions are ended. It takes the
/// vault's key: without a live session there is none, and nothing to end.
async fn ask_again(core: &Core, account: Uuid) {
    let live = core.live_sessions();
    if let Some(session) = live.iter().find(|session| session.account().uuid == account)
        && let Err(fault) = super::staying::suspend(session).await
    {
        tracing::warn!(%fault, "somebody who stayed signed in may come back");
    }
}

/// Ends every session of an account.
///
/// # Errors
/// [`AccountError::Forbidden`], [`AccountError::NoAccount`].
pub async fn end_sessions(session: &Session, account: Uuid) -> Result<(), AccountError> {
    let mut db = allowed(session).await?;
    let found = store::by_uuid(&mut db, account).await?.ok_or(AccountError::NoAccount)?;
    drop(db);
    let own = found.id == session.account().id;
    ask_again(session.core(), found.uuid).await;
    session::revoke_all(session.core(), found.id, own.then_some(session)).await;
    audit::note(session.core(), Entry::by(session, &found, Action::SessionsEnded)).await;
    Ok(())
}

/// Deletes an account with its vault and its backups here. `username` confirms which.
///
/// # Errors
/// [`AccountError::Forbidden`], [`AccountError::NoAccount`], [`AccountError::Invalid`] when
/// `username` names another, [`AccountError::LastAdministrator`].
pub async fn delete(session: &Session, account: Uuid, username: &str) -> Result<(), AccountError> {
    let mut db = allowed(session).await?;
    let found = store::by_uuid(&mut db, account).await?.ok_or(AccountError::NoAccount)?;
    drop(db);
    remove(session, found, username).await
}

/// Deletes the own account, with its vault and its backups here.
///
/// # Errors
/// [`AccountError::InvalidCredentials`] when `password` is wrong; the others as [`delete`].
pub async fn delete_own(
    session: &Session,
    password: Zeroizing<String>,
    username: &str,
) -> Result<(), AccountError> {
    session.touch()?;
    let (core, account) = (session.core(), session.account());
    let attempt = core.attempts.begin(session.door(), &account.uuid.to_string(), core)?;
    let header = vault::folder(&core.vaults, account.uuid).header()?;
    let secret = Secret::new((*password).clone());
    let opened = attempt.ended(header.open(&core.kdf, Opener::Password(&secret)).await);
    audit::note_if_refused(core, account, session.door(), &opened).await;
    opened?;
    remove(session, account.clone(), username).await
}

async fn remove(session: &Session, account: Account, username: &str) -> Result<(), AccountError> {
    if super::name::key(username) != super::name::key(&account.username) {
        let why = format!("Type {} to confirm.", account.username);
        return Err(Invalid::new("username", why).into());
    }
    let core = session.core();
    let headers = core.header_of(account.uuid).await;
    let mut db = core.accounts().await?;
    let mut row = Transaction::begin(&mut db).await?;
    let found = store::by_uuid(&mut row, account.uuid).await?.ok_or(AccountError::NoAccount)?;
    store::delete(&mut row, account.id).await?;
    if found.administrator && !store::has_administrator(&mut row).await? {
        return Err(AccountError::LastAdministrator);
    }
    let folder = vault::folder(&core.vaults, account.uuid);
    let deleted_at = core.sources.now();
    let stone = Tombstone { uuid: account.uuid, id: account.id, demo: account.demo, deleted_at };
    // The one moment: with the envelopes gone, nothing opens the vault any more.
    Header::bury(&core.sources, folder.path(), stone)?;
    let committed = row.commit().await;
    drop(db);
    drop(headers);
    if let Err(fault) = committed {
        // The next start removes the row of a buried account.
        tracing::warn!(%fault, "the row of a deleted account stays until the next start");
    }
    let actor = session.account().username.clone();
    session::revoke_all(core, account.id, None).await;
    let entry = Entry {
        actor: Some(actor),
        ..Entry::about(&account, session.door(), Action::AccountDeleted)
    };
    audit::note(core, entry).await;
    if let Err(fault) = clear(core, &folder, account.uuid) {
        // What is left opens with nothing, and the next start tries again.
        tracing::warn!(%fault, "files of a deleted account are left");
    }
    Ok(())
}

/// Removes what a buried vault leaves behind, its backups too.
pub(super) fn clear(core: &Core, folder: &Folder, uuid: Uuid) -> std::io::Result<()> {
    for entry in fs::read_dir(folder.path())? {
        let entry = entry?;
        if entry.file_name() != "header" {
            fs::remove_file(entry.path())?;
        }
    }
    let backups = core.backups.join(uuid.to_string());
    if backups.exists() { fs::remove_dir_all(backups) } else { Ok(()) }
}

/// The tombstone of a folder, if its account was deleted.
pub(super) fn tombstone(folder: &Folder) -> Option<Tombstone> {
    match folder.header() {
        Err(HeaderError::Deleted(stone)) => Some(stone),
        _ => None,
    }
}

/// The live sessions of the caller's own account, the newest first.
///
/// # Errors
/// [`AccountError::Locked`] when the session ended.
pub async fn own_sessions(session: &Session) -> Result<Vec<super::SessionInfo>, AccountError> {
    session.touch()?;
    let live = session.core().live_sessions();
    let own = live.iter().filter(|other| other.account().id == session.account().id);
    let mut all: Vec<_> = own.map(|other| other.info(session.id())).collect();
    all.sort_by_key(|info| std::cmp::Reverse(info.created_at));
    Ok(all)
}

/// Ends one of the caller's own sessions.
///
/// # Errors
/// [`AccountError::NoSession`] when there is none of that id, or it is somebody else's.
pub async fn end_own_session(session: &Session, id: Uuid) -> Result<(), AccountError> {
    session.touch()?;
    let found = session.core().live_session(id);
    let found = found.filter(|other| other.account().id == session.account().id);
    found.ok_or(AccountError::NoSession)?.end().await;
    audit::note(session.core(), Entry::own(session, Action::SessionsEnded)).await;
    Ok(())
}

/// Ends all of the caller's sessions but this one.
///
/// # Errors
/// [`AccountError::Locked`] when the session ended.
pub async fn end_other_sessions(session: &Session) -> Result<(), AccountError> {
    session.touch()?;
    ask_again(session.core(), session.account().uuid).await;
    session::revoke_all(session.core(), session.account().id, Some(session)).await;
    audit::note(session.core(), Entry::own(session, Action::SessionsEnded)).await;
    Ok(())
}

/// Whether a person at `door` makes the first administrator of this computer.
pub(super) async fn is_first(
    db: &mut sqlx::SqliteConnection,
    door: DoorKind,
) -> Result<bool, sqlx::Error> {
    // Whoever came over HTTP before doesn't keep the computer without an administrator.
    Ok(door != DoorKind::Http && !store::has_administrator(db).await?)
}
