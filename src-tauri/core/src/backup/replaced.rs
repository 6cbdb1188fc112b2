//! What a restored backup takes the place of, kept: as a backup where that can be made, else file by
//! file. What a failing disk can't read doesn't keep a good backup out.

use std::fs;
use std::io::ErrorKind;

use super::{BackupError, BackupKind, Manifest, folder, keep, name, pack};
use crate::account::Account;
use crate::core::Core;
use crate::vault::{self, Folder, StoreError};

/// Keeps the closed vault as it is, whether it opens or not: as a backup, whose id is answered,
/// where header and database are whole files; else file by file.
pub(super) fn keep(core: &Core, account: &Account, vault: &Folder) -> Result<String, BackupError> {
    let database = vault.database();
    if !database.exists() {
        return Ok(String::new());
    }
    let backups = folder(core, account.uuid);
    vault::create_private_dir(&backups)?;
    let at = core.sources.now();
    let has_log = fs::metadata(vault.log()).is_ok_and(|log| log.len() > 0);
    if let (Ok(header), false) = (fs::read(vault.path().join("header")), has_log) {
        let id = name(&backups, at, BackupKind::Restore);
        let packed = fs::File::open(&database)
            .and_then(|database| pack::hash(database, std::io::sink()))
            .map_err(BackupError::from)
            .and_then(|digest| {
                let manifest = Manifest::new(at, BackupKind::Restore, &header, digest);
                pack::write(&backups.join(&id), &manifest, &header, &database)
            });
        match packed {
            Ok(()) => return Ok(id),
            Err(fault @ BackupError::Store(StoreError::Full | StoreError::NotWritable)) => {
                return Err(fault);
            }
            // A disk that can't read it all: what it can't read must not keep the backup out.
            Err(fault) => tracing::error!(%fault, "a replaced vault could not be packed"),
        }
    }
    let kept = backups.join(format!("{}{}", keep::REPLACED_FOLDER, at.seconds()));
    vault::create_private_dir(&kept)?;
    for entry in fs::read_dir(vault.path())? {
        let (from, to) = (entry?.path(), kept.join("header"));
        let is_text =
            from.file_name().is_some_and(|name| name.to_string_lossy().starts_with("header"));
        let to = from.file_name().map_or(to, |name| kept.join(name));
        // A header is written over when it goes; a database loses its name alone.
        let linked =
            if is_text { Err(ErrorKind::Unsupported.into()) } else { fs::hard_link(&from, &to) };
        if let Err(fault) = linked.or_else(|_: std::io::Error| fs::copy(&from, &to).map(drop)) {
            tracing::error!(%fault, "a file of a replaced vault was not kept");
        }
    }
    vault::sync_dir(&kept)?;
    Ok(String::new())
}
