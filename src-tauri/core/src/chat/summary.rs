//! Summaries that stand for the start of a long conversation, in SQL.

use std::ops::RangeInclusive;

use sqlx::{FromRow, SqliteConnection};

use super::Summary;
use crate::clock::Timestamp;
use crate::ids::{ChatId, MessageId};
use crate::model::Usage;

/// The longest that is kept, in bytes.
pub(crate) const LONGEST_SUMMARY: usize = 64 * 1024;

#[derive(FromRow)]
struct Row {
    message_id: MessageId,
    messages: u32,
    created_at: i64,
    model: String,
    text: String,
}

impl From<Row> for Summary {
    fn from(row: Row) -> Self {
        Self {
            message_id: row.message_id,
            messages: row.messages,
            model: row.model,
            text: row.text,
            created_at: Timestamp(row.created_at),
        }
    }
}

/// The summaries of a chat that end between two messages, the oldest first.
pub(super) async fn between(
    db: &mut SqliteConnection,
    chat: ChatId,
    messages: RangeInclusive<MessageId>,
) -> Result<Vec<Summary>, sqlx::Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT message_id, messages, created_at, model, text FROM summary
         WHERE chat_id = ? AND message_id BETWEEN ? AND ? ORDER BY id",
    )
    .bind(chat)
    .bind(messages.start())
    .bind(messages.end())
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Summary::from).collect())
}

/// Whether a chat has any.
pub(super) async fn any(db: &mut SqliteConnection, chat: ChatId) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM summary WHERE chat_id = ?)")
        .bind(chat)
        .fetch_one(db)
        .await
}

/// Keeps a summary, with what writing it used and cost in millionths of a dollar.
pub(crate) async fn insert(
    db: &mut SqliteConnection,
    chat: ChatId,
    summary: &Summary,
    used: Usage,
    cost: Option<i64>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO summary (chat_id, message_id, messages, created_at, model, text,
                              input_tokens, output_tokens, cost)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(chat)
    .bind(summary.message_id)
    .bind(summary.messages)
    .bind(summary.created_at.0)
    .bind(&summary.model)
    .bind(&summary.text)
    .bind(used.input)
    .bind(used.output)
    .bind(cost)
    .execute(db)
    .await?;
    Ok(())
}
