//! What happens once when a data directory is opened: leftovers are removed, accounts whose
//! rows were lost come back from their headers, the demo account is made at the first start.

use std::fs;

use super::register::UNFINISHED;
use super::{Account, AccountError, demo, store};
use crate::core::Core;
use crate::ids::AccountId;
use crate::vault::{Folder, Holder};

pub(crate) async fn settle(core: &Core) -> Result<(), AccountError> {
    let mut db = core.accounts().await?;
    store::end_all_sessions(&mut db, core.sources.now()).await?;
    let known = store::uuids(&mut db).await?;
    for entry in fs::read_dir(&core.vaults)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(UNFINISHED) {
            fs::remove_dir_all(entry.path())?;
        } else if !known.contains(&name) {
            match Folder(entry.path()).header() {
                Ok(header) => restore(&mut db, header.holder).await?,
                Err(fault) => tracing::warn!(%fault, vault = name, "a vault without an account"),
            }
        }
    }
    let make_demo = !store::demo_made(&mut db).await?;
    drop(db);
    if make_demo {
        demo::make(core).await?;
    }
    Ok(())
}

async fn restore(db: &mut sqlx::SqliteConnection, holder: Holder) -> Result<(), AccountError> {
    let id_is_used = store::id_is_used(db, holder.id).await?;
    let account = Account {
        id: if id_is_used { AccountId(0) } else { holder.id },
        uuid: holder.uuid,
        username: holder.username,
        email: holder.email,
        administrator: holder.administrator,
        disabled: holder.disabled,
        demo: holder.demo,
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
