//! What putting a backup back needs of accounts.

use std::fs;

use uuid::Uuid;

use super::attempts::Attempt;
use super::audit::{Action, Entry};
use super::register::Role;
use super::{Account, AccountError, DoorKind, Session, audit, register, session, store};
use crate::core::Core;
use crate::ids::AccountId;
use crate::vault::{self, DataKey, Folder, Header};

/// Which of an account's names are taken.
pub(crate) struct TakenNames {
    pub(crate) username: bool,
    pub(crate) email: bool,
}

pub(crate) async fn names_taken(
    core: &Core,
    username: &str,
    email: &str,
) -> Result<TakenNames, AccountError> {
    let mut db = core.accounts().await?;
    let (username, email) = store::taken(&mut db, username, email).await?;
    Ok(TakenNames { username, email })
}

pub(crate) async fn find_by_uuid(core: &Core, uuid: Uuid) -> Result<Option<Account>, AccountError> {
    Ok(store::by_uuid(&mut *core.accounts().await?, uuid).await?)
}

pub(crate) async fn find_by_name(core: &Core, name: &str) -> Result<Option<Account>, AccountError> {
    Ok(store::find(&mut *core.accounts().await?, name).await?)
}

/// A guess at the key of a backup counts as one at the account.
pub(crate) fn begin_attempt(
    core: &Core,
    door: DoorKind,
    uuid: Uuid,
) -> Result<Attempt<'_>, AccountError> {
    core.attempts.begin(door, &uuid.to_string(), core)
}

/// Ends every session of an account and keeps its vault closed for as long as the guard lives.
pub(crate) async fn hold_closed(core: &Core, account: AccountId) -> impl Drop + use<> {
    loop {
        session::revoke_all(core, account, None).await;
        let open = core.unlocked(account).await;
        if open.is_none() {
            return open;
        }
    }
}

/// Brings the row of a restored account in line with its header.
/// What can't be written now, the next start writes.
pub(crate) async fn note_restored(core: &Core, account: &Account) {
    let written = match core.accounts().await {
        Ok(mut db) => match store::mark_claimed(&mut db, account.id).await {
            Ok(()) => store::make_ordinary(&mut db, account.id).await,
            fault => fault,
        },
        Err(fault) => Err(fault),
    };
    if let Err(fault) = written {
        tracing::warn!(%fault, "a row lags behind its header until the next start");
    }
}

/// Gives a vault from elsewhere its place and its row on this computer.
pub(crate) async fn adopt(
    core: &Core,
    door: DoorKind,
    header: Header,
    key: &DataKey,
    aside: &Folder,
) -> Result<Account, AccountError> {
    let holder = header.holder.clone();
    let target = vault::folder(&core.vaults, holder.uuid);
    let replaced =
        core.vaults.join(format!(".kept-{}-{}", holder.uuid, core.sources.now().seconds()));
    let is_replaced = target.path().exists();
    if is_replaced {
        // The tombstone of an account that was deleted here, or a vault that nothing names.
        fs::rename(target.path(), &replaced)?;
    }
    let account = Account {
        // Ids of other computers mean nothing here, and that of a deleted account stays unused.
        id: AccountId(0),
        uuid: holder.uuid,
        username: holder.username,
        email: holder.email,
        administrator: false,
        disabled: false,
        demo: false,
        claimed: true,
        created_at: holder.created_at,
    };
    let role = Role::FirstIsAdministrator(door);
    let settled = register::settle_in(core, account, role, header, key, aside).await;
    match &settled {
        Err(_) if is_replaced => {
            // It may have got its place, but no row names it.
            fs::remove_dir_all(target.path()).or_else(absent)?;
            fs::rename(&replaced, target.path())?;
        }
        Ok(_) if is_replaced && !replaced.join("vault.db").exists() => {
            fs::remove_dir_all(&replaced)?;
        }
        _ => {}
    }
    settled
}

fn absent(fault: std::io::Error) -> std::io::Result<()> {
    if fault.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(fault) }
}

/// Signs the owner of a restored vault in. Whoever chose to stay signed in at the backup's time has
/// not chosen it here.
pub(crate) async fn start_restored(
    core: &Core,
    door: DoorKind,
    account: Account,
    folder: Folder,
    generation: u64,
    key: &DataKey,
) -> Result<Session, AccountError> {
    audit::note(core, Entry::about(&account, door, Action::BackupRestored)).await;
    let session = session::start(core, door, account, folder, generation, key).await?;
    if let Err(fault) = super::staying::leave(&session).await {
        tracing::warn!(%fault, "a restored choice to stay signed in was not taken back");
    }
    Ok(session)
}
