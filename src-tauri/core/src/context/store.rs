//! Contexts in SQL.

use sqlx::SqliteConnection;
use sqlx::types::Json;

use super::{Context, ContextDraft, ContextVersion};
use crate::clock::Timestamp;
use crate::ids::ContextId;
use crate::model::ModelRef;

#[derive(sqlx::FromRow)]
struct Row {
    id: ContextId,
    name: String,
    active: bool,
    created_at: i64,
    updated_at: i64,
    last_used_at: Option<i64>,
    data: Json<serde_json::Map<String, serde_json::Value>>,
    instructions: String,
    model: Option<Json<ModelRef>>,
    version: u32,
}

const CONTEXT: &str = "
    SELECT id, name, active, created_at, updated_at, last_used_at, data, instructions, model,
           coalesce((SELECT max(number) FROM context_version WHERE context_id = context.id), 1)
               AS version
    FROM context";

impl From<Row> for Context {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            draft: ContextDraft {
                name: row.name,
                instructions: row.instructions,
                data: row.data.0,
                active: row.active,
                model: row.model.map(|model| model.0),
            },
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.updated_at),
            last_used_at: row.last_used_at.map(Timestamp),
            version: row.version,
            default: false,
            warnings: Vec::new(),
        }
    }
}

pub(super) async fn list(db: &mut SqliteConnection) -> Result<Vec<Context>, sqlx::Error> {
    let rows: Vec<Row> =
        sqlx::query_as(sqlx::AssertSqlSafe(format!("{CONTEXT} ORDER BY updated_at DESC, id DESC")))
            .fetch_all(db)
            .await?;
    Ok(rows.into_iter().map(Context::from).collect())
}

pub(crate) async fn read(
    db: &mut SqliteConnection,
    id: ContextId,
) -> Result<Option<Context>, super::ContextError> {
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(format!("{CONTEXT} WHERE id = ?")))
        .bind(id)
        .fetch_optional(db)
        .await?;
    Ok(row.map(Context::from))
}

pub(super) async fn insert(
    db: &mut SqliteConnection,
    draft: &ContextDraft,
    now: Timestamp,
) -> Result<ContextId, sqlx::Error> {
    sqlx::query_scalar(
        "INSERT INTO context (name, active, created_at, updated_at, data, instructions, model)
         VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
    )
    .bind(&draft.name)
    .bind(draft.active)
    .bind(now.0)
    .bind(now.0)
    .bind(Json(&draft.data))
    .bind(&draft.instructions)
    .bind(draft.model.as_ref().map(Json))
    .fetch_one(db)
    .await
}

pub(super) async fn update(
    db: &mut SqliteConnection,
    id: ContextId,
    draft: &ContextDraft,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE context SET name = ?, active = ?, updated_at = ?, data = ?, instructions = ?, model = ?
         WHERE id = ?",
    )
    .bind(&draft.name)
    .bind(draft.active)
    .bind(now.0)
    .bind(Json(&draft.data))
    .bind(&draft.instructions)
    .bind(draft.model.as_ref().map(Json))
    .bind(id)
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn delete(db: &mut SqliteConnection, id: ContextId) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("DELETE FROM context WHERE id = ?").bind(id).execute(db).await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn mark_used(
    db: &mut SqliteConnection,
    id: ContextId,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE context SET last_used_at = ? WHERE id = ?")
        .bind(now.0)
        .bind(id)
        .execute(db)
        .await?;
    Ok(())
}

pub(super) async fn set_active(
    db: &mut SqliteConnection,
    id: ContextId,
    on: bool,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE context SET active = ?1, updated_at = ?2 WHERE id = ?3 AND active <> ?1")
        .bind(on)
        .bind(now.0)
        .bind(id)
        .execute(db)
        .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct VersionRow {
    number: u32,
    created_at: i64,
    name: String,
    data: Json<serde_json::Map<String, serde_json::Value>>,
    instructions: String,
}

impl From<VersionRow> for ContextVersion {
    fn from(row: VersionRow) -> Self {
        Self {
            number: row.number,
            created_at: Timestamp(row.created_at),
            name: row.name,
            instructions: row.instructions,
            data: row.data.0,
        }
    }
}

/// Keeps a context's words as its next version, unless they are those of its newest one.
pub(super) async fn add_version(
    db: &mut SqliteConnection,
    id: ContextId,
    draft: &ContextDraft,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let newest: Option<VersionRow> = sqlx::query_as(
        "SELECT number, created_at, name, data, instructions FROM context_version
         WHERE context_id = ? ORDER BY number DESC LIMIT 1",
    )
    .bind(id)
    .fetch_optional(&mut *db)
    .await?;
    let number = match newest {
        Some(known)
            if known.name == draft.name
                && known.instructions == draft.instructions
                && known.data.0 == draft.data =>
        {
            return Ok(());
        }
        newest => newest.map_or(1, |known| known.number + 1),
    };
    let ContextDraft { name, instructions, data, .. } = draft.clone();
    let version = ContextVersion { number, created_at: now, name, instructions, data };
    keep_version(db, Some(id), &version).await?;
    Ok(())
}

/// Keeps what a context said, also one that isn't here, and gives what names that.
pub(crate) async fn keep_version(
    db: &mut SqliteConnection,
    id: Option<ContextId>,
    version: &ContextVersion,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(
        "INSERT INTO context_version (context_id, number, created_at, name, data, instructions)
         VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
    )
    .bind(id)
    .bind(version.number)
    .bind(version.created_at.0)
    .bind(&version.name)
    .bind(Json(&version.data))
    .bind(&version.instructions)
    .fetch_one(db)
    .await
}

/// At most so many versions of a context before the one of a number, the newest first.
pub(super) async fn versions(
    db: &mut SqliteConnection,
    id: ContextId,
    before: Option<u32>,
    limit: u32,
) -> Result<Vec<ContextVersion>, sqlx::Error> {
    let rows: Vec<VersionRow> = sqlx::query_as(
        "SELECT number, created_at, name, data, instructions FROM context_version
         WHERE context_id = ? AND number < ? ORDER BY number DESC LIMIT ?",
    )
    .bind(id)
    .bind(before.map_or(i64::MAX, i64::from))
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(ContextVersion::from).collect())
}

/// The version of a context that has this number.
pub(super) async fn numbered(
    db: &mut SqliteConnection,
    id: ContextId,
    number: u32,
) -> Result<Option<ContextVersion>, sqlx::Error> {
    let row: Option<VersionRow> = sqlx::query_as(
        "SELECT number, created_at, name, data, instructions FROM context_version
         WHERE context_id = ? AND number = ?",
    )
    .bind(id)
    .bind(number)
    .fetch_optional(db)
    .await?;
    Ok(row.map(ContextVersion::from))
}

/// How many contexts there are.
pub(super) async fn count(db: &mut SqliteConnection) -> Result<u32, sqlx::Error> {
    sqlx::query_scalar("SELECT count(*) FROM context").fetch_one(db).await
}

/// What names the newest version of a context.
pub(crate) async fn newest_version(
    db: &mut SqliteConnection,
    id: ContextId,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT id FROM context_version WHERE context_id = ? ORDER BY number DESC LIMIT 1",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// A version by what names it.
pub(crate) async fn version(
    db: &mut SqliteConnection,
    version: i64,
) -> Result<Option<ContextVersion>, sqlx::Error> {
    let row: Option<VersionRow> = sqlx::query_as(
        "SELECT number, created_at, name, data, instructions FROM context_version WHERE id = ?",
    )
    .bind(version)
    .fetch_optional(db)
    .await?;
    Ok(row.map(ContextVersion::from))
}
