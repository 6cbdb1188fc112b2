//! What happens once when a data directory is opened: leftovers of killed changes are ended,
//! accounts whose rows were lost come back from their headers, the demo account is made at the
//! first start.

use std::fs;

use sqlx::SqliteConnection;
use uuid::Uuid;

use super::register::UNFINISHED;
use super::{Account, AccountError, administration, demo, name, store};
use crate::clock::Timestamp;
use crate::core::Core;
use crate::ids::AccountId;
use crate::vault::{Folder, Holder, Tombstone};

/// Entries of the audit log that are kept: guesses at passwords must not fill the disk.
const AUDITED: i64 = 200_000;
/// An id past this is nobody's, and would leave none for those who come.
const HIGHEST_ID: i64 = 1 << 40;
const SESSIONS_KEPT_S: i64 = 90 * 24 * 3600;

pub(crate) async fn settle(core: &Core) -> Result<(), AccountError> {
    let mut db = core.accounts().await?;
    if let Err(fault) = tidy(&mut db, core.sources.now()).await {
        // A full disk must not keep people out; what is live is known to this process alone.
        tracing::warn!(%fault, "the sessions of earlier processes were not ended");
    }
    let mut first_start = true;
    for entry in fs::read_dir(&core.vaults)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let folder = Folder(entry.path());
        first_start &= Uuid::parse_str(&name).is_err();
        if name.starts_with(UNFINISHED) {
            fs::remove_dir_all(entry.path())?;
        } else if name.starts_with('.') {
            // What a restored backup replaced.
        } else {
            let settled = match administration::tombstone(&folder) {
                Some(stone) => bury(core, &mut db, &folder, &stone).await,
                None => settle_one(core, &mut db, &folder, &name).await,
            };
            if let Err(fault) = settled {
                // One account's fault, or a full disk, keeps nobody else out.
                tracing::error!(%fault, vault = name, "an account was not settled");
            }
        }
    }
    if store::demo_made(&mut db).await? {
        return Ok(());
    }
    if !first_start {
        // accounts.db is new, the vaults are not: whatever became of the demo account, it was made.
        return Ok(store::mark_demo_made(&mut db).await?);
    }
    drop(db);
    demo::make(core).await.map(drop)
}

async fn tidy(db: &mut SqliteConnection, now: Timestamp) -> Result<(), sqlx::Error> {
    store::end_all_sessions(db, now).await?;
    store::prune(db, AUDITED, now.plus_seconds(-SESSIONS_KEPT_S)).await
}

/// Ends a deletion that was killed, and keeps a deleted account deleted when accounts.db is new.
async fn bury(
    core: &Core,
    db: &mut SqliteConnection,
    folder: &Folder,
    stone: &Tombstone,
) -> Result<(), AccountError> {
    if let Some(account) = store::by_uuid(db, stone.uuid).await? {
        store::delete(db, account.id).await?;
    }
    if stone.id.0 <= HIGHEST_ID {
        store::reserve_id(db, stone.id).await?;
    }
    if stone.demo {
        store::mark_demo_made(db).await?;
    }
    if let Err(fault) = administration::clear(core, folder, stone.uuid) {
        tracing::warn!(%fault, "files of a deleted account are left");
    }
    Ok(())
}

/// Brings row and header of one account together: the row decides role and state, the header
/// everything else.
async fn settle_one(
    core: &Core,
    db: &mut SqliteConnection,
    folder: &Folder,
    name: &str,
) -> Result<(), AccountError> {
    let header = match folder.header() {
        Ok(header) => header,
        Err(fault) => {
            tracing::warn!(%fault, vault = name, "a vault whose header can't be used");
            return Ok(());
        }
    };
    match store::by_uuid(db, header.holder.uuid).await? {
        None => restore(db, header.holder).await,
        Some(account) => {
            if header.holder.claimed && !account.claimed {
                store::mark_claimed(db, account.id).await?;
            }
            if account.demo && !header.holder.demo {
                store::make_ordinary(db, account.id).await?;
            }
            administration::write_state(core, &account)
        }
    }
}

async fn restore(db: &mut SqliteConnection, holder: Holder) -> Result<(), AccountError> {
    if name::check_username(&holder.username).is_err() || name::check_email(&holder.email).is_err()
    {
        tracing::warn!(vault = %holder.uuid, "a vault whose header names nobody");
        return Ok(());
    }
    let is_free =
        (1..=HIGHEST_ID).contains(&holder.id.0) && !store::id_is_used(db, holder.id).await?;
    let account = Account {
        id: if is_free { holder.id } else { AccountId(0) },
        uuid: holder.uuid,
        username: holder.username,
        email: holder.email,
        administrator: holder.administrator,
        disabled: holder.disabled,
        demo: holder.demo,
        claimed: holder.claimed,
        created_at: holder.created_at,
    };
    match store::insert(db, &account).await {
        Ok(_) => {}
        Err(fault) if fault.as_database_error().is_some_and(|f| f.is_unique_violation()) => {
            tracing::warn!(vault = %account.uuid, "a vault whose name is taken by another account");
        }
        Err(fault) => return Err(fault.into()),
    }
    if account.demo {
        store::mark_demo_made(db).await?;
    }
    Ok(())
}
