//! What a restored backup takes the place of, kept: as a backup where that can be made, else file by
//! file. What a failing disk can't read doesn't keep a good backup out.

use std::fs;
use std::io;
use std::path::Path;

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
    let named =
        |number: u32| backups.join(format!("{}{}-{number}", keep::REPLACED_FOLDER, at.seconds()));
    // A new one: nothing may be copied over what is linked there already.
    let free = (1..).map(named).find(|folder| !folder.exists());
    let kept = free.ok_or(StoreError::NotWritable)?;
    vault::create_private_dir(&kept)?;
    for entry in fs::read_dir(vault.path())? {
        let entry = entry?;
        let (from, to) = (entry.path(), kept.join(entry.file_name()));
        match keep_file(&from, &to).map_err(StoreError::from) {
            Err(fault @ (StoreError::Full | StoreError::NotWritable)) => return Err(fault.into()),
            Err(fault) => tracing::error!(%fault, "a file of a replaced vault was not kept"),
            Ok(()) => {}
        }
    }
    vault::sync_dir(&kept)?;
    Ok(String::new())
}

/// Gives a file a second name, where its bytes stay as they are, or copies it: a header is written
/// over when it goes.
fn keep_file(from: &Path, to: &Path) -> io::Result<()> {
    let is_header =
        from.file_name().is_some_and(|name| name.to_string_lossy().starts_with("header"));
    if !is_header && fs::hard_link(from, to).is_ok() {
        return Ok(());
    }
    fs::copy(from, to)?;
    fs::OpenOptions::new().write(true).open(to)?.sync_all()
}
