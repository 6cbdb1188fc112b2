//! Checking a backup file without putting it back: its bytes, and with what opens it, its pages.
//!
//! Nothing of it is shown, and a recovery code isn't used up.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::restore::{Opened, aside, prove, read_header, unpack};
use super::{BackupError, ChosenBackup, Key, inspect, pack, verified};
use crate::account::{self, AccountError, DoorKind};
use crate::core::Core;
use crate::vault::{self, Header, StoreError};

/// What was checked of a backup. Where it is no whole backup, there is none of this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CheckedBackup {
    /// What it says of itself.
    #[serde(flatten)]
    pub told: ChosenBackup,
    /// Whether it was opened and every page of it read; without a credential only its bytes are
    /// compared with their checksums, which whoever can write the file can make anew.
    pub opened: bool,
}

/// Checks the backup at `path`: every byte of it by the checksums that it carries, and with `key`
/// also that it opens, and every page in it.
///
/// # Errors
/// [`BackupError::Damaged`], [`BackupError::Newer`], [`BackupError::OtherKey`];
/// [`AccountError::InvalidCredentials`] when `key` opens neither it nor, where the account is here,
/// its vault of today; [`AccountError::MistypedCode`]; those of the store.
pub async fn verify(
    core: &Core,
    door: DoorKind,
    path: &Path,
    key: Option<Key>,
) -> Result<CheckedBackup, BackupError> {
    let told = inspect(core, path).await?;
    verified(path).await?;
    let Some(key) = key else { return Ok(CheckedBackup { told, opened: false }) };
    let (_, header) = pack::peek(path)?;
    let backed_up = read_header(&header)?;
    let uuid = backed_up.holder.uuid;
    let attempt = account::begin_attempt(core, door, uuid)?;
    let proven = match prove(core, &backed_up, None, &key).await {
        // The vault's key may be the same still under a password of today.
        Err(AccountError::InvalidCredentials) => match vault::folder(&core.vaults, uuid).header() {
            Ok(todays) => prove(core, &backed_up, Some(&todays), &key).await,
            Err(_) => Err(AccountError::InvalidCredentials),
        },
        proven => proven,
    };
    let keys = attempt.ended(proven)?;
    let aside = aside(core)?;
    let read = async {
        unpack(path, &aside.database(), header).await?;
        opens_with(&aside.database(), &keys, &backed_up).await
    };
    let read = read.await;
    fs::remove_dir_all(aside.path()).ok();
    read.map(|_| CheckedBackup { told, opened: true })
}

/// Which of `keys` opens the database, every page of which was read then.
pub(super) async fn opens_with(
    database: &Path,
    keys: &[Opened],
    backed_up: &Header,
) -> Result<usize, BackupError> {
    for (at, opened) in keys.iter().enumerate() {
        match vault::check(database, &opened.data_key, None).await {
            Ok(()) => return Ok(at),
            // A key that isn't the database's and a damaged one look alike.
            Err(StoreError::Damaged) => {}
            Err(fault) => return Err(fault.into()),
        }
    }
    let has_own = keys.iter().any(|opened| opened.opener.generation == backed_up.generation);
    Err(if has_own { BackupError::Damaged } else { BackupError::OtherKey })
}
