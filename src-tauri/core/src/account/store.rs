//! accounts.db in SQL.

use std::collections::HashSet;

use sqlx::{FromRow, SqliteConnection};
use uuid::Uuid;

use super::audit::{AuditEntry, Entry};
use super::staying::Staying;
use super::{Account, SessionInfo, Tile, name};
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
    claimed: bool,
    created_at: i64,
}

const COLUMNS: &str =
    "id, uuid, username, email, administrator, disabled, demo, claimed, created_at";

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
            claimed: row.claimed,
            created_at: Timestamp(row.created_at),
        })
    }
}

pub(super) async fn tiles(db: &mut SqliteConnection) -> Result<Vec<Tile>, sqlx::Error> {
    let rows: Vec<(String, bool, bool)> = sqlx::query_as(
        "SELECT username, demo, claimed FROM account WHERE disabled = 0 ORDER BY id",
    )
    .fetch_all(db)
    .await?;
    let tile =
        |(username, demo, claimed): (_, _, bool)| Tile { username, demo, unclaimed: !claimed };
    Ok(rows.into_iter().map(tile).collect())
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

pub(super) async fn by_uuid(
    db: &mut SqliteConnection,
    uuid: Uuid,
) -> Result<Option<Account>, sqlx::Error> {
    let query = format!("SELECT {COLUMNS} FROM account WHERE uuid = ?");
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(uuid.to_string())
        .fetch_optional(db)
        .await?;
    row.map(Account::try_from).transpose()
}

#[derive(FromRow)]
struct DatedRow {
    #[sqlx(flatten)]
    row: Row,
    last_signed_in_at: Option<i64>,
}

/// All accounts in the order they were made, and when somebody signed in to each last.
pub(super) async fn all(
    db: &mut SqliteConnection,
) -> Result<Vec<(Account, Option<Timestamp>)>, sqlx::Error> {
    let query = format!("SELECT {COLUMNS}, last_signed_in_at FROM account ORDER BY id");
    let rows: Vec<DatedRow> = sqlx::query_as(sqlx::AssertSqlSafe(query)).fetch_all(db).await?;
    rows.into_iter()
        .map(|dated| Ok((Account::try_from(dated.row)?, dated.last_signed_in_at.map(Timestamp))))
        .collect()
}

/// When somebody signed in to it last.
pub(super) async fn last_signed_in_at(
    db: &mut SqliteConnection,
    uuid: Uuid,
) -> Result<Option<Timestamp>, sqlx::Error> {
    let at: Option<i64> =
        sqlx::query_scalar("SELECT last_signed_in_at FROM account WHERE uuid = ?")
            .bind(uuid.to_string())
            .fetch_optional(db)
            .await?
            .flatten();
    Ok(at.map(Timestamp))
}

/// The id of the person who came last; the demo account is nobody's. Ids are never used again.
pub(super) async fn newest_person(db: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT coalesce(max(id), 0) FROM account WHERE demo = 0")
        .fetch_one(db)
        .await
}

/// Writes role and state.
pub(super) async fn set_state(
    db: &mut SqliteConnection,
    account: &Account,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE account SET administrator = ?, disabled = ? WHERE id = ?")
        .bind(account.administrator)
        .bind(account.disabled)
        .bind(account.id)
        .execute(db)
        .await?;
    Ok(())
}

/// A demo account with a password of its own is an ordinary one.
pub(super) async fn make_ordinary(
    db: &mut SqliteConnection,
    id: AccountId,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE account SET demo = 0 WHERE id = ?").bind(id).execute(db).await?;
    Ok(())
}

pub(super) async fn mark_claimed(
    db: &mut SqliteConnection,
    id: AccountId,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE account SET claimed = 1 WHERE id = ?").bind(id).execute(db).await?;
    Ok(())
}

/// Deletes an account's row and those of its sessions. Its id is never used again.
pub(super) async fn delete(db: &mut SqliteConnection, id: AccountId) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM account WHERE id = ?").bind(id).execute(db).await?;
    Ok(())
}

/// Sees to it that ids up to `id` are not used again.
pub(super) async fn reserve_id(
    db: &mut SqliteConnection,
    id: AccountId,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO sqlite_sequence (name, seq) SELECT 'account', 0
         WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'account')",
    )
    .execute(&mut *db)
    .await?;
    sqlx::query("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'account'")
        .bind(id)
        .execute(db)
        .await?;
    Ok(())
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

