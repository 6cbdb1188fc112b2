//! SQLite connections: one encrypted per vault, one plain for accounts.db.

use std::path::Path;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, Row as _, SqliteConnection};
use uuid::Uuid;

use super::key::DataKey;

static ACCOUNTS: Migrator = sqlx::migrate!("migrations/accounts");
static VAULT: Migrator = sqlx::migrate!("migrations/vault");

/// What went wrong with a database or its files. Messages are for people; the cause goes to
/// the log.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file is damaged, or another vault's.
    #[error("the file is damaged or was replaced")]
    Damaged,
    /// No room, or a disk that doesn't take what is written.
    #[error("the disk is full or fails")]
    Full,
    /// The file or the folder can't be written.
    #[error("the data directory can't be written")]
    NotWritable,
    /// The file was written by a newer version of the program.
    #[error("the file was written by a newer version of the program")]
    Newer,
    /// The program was built without encryption; it must not run.
    #[error("this build has no SQLCipher")]
    NoCipher,
    /// Anything else.
    #[error("the database failed: {0}")]
    Other(sqlx::Error),
    /// Anything else about files.
    #[error("a file failed: {0}")]
    Io(std::io::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(fault: sqlx::Error) -> Self {
        let code = fault
            .as_database_error()
            .and_then(|fault| fault.code())
            .and_then(|code| code.parse::<u32>().ok());
        // https://sqlite.org/rescode.html: writes, shared memory files and truncations that fail
        // do so for want of room, mostly without SQLite knowing that.
        if matches!(code, Some(778 | 1034 | 1546 | 4618 | 4874)) {
            return Self::Full;
        }
        // The low byte is the primary code.
        match code.map(|code| code & 0xff) {
            Some(11 | 26) => Self::Damaged,
            Some(13) => Self::Full,
            Some(8 | 14 | 23 | 3) => Self::NotWritable,
            _ => match fault {
                sqlx::Error::Io(fault) => fault.into(),
                fault => Self::Other(fault),
            },
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(fault: std::io::Error) -> Self {
        use std::io::ErrorKind as Kind;
        match fault.kind() {
            Kind::StorageFull | Kind::QuotaExceeded | Kind::FileTooLarge => Self::Full,
            Kind::PermissionDenied | Kind::ReadOnlyFilesystem | Kind::NotADirectory => {
                Self::NotWritable
            }
            _ => Self::Io(fault),
        }
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(fault: sqlx::migrate::MigrateError) -> Self {
        use sqlx::migrate::MigrateError as Fault;
        match fault {
            Fault::VersionMissing(_) | Fault::VersionTooNew(..) => Self::Newer,
            Fault::VersionMismatch(_) => Self::Damaged,
            Fault::Execute(fault) | Fault::ExecuteMigration(fault, _) => fault.into(),
            fault => Self::Other(sqlx::Error::Migrate(Box::new(fault))),
        }
    }
}

/// A word of a column as the enum that serde writes by that word.
pub(crate) fn word<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, sqlx::Error> {
    serde_json::from_value(text.into()).map_err(|fault| sqlx::Error::Decode(fault.into()))
}

/// Refuses to run without SQLCipher: plain SQLite would take the key and write plain text.
pub(crate) async fn assert_cipher() -> Result<(), StoreError> {
    let Versions { sqlcipher, sqlite } = versions().await?;
    tracing::info!(%sqlcipher, %sqlite, "store");
    Ok(())
}

/// What this program stores with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versions {
    /// SQLCipher's.
    pub sqlcipher: String,
    /// SQLite's.
    pub sqlite: String,
}

/// The versions of what this program stores with. No file is opened for it.
///
/// # Errors
/// [`StoreError::NoCipher`] when they are older than those that were proven: nothing would be
/// encrypted, or not well.
pub async fn versions() -> Result<Versions, StoreError> {
    let mut memory =
        SqliteConnectOptions::new().in_memory(true).disable_statement_logging().connect().await?;
    let sqlcipher = cipher_version(&mut memory).await?;
    let sqlite: String =
        sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut memory).await?;
    memory.close().await?;
    // Older ones must not be linked by mistake.
    if !is_at_least(&sqlcipher, &SQLCIPHER) || !is_at_least(&sqlite, &SQLITE) {
        return Err(StoreError::NoCipher);
    }
    Ok(Versions { sqlcipher, sqlite })
}

/// The versions that everything here was proven with.
const SQLCIPHER: [u32; 3] = [4, 10, 0];
const SQLITE: [u32; 3] = [3, 50, 4];

fn is_at_least(version: &str, least: &[u32; 3]) -> bool {
    let numbers = version.split([' ', '.']).map_while(|part| part.parse().ok());
    numbers.collect::<Vec<u32>>().as_slice() >= least.as_slice()
}

async fn cipher_version(connection: &mut SqliteConnection) -> Result<String, StoreError> {
    let row = sqlx::query("PRAGMA cipher_version").fetch_optional(connection).await?;
    encrypting(row.map(|row| row.try_get::<String, _>(0)).transpose()?)
}

/// The version of SQLCipher. Plain SQLite knows no such pragma and answers no row.
fn encrypting(version: Option<String>) -> Result<String, StoreError> {
    version.filter(|version| !version.is_empty()).ok_or(StoreError::NoCipher)
}

pub(super) fn options(path: &Path, create: bool) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(create)
        .busy_timeout(Duration::from_secs(10))
        // A logged statement could carry a word of a chat.
        .disable_statement_logging()
}

