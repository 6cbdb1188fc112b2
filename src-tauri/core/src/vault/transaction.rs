//! Transactions in plain SQL on a connection that lives long.
//!
//! sqlx counts its transactions' depth on the connection. When a COMMIT fails, SQLite has rolled
//! back already but the count stays, and later commits only release savepoints: they would look
//! saved and be lost. So nothing here counts that: what a failed or cancelled transaction left open
//! is rolled back before the connection is used again. Whether that may be so is known without
//! asking SQLite, which costs as much as a small query.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::SqliteConnection;

/// How many transactions of this process ended neither way. They are few.
static LEFT_OPEN: AtomicU64 = AtomicU64::new(0);

/// An open transaction. Without [`Transaction::commit`] nothing of it stays.
pub(crate) struct Transaction<'a> {
    db: &'a mut SqliteConnection,
    /// Or rolled back.
    over: bool,
}

impl<'a> Transaction<'a> {
    pub(crate) async fn begin(db: &'a mut SqliteConnection) -> Result<Self, sqlx::Error> {
        // Before the first word: whoever is cancelled while it is sent may leave one open too.
        let begun = Self { db, over: false };
        sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut *begun.db).await?;
        Ok(begun)
    }

    pub(crate) async fn commit(mut self) -> Result<(), sqlx::Error> {
        let done = sqlx::raw_sql("COMMIT").execute(&mut *self.db).await;
        if done.is_err() {
            roll_back(self.db).await;
        }
        self.over = true;
        done.map(drop)
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if !self.over {
            LEFT_OPEN.fetch_add(1, Ordering::AcqRel);
        }
    }
}

/// Up to which of the transactions that were left open a connection was rolled back: one of them
/// may have been its own.
#[derive(Default)]
pub(crate) struct LeftOpen(u64);

impl LeftOpen {
    /// Ends what may be open on the connection.
    pub(crate) async fn roll_back(&mut self, db: &mut SqliteConnection) {
        let left = LEFT_OPEN.load(Ordering::Acquire);
        if left != self.0 {
            roll_back(db).await;
            self.0 = left;
        }
    }
}

/// Ends whatever transaction is open. Mostly none is, and SQLite says so: that is no fault.
pub(super) async fn roll_back(db: &mut SqliteConnection) {
    sqlx::raw_sql("ROLLBACK").execute(db).await.ok();
}

impl Deref for Transaction<'_> {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        self.db
    }
}

impl DerefMut for Transaction<'_> {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        self.db
    }
}

#[cfg(test)]
mod tests {
    use sqlx::{ConnectOptions as _, Connection as _};

    use super::*;

    async fn count(db: &mut SqliteConnection) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM b").fetch_one(db).await.unwrap()
    }

    #[tokio::test]
    async fn after_a_commit_that_failed_the_next_one_is_durable() {
        let folder = tempfile::tempdir().unwrap();
        let options = sqlx::sqlite::SqliteConnectOptions::new()
            .filename(folder.path().join("x.db"))
            .create_if_missing(true)
            .foreign_keys(true);
        let mut db = options.connect().await.unwrap();
        let schema = "CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT;
            CREATE TABLE b (a INTEGER REFERENCES a (id) DEFERRABLE INITIALLY DEFERRED) STRICT;
            INSERT INTO a VALUES (1);";
        sqlx::raw_sql(schema).execute(&mut db).await.unwrap();
        for _ in 0..3 {
            let mut broken = Transaction::begin(&mut db).await.unwrap();
            sqlx::query("INSERT INTO b VALUES (2)").execute(&mut *broken).await.unwrap();
            broken.commit().await.unwrap_err();
        }
        let mut abandoned = Transaction::begin(&mut db).await.unwrap();
        sqlx::query("INSERT INTO b VALUES (1)").execute(&mut *abandoned).await.unwrap();
        drop(abandoned);
        let mut rolled_back = LeftOpen::default();
        rolled_back.roll_back(&mut db).await;
        let mut good = Transaction::begin(&mut db).await.unwrap();
        sqlx::query("INSERT INTO b VALUES (1)").execute(&mut *good).await.unwrap();
        good.commit().await.unwrap();
        // Another connection sees what is committed, and nothing else.
        let mut other = options.connect().await.unwrap();
        assert_eq!(count(&mut other).await, 1);
        other.close().await.unwrap();
    }
}
