//! A second way into a vault, for stories alone: the random numbers that core draws are noted,
//! and the vault's data key is among them.

use std::path::Path;
use std::sync::{Arc, Mutex};

use algoagent_core::Config;
use algoagent_core::clock::Sources;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, SqliteConnection};

/// The 32-byte numbers that were drawn.
#[derive(Clone, Default)]
pub(crate) struct Drawn(Arc<Mutex<Vec<[u8; 32]>>>);

impl Drawn {
    /// `config` with a source of randomness that is noted here.
    pub(crate) fn noted(&self, config: Config) -> Config {
        let (log, system) = (Arc::clone(&self.0), Sources::system());
        let sources = config.sources.with_randomness(move |buffer| {
            system.fill(buffer);
            if let Ok(key) = <[u8; 32]>::try_from(&*buffer) {
                log.lock().expect("no panic").push(key);
            }
        });
        Config { sources, ..config }
    }

    /// The database at `file` by whichever key opens it.
    pub(crate) async fn open(&self, file: &Path) -> SqliteConnection {
        self.open_or_refuse(file).await.expect("a number that was drawn opens the vault")
    }

    /// The same; `None` when no key opens it.
    pub(crate) async fn open_or_refuse(&self, file: &Path) -> Option<SqliteConnection> {
        let keys = self.0.lock().expect("no panic").clone();
        for key in keys {
            if let Some(connection) = keyed(file, &key).await {
                return Some(connection);
            }
        }
        None
    }
}

async fn keyed(file: &Path, key: &[u8; 32]) -> Option<SqliteConnection> {
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let options = SqliteConnectOptions::new().filename(file);
    let mut connection = options.connect().await.expect("a file");
    for statement in [format!("PRAGMA key = \"x'{hex}'\""), "SELECT * FROM sqlite_schema".into()] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut connection).await.ok()?;
    }
    Some(connection)
}

/// What SQLCipher and SQLite find wrong with a file.
pub(crate) async fn faults(connection: &mut SqliteConnection) -> Vec<String> {
    let mut found = Vec::new();
    for check in ["PRAGMA cipher_integrity_check", "PRAGMA integrity_check"] {
        let lines = sqlx::query_scalar(check).fetch_all(&mut *connection).await;
        found.extend(lines.unwrap_or_else(|fault| vec![fault.to_string()]));
    }
    found.retain(|line: &String| line != "ok");
    found
}
