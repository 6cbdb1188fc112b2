//! Strategies and their versions in SQL.

use sqlx::SqliteConnection;
use sqlx::types::Json;

use super::Origin;
use crate::chat::StrategyMark;
use crate::ids::{MessageId, StrategyId};

/// Marks a block of an answer as the newest version of the class in the chat. Code that isn't
/// that version's becomes the next one, or the first of a new strategy.
pub(super) async fn mark(
    db: &mut SqliteConnection,
    origin: &Origin<'_>,
    block: u32,
    class: &str,
    code: &str,
) -> Result<(), sqlx::Error> {
    let id: StrategyId = sqlx::query_scalar(
        "INSERT INTO strategy (chat_id, name, created_at, updated_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (chat_id, name) DO UPDATE SET updated_at = excluded.updated_at
         RETURNING id",
    )
    .bind(origin.chat_id)
    .bind(class)
    .bind(origin.now.0)
    .bind(origin.now.0)
    .fetch_one(&mut *db)
    .await?;
    let newest: Option<(i64, String)> = sqlx::query_as(
        "SELECT id, code FROM strategy_version WHERE strategy_id = ? ORDER BY number DESC LIMIT 1",
    )
    .bind(id)
    .fetch_optional(&mut *db)
    .await?;
    let version = match newest {
        Some((version, known)) if known == code => version,
        _ => insert_version(db, origin, id, code).await?,
    };
    sqlx::query("INSERT INTO strategy_mark (message_id, block, version_id) VALUES (?, ?, ?)")
        .bind(origin.message_id)
        .bind(block)
        .bind(version)
        .execute(db)
        .await?;
    Ok(())
}

async fn insert_version(
    db: &mut SqliteConnection,
    origin: &Origin<'_>,
    strategy: StrategyId,
    code: &str,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(
        "INSERT INTO strategy_version
            (strategy_id, number, context_id, created_at, model, profile, code)
         VALUES (?1, (SELECT coalesce(max(number), 0) + 1 FROM strategy_version WHERE strategy_id = ?1),
                 (SELECT id FROM context WHERE id = ?2), ?3, ?4, ?5, ?6)
         RETURNING id",
    )
    .bind(strategy)
    .bind(origin.context_id)
    .bind(origin.now.0)
    .bind(origin.model)
    .bind(Json(origin.profile))
    .bind(code)
    .fetch_one(db)
    .await
}

pub(super) async fn marks(
    db: &mut SqliteConnection,
    message: MessageId,
) -> Result<Vec<StrategyMark>, sqlx::Error> {
    let rows: Vec<(u32, StrategyId, String, u32)> = sqlx::query_as(
        "SELECT mark.block, strategy.id, strategy.name, version.number
         FROM strategy_mark AS mark
         JOIN strategy_version AS version ON version.id = mark.version_id
         JOIN strategy ON strategy.id = version.strategy_id
         WHERE mark.message_id = ? ORDER BY mark.block",
    )
    .bind(message)
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(block, strategy_id, name, version)| StrategyMark {
            block,
            strategy_id,
            name,
            version,
        })
        .collect())
}
