//! What was used and what it cost.

use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use ts_rs::TS;

use super::{ChatError, store};
use crate::account::Session;
use crate::clock::Timestamp;

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

/// What was used since a moment, by answers and by summaries, counted together by day (the newest first) or by model or chat
/// (the most used first). Days begin `offset_minutes` before they do in UTC.
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
        UsedBy::Chat => ("chat.title", "sum(input_tokens + output_tokens) DESC"),
    };
    let group = if matches!(by, UsedBy::Chat) { "chat.id" } else { "name" };
    let query = format!(
        "WITH made AS (
            SELECT chat_id, created_at, model, input_tokens, output_tokens, cost, 1 AS answers
            FROM message
            WHERE input_tokens IS NOT NULL AND copied = 0 AND created_at >= ?1
            UNION ALL
            SELECT chat_id, created_at, model, input_tokens, output_tokens, cost, 0
            FROM summary WHERE created_at >= ?1
         )
         SELECT {name} AS name, sum(answers) AS answers, sum(input_tokens) AS input,
                sum(output_tokens) AS output, coalesce(sum(cost), 0) AS cost,
                sum(cost IS NULL AND answers = 1) AS without_price
         FROM made JOIN chat ON chat.id = made.chat_id
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