/// Opens accounts.db, which holds no secret.
pub(crate) async fn open_plain(path: &Path) -> Result<SqliteConnection, StoreError> {
    let mut connection = options(path, true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .connect()
        .await?;
    if let Err(fault) = ready(&mut connection, path).await {
        // Dropped, it would be closed at some later time, when the file was kept aside.
        connection.close().await.ok();
        return Err(fault);
    }
    Ok(connection)
}

/// Checks accounts.db, which is small and can be made anew, and brings it up to date.
async fn ready(connection: &mut SqliteConnection, path: &Path) -> Result<(), StoreError> {
    let told: Vec<String> =
        sqlx::query_scalar("PRAGMA quick_check").fetch_all(&mut *connection).await?;
    if told != ["ok"] {
        return Err(StoreError::Damaged);
    }
    let is_new: bool = sqlx::query_scalar("SELECT count(*) = 0 FROM sqlite_schema")
        .fetch_one(&mut *connection)
        .await?;
    if !is_new && is_behind(&ACCOUNTS, connection).await? {
        copy_before_migration(connection, path).await?;
    }
    migrate(&ACCOUNTS, connection).await
}

/// Keeps accounts.db beside itself as it is before a newer program changes it.
async fn copy_before_migration(
    connection: &mut SqliteConnection,
    path: &Path,
) -> Result<(), StoreError> {
    let copy = path.with_extension("db.before-migration");
    match std::fs::remove_file(&copy) {
        Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => return Err(fault.into()),
        _ => {}
    }
    sqlx::query("VACUUM INTO ?").bind(copy.to_string_lossy()).execute(connection).await?;
    Ok(())
}

/// Opens a vault's database, keyed before anything else is read.
pub(super) async fn open_encrypted(
    path: &Path,
    key: &DataKey,
    create: bool,
) -> Result<SqliteConnection, StoreError> {
    let mut connection = options(path, create).connect().await?;
    if let Err(fault) = prepare(&mut connection, key).await {
        // Dropped, it would be closed at some later time, when the files are another's.
        connection.close().await.ok();
        return Err(fault);
    }
    Ok(connection)
}

async fn prepare(connection: &mut SqliteConnection, key: &DataKey) -> Result<(), StoreError> {
    hand_key(connection, key, Give::Use).await?;
    cipher_version(connection).await?;
    sqlx::raw_sql("PRAGMA cipher_log_level = NONE").execute(&mut *connection).await?;
    settle_in(connection).await
}

/// What every vault's connection is set to.
pub(super) async fn settle_in(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    // SQLCipher decodes every page, so a cache of 64 MB keeps long scans near plain SQLite.
    for pragma in [
        "PRAGMA temp_store = MEMORY",
        "PRAGMA trusted_schema = OFF",
        "PRAGMA cell_size_check = ON",
        "PRAGMA cache_size = -65536",
        "PRAGMA synchronous = FULL",
        "PRAGMA fullfsync = ON",
        "PRAGMA secure_delete = ON",
        "SELECT count(*) FROM sqlite_schema",
    ] {
        sqlx::raw_sql(pragma).execute(&mut *connection).await?;
    }
    // It answers which it uses, and refuses without a word.
    let mode: String =
        sqlx::query_scalar("PRAGMA journal_mode = WAL").fetch_one(connection).await?;
    if mode == "wal" { Ok(()) } else { Err(StoreError::NotWritable) }
}

/// What SQLCipher does with a key.
#[derive(Clone, Copy)]
pub(super) enum Give {
    /// Reads and writes the file with it.
    Use,
    /// Encrypts the whole file with it from now on.
    Change,
}

/// Hands SQLCipher a key. The only unsafe code of the program.
///
/// The key never goes through a `PRAGMA key` of the connection's options: it would show in
/// their `Debug` and in debug logs.
pub(super) async fn hand_key(
    connection: &mut SqliteConnection,
    key: &DataKey,
    give: Give,
) -> Result<(), StoreError> {
    let form = key.sqlcipher_form();
    let hand = match give {
        Give::Use => libsqlite3_sys::sqlite3_key,
        Give::Change => libsqlite3_sys::sqlite3_rekey,
    };
    let mut handle = connection.lock_handle().await?;
    #[expect(unsafe_code, reason = "SQLCipher takes its key through its C interface alone")]
    // SAFETY: the handle is locked and open; SQLCipher copies the 67 bytes before it returns.
    let code = unsafe {
        hand(handle.as_raw_handle().as_ptr(), form.as_ptr().cast(), form.len() as std::ffi::c_int)
    };
    match (code, give) {
        (libsqlite3_sys::SQLITE_OK, _) => Ok(()),
        (_, Give::Use) => Err(StoreError::NoCipher),
        // It seldom says that it gave up, and never why: whoever asks looks at the copy.
        (_, Give::Change) => Err(StoreError::Full),
    }
}

/// Whether the database has a table of this name.
pub(super) async fn has_table(
    connection: &mut SqliteConnection,
    name: &str,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT count(*) > 0 FROM sqlite_schema WHERE type = 'table' AND name = ?")
        .bind(name)
        .fetch_one(connection)
        .await
}

/// Refuses a vault that a newer program has changed.
pub(super) async fn refuse_newer(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let newest = VAULT.iter().map(|migration| migration.version).max();
    let applied: Option<i64> = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
        .fetch_one(connection)
        .await?;
    if applied > newest { Err(StoreError::Newer) } else { Ok(()) }
}

/// Whether the schema of this vault is older than this program's.
pub(super) async fn is_outdated(connection: &mut SqliteConnection) -> Result<bool, StoreError> {
    is_behind(&VAULT, connection).await
}

/// Whether some of these migrations have not been applied.
async fn is_behind(
    migrator: &Migrator,
    connection: &mut SqliteConnection,
) -> Result<bool, StoreError> {
    let applied: Vec<i64> =
        sqlx::query_scalar("SELECT version FROM _sqlx_migrations").fetch_all(connection).await?;
    Ok(migrator.iter().any(|migration| !applied.contains(&migration.version)))
}

pub(super) async fn migrate_vault(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    migrate(&VAULT, connection).await
}

/// `run_direct` because the compiler can't prove that a future of `run` may change threads.
async fn migrate(migrator: &Migrator, connection: &mut SqliteConnection) -> Result<(), StoreError> {
    Ok(migrator.run_direct(None, connection, false).await?)
}

/// The highest generation of a header that this database has recorded; `None` in a new one.
///
/// Also proves that it is the one that was made for `uuid`.
pub(super) async fn seen_generation(
    connection: &mut SqliteConnection,
    uuid: Uuid,
) -> Result<Option<u64>, StoreError> {
    let known: Option<(String, i64)> =
        sqlx::query_as("SELECT account_uuid, header_generation FROM vault_meta")
            .fetch_optional(connection)
            .await?;
    match known {
        None => Ok(None),
        Some((owner, _)) if owner != uuid.to_string() => Err(StoreError::Damaged),
        Some((_, seen)) => Ok(Some(u64::try_from(seen).map_err(|_| StoreError::Damaged)?)),
    }
}

/// Records the header's generation, if it is the highest so far.
pub(super) async fn record_generation(
    connection: &mut SqliteConnection,
    uuid: Uuid,
    generation: u64,
) -> Result<(), StoreError> {
    let generation = i64::try_from(generation).map_err(|_| StoreError::Damaged)?;
    sqlx::query(
        "INSERT INTO vault_meta (id, account_uuid, header_generation) VALUES (1, ?1, ?2)
         ON CONFLICT (id) DO UPDATE SET header_generation = ?2 WHERE header_generation < ?2",
    )
    .bind(uuid.to_string())
    .bind(generation)
    .execute(connection)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_build_without_sqlcipher_refuses_to_start() {
        assert_cipher().await.expect("this build has it");
        let mut memory = SqliteConnectOptions::new().in_memory(true).connect().await.unwrap();
        // What plain SQLite answers to a pragma that it doesn't know.
        let unknown = sqlx::query("PRAGMA no_such_cipher").fetch_optional(&mut memory).await;
        let version = unknown.unwrap().map(|row| row.get::<String, _>(0));
        assert!(matches!(encrypting(version), Err(StoreError::NoCipher)));
        assert!(matches!(encrypting(Some(String::new())), Err(StoreError::NoCipher)));
        assert!(is_at_least("4.10.0 community", &SQLCIPHER) && is_at_least("5.0.0", &SQLCIPHER));
        assert!(!is_at_least("4.9.1 community", &SQLCIPHER) && !is_at_least("", &SQLCIPHER));
        memory.close().await.unwrap();
    }

    #[tokio::test]
    async fn accounts_are_copied_before_a_newer_program_changes_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("accounts.db");
        let copy = folder.path().join("accounts.db.before-migration");
        let mut accounts = open_plain(&path).await.unwrap();
        assert!(!copy.exists(), "a new one has nothing to lose");
        let older = "DROP TABLE local_api; DROP INDEX audit_by_subject;
            ALTER TABLE audit DROP COLUMN actor; ALTER TABLE audit DROP COLUMN subject;
            ALTER TABLE session DROP COLUMN label;
            ALTER TABLE account DROP COLUMN claimed;
            ALTER TABLE account DROP COLUMN last_signed_in_at;
            ALTER TABLE account DROP COLUMN computer_key;
            DELETE FROM _sqlx_migrations WHERE version > 1;
            INSERT INTO audit (at, door, action) VALUES (7, 'desktop', 'signed_in');";
        sqlx::raw_sql(older).execute(&mut accounts).await.unwrap();
        accounts.close().await.unwrap();
        let mut accounts = open_plain(&path).await.unwrap();
        let at = "SELECT at FROM audit WHERE actor IS NULL";
        assert_eq!(sqlx::query_scalar::<_, i64>(at).fetch_one(&mut accounts).await.unwrap(), 7);
        accounts.close().await.unwrap();
        let mut before = options(&copy, false).connect().await.unwrap();
        let columns = "SELECT count(*) FROM pragma_table_info('account') WHERE name = 'claimed'";
        let claimed = sqlx::query_scalar::<_, i64>(columns).fetch_one(&mut before).await.unwrap();
        assert_eq!(claimed, 0, "the copy is as it was");
        before.close().await.unwrap();
    }
}
