//! Work on a whole database file: another key for it, every page of it read, whose it is.

use std::path::Path;

use sqlx::{ConnectOptions as _, Connection as _, Row as _, SqliteConnection};

use super::database::{Give, StoreError, hand_key, open_encrypted, options};
use super::header::Header;
use super::key::DataKey;

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

/// Reads every page of the database at `path`: each must be the key's own and in order.
pub(crate) async fn check(path: &Path, key: &DataKey) -> Result<(), StoreError> {
    let mut connection = open_encrypted(path, key, false).await?;
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

/// Whether the database at `path` is whole, opens with `key` and was made for `header`.
pub(super) async fn belongs(path: &Path, key: &DataKey, header: &Header) -> bool {
    let Ok(mut connection) = open_encrypted(path, key, false).await else { return false };
    let made_for: Result<Option<(String, i64)>, _> =
        sqlx::query_as("SELECT account_uuid, header_generation FROM vault_meta")
            .fetch_optional(&mut connection)
            .await;
    connection.close().await.ok();
    let wanted = (header.holder.uuid.to_string(), i64::try_from(header.generation).unwrap_or(0));
    made_for.is_ok_and(|found| found == Some(wanted))
}
