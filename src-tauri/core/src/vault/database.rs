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
            Kind::StorageFull | Kind::QuotaExceeded => Self::Full,
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
    let mut memory =
        SqliteConnectOptions::new().in_memory(true).disable_statement_logging().connect().await?;
    let version = cipher_version(&mut memory).await?;
    let sqlite: String =
        sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut memory).await?;
    tracing::info!(sqlcipher = %version, %sqlite, "store");
    memory.close().await?;
    Ok(())
}

async fn cipher_version(connection: &mut SqliteConnection) -> Result<String, StoreError> {
    sqlx::query("PRAGMA cipher_version")
        .fetch_optional(connection)
        .await?
        .map(|row| row.try_get::<String, _>(0))
        .transpose()?
        .filter(|version| !version.is_empty())
        .ok_or(StoreError::NoCipher)
}

fn options(path: &Path, create: bool) -> SqliteConnectOptions {
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
    if let Err(fault) = migrate(&ACCOUNTS, &mut connection).await {
        // Dropped, it would be closed at some later time, when the file was kept aside.
        connection.close().await.ok();
        return Err(fault);
    }
    Ok(connection)
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
    hand_key(connection, key).await?;
    cipher_version(connection).await?;
    // SQLCipher decodes every page, so a cache of 64 MB keeps long scans near plain SQLite.
    for pragma in [
        "PRAGMA cipher_log_level = NONE",
        "PRAGMA temp_store = MEMORY",
        "PRAGMA trusted_schema = OFF",
        "PRAGMA cell_size_check = ON",
        "PRAGMA cache_size = -65536",
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = FULL",
        "PRAGMA fullfsync = ON",
        "PRAGMA secure_delete = ON",
        "SELECT count(*) FROM sqlite_schema",
    ] {
        sqlx::raw_sql(pragma).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Hands SQLCipher its key. The only unsafe code of the program.
///
/// The key never goes through a `PRAGMA key` of the connection's options: it would show in
/// their `Debug` and in debug logs.
async fn hand_key(connection: &mut SqliteConnection, key: &DataKey) -> Result<(), StoreError> {
    let form = key.sqlcipher_form();
    let mut handle = connection.lock_handle().await?;
    #[expect(unsafe_code, reason = "SQLCipher takes its key through its C interface alone")]
    // SAFETY: the handle is locked and open; SQLCipher copies the 67 bytes before it returns.
    let code = unsafe {
        libsqlite3_sys::sqlite3_key(
            handle.as_raw_handle().as_ptr(),
            form.as_ptr().cast(),
            form.len() as std::ffi::c_int,
        )
    };
    if code == libsqlite3_sys::SQLITE_OK { Ok(()) } else { Err(StoreError::NoCipher) }
}

pub(super) async fn migrate_vault(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    migrate(&VAULT, connection).await
}

/// `run_direct` because the compiler can't prove that a future of `run` may change threads.
async fn migrate(migrator: &Migrator, connection: &mut SqliteConnection) -> Result<(), StoreError> {
    Ok(migrator.run_direct(None, connection, false).await?)
}

/// Records the header's generation when it is the highest so far; returns the highest.
///
/// Also proves that this database is the one that was made for `uuid`.
pub(super) async fn record_generation(
    connection: &mut SqliteConnection,
    uuid: Uuid,
    generation: u64,
) -> Result<u64, StoreError> {
    let generation = i64::try_from(generation).map_err(|_| StoreError::Damaged)?;
    let known: Option<(String, i64)> =
        sqlx::query_as("SELECT account_uuid, header_generation FROM vault_meta")
            .fetch_optional(&mut *connection)
            .await?;
    let highest = match known {
        None => {
            sqlx::query(
                "INSERT INTO vault_meta (id, account_uuid, header_generation) VALUES (1, ?, ?)",
            )
            .bind(uuid.to_string())
            .bind(generation)
            .execute(connection)
            .await?;
            generation
        }
        Some((owner, _)) if owner != uuid.to_string() => return Err(StoreError::Damaged),
        Some((_, seen)) if seen >= generation => seen,
        Some(_) => {
            sqlx::query("UPDATE vault_meta SET header_generation = ?")
                .bind(generation)
                .execute(connection)
                .await?;
            generation
        }
    };
    u64::try_from(highest).map_err(|_| StoreError::Damaged)
}
