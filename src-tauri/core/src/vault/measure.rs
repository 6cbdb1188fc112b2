//! Databases for `cargo xtask bench`: a vault's schema and settings, encrypted or plain, so that
//! the two differ in nothing else.

use std::path::PathBuf;

use sqlx::{ConnectOptions as _, SqliteConnection};

use super::key::{DataKey, Secret};
use super::{Kdf, KdfParams, StoreError, database};
use crate::clock::Sources;

/// A database that belongs to nobody.
pub struct Measured {
    path: PathBuf,
    key: Option<DataKey>,
}

impl Measured {
    /// A database at `path`, with a key of its own or without any.
    pub fn new(path: PathBuf, encrypted: bool) -> Self {
        let key = encrypted.then(|| DataKey::generate(&Sources::system()));
        Self { path, key }
    }

    /// Opens it as a vault is opened; makes it the first time.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn open(&self) -> Result<SqliteConnection, StoreError> {
        let mut connection = match &self.key {
            Some(key) => database::open_encrypted(&self.path, key, true).await?,
            None => {
                let mut plain = database::options(&self.path, true).connect().await?;
                database::settle_in(&mut plain).await?;
                plain
            }
        };
        database::migrate_vault(&mut connection).await?;
        Ok(connection)
    }
}

/// Derives a key from a password, as a sign-in does.
pub async fn derive(params: KdfParams) {
    let (kdf, secret) = (Kdf::new(params), Secret::new("password".to_owned()));
    drop(kdf.derive(&secret, [0; 16], params).await);
}
