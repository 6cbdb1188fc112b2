//! Backups of a vault: made by themselves every day and before every migration, or when a person
//! asks; checked page by page after writing; encrypted as the vault is, so that one opens on any
//! computer with the password or the recovery code of its time, and with nothing else.
//!
//! It refuses to call a copy a backup before it was opened and read.

mod automatic;
mod keep;
mod pack;
mod replaced;
mod restore;
mod verify;

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::macros::format_description;
use ts_rs::TS;
use uuid::Uuid;

pub(crate) use automatic::Keeper;
pub use automatic::{is_automatic, set_automatic};
pub use restore::{ChosenBackup, Key, NewNames, Restored, Source, inspect, newest_good, restore};
pub use verify::{CheckedBackup, verify};

use crate::Invalid;
use crate::account::{AccountError, Locked, Session, Under, WorkKind};
use crate::clock::Timestamp;
use crate::core::Core;
use crate::vault::{self, StoreError, Vault};
use pack::Manifest;
pub(crate) use pack::{digest, hash};

const ENDING: &str = ".algoagent-backup";
/// Where a vault is copied before the copy is a backup.
const COPY: &str = ".copy.db";

/// Why a backup was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BackupKind {
    /// By itself, once a day.
    Daily,
    /// The person asked.
    Manual,
    /// Before the vault's schema was changed by a newer program.
    Migration,
    /// What a restored backup replaced, as it was, checked or not.
    Restore,
}

impl BackupKind {
    fn word(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Manual => "manual",
            Self::Migration => "migration",
            Self::Restore => "restore",
        }
    }
}

/// A backup in the data directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BackupInfo {
    /// What names it among the account's.
    pub id: String,
    /// Its file.
    pub path: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Why.
    pub kind: BackupKind,
    /// Its size in bytes.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// Where an account's data is, and how much of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DataInfo {
    /// The data directory of this computer.
    pub directory: String,
    /// The size of the account's database in bytes.
    #[ts(type = "number")]
    pub vault_bytes: u64,
    /// The size of its backups in bytes.
    #[ts(type = "number")]
    pub backup_bytes: u64,
    /// Whether backups are made by themselves.
    pub automatic_backups: bool,
    /// Its backups, the newest first.
    pub backups: Vec<BackupInfo>,
}

/// Why a backup wasn't made, found or put back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// No such backup, or somebody else's.
    #[error("no such backup")]
    NotFound,
    /// It is no backup, or bytes of it changed.
    #[error("the file is no backup or is damaged")]
    Damaged,
    /// A newer program made it.
    #[error("the backup was made by a newer version of the program")]
    Newer,
    /// The person gave it up.
    #[error("it was cancelled")]
    Cancelled,
    /// The vault's key was changed since the backup was made.
    #[error("the backup was made before the vault's key was changed")]
    OtherKey,
    /// Other long work is under way.
    #[error("other work is under way")]
    Busy,
    /// A field can't be taken.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Nobody is signed in.
    #[error(transparent)]
    Locked(#[from] Locked),
    /// The account.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// The files.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl BackupError {
    /// Whether the vault itself is damaged.
    fn is_damage(&self) -> bool {
        matches!(self, Self::Store(StoreError::Damaged) | Self::Account(AccountError::Damaged(_)))
    }
}

impl From<std::io::Error> for BackupError {
    fn from(fault: std::io::Error) -> Self {
        match fault.kind() {
            // What tar says of an archive that ends early or isn't one.
            std::io::ErrorKind::UnexpectedEof
            | std::io::ErrorKind::InvalidData
            | std::io::ErrorKind::Other => Self::Damaged,
            _ => Self::Store(fault.into()),
        }
    }
}

impl From<sqlx::Error> for BackupError {
    fn from(fault: sqlx::Error) -> Self {
        Self::Store(fault.into())
    }
}

/// Where the backups of the account `uuid` are.
fn folder(core: &Core, uuid: Uuid) -> PathBuf {
    core.backups.join(uuid.to_string())
}

/// The backups of the account `uuid`, the newest first.
pub(crate) fn list(core: &Core, uuid: Uuid) -> Vec<BackupInfo> {
    let Ok(entries) = fs::read_dir(folder(core, uuid)) else { return Vec::new() };
    let mut found: Vec<_> = entries.flatten().filter_map(|entry| info(&entry)).collect();
    found.sort_by(|a, b| b.id.cmp(&a.id));
    found
}