/// Whether somebody can administer: an account that nobody has claimed yet is nobody's.
/// The accounts that may not use the computer's own key.
pub(crate) async fn key_withheld(db: &mut SqliteConnection) -> Result<HashSet<Uuid>, sqlx::Error> {
    let uuids: Vec<String> =
        sqlx::query_scalar("SELECT uuid FROM account WHERE computer_key = 0").fetch_all(db).await?;
    Ok(uuids.iter().filter_map(|uuid| uuid.parse().ok()).collect())
}

/// Lets an account use the computer's own key, or not.
pub(super) async fn set_computer_key(
    db: &mut SqliteConnection,
    uuid: Uuid,
    allowed: bool,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("UPDATE account SET computer_key = ? WHERE uuid = ?")
        .bind(allowed)
        .bind(uuid.to_string())
        .execute(db)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(super) async fn has_administrator(db: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM account
                        WHERE administrator = 1 AND disabled = 0 AND claimed = 1)",
    )
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
                              administrator, disabled, demo, claimed, created_at)
         VALUES (nullif(?, 0), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
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
    .bind(account.claimed)
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
    session: &SessionInfo,
    account: AccountId,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO session (id, account_id, door, label, created_at, last_used_at, expires_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(session.id.to_string())
    .bind(account)
    .bind(session.door.code())
    .bind(&session.label)
    .bind(session.created_at.0)
    .bind(session.last_used_at.0)
    .bind(session.expires_at.0)
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn note_sign_in(
    db: &mut SqliteConnection,
    id: AccountId,
    at: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE account SET last_signed_in_at = ? WHERE id = ?")
        .bind(at.0)
        .bind(id)
        .execute(db)
        .await?;
    Ok(())
}

pub(super) async fn end_session(
    db: &mut SqliteConnection,
    id: Uuid,
    used_at: Timestamp,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE session SET ended_at = ?, last_used_at = ? WHERE id = ? AND ended_at IS NULL",
    )
    .bind(now.0)
    .bind(used_at.0)
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
    entry: &Entry,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO audit (at, account_id, door, action, actor, subject) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(at.0)
    .bind(entry.account)
    .bind(entry.door.code())
    .bind(entry.action.code())
    .bind(&entry.actor)
    .bind(&entry.subject)
    .execute(db)
    .await?;
    Ok(())
}

type AuditRow = (i64, i64, Option<String>, String, Option<String>, String);

/// The newest entries before the one named.
pub(super) async fn audit_page(
    db: &mut SqliteConnection,
    before: i64,
    limit: u32,
) -> Result<Vec<AuditEntry>, sqlx::Error> {
    let rows: Vec<AuditRow> = sqlx::query_as(
        "SELECT id, at, actor, action, subject, door FROM audit WHERE id < ?
         ORDER BY id DESC LIMIT ?",
    )
    .bind(before)
    .bind(limit)
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|(id, at, actor, action, subject, door)| {
            let door = crate::vault::word(&door)?;
            Ok(AuditEntry { id, at: Timestamp(at), actor, action, subject, door })
        })
        .collect()
}

/// The choice to stay signed in. It is in the vault, where nobody else can bend it.
pub(super) async fn staying(vault: &mut SqliteConnection) -> Result<Option<Staying>, sqlx::Error> {
    let row: Option<(i64, i64, i64)> =
        sqlx::query_as("SELECT since, last_used_at, newest_person FROM staying")
            .fetch_optional(vault)
            .await?;
    Ok(row.map(|(since, last_used_at, newest_person)| Staying {
        since: Timestamp(since),
        last_used_at: Timestamp(last_used_at),
        newest_person,
    }))
}

pub(super) async fn set_staying(
    vault: &mut SqliteConnection,
    staying: Staying,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO staying (id, since, last_used_at, newest_person) VALUES (1, ?1, ?2, ?3)
         ON CONFLICT (id) DO UPDATE SET since = ?1, last_used_at = ?2, newest_person = ?3",
    )
    .bind(staying.since.0)
    .bind(staying.last_used_at.0)
    .bind(staying.newest_person)
    .execute(vault)
    .await?;
    Ok(())
}

pub(super) async fn end_staying(vault: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    // Without a condition SQLite writes the table's page even when it is empty, and the vault
    // would count as changed.
    sqlx::query("DELETE FROM staying WHERE true").execute(vault).await?;
    Ok(())
}

/// Forgets the oldest entries of the audit log past `most`, and sessions that ended before `before`.
pub(super) async fn prune(
    db: &mut SqliteConnection,
    most: i64,
    before: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - ?")
        .bind(most)
        .execute(&mut *db)
        .await?;
    sqlx::query("DELETE FROM session WHERE ended_at < ?").bind(before.0).execute(db).await?;
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
