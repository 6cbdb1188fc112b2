//! A copy of a vault as it is at one moment.

use std::fs;
use std::io;
use std::path::Path;

use sqlx::Connection as _;

use super::folder::with_end;
use super::key::DataKey;
use super::{Header, OpenError, StoreError, Vault, database, files, whole};

/// What was copied.
pub(crate) struct Snapshot {
    /// The header's bytes.
    pub(crate) header: Vec<u8>,
    /// SHA-256 of the database, as hexadecimal digits.
    pub(crate) digest: String,
    /// Its length.
    pub(crate) bytes: u64,
    /// What opens it.
    pub(crate) key: DataKey,
}

/// What a backup holds already: SHA-256 of header and database.
pub(crate) struct Known {
    pub(crate) header: String,
    pub(crate) database: String,
}

impl Vault {
    /// Copies the database to `to`; `None` when it is `known`. Nobody else can use the vault
    /// meanwhile: they wait.
    pub(crate) async fn snapshot(
        &self,
        to: &Path,
        known: Option<&Known>,
    ) -> Result<Option<Snapshot>, OpenError> {
        let mut place = self.open.lock().await;
        let open = place.as_mut().ok_or(OpenError::Closed)?;
        super::roll_back(&mut open.connection).await;
        whole::checkpoint(&mut open.connection).await?;
        // Under the same lock: header and key belong together.
        let header = Header::read(self.folder.path())?;
        header.assert_vouched(&open.key)?;
        let header = header.bytes()?;
        let key = open.key.copied();
        let (from, target) = (self.folder.database(), to.to_owned());
        let known = known.filter(|known| known.header == crate::backup::digest(&header));
        if let Some(known) = known {
            let from = from.clone();
            let read = move || crate::backup::hash(fs::File::open(from)?, io::sink());
            let digest = tokio::task::spawn_blocking(read).await;
            if digest.map_err(|_| StoreError::Damaged)?? == known.database {
                return Ok(None);
            }
        }
        let copied = tokio::task::spawn_blocking(move || {
            remove_database(&target)?;
            let out = files::open_private(&target)?;
            let digest = crate::backup::hash(fs::File::open(from)?, &out)?;
            out.sync_all()?;
            Ok::<_, io::Error>((digest, out.metadata()?.len()))
        });
        let copied = copied.await.map_err(|_| StoreError::Damaged)?;
        let (digest, bytes) = copied.inspect_err(|_| drop(remove_database(to)))?;
        Ok(Some(Snapshot { header, digest, bytes, key }))
    }
}

/// Records in the closed database at `path` that it belongs to `header`.
pub(crate) async fn record(path: &Path, key: &DataKey, header: &Header) -> Result<(), StoreError> {
    let mut connection = database::open_encrypted(path, key, false).await?;
    let recorded = async {
        database::refuse_newer(&mut connection).await?;
        let seen = database::seen_generation(&mut connection, header.holder.uuid).await?;
        if seen.is_some_and(|seen| seen > header.generation) {
            return Err(StoreError::Damaged);
        }
        database::record_generation(&mut connection, header.holder.uuid, header.generation).await?;
        // Closing doesn't say when the log couldn't be moved into the file.
        whole::checkpoint(&mut connection).await
    };
    let recorded = recorded.await;
    connection.close().await?;
    recorded
}

/// Removes a database that doesn't count, with its logs.
pub(crate) fn remove_database(path: &Path) -> io::Result<()> {
    for end in ["-wal", "-shm", "-journal", ""] {
        match fs::remove_file(with_end(path, end)) {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => return Err(fault),
            _ => {}
        }
    }
    Ok(())
}