/// The newest backup that was checked when it was made.
fn newest_of(core: &Core, uuid: Uuid) -> Option<BackupInfo> {
    list(core, uuid).into_iter().find(|backup| backup.kind != BackupKind::Restore)
}

/// The newest backup that is still what it was when it was made.
async fn newest_good_of(core: &Core, uuid: Uuid) -> Option<BackupInfo> {
    for backup in list(core, uuid).into_iter().filter(|backup| backup.kind != BackupKind::Restore) {
        if verified(&folder(core, uuid).join(&backup.id)).await.is_ok() {
            return Some(backup);
        }
    }
    None
}

fn info(entry: &fs::DirEntry) -> Option<BackupInfo> {
    let id = entry.file_name().into_string().ok()?;
    let (stamp, kind) = id.strip_suffix(ENDING)?.split_once('-')?;
    let stamp = time::PrimitiveDateTime::parse(stamp, STAMP).ok()?.assume_utc();
    let kind = kind.split('-').next()?;
    let kind = serde_json::from_value(kind.into()).ok()?;
    let bytes = entry.metadata().ok()?.len();
    let made_at = Timestamp(stamp.unix_timestamp().saturating_mul(1000));
    let path = entry.path().display().to_string();
    Some(BackupInfo { id, path, made_at, kind, bytes })
}

const STAMP: &[time::format_description::BorrowedFormatItem<'_>] =
    format_description!("[year][month][day]T[hour][minute][second]Z");

/// A free name for a backup of this moment.
fn name(folder: &Path, at: Timestamp, kind: BackupKind) -> String {
    let stamp = OffsetDateTime::from_unix_timestamp(at.seconds())
        .ok()
        .and_then(|at| at.format(STAMP).ok())
        .unwrap_or_default();
    let word = kind.word();
    let mut name = format!("{stamp}-{word}{ENDING}");
    let mut number = 2;
    while folder.join(&name).exists() {
        name = format!("{stamp}-{word}-{number}{ENDING}");
        number += 1;
    }
    name
}

/// Removes what a killed backup left.
fn clear(folder: &Path) {
    vault::remove_database(&folder.join(COPY)).ok();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().extension().is_some_and(|ending| ending == "partial") {
            fs::remove_file(entry.path()).ok();
        }
    }
}

/// Makes a backup of an open vault. An unchanged vault isn't copied again: the newest backup,
/// which holds the same, is the answer.
///
/// The vault can't be used while it is copied; it can while the copy is checked.
pub(crate) async fn make(
    core: &Core,
    uuid: Uuid,
    vault: &Vault,
    kind: BackupKind,
    progress: Option<&Under<'_>>,
) -> Result<BackupInfo, BackupError> {
    let tell = |step, done, total| {
        if let Some(progress) = progress {
            progress.at(step, done, total);
        }
    };
    let folder = folder(core, uuid);
    vault::create_private_dir(&folder)?;
    let copy = folder.join(COPY);
    clear(&folder);
    tell("Looking for changes", 0, 0);
    let newest = newest_of(core, uuid);
    // Read again, all of it: a backup that has gone bad since is none.
    let known = match &newest {
        Some(newest) => verified(&folder.join(&newest.id)).await.ok(),
        None => None,
    };
    let known = known.map(|held| vault::Known { header: held.header, database: held.database });
    let snapshot = vault.snapshot(&copy, known.as_ref()).await.map_err(AccountError::from)?;
    let Some(snapshot) = snapshot else {
        return as_asked_for(&folder, newest.ok_or(BackupError::NotFound)?, kind);
    };
    let bytes = snapshot.bytes;
    tell("Checking", bytes / 3, bytes);
    let checked = vault::check(&copy, &snapshot.key, progress.map(Under::given_up)).await;
    let cancelled = progress.is_some_and(Under::is_cancelled);
    if cancelled || checked.is_err() {
        vault::remove_database(&copy).ok();
        return Err(checked
            .err()
            .filter(|_| !cancelled)
            .map_or(BackupError::Cancelled, Into::into));
    }
    tell("Writing", bytes * 2 / 3, bytes);
    let at = core.sources.now();
    let manifest = Manifest::new(at, kind, &snapshot.header, snapshot.digest);
    let id = name(&folder, at, kind);
    let path = folder.join(&id);
    let (header, target) = (snapshot.header, path.clone());
    let written = tokio::task::spawn_blocking(move || {
        let written = pack::write(&target, &manifest, &header, &copy);
        vault::remove_database(&copy).ok();
        written
    });
    written.await.map_err(|_| BackupError::Damaged)??;
    keep::prune(&folder, &list(core, uuid), &id);
    find_info(core, uuid, &id).ok_or(BackupError::NotFound)
}

