//! How often something was committed to a vault, so that whoever read from it can tell whether what
//! was read still holds, without asking the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::SqliteConnection;

/// A number that rises with each commit. Clones are the same.
///
/// It rises before the commit counts. A vault has one connection, so nobody reads between the two,
/// and whoever is told afterwards that something was changed finds another number.
#[derive(Clone, Default)]
pub(crate) struct Changes(Arc<AtomicU64>);

impl Changes {
    /// Counts what is committed through this connection from now on.
    pub(super) async fn watch(&self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        let Self(count) = self.clone();
        connection.lock_handle().await?.set_commit_hook(move || {
            count.fetch_add(1, Ordering::AcqRel);
            true
        });
        // Whatever was read through another connection is out of date.
        self.0.fetch_add(1, Ordering::AcqRel);
        Ok(())
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use sqlx::{ConnectOptions as _, Connection as _};

    use super::*;

    #[tokio::test]
    async fn every_commit_counts_and_reading_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let options = sqlx::sqlite::SqliteConnectOptions::new()
            .filename(folder.path().join("db"))
            .create_if_missing(true);
        let mut db = options.connect().await.unwrap();
        let changes = Changes::default();
        changes.watch(&mut db).await.unwrap();
        let mut before = changes.count();
        for change in [
            "CREATE TABLE a (b INTEGER PRIMARY KEY, c)",
            "CREATE TABLE d (e TEXT PRIMARY KEY) WITHOUT ROWID",
            "INSERT INTO a VALUES (1, 2)",
            "INSERT INTO d VALUES ('f')",
            "UPDATE a SET c = 3",
            "BEGIN; UPDATE a SET c = 4; UPDATE d SET e = 'g'; COMMIT",
            "DELETE FROM a",
            "CREATE VIRTUAL TABLE h USING fts5(i, content = '')",
            "INSERT INTO h (rowid, i) VALUES (1, 'word')",
        ] {
            sqlx::raw_sql(change).execute(&mut db).await.unwrap();
            assert!(changes.count() > before, "{change}");
            before = changes.count();
        }
        for nothing in ["SELECT * FROM a", "BEGIN; UPDATE d SET e = 'h'; ROLLBACK"] {
            sqlx::raw_sql(nothing).execute(&mut db).await.unwrap();
            assert_eq!(changes.count(), before, "{nothing}");
        }
        db.close().await.unwrap();
    }
}
