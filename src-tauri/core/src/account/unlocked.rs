//! An open vault: how it is opened, what runs on it, how it is closed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::kept::Kept;
use super::session::Connection;
use super::work::Work;
use super::{Account, AccountError};
use crate::backup::{self, BackupKind, Keeper};
use crate::chat::{ChatEvent, Checkpoints, Chores, Desk};
use crate::core::Core;
use crate::model::wire::Clients;
use crate::vault::{DataKey, Folder, Header, Vault};

/// An open vault and what runs on it, shared by the account's sessions.
pub(crate) struct Unlocked {
    pub(super) vault: Vault,
    pub(crate) desk: Desk,
    pub(crate) checkpoints: Checkpoints,
    /// Connections to the services with AI models.
    pub(crate) clients: Arc<Clients>,
    pub(crate) work: Work,
    pub(super) keeper: Keeper,
    pub(crate) chores: Chores,
    pub(super) kept: Kept,
    /// Whether a check found damage.
    pub(super) damaged: AtomicBool,
    pub(super) sessions: AtomicUsize,
}

/// Proves that `header`, which gave `key`, opens the vault as it is now: it is not an older one, and
/// nothing is used up for a vault that doesn't open. Says in it that the recovery code that comes
/// next is not stored yet.
pub(super) async fn prove(
    core: &Core,
    account: &Account,
    folder: &Folder,
    header: &Header,
    key: &DataKey,
) -> Result<(), AccountError> {
    // Nobody else opens it meanwhile.
    let open = core.unlocked(account.id).await;
    if let Some(unlocked) = open.as_ref() {
        unlocked.vault.admits(header, key)?;
        unnote_code(&unlocked.vault).await;
        return Ok(());
    }
    let vault = folder.open(&core.sources, key, header).await?;
    let prepared = prepare(core, account, &vault).await;
    if prepared.is_ok() {
        unnote_code(&vault).await;
    }
    vault.close().await;
    drop(open);
    prepared
}

/// On a full disk the code is shown all the same.
async fn unnote_code(vault: &Vault) {
    let Some(mut db) = vault.connection().await else { return };
    if let Err(fault) = crate::settings::write_code_noted(&mut db, false).await {
        tracing::warn!(%fault, "a vault doesn't know that its next recovery code isn't stored");
    }
}

/// Opens a vault: its schema is brought up to date, after a backup, and answers that broke off
/// are marked.
pub(super) async fn unlock(
    core: &Core,
    account: &Account,
    folder: &Folder,
    header: &Header,
    key: &DataKey,
) -> Result<Unlocked, AccountError> {
    let vault = folder.open(&core.sources, key, header).await?;
    if let Err(fault) = prepare(core, account, &vault).await {
        vault.close().await;
        return Err(fault);
    }
    // Where somebody is about to change the header, it isn't this one's to tidy up after.
    if let Some(_turn) = core.try_header_of(account.uuid)
        && let Err(fault) = header.prevail(&core.sources, folder.path())
    {
        // A full disk must not keep a person out.
        tracing::warn!(%fault, "an older header was not erased");
    }
    if let (Some(mut db), Some(sealer)) = (vault.connection().await, vault.sealer()) {
        // A full disk must not keep a person from reading.
        if let Err(fault) = crate::chat::mark_interrupted(&mut db).await {
            tracing::warn!(%fault, "broken-off answers were not marked");
        }
        if let Err(fault) = crate::settings::move_keys(&mut db, &core.sources, &sealer).await {
            tracing::warn!(%fault, "a key of an older program was not moved");
        }
    }
    Ok(Unlocked {
        vault,
        desk: Desk::default(),
        checkpoints: Checkpoints::default(),
        clients: Arc::default(),
        work: Work::default(),
        keeper: Keeper::default(),
        chores: Chores::default(),
        kept: Kept::default(),
        damaged: AtomicBool::new(false),
        sessions: 0.into(),
    })
}

/// Brings the vault's schema up to date, if it is older, after a backup of the vault as it was.
async fn prepare(core: &Core, account: &Account, vault: &Vault) -> Result<(), AccountError> {
    if vault.is_outdated().await? {
        backup::make(core, account.uuid, vault, BackupKind::Migration, None).await?;
        vault.migrate().await?;
    }
    Ok(())
}

impl Unlocked {
    /// Stops what runs on the vault, saves it and closes the vault.
    pub(crate) async fn close(&self) {
        self.work.cancel();
        self.keeper.end().await;
        self.chores.end().await;
        self.desk.clear().await;
        self.clients.forget();
        self.kept.close();
        // What it copied and its key end with it.
        self.work.over().await;
        self.vault.close().await;
    }

    /// Notes what a check found, and tells whoever listens.
    pub(crate) fn note_damage(&self) {
        self.damaged.store(true, Ordering::Release);
        self.desk.tell(ChatEvent::VaultDamaged);
    }

    pub(crate) fn vault(&self) -> &Vault {
        &self.vault
    }

    /// The connection for work that outlives one session, such as saving a growing answer.
    pub(crate) async fn connection(&self) -> Option<Connection<'_>> {
        self.vault.connection().await
    }
}
