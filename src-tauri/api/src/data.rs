//! Where a person's data is, its backups, and putting one back.

use std::path::PathBuf;
use std::sync::Arc;

use algoagent_core::account::{AccountError, DoorKind};
use algoagent_core::backup;
pub use algoagent_core::backup::{BackupInfo, CheckedBackup, ChosenBackup, DataInfo};
use serde::{Deserialize, Serialize};
use serde_json::json;
use ts_rs::TS;
use zeroize::Zeroizing;

use crate::account::{SignedIn, seat};
use crate::door::{Door, Wanted};
use crate::error::{ApiError, ErrorCode};
use crate::locking::OnRequest;
use crate::saving::{self, Saved};
use crate::{Nothing, keychain};

/// One of one's own backups.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct BackupRequest {
    /// Its id.
    pub backup_id: String,
}

/// Which backup is put back.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RestoreSource {
    /// One in the data directory.
    Backup {
        /// Whose: a user name or an e-mail address.
        username: String,
        /// Its id.
        backup_id: String,
    },
    /// The one that was chosen in the dialog.
    Chosen,
    /// A file by its path. Only in a terminal.
    File {
        /// The path.
        path: String,
    },
}

/// What opens a backup: today's credential, or that of the backup's time.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(untagged)]
pub enum RestoreSecret {
    /// A password.
    Password {
        /// The password.
        password: String,
    },
    /// A recovery code, which is used up.
    Code {
        /// The code.
        recovery_code: String,
        /// The password from now on.
        new_password: String,
    },
}

/// A backup to put back.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct RestoreRequest {
    /// Which.
    pub source: RestoreSource,
    /// What opens it.
    pub secret: RestoreSecret,
    /// Another user name, where the backup's is taken.
    pub username: Option<String>,
    /// Another address, where the backup's is taken.
    #[serde(default)]
    #[ts(optional)]
    pub email: Option<String>,
}

/// What opens a backup that is only checked.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(untagged)]
pub enum CheckSecret {
    /// A password.
    Password {
        /// The password.
        password: String,
    },
    /// A recovery code, which is not used up.
    Code {
        /// The code.
        recovery_code: String,
    },
}

/// A backup file to be checked.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct CheckBackupRequest {
    /// The file.
    pub path: String,
    /// What opens it; null to compare its bytes with their checksums alone.
    pub secret: Option<CheckSecret>,
}

/// A vault that was put back.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct Restored {
    /// Its owner.
    pub signed_in: SignedIn,
    /// The next recovery code, when one was used up. Shown once.
    pub recovery_code: Option<String>,
}

/// What a damaged vault is told with: the newest backup that was good when it was made.
pub(crate) async fn damaged(door: &Door, username: &str, fault: AccountError) -> ApiError {
    let newest = backup::newest_good(door.core(), username).await.ok().flatten();
    let detail = json!({ "username": username, "newest_backup": newest });
    ApiError { detail, ..fault.into() }
}

pub(crate) async fn data(door: &Door, _: Nothing) -> Result<DataInfo, ApiError> {
    Ok(backup::data(&door.session()?).await?)
}

pub(crate) async fn set_automatic_backups(
    door: &Door,
    request: OnRequest,
) -> Result<DataInfo, ApiError> {
    backup::set_automatic(&door.session()?, request.on).await?;
    data(door, Nothing {}).await
}

pub(crate) async fn back_up(door: &Door, _: Nothing) -> Result<BackupInfo, ApiError> {
    Ok(backup::back_up(&door.session()?).await?)
}

pub(crate) async fn save_backup(
    door: &Door,
    request: BackupRequest,
) -> Result<Option<Saved>, ApiError> {
    let session = door.session()?;
    let file = backup::file(&session, &request.backup_id)?;
    let name = format!("{}-{}", session.account().username, request.backup_id);
    let Some(path) = saving::choose(door, &session, name).await? else { return Ok(None) };
    saving::copy(&file, &path).await?;
    Ok(Some(Saved { path: path.display().to_string(), module: None }))
}

pub(crate) async fn delete_backup(
    door: &Door,
    request: BackupRequest,
) -> Result<DataInfo, ApiError> {
    backup::delete(&door.session()?, &request.backup_id)?;
    data(door, Nothing {}).await
}

pub(crate) async fn choose_backup(
    door: &Door,
    _: Nothing,
) -> Result<Option<ChosenBackup>, ApiError> {
    let host = Arc::clone(door.host());
    let chosen =
        tokio::task::spawn_blocking(move || host.choose_file_to_open(Wanted::Backup)).await;
    let Some(path) = chosen.map_err(ApiError::internal)?? else { return Ok(None) };
    let told = backup::inspect(door.core(), &path).await?;
    door.seat().chosen = Some(path);
    Ok(Some(told))
}

pub(crate) async fn check_backup(
    door: &Door,
    request: CheckBackupRequest,
) -> Result<CheckedBackup, ApiError> {
    if door.kind() != DoorKind::Terminal {
        return Err(ApiError::new(ErrorCode::NotHere, "A backup file is checked in a terminal."));
    }
    let key = request.secret.map(|secret| match secret {
        CheckSecret::Password { password } => backup::Key::Password(Zeroizing::new(password)),
        // No new password is taken from it: nothing is put back.
        CheckSecret::Code { recovery_code } => {
            backup::Key::Recovery { code: recovery_code, new_password: Zeroizing::default() }
        }
    });
    Ok(backup::verify(door.core(), door.kind(), &PathBuf::from(request.path), key).await?)
}

pub(crate) async fn restore(door: &Door, request: RestoreRequest) -> Result<Restored, ApiError> {
    let visit = door.visit();
    let _seating = door.seating();
    let source =
        match request.source {
            RestoreSource::Backup { username, backup_id } => {
                backup::Source::Kept { username, id: backup_id }
            }
            RestoreSource::Chosen => {
                let chosen = door.seat().chosen.clone();
                backup::Source::File(chosen.ok_or_else(|| {
                    ApiError::new(ErrorCode::NotFound, "Choose a backup file first.")
                })?)
            }
            RestoreSource::File { path } if door.kind() == DoorKind::Terminal => {
                backup::Source::File(PathBuf::from(path))
            }
            RestoreSource::File { .. } => {
                return Err(ApiError::new(ErrorCode::NotHere, "Choose the file in the dialog."));
            }
        };
    let key = match request.secret {
        RestoreSecret::Password { password } => backup::Key::Password(Zeroizing::new(password)),
        RestoreSecret::Code { recovery_code, new_password } => backup::Key::Recovery {
            code: recovery_code,
            new_password: Zeroizing::new(new_password),
        },
    };
    let names = backup::NewNames { username: request.username, email: request.email };
    let restored = backup::restore(door.core(), door.kind(), source, key, names).await?;
    keychain::remember_anyway(door, &restored.session).await;
    let recovery_code = restored.recovery_code.map(|code| code.to_string());
    let signed_in = seat(door, visit, restored.session).await?;
    Ok(Restored { signed_in, recovery_code })
}
