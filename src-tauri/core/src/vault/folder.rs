//! The folder of one vault: its header, its database, and what a killed change left in it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tokio::sync::Mutex;
use uuid::Uuid;

use super::changes::Changes;
use super::files::Held;
use super::key::DataKey;
use super::transaction::LeftOpen;
use super::{Header, HeaderError, Open, OpenError, StoreError, Vault, database, files, log, whole};
use crate::clock::Sources;

const DATABASE: &str = "vault.db";
/// A database that is whole, encrypted with the newest header's key, and about to take its place.
const NEXT: &str = "vault.next.db";
/// A database that is being made.
const COPY: &str = "vault.copy.db";

/// The folder of one vault.
#[derive(Clone, Debug)]
pub(crate) struct Folder(pub(crate) PathBuf);

/// The folder of the vault `uuid` under the data directory's `vaults`.
pub(crate) fn folder(vaults: &Path, uuid: Uuid) -> Folder {
    Folder(vaults.join(uuid.to_string()))
}

impl Folder {
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn header(&self) -> Result<Header, HeaderError> {
        Header::read(&self.0)
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.0.join(DATABASE)
    }

    /// The database's write-ahead log.
    pub(crate) fn log(&self) -> PathBuf {
        with_end(&self.database(), "-wal")
    }

    pub(super) fn next_database(&self) -> PathBuf {
        self.0.join(NEXT)
    }

    /// Where a database is made before it counts.
    pub(crate) fn copied_database(&self) -> PathBuf {
        self.0.join(COPY)
    }

    pub(super) fn lock(&self) -> Result<Held, OpenError> {
        Held::take(&self.0.join("lock"))?.ok_or(OpenError::InUse)
    }

    /// Makes the database of a new vault, at its place.
    pub(crate) async fn create(&self, key: &DataKey, header: &Header) -> Result<Vault, OpenError> {
        let lock = self.lock()?;
        self.connect(&self.database(), lock, key, header, true).await
    }

    /// Makes a database that doesn't count before [`Folder::offer`] and `header`.
    pub(crate) async fn create_aside(
        &self,
        sources: &Sources,
        key: &DataKey,
        header: &Header,
    ) -> Result<Vault, OpenError> {
        let lock = self.lock()?;
        let copy = self.copied_database();
        self.remove_with_logs(sources, &copy)?;
        self.connect(&copy, lock, key, header, true).await
    }

    /// The database that was made aside is whole: the header of its key puts it in its place.
    ///
    /// Its log must be empty, for the file goes without it.
    pub(crate) fn offer(&self, sources: &Sources) -> io::Result<()> {
        let copy = self.copied_database();
        if has_content(&with_end(&copy, "-wal")) {
            // A log that couldn't be moved into the file, for want of room.
            return Err(io::ErrorKind::StorageFull.into());
        }
        fs::OpenOptions::new().write(true).open(&copy)?.sync_all()?;
        files::rename(sources, &copy, &self.next_database())
    }

    /// Opens the database with `key`, taken from `header`; first ends what was killed in the
    /// middle. Its schema may be older than this program's.
    pub(crate) async fn open(
        &self,
        sources: &Sources,
        key: &DataKey,
        header: &Header,
    ) -> Result<Vault, OpenError> {
        let lock = self.lock()?;
        self.settle(sources, key, header).await?;
        self.refuse_damaged()?;
        self.connect(&self.database(), lock, key, header, false).await
    }

    pub(super) async fn connect(
        &self,
        path: &Path,
        lock: Held,
        key: &DataKey,
        header: &Header,
        create: bool,
    ) -> Result<Vault, OpenError> {
        let mut connection = database::open_encrypted(path, key, create).await?;
        let changes = Changes::default();
        let proven = match changes.watch(&mut connection).await {
            Ok(()) => prove(&mut connection, header, create).await,
            Err(fault) => Err(StoreError::from(fault).into()),
        };
        let open = Open { connection, rolled_back: LeftOpen::default(), key: key.copied(), lock };
        if let Err(fault) = proven {
            // Closed before the lock is given back: a vault never has two connections.
            open.close().await;
            return Err(fault);
        }
        let in_force = std::sync::Mutex::new(Some((header.generation, key.copied())));
        Ok(Vault { folder: self.clone(), open: Mutex::new(Some(open)), in_force, changes })
    }

    /// Looks at the files before SQLite does: it would fill an empty one as if the vault were new,
    /// and take a bent log's beginning for all of it.
    fn refuse_damaged(&self) -> Result<(), OpenError> {
        if has_content(&self.database()) && !log::is_damaged(&self.log())? {
            Ok(())
        } else {
            Err(StoreError::Damaged.into())
        }
    }

    /// Ends a change of the data key that was killed. The header decides: a whole database that
    /// its key opens takes its place; anything else that was being made is removed.
    async fn settle(
        &self,
        sources: &Sources,
        key: &DataKey,
        header: &Header,
    ) -> Result<(), OpenError> {
        self.remove_with_logs(sources, &self.copied_database())?;
        let next = self.next_database();
        if !next.exists() {
            return Ok(());
        }
        if whole::belongs(&next, key, header).await? {
            return Ok(self.promote(sources)?);
        }
        self.refuse_damaged()?;
        if !whole::opens(&self.database(), key).await? {
            // Whatever it is, it isn't superfluous.
            return Err(StoreError::Damaged.into());
        }
        Ok(self.remove_with_logs(sources, &next)?)
    }

    /// Puts the finished database in the place of the old one, whose key opens nothing any more.
    pub(super) fn promote(&self, sources: &Sources) -> io::Result<()> {
        let (old, next) = (self.database(), self.next_database());
        // A log of the old database beside the new one would be taken for the new one's.
        for end in ["-wal", "-shm"] {
            files::remove(sources, &with_end(&old, end))?;
        }
        files::rename(sources, &next, &old)
    }

    /// Removes a database with its logs.
    pub(crate) fn remove_with_logs(&self, sources: &Sources, database: &Path) -> io::Result<()> {
        for end in ["-wal", "-shm", "-journal", ""] {
            let file = with_end(database, end);
            if file.exists() {
                files::remove(sources, &file)?;
            }
        }
        Ok(())
    }
}

fn has_content(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() > 0)
}

pub(super) fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// Whether the open database is `header`'s own and not newer than `header`.
async fn prove(
    connection: &mut sqlx::SqliteConnection,
    header: &Header,
    create: bool,
) -> Result<(), OpenError> {
    if create {
        database::migrate_vault(connection).await?;
    } else {
        database::refuse_newer(connection).await?;
    }
    let seen = database::seen_generation(connection, header.holder.uuid).await?;
    if seen.is_some_and(|seen| header.generation < seen) {
        return Err(OpenError::OlderHeader);
    }
    match database::record_generation(connection, header.holder.uuid, header.generation).await {
        Err(StoreError::Full) if seen.is_some() => {
            // A full disk must not keep a person out; the next opening records it.
            tracing::warn!("a header's generation was not recorded");
            Ok(())
        }
        recorded => Ok(recorded?),
    }
}
