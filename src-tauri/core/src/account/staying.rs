//! Staying signed in: an unlock secret in the system's keychain opens the vault too.
//!
//! Off by default. It lasts for seven idle days and thirty days at most, ends with a changed
//! password, and is asked for again once another person has got an account since.

use uuid::Uuid;

use super::audit::{Action, Entry};
use super::{AccountError, DoorKind, Session, audit, session, store};
use crate::clock::Timestamp;
use crate::core::Core;
use crate::vault::{self, Opener, UnlockSecret, Vault};

const IDLE_S: i64 = 7 * 24 * 3600;
const LONGEST_S: i64 = 30 * 24 * 3600;

/// Lets this session's person come back without a password: the secret is for the keychain, and
/// nowhere else. The one before it opens nothing any more.
///
/// # Errors
/// [`AccountError::Forbidden`] for the demo account, which needs no password; those of the store.
pub async fn stay(session: &Session) -> Result<UnlockSecret, AccountError> {
    if session.account().demo {
        return Err(AccountError::Forbidden);
    }
    let secret = UnlockSecret::generate(&session.core().sources);
    set(session, Some(&secret)).await?;
    let now = session.core().sources.now();
    let newest_person = store::newest_person(&mut *session.core().accounts().await?).await?;
    let mut db = session.vault().await?;
    store::set_staying(&mut db, Staying { since: now, last_used_at: now, newest_person }).await?;
    Ok(secret)
}

/// Makes the unlock secret useless, so that the password is asked for at the next start. The
/// person's choice stays: the next sign-in with a password may call [`stay`] again.
///
/// # Errors
/// Those of the store.
pub async fn suspend(session: &Session) -> Result<(), AccountError> {
    set(session, None).await
}

/// Takes the choice back.
///
/// # Errors
/// Those of the store.
pub async fn leave(session: &Session) -> Result<(), AccountError> {
    store::end_staying(&mut *session.vault().await?).await?;
    set(session, None).await
}

async fn set(session: &Session, secret: Option<&UnlockSecret>) -> Result<(), AccountError> {
    session.check()?;
    let core = session.core();
    let folder = vault::folder(&core.vaults, session.account().uuid);
    if secret.is_none() && !folder.header()?.has_unlock() {
        // Looked at before waiting for anybody's turn: a lock doesn't wait.
        return Ok(());
    }
    let _headers = core.header_of(session.account().uuid).await;
    let folder = vault::folder(&core.vaults, session.account().uuid);
    let header = folder.header()?;
    if secret.is_none() && !header.has_unlock() {
        return Ok(());
    }
    let key = session.own_vault().key().await.ok_or(super::Locked)?;
    header.assert_vouched(&key)?;
    session.own_vault().admits(&header, &key)?;
    let next = header.with_unlock(&core.sources, secret, &key);
    next.succeed(&core.sources, folder.path())?;
    Ok(session.own_vault().adopt(&core.sources, &next).await?)
}

/// What a vault remembers of its person's choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Staying {
    /// When it was chosen.
    pub since: Timestamp,
    /// When it was used last.
    pub last_used_at: Timestamp,
    /// The id of the account that had come last by then.
    pub newest_person: i64,
}

/// The choice in force; `None` when the person doesn't stay signed in. The second value is
/// whether it must be asked again, because another account has come since.
///
/// # Errors
/// [`AccountError::Locked`] and those of the store.
pub async fn choice(session: &Session) -> Result<Option<(Staying, bool)>, AccountError> {
    let newest_person = store::newest_person(&mut *session.core().accounts().await?).await?;
    let staying = store::staying(&mut *session.vault().await?).await?;
    Ok(staying.map(|staying| (staying, newest_person > staying.newest_person)))
}

/// Whether an unlock secret opens the caller's vault.
///
/// # Errors
/// [`AccountError::Locked`] and those of the store.
pub fn is_kept(session: &Session) -> Result<bool, AccountError> {
    session.check()?;
    let folder = vault::folder(&session.core().vaults, session.account().uuid);
    Ok(folder.header()?.has_unlock())
}

/// Whose vaults an unlock secret opens, whoever signed in last first: UUID and user name.
///
/// # Errors
/// Those of the store.
pub async fn candidates(core: &Core) -> Result<Vec<(Uuid, String)>, AccountError> {
    let mut all = store::all(&mut *core.accounts().await?).await?;
    all.retain(|(account, _)| !account.disabled && account.claimed);
    all.sort_by_key(|(_, last)| std::cmp::Reverse(*last));
    let stays = |uuid| vault::folder(&core.vaults, uuid).header().is_ok_and(|h| h.has_unlock());
    Ok(all
        .into_iter()
        .filter(|(account, _)| stays(account.uuid))
        .map(|(account, _)| (account.uuid, account.username))
        .collect())
}

/// Signs somebody in again by unlock secret.
///
/// # Errors
/// [`AccountError::InvalidCredentials`] when the secret opens nothing, its time is over, or it
/// must be asked again; those of the store.
pub async fn resume(
    core: &Core,
    door: DoorKind,
    uuid: Uuid,
    secret: &UnlockSecret,
) -> Result<Session, AccountError> {
    let mut db = core.accounts().await?;
    let found = store::by_uuid(&mut db, uuid).await?;
    let newest_person = store::newest_person(&mut db).await?;
    drop(db);
    let account = found
        .filter(|account| !account.disabled && account.claimed)
        .ok_or(AccountError::InvalidCredentials)?;
    let folder = vault::folder(&core.vaults, uuid);
    let header = folder.header()?;
    let key = header.open(&core.kdf, Opener::Unlock(secret)).await?;
    let session = session::start(core, door, account, folder, header.generation, &key).await?;
    let refused = match in_time(core, session.own_vault(), newest_person).await {
        Ok(true) => {
            audit::note(core, Entry::own(&session, Action::Resumed)).await;
            return Ok(session);
        }
        Ok(false) => {
            suspend(&session).await.ok();
            AccountError::InvalidCredentials
        }
        Err(fault) => fault,
    };
    session.end().await;
    Err(refused)
}

/// Whether the choice still stands; notes that it was used.
async fn in_time(core: &Core, vault: &Vault, newest_person: i64) -> Result<bool, AccountError> {
    let mut db = vault.connection().await.ok_or(super::Locked)?;
    let Some(staying) = store::staying(&mut db).await? else { return Ok(false) };
    let now = core.sources.now();
    // A clock that was set back would make it last longer.
    let good = now >= staying.last_used_at
        && now < staying.last_used_at.plus_seconds(IDLE_S)
        && now < staying.since.plus_seconds(LONGEST_S)
        && newest_person <= staying.newest_person;
    if good {
        store::set_staying(&mut db, Staying { last_used_at: now, ..staying }).await?;
    }
    Ok(good)
}
