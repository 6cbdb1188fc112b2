//! Work on a whole database file: another key for it, every page of it read, whose it is.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sqlx::{ConnectOptions as _, Connection as _, Row as _, SqliteConnection};

use super::database::{self, Give, StoreError, hand_key, open_encrypted, options};
use super::header::Header;
use super::key::DataKey;
use super::secrets;
use crate::clock::Sources;

/// Encrypts the closed database at `path` with another key. Blocks for as long as that takes.
pub(super) fn rekey(path: &Path, old: &DataKey, new: &DataKey) -> Result<(), StoreError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut connection = options(path, false).connect().await?;
        let done = async {
            hand_key(&mut connection, old, Give::Use).await?;
            for pragma in [
                "PRAGMA cipher_log_level = NONE",
                "PRAGMA temp_store = MEMORY",
                // A write-ahead log would hold pages of both keys.
                "PRAGMA journal_mode = DELETE",
                "SELECT count(*) FROM sqlite_schema",
            ] {
                sqlx::raw_sql(pragma).execute(&mut connection).await?;
            }
            hand_key(&mut connection, new, Give::Change).await
        };
        let done = done.await;
        connection.close().await?;
        done
    })
}

/// Moves everything from the write-ahead log into the file, so that the file is whole by itself.
pub(super) async fn checkpoint(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(connection).await?;
    if row.try_get::<i64, _>(0)? == 0 { Ok(()) } else { Err(StoreError::Full) }
}

/// Encrypts the closed database at `path` with another key, off the async threads, and proves it.
pub(crate) async fn exchange(
    sources: &Sources,
    path: &Path,
    old: &DataKey,
    new: &DataKey,
) -> Result<(), StoreError> {
    let (file, before, after) = (path.to_owned(), old.copied(), new.copied());
    let done = tokio::task::spawn_blocking(move || rekey(&file, &before, &after));
    done.await.map_err(|_| StoreError::Damaged)??;
    check_exchanged(sources, path, old, new).await
}

/// [`check`] of a database whose key was to be exchanged, whose small secrets are sealed anew then.
/// SQLCipher gives up without a word, for want of room, and leaves the old key in force.
pub(super) async fn check_exchanged(
    sources: &Sources,
    path: &Path,
    old: &DataKey,
    new: &DataKey,
) -> Result<(), StoreError> {
    match check(path, new, None).await {
        Err(StoreError::Damaged) if opens(path, old).await? => return Err(StoreError::Full),
        checked => checked?,
    }
    let mut connection = open_encrypted(path, new, false).await?;
    let resealed = async {
        secrets::reseal(&mut connection, sources, old, new).await?;
        checkpoint(&mut connection).await
    };
    let resealed = resealed.await;
    connection.close().await?;
    resealed
}

/// How many steps of a check are done between two looks at whether it was given up.
const STEPS: i32 = 10_000;

/// Reads every page of the database at `path`: each must be the key's own and in order.
///
/// Ends early, with any fault, when `given_up` rises.
pub(crate) async fn check(
    path: &Path,
    key: &DataKey,
    given_up: Option<Arc<AtomicBool>>,
) -> Result<(), StoreError> {
    let mut connection = open_encrypted(path, key, false).await?;
    if let Some(given_up) = given_up {
        let mut handle = connection.lock_handle().await?;
        handle.set_progress_handler(STEPS, move || !given_up.load(Ordering::Acquire));
    }
    let found = faults(&mut connection).await;
    connection.close().await?;
    let found = found?;
    if found.is_empty() {
        return Ok(());
    }
    tracing::error!(faults = found.len(), "a database failed its check");
    Err(StoreError::Damaged)
}

async fn faults(connection: &mut SqliteConnection) -> Result<Vec<String>, sqlx::Error> {
    let mut found: Vec<String> =
        sqlx::query_scalar("PRAGMA cipher_integrity_check").fetch_all(&mut *connection).await?;
    let told: Vec<String> =
        sqlx::query_scalar("PRAGMA integrity_check").fetch_all(&mut *connection).await?;
    found.extend(told.into_iter().filter(|line| line != "ok"));
    let broken = sqlx::query("PRAGMA foreign_key_check").fetch_all(connection).await?;
    found.extend(broken.iter().map(|_| "a row points nowhere".to_owned()));
    Ok(found)
}

/// Whether `key` is that of the database at `path`. A fault of the disk is told, and is no answer.
pub(super) async fn opens(path: &Path, key: &DataKey) -> Result<bool, StoreError> {
    match open_encrypted(path, key, false).await {
        Ok(connection) => {
            connection.close().await?;
            Ok(true)
        }
        // Another key and a damaged first page look alike.
        Err(StoreError::Damaged) => Ok(false),
        Err(fault) => Err(fault),
    }
}

/// Whether the database at `path` is whole, opens with `key` and was made for `header`. A fault of
/// the disk is told, and is no answer.
pub(super) async fn belongs(
    path: &Path,
    key: &DataKey,
    header: &Header,
) -> Result<bool, StoreError> {
    let mut connection = match open_encrypted(path, key, false).await {
        Err(StoreError::Damaged) => return Ok(false),
        opened => opened?,
    };
    let made_for = database::seen_generation(&mut connection, header.holder.uuid).await;
    connection.close().await?;
    match made_for {
        Err(StoreError::Damaged) => Ok(false),
        made_for => Ok(made_for? == Some(header.generation)),
    }
}
