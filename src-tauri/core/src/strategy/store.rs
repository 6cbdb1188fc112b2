//! Strategies and their versions in SQL.

use std::collections::HashMap;

use sqlx::SqliteConnection;
use sqlx::types::Json;

use super::{Origin, Strategy, StrategyVersion};
use crate::chat::StrategyMark;
use crate::clock::Timestamp;
use crate::ids::{ChatId, ContextId, MessageId, StrategyId};

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

const MARK: &str = "
    SELECT mark.message_id, mark.block, strategy.id, strategy.name, version.number
    FROM strategy_mark AS mark
    JOIN strategy_version AS version ON version.id = mark.version_id
    JOIN strategy ON strategy.id = version.strategy_id ";

type MarkRow = (MessageId, u32, StrategyId, String, u32);

fn shown((message, block, strategy_id, name, version): MarkRow) -> (MessageId, StrategyMark) {
    (message, StrategyMark { block, strategy_id, name, version })
}

pub(super) async fn marks(
    db: &mut SqliteConnection,
    message: MessageId,
) -> Result<Vec<StrategyMark>, sqlx::Error> {
    let query = format!("{MARK} WHERE mark.message_id = ? ORDER BY mark.block");
    let rows: Vec<MarkRow> =
        sqlx::query_as(sqlx::AssertSqlSafe(query)).bind(message).fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| shown(row).1).collect())
}

/// The marks in all messages of a chat, by message.
pub(super) async fn marks_in(
    db: &mut SqliteConnection,
    chat: ChatId,
) -> Result<HashMap<MessageId, Vec<StrategyMark>>, sqlx::Error> {
    let query = format!(
        "{MARK} WHERE mark.message_id IN (SELECT id FROM message WHERE chat_id = ?)
         ORDER BY mark.message_id, mark.block"
    );
    let rows: Vec<MarkRow> =
        sqlx::query_as(sqlx::AssertSqlSafe(query)).bind(chat).fetch_all(db).await?;
    let mut marks: HashMap<MessageId, Vec<StrategyMark>> = HashMap::new();
    for (message, mark) in rows.into_iter().map(shown) {
        marks.entry(message).or_default().push(mark);
    }
    Ok(marks)
}

/// The strategies made in some chats, the oldest first.
pub(super) async fn of_chats(
    db: &mut SqliteConnection,
    chats: &[ChatId],
) -> Result<Vec<(ChatId, StrategyId)>, sqlx::Error> {
    sqlx::query_as(
        "SELECT chat_id, id FROM strategy
         WHERE chat_id IN (SELECT value FROM json_each(?)) ORDER BY id",
    )
    .bind(Json(chats))
    .fetch_all(db)
    .await
}

/// Copies what is marked on the branch that ends in `end`: strategies, versions and marks.
pub(super) async fn copy(
    db: &mut SqliteConnection,
    end: MessageId,
    chat: ChatId,
    first: MessageId,
) -> Result<(), sqlx::Error> {
    let marks: Vec<(i64, u32, i64, i64)> = sqlx::query_as(
        "WITH RECURSIVE path (id, above, depth) AS (
            SELECT id, parent_id, depth FROM message WHERE id = ?
            UNION ALL
            SELECT message.id, message.parent_id, message.depth
            FROM path JOIN message ON message.id = path.above
         )
         SELECT path.depth, mark.block, mark.version_id, version.strategy_id
         FROM path JOIN strategy_mark AS mark ON mark.message_id = path.id
         JOIN strategy_version AS version ON version.id = mark.version_id
         ORDER BY mark.version_id",
    )
    .bind(end)
    .fetch_all(&mut *db)
    .await?;
    let mut strategies: HashMap<i64, StrategyId> = HashMap::new();
    let mut versions: HashMap<i64, i64> = HashMap::new();
    for (depth, block, version, strategy) in marks {
        let into = match strategies.get(&strategy) {
            Some(known) => *known,
            None => {
                let made: StrategyId = sqlx::query_scalar(
                    "INSERT INTO strategy (chat_id, name, created_at, updated_at)
                     SELECT ?, name, created_at, updated_at FROM strategy WHERE id = ? RETURNING id",
                )
                .bind(chat)
                .bind(strategy)
                .fetch_one(&mut *db)
                .await?;
                *strategies.entry(strategy).or_insert(made)
            }
        };
        let copy = match versions.get(&version) {
            Some(known) => *known,
            None => {
                let made: i64 = sqlx::query_scalar(
                    "INSERT INTO strategy_version
                        (strategy_id, number, context_id, created_at, model, profile, code)
                     SELECT ?, number, context_id, created_at, model, profile, code
                     FROM strategy_version WHERE id = ? RETURNING id",
                )
                .bind(into)
                .bind(version)
                .fetch_one(&mut *db)
                .await?;
                *versions.entry(version).or_insert(made)
            }
        };
        sqlx::query("INSERT INTO strategy_mark (message_id, block, version_id) VALUES (?, ?, ?)")
            .bind(first.0 + depth)
            .bind(block)
            .bind(copy)
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}

