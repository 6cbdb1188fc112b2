//! Backups that make themselves: once a day while a vault is open, unless the person turned them
//! off.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{BackupError, BackupKind, list, make};
use crate::account::{Session, Unlocked, WorkKind};
use crate::core::Core;
use crate::settings;

const NAME: &str = "automatic_backups";
/// How often an open vault is looked at.
const LOOK: Duration = Duration::from_secs(3600);
const DAY_MS: i64 = 24 * 3600 * 1000;

/// Whether the caller's vault is backed up by itself.
///
/// # Errors
/// [`BackupError::Locked`] and those of the store.
pub async fn is_automatic(session: &Session) -> Result<bool, BackupError> {
    Ok(settings::value(&mut *session.vault().await?, NAME).await?.unwrap_or(true))
}

/// Turns that on or off.
///
/// # Errors
/// [`BackupError::Locked`] and those of the store.
pub async fn set_automatic(session: &Session, on: bool) -> Result<(), BackupError> {
    Ok(settings::set_value(&mut *session.vault().await?, NAME, &on).await?)
}

/// Backs one open vault up as long as it is open.
#[derive(Default)]
pub(crate) struct Keeper(std::sync::Mutex<Option<(CancellationToken, JoinHandle<()>)>>);

impl Keeper {
    /// Begins to look after `unlocked`.
    pub(crate) fn begin(&self, core: &Core, uuid: Uuid, unlocked: &Arc<Unlocked>) {
        let stop = CancellationToken::new();
        let task = tokio::spawn(watch(core.clone(), uuid, Arc::downgrade(unlocked), stop.clone()));
        *self.lock() = Some((stop, task));
    }

    /// Ends, and leaves nothing half made. What was being made is made another time.
    pub(crate) async fn end(&self) {
        let held = self.lock().take();
        if let Some((stop, task)) = held {
            stop.cancel();
            task.await.ok();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(CancellationToken, JoinHandle<()>)>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

async fn watch(core: Core, uuid: Uuid, unlocked: Weak<Unlocked>, stop: CancellationToken) {
    let mut wait = core.backup_after;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
        wait = LOOK;
        let Some(unlocked) = unlocked.upgrade() else { return };
        // Not cut off in the middle, where its key would live on: closing the vault waits.
        let made = back_up_if_due(&core, uuid, &unlocked).await;
        if let Err(fault) = made
            && !matches!(fault, BackupError::Cancelled | BackupError::Busy)
        {
            tracing::error!(%fault, "the daily backup was not made");
            if fault.is_damage() {
                unlocked.note_damage();
            }
        }
    }
}

async fn back_up_if_due(core: &Core, uuid: Uuid, unlocked: &Unlocked) -> Result<(), BackupError> {
    let on: Option<bool> = match unlocked.connection().await {
        Some(mut db) => settings::value(&mut db, NAME).await?,
        None => return Ok(()),
    };
    let today = core.sources.now().0.div_euclid(DAY_MS);
    // Any of them: the newest may be of a day to come, made while the clock was wrong.
    let made_today = list(core, uuid).iter().any(|backup| {
        backup.kind != BackupKind::Restore && backup.made_at.0.div_euclid(DAY_MS) == today
    });
    if on == Some(false) || made_today {
        return Ok(());
    }
    let work = unlocked.work.begin(WorkKind::Backup).ok_or(BackupError::Busy)?;
    make(core, uuid, unlocked.vault(), BackupKind::Daily, Some(&work)).await.map(drop)
}
