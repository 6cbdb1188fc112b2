//! What was used and what it cost.

use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use sqlx::{FromRow, SqliteConnection};
use ts_rs::TS;

use super::{ChatError, store};
use crate::account::Session;
use crate::clock::Timestamp;
use crate::ids::MessageId;

/// By what use is counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum UsedBy {
    /// The day, such as `2026-11-25`.
    Day,
    /// The model, as a person would call it.
    Model,
    /// The chat, by its title.
    Chat,
}

/// What was used together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Used {
    /// The day, the model or the chat.
    pub name: String,
    /// How many answers.
    pub answers: u32,
    /// Tokens of the questions.
    #[ts(type = "number")]
    pub input: i64,
    /// Tokens of the answers.
    #[ts(type = "number")]
    pub output: i64,
    /// What is known of the cost, in US dollars.
    pub cost: f64,
    /// How many of the answers have no known price.
    pub without_price: u32,
}

#[derive(FromRow)]
struct Row {
    name: String,
    answers: u32,
    input: i64,
    output: i64,
    cost: i64,
    without_price: u32,
}

/// The most rows that are told.
const MOST: u32 = 100;

/// What was used since a moment, by answers and by summaries, counted together by day (the newest
/// first) or by model or chat (the most used first). Chats that are gone count as one. Days begin `offset_minutes` before they do in UTC.
///
/// # Errors
/// [`ChatError::Locked`] and those of the store.
pub async fn used(
    session: &Session,
    by: UsedBy,
    since: Timestamp,
    offset_minutes: i32,
) -> Result<Vec<Used>, ChatError> {
    let (name, order) = match by {
        UsedBy::Day => (
            "strftime('%Y-%m-%d', (made.created_at + ?2 * 60000) / 1000, 'unixepoch')",
            "name DESC",
        ),
        UsedBy::Model => ("coalesce(made.model, '')", "sum(input_tokens + output_tokens) DESC"),
        UsedBy::Chat => {
            ("coalesce(chat.title, 'Deleted chats')", "sum(input_tokens + output_tokens) DESC")
        }
    };
    let group = if matches!(by, UsedBy::Chat) { "chat.id" } else { "name" };
    let query = format!(
        "WITH made AS (
            SELECT chat_id, created_at, model, input_tokens, output_tokens, cost, 1 AS answers,
                   cost IS NULL AS without_price
            FROM message
            WHERE input_tokens IS NOT NULL AND copied = 0 AND created_at >= ?1
            UNION ALL
            SELECT chat_id, created_at, model, input_tokens, output_tokens, cost, 0, 0
            FROM summary WHERE created_at >= ?1 AND input_tokens + output_tokens > 0
            UNION ALL
            SELECT NULL, hour, model, input_tokens, output_tokens, cost, answers, without_price
            FROM past_use WHERE hour >= ?1
         )
         SELECT {name} AS name, sum(answers) AS answers, sum(input_tokens) AS input,
                sum(output_tokens) AS output, coalesce(sum(cost), 0) AS cost,
                sum(without_price) AS without_price
         FROM made LEFT JOIN chat ON chat.id = made.chat_id
         WHERE ?2 IS NOT NULL
         GROUP BY {group} ORDER BY {order} LIMIT {MOST}"
    );
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(since.0)
        .bind(offset_minutes.clamp(-14 * 60, 14 * 60))
        .fetch_all(&mut *session.vault().await?)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Used {
            name: row.name,
            answers: row.answers,
            input: row.input,
            output: row.output,
            cost: store::dollars(row.cost),
            without_price: row.without_price,
        })
        .collect())
}

/// Keeps what was used by messages that are about to be deleted, in the deletion's own transaction.
pub(super) async fn keep(
    db: &mut SqliteConnection,
    messages: &[MessageId],
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO past_use (hour, service_id, model, answers, input_tokens, output_tokens, cost,
            without_price)
         SELECT created_at - created_at % 3600000, coalesce(service_id, 0), coalesce(model, ''),
            sum(answers), sum(input_tokens), sum(output_tokens), coalesce(sum(cost), 0),
            sum(without_price)
         FROM (
            SELECT created_at, service_id, model, input_tokens, output_tokens, cost, 1 AS answers,
                   cost IS NULL AS without_price
            FROM message
            WHERE id IN (SELECT value FROM json_each(?1)) AND input_tokens IS NOT NULL
              AND copied = 0
            UNION ALL
            SELECT created_at, NULL, model, input_tokens, output_tokens, cost, 0, 0
            FROM summary
            WHERE message_id IN (SELECT value FROM json_each(?1))
              AND input_tokens + output_tokens > 0
         )
         WHERE true GROUP BY 1, 2, 3
         ON CONFLICT (hour, service_id, model) DO UPDATE SET
            answers = answers + excluded.answers,
            input_tokens = input_tokens + excluded.input_tokens,
            output_tokens = output_tokens + excluded.output_tokens,
            cost = cost + excluded.cost,
            without_price = without_price + excluded.without_price",
    )
    .bind(Json(messages))
    .execute(db)
    .await?;
    Ok(())
}
