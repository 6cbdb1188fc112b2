//! accounts.db in SQL.

use sqlx::{FromRow, SqliteConnection};
use uuid::Uuid;

use super::{Account, DoorKind, Tile, name};
use crate::clock::Timestamp;
use crate::ids::AccountId;

#[derive(FromRow)]
struct Row {
    id: AccountId,
    uuid: String,
    username: String,
    email: String,
    administrator: bool,
    disabled: bool,
    demo: bool,
    created_at: i64,
}

const COLUMNS: &str = "id, uuid, username, email, administrator, disabled, demo, created_at";

impl TryFrom<Row> for Account {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.id,
            uuid: Uuid::parse_str(&row.uuid).map_err(|fault| sqlx::Error::Decode(fault.into()))?,
            username: row.username,
            email: row.email,
            administrator: row.administrator,
            disabled: row.disabled,
            demo: row.demo,
            created_at: Timestamp(row.created_at),
        })
    }
}

pub(super) async fn tiles(db: &mut SqliteConnection) -> Result<Vec<Tile>, sqlx::Error> {
    let rows: Vec<(String, bool)> =
        sqlx::query_as("SELECT username, demo FROM account WHERE disabled = 0 ORDER BY id")
            .fetch_all(db)
            .await?;
    Ok(rows.into_iter().map(|(username, demo)| Tile { username, demo }).collect())
}

/// The account that `typed` names, be it a user name or an e-mail address.
pub(super) async fn find(
    db: &mut SqliteConnection,
    typed: &str,
) -> Result<Option<Account>, sqlx::Error> {
    let query = format!("SELECT {COLUMNS} FROM account WHERE username_key = ?1 OR email_key = ?1");
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(name::key(typed))
        .fetch_optional(db)
        .await?;
    row.map(Account::try_from).transpose()
}

pub(super) async fn uuids(db: &mut SqliteConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT uuid FROM account").fetch_all(db).await
}

/// Whether the user name and the e-mail address are taken, in this order.
pub(super) async fn taken(
    db: &mut SqliteConnection,
    username: &str,
    email: &str,
) -> Result<(bool, bool), sqlx::Error> {
    sqlx::query_as(
        "SELECT EXISTS (SELECT 1 FROM account WHERE username_key = ?1 OR email_key = ?1),
                EXISTS (SELECT 1 FROM account WHERE email_key = ?2 OR username_key = ?2)",
    )
    .bind(name::key(username))
    .bind(name::key(email))
    .fetch_one(db)
    .await
}

pub(super) async fn has_administrator(db: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM account WHERE administrator = 1)")
        .fetch_one(db)
        .await
}

/// Inserts an account; its id is chosen here when it is 0.
pub(super) async fn insert(
    db: &mut SqliteConnection,
    account: &Account,
) -> Result<AccountId, sqlx::Error> {
    sqlx::query_scalar(
        "INSERT INTO account (id, uuid, username, username_key, email, email_key,
                              administrator, disabled, demo, created_at)
         VALUES (nullif(?, 0), ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
    )
    .bind(account.id)
    .bind(account.uuid.to_string())
    .bind(&account.username)
    .bind(name::key(&account.username))
    .bind(&account.email)
    .bind(name::key(&account.email))
    .bind(account.administrator)
    .bind(account.disabled)
    .bind(account.demo)
    .bind(account.created_at.0)
    .fetch_one(db)
    .await
}

/// Whether this integer id is used already.
pub(super) async fn id_is_used(
    db: &mut SqliteConnection,
    id: AccountId,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM account WHERE id = ?)")
        .bind(id)
        .fetch_one(db)
        .await
}

pub(super) async fn insert_session(
    db: &mut SqliteConnection,
    id: Uuid,
    account: AccountId,
    door: DoorKind,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO session (id, account_id, door, created_at, last_used_at, expires_at)
         VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(id.to_string())
    .bind(account)
    .bind(door.code())
    .bind(now.0)
    .bind(now.0)
    .bind(expires_at.0)
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn end_session(
    db: &mut SqliteConnection,
    id: Uuid,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE session SET ended_at = ? WHERE id = ? AND ended_at IS NULL")
        .bind(now.0)
        .bind(id.to_string())
        .execute(db)
        .await?;
    Ok(())
}

/// Ends the sessions of earlier processes: no vault outlives its process, so no session does.
pub(super) async fn end_all_sessions(
    db: &mut SqliteConnection,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE session SET ended_at = ? WHERE ended_at IS NULL")
        .bind(now.0)
        .execute(db)
        .await?;
    Ok(())
}

pub(super) async fn audit(
    db: &mut SqliteConnection,
    at: Timestamp,
    account: Option<AccountId>,
    door: DoorKind,
    action: &'static str,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO audit (at, account_id, door, action) VALUES (?, ?, ?, ?)")
        .bind(at.0)
        .bind(account)
        .bind(door.code())
        .bind(action)
        .execute(db)
        .await?;
    Ok(())
}

pub(super) async fn demo_made(db: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM computer WHERE demo_made = 1)")
        .fetch_one(db)
        .await
}

pub(super) async fn mark_demo_made(db: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO computer (id, demo_made) VALUES (1, 1) ON CONFLICT DO NOTHING")
        .execute(db)
        .await?;
    Ok(())
}