type StrategyRow = (StrategyId, String, Option<ChatId>, Option<String>, i64, i64);
type VersionRow = (u32, i64, String, Option<ContextId>);

/// All strategies, the last changed first.
pub(super) async fn list(db: &mut SqliteConnection) -> Result<Vec<Strategy>, sqlx::Error> {
    let rows: Vec<StrategyRow> = sqlx::query_as(
        "SELECT strategy.id, strategy.name, chat.id, chat.title,
                strategy.created_at, strategy.updated_at
         FROM strategy
         LEFT JOIN chat ON chat.id = strategy.chat_id AND chat.deleted_at IS NULL
         ORDER BY strategy.updated_at DESC, strategy.id DESC",
    )
    .fetch_all(&mut *db)
    .await?;
    let versions: Vec<(StrategyId, u32, i64, String, Option<ContextId>)> = sqlx::query_as(
        "SELECT strategy_id, number, created_at, model, context_id FROM strategy_version
         ORDER BY strategy_id, number",
    )
    .fetch_all(db)
    .await?;
    let mut of: HashMap<StrategyId, Vec<StrategyVersion>> = HashMap::new();
    for (id, number, created_at, model, context_id) in versions {
        of.entry(id).or_default().push(described((number, created_at, model, context_id)));
    }
    let strategy = |(id, name, chat_id, chat_title, created_at, updated_at)| Strategy {
        id,
        name,
        chat_id,
        chat_title,
        created_at: Timestamp(created_at),
        updated_at: Timestamp(updated_at),
        versions: of.remove(&id).unwrap_or_default(),
    };
    Ok(rows.into_iter().map(strategy).collect())
}

fn described((number, created_at, model, context_id): VersionRow) -> StrategyVersion {
    StrategyVersion { number, created_at: Timestamp(created_at), model, context_id }
}

/// The name, a version and its code; the newest version when none is named.
pub(super) async fn version(
    db: &mut SqliteConnection,
    strategy: StrategyId,
    number: Option<u32>,
) -> Result<Option<(String, StrategyVersion, String)>, sqlx::Error> {
    let row: Option<(String, u32, i64, String, Option<ContextId>, String)> = sqlx::query_as(
        "SELECT strategy.name, version.number, version.created_at, version.model,
                version.context_id, version.code
         FROM strategy_version AS version JOIN strategy ON strategy.id = version.strategy_id
         WHERE strategy.id = ?1 AND version.number = coalesce(?2, version.number)
         ORDER BY version.number DESC LIMIT 1",
    )
    .bind(strategy)
    .bind(number)
    .fetch_optional(db)
    .await?;
    Ok(row.map(|(name, number, created_at, model, context_id, code)| {
        (name, described((number, created_at, model, context_id)), code)
    }))
}
