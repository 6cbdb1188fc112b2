//! Contexts in SQL.

use sqlx::SqliteConnection;
use sqlx::types::Json;

use super::{Context, ContextDraft};
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
}

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
        }
    }
}

pub(super) async fn list(db: &mut SqliteConnection) -> Result<Vec<Context>, sqlx::Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, name, active, created_at, updated_at, last_used_at, data, instructions, model
         FROM context ORDER BY updated_at DESC, id DESC",
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Context::from).collect())
}

pub(crate) async fn read(
    db: &mut SqliteConnection,
    id: ContextId,
) -> Result<Option<Context>, super::ContextError> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT id, name, active, created_at, updated_at, last_used_at, data, instructions, model
         FROM context WHERE id = ?",
    )
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