/// The newest backup, which holds the vault as it is. One that makes itself goes after some time;
/// what a person asked for stays.
fn as_asked_for(
    folder: &Path,
    newest: BackupInfo,
    kind: BackupKind,
) -> Result<BackupInfo, BackupError> {
    if kind != BackupKind::Manual || newest.kind == BackupKind::Manual {
        return Ok(newest);
    }
    let id = name(folder, newest.made_at, kind);
    fs::rename(folder.join(&newest.id), folder.join(&id))?;
    vault::sync_dir(folder)?;
    let path = folder.join(&id).display().to_string();
    Ok(BackupInfo { id, path, kind, ..newest })
}

/// [`pack::verified`], off the async threads.
async fn verified(path: &Path) -> Result<Manifest, BackupError> {
    let path = path.to_owned();
    let read = tokio::task::spawn_blocking(move || pack::verified(&path));
    read.await.map_err(|_| BackupError::Damaged)?
}

/// Makes a backup because the person asks.
///
/// # Errors
/// [`BackupError::Busy`], [`BackupError::Locked`], those of the store; [`StoreError::Damaged`]
/// when the vault itself is damaged.
pub async fn back_up(session: &Session) -> Result<BackupInfo, BackupError> {
    session.touch()?;
    let unlocked = std::sync::Arc::clone(session.unlocked());
    let work = loop {
        if let Some(work) = unlocked.work.begin(WorkKind::Backup) {
            break work;
        }
        if unlocked.work.info().is_some_and(|work| work.kind != WorkKind::Backup) {
            return Err(BackupError::Busy);
        }
        // The daily one is being made just now.
        unlocked.work.over().await;
        session.check()?;
    };
    let uuid = session.account().uuid;
    let made = make(session.core(), uuid, unlocked.vault(), BackupKind::Manual, Some(&work)).await;
    if made.as_ref().is_err_and(BackupError::is_damage) {
        unlocked.note_damage();
    }
    made
}

/// Where the caller's data is, and its backups.
///
/// # Errors
/// [`BackupError::Locked`] and those of the store.
pub async fn data(session: &Session) -> Result<DataInfo, BackupError> {
    let automatic_backups = is_automatic(session).await?;
    let (core, uuid) = (session.core(), session.account().uuid);
    let backups = list(core, uuid);
    let vault = vault::folder(&core.vaults, uuid).database();
    Ok(DataInfo {
        directory: core.directory().display().to_string(),
        vault_bytes: fs::metadata(vault)?.len(),
        backup_bytes: backups.iter().map(|backup| backup.bytes).sum(),
        automatic_backups,
        backups,
    })
}

/// The file of one of the caller's own backups.
///
/// # Errors
/// [`BackupError::NotFound`] when there is none of that id.
pub fn file(session: &Session, id: &str) -> Result<PathBuf, BackupError> {
    session.touch()?;
    find(session.core(), session.account().uuid, id)
}

fn find(core: &Core, uuid: Uuid, id: &str) -> Result<PathBuf, BackupError> {
    let known = find_info(core, uuid, id).ok_or(BackupError::NotFound)?;
    Ok(folder(core, uuid).join(known.id))
}

/// Compared with what is there, so that no name leads elsewhere.
fn find_info(core: &Core, uuid: Uuid, id: &str) -> Option<BackupInfo> {
    list(core, uuid).into_iter().find(|backup| backup.id == id)
}

/// Deletes one of the caller's own backups.
///
/// # Errors
/// [`BackupError::NotFound`]; those of the store.
pub fn delete(session: &Session, id: &str) -> Result<(), BackupError> {
    Ok(fs::remove_file(file(session, id)?)?)
}
