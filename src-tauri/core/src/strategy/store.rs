//! Strategies and their versions in SQL.

use sqlx::SqliteConnection;
use sqlx::types::Json;

use super::Origin;
use crate::chat::StrategyMark;
use crate::ids::{MessageId, StrategyId};

/// Adds `code` as the next version of the class in the chat, or as a new strategy.
pub(super) async fn add_version(
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
    sqlx::query(
        "INSERT INTO strategy_version
            (strategy_id, number, message_id, block, context_id, created_at, model, profile, code)
         VALUES (?1, (SELECT coalesce(max(number), 0) + 1 FROM strategy_version WHERE strategy_id = ?1),
                 ?2, ?3, (SELECT id FROM context WHERE id = ?4), ?5, ?6, ?7, ?8)",
    )
    .bind(id)
    .bind(origin.message_id)
    .bind(block)
    .bind(origin.context_id)
    .bind(origin.now.0)
    .bind(origin.model)
    .bind(Json(origin.profile))
    .bind(code)
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn marks(
    db: &mut SqliteConnection,
    message: MessageId,
) -> Result<Vec<StrategyMark>, sqlx::Error> {
    let rows: Vec<(u32, StrategyId, String, u32)> = sqlx::query_as(
        "SELECT version.block, strategy.id, strategy.name, version.number
         FROM strategy_version AS version JOIN strategy ON strategy.id = version.strategy_id
         WHERE version.message_id = ? ORDER BY version.block",
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
