//! One encrypted database per person: its header, its keys, opening and closing it.
//!
//! It refuses a file that isn't SQLCipher's, a header that belongs to another folder, key
//! derivation parameters outside sane bounds, a header older than the vault has seen, and a
//! second opening of a vault that is open.

mod database;
mod header;
mod kdf;
mod key;
mod recovery;
mod transaction;

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use sqlx::SqliteConnection;
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};
use uuid::Uuid;

pub use database::StoreError;
pub(crate) use database::{assert_cipher, open_plain, word};
pub(crate) use header::{Header, HeaderError, Holder};
pub(crate) use kdf::Kdf;
pub use kdf::{Derivation, KdfParams};
pub(crate) use key::{DataKey, Secret};
pub(crate) use recovery::RecoveryCode;
pub(crate) use transaction::{Transaction, roll_back};

use crate::clock::Sources;

const DATABASE: &str = "vault.db";

/// An open vault: the one connection to its database.
pub(crate) struct Vault(Mutex<Option<Open>>);

/// What closing gives back, in this order, however long somebody still holds the [`Vault`].
struct Open {
    connection: SqliteConnection,
    lock: File,
}

/// Why a vault didn't open.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    /// The password or the recovery code is wrong.
    #[error("the password does not open this vault")]
    WrongSecret,
    /// The header can't be used.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// The key derivation is overloaded.
    #[error("too many sign-ins at once")]
    Overloaded,
    /// Another process holds the vault.
    #[error("the vault is open in another process")]
    InUse,
    /// The header is older than one that the vault has seen.
    #[error("the header is older than the vault")]
    OlderHeader,
    /// The database's files.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The folder of one vault.
#[derive(Clone, Debug)]
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn header(&self) -> Result<Header, HeaderError> {
        Header::read(&self.0)
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.0.join(DATABASE)
    }

    fn lock(&self) -> Result<File, OpenError> {
        let file = open_private(&self.0.join("lock")).map_err(StoreError::from)?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse),
            Err(TryLockError::Error(fault)) => Err(StoreError::from(fault).into()),
        }
    }

    /// Makes the database of a new vault.
    pub(crate) async fn create(&self, key: &DataKey, header: &Header) -> Result<Vault, OpenError> {
        self.connect(key, header, true).await
    }

    /// Opens the database with `key`, taken from `header`.
    pub(crate) async fn open(&self, key: &DataKey, header: &Header) -> Result<Vault, OpenError> {
        // An empty file would be filled as if the vault were new.
        if !fs::metadata(self.database()).is_ok_and(|file| file.is_file() && file.len() > 0) {
            return Err(StoreError::Damaged.into());
        }
        self.connect(key, header, false).await
    }

    async fn connect(
        &self,
        key: &DataKey,
        header: &Header,
        create: bool,
    ) -> Result<Vault, OpenError> {
        let lock = self.lock()?;
        let mut connection = database::open_encrypted(&self.database(), key, create).await?;
        let proven = prove(&mut connection, header).await;
        let vault = Vault(Mutex::new(Some(Open { connection, lock })));
        if let Err(fault) = proven {
            // Closed before the lock is given back: a vault never has two connections.
            vault.close().await;
            return Err(fault);
        }
        Ok(vault)
    }
}

/// Whether the open database is up to date, `header`'s own, and not newer than `header`.
async fn prove(connection: &mut SqliteConnection, header: &Header) -> Result<(), OpenError> {
    database::migrate_vault(connection).await?;
    let seen =
        database::record_generation(connection, header.holder.uuid, header.generation).await?;
    if header.generation < seen { Err(OpenError::OlderHeader) } else { Ok(()) }
}

impl Vault {
    /// The connection, for one caller at a time. `None` once the vault was closed.
    pub(crate) async fn connection(&self) -> Option<MappedMutexGuard<'_, SqliteConnection>> {
        let open = self.0.lock().await;
        let mut connection =
            MutexGuard::try_map(open, |open| open.as_mut().map(|open| &mut open.connection))
                .ok()?;
        roll_back(&mut connection).await;
        Some(connection)
    }

    /// Closes the database, drops SQLCipher's copy of the key and gives the lock back. Closing
    /// twice is harmless.
    pub(crate) async fn close(&self) {
        use sqlx::Connection as _;
        let mut open = self.0.lock().await;
        let Some(Open { connection, lock }) = open.take() else { return };
        if let Err(fault) = connection.close().await {
            tracing::warn!(%fault, "a vault did not close cleanly");
        }
        drop(lock);
    }
}

/// Makes `header` for a new vault, its data key wrapped under password and recovery code.
pub(crate) async fn seal(
    kdf: &Kdf,
    sources: &Sources,
    holder: Holder,
    password: &Secret,
    generation: u64,
    key: &DataKey,
) -> Result<(Header, RecoveryCode), OpenError> {
    let code = RecoveryCode::generate(sources);
    let header = Header::seal(kdf, sources, holder, password, &code, generation, key).await?;
    Ok((header, code))
}

/// Opens or makes a file that only its owner may read.
pub(crate) fn open_private(path: &Path) -> std::io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

/// Makes a folder that only its owner may enter, and its parents.
pub(crate) fn create_private_dir(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Flushes a folder's entries to the disk, where the system knows that.
pub(crate) fn sync_dir(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    File::open(path)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// The folder of the vault `uuid` under the data directory's `vaults`.
pub(crate) fn folder(vaults: &Path, uuid: Uuid) -> Folder {
    Folder(vaults.join(uuid.to_string()))
}
