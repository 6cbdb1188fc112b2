//! One encrypted database per person: its header, its keys, opening and closing it.
//!
//! It refuses a file that isn't SQLCipher's, a header that belongs to another folder or that
//! somebody without the key changed, key derivation parameters outside sane bounds, a header
//! older than the vault has seen, and a second opening of a vault that is open.

mod changes;
mod database;
mod envelope;
mod files;
mod folder;
mod header;
mod kdf;
mod key;
mod log;
#[cfg(feature = "measure")]
pub mod measure;
mod recovery;
mod rekey;
pub(crate) mod secrets;
mod snapshot;
mod transaction;
mod whole;

use std::sync::PoisonError;

use sqlx::{Connection as _, SqliteConnection};
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};

use changes::Changes;
pub use database::{StoreError, Versions, versions};
pub(crate) use database::{assert_cipher, open_plain, word};
pub(crate) use files::{Held, create_private_dir, open_private, sync_dir};
pub(crate) use folder::{Folder, folder};
pub(crate) use header::{Header, HeaderError, Holder, Opener, Tombstone};
pub(crate) use kdf::Kdf;
pub use kdf::{Derivation, KdfParams};
pub use key::UnlockSecret;
pub(crate) use key::{DataKey, Secret};
pub(crate) use recovery::RecoveryCode;
pub(crate) use rekey::{Go, Stage};
pub(crate) use secrets::Sealer;
pub(crate) use snapshot::{Known, record, remove_database};
use transaction::roll_back;
pub(crate) use transaction::{LeftOpen, Transaction};
pub(crate) use whole::{check, exchange};

/// An open vault: the one connection to its database.
pub(crate) struct Vault {
    folder: Folder,
    open: Mutex<Option<Open>>,
    /// The newest header that this vault knows, by generation and key. Apart from `open`, so that
    /// a sign-in needn't wait for long work.
    in_force: std::sync::Mutex<Option<(u64, DataKey)>>,
    changes: Changes,
}

/// What closing gives back, in this order, however long somebody still holds the [`Vault`].
struct Open {
    connection: SqliteConnection,
    /// Up to which of the transactions that were left open it was rolled back.
    rolled_back: LeftOpen,
    key: DataKey,
    lock: files::Held,
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
    /// The vault was closed.
    #[error("the vault is closed")]
    Closed,
    /// The person gave it up.
    #[error("it was cancelled")]
    Cancelled,
    /// The database's files.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<std::io::Error> for OpenError {
    fn from(fault: std::io::Error) -> Self {
        Self::Store(fault.into())
    }
}

impl Vault {
    /// The connection, for one caller at a time. `None` once the vault was closed.
    pub(crate) async fn connection(&self) -> Option<MappedMutexGuard<'_, SqliteConnection>> {
        let mut place = self.open.lock().await;
        let open = place.as_mut()?;
        open.rolled_back.roll_back(&mut open.connection).await;
        MutexGuard::try_map(place, |open| open.as_mut().map(|open| &mut open.connection)).ok()
    }

    /// How often it was changed since it was opened.
    pub(crate) fn changes(&self) -> u64 {
        self.changes.count()
    }

    /// A copy of the data key; `None` once the vault was closed.
    pub(crate) async fn key(&self) -> Option<DataKey> {
        self.open.lock().await.as_ref().map(|open| open.key.copied())
    }

    /// What seals and opens its small secrets; `None` once the vault was closed.
    pub(crate) fn sealer(&self) -> Option<Sealer> {
        let in_force = self.in_force.lock().unwrap_or_else(PoisonError::into_inner);
        in_force.as_ref().map(|(_, key)| Sealer::new(key))
    }

    /// Whether it has not been closed.
    pub(crate) fn is_open(&self) -> bool {
        self.in_force.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Whether `header`, which gave `key`, may use this vault, open already: a header of before, put
    /// back while the vault is open, may not.
    pub(crate) fn admits(&self, header: &Header, key: &DataKey) -> Result<(), OpenError> {
        match &*self.in_force.lock().unwrap_or_else(PoisonError::into_inner) {
            None => Err(OpenError::Closed),
            Some((seen, _)) if header.generation < *seen => Err(OpenError::OlderHeader),
            Some((_, own)) if !own.is(key) => Err(StoreError::Damaged.into()),
            Some(_) => Ok(()),
        }
    }

    fn put_in_force(&self, header: &Header, key: Option<&DataKey>) {
        let mut in_force = self.in_force.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((seen, own)) = in_force.as_mut() {
            *seen = header.generation;
            if let Some(key) = key {
                *own = key.copied();
            }
        }
    }

    /// Whether the database's schema is older than this program's.
    pub(crate) async fn is_outdated(&self) -> Result<bool, OpenError> {
        let mut connection = self.connection().await.ok_or(OpenError::Closed)?;
        Ok(database::is_outdated(&mut connection).await?)
    }

    /// Brings the database's schema up to date, each step whole or not at all.
    pub(crate) async fn migrate(&self) -> Result<(), OpenError> {
        let mut connection = self.connection().await.ok_or(OpenError::Closed)?;
        Ok(database::migrate_vault(&mut connection).await?)
    }

    /// Records that `header` belongs to this vault now; the one before it is forgotten.
    pub(crate) async fn adopt(
        &self,
        sources: &crate::clock::Sources,
        header: &Header,
    ) -> Result<(), OpenError> {
        self.put_in_force(header, None);
        let mut connection = self.connection().await.ok_or(OpenError::Closed)?;
        database::record_generation(&mut connection, header.holder.uuid, header.generation).await?;
        Ok(Header::forget_previous(sources, self.folder.path())?)
    }

    /// Moves everything into the database's file, so that the file is whole by itself.
    pub(crate) async fn flush(&self) -> Result<(), OpenError> {
        let mut connection = self.connection().await.ok_or(OpenError::Closed)?;
        Ok(whole::checkpoint(&mut connection).await?)
    }

    /// Closes the database, drops SQLCipher's copy of the key and ours, and gives the lock back.
    /// Closing twice is harmless.
    pub(crate) async fn close(&self) {
        let mut open = self.open.lock().await;
        if let Some(open) = open.take() {
            open.close().await;
        }
        self.in_force.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl Open {
    async fn close(self) {
        let Self { connection, key, lock, .. } = self;
        if let Err(fault) = connection.close().await {
            tracing::warn!(%fault, "a vault did not close cleanly");
        }
        drop(key);
        drop(lock);
    }
}
