//! Chats that leave and come in, in SQL.

use sqlx::types::Json;
use sqlx::{FromRow, SqliteConnection};

use super::coming::tree::{Incoming, NewMessage};
use crate::clock::Timestamp;
use crate::ids::{ChatId, ContextId, MessageId};
use crate::model::{ModelRef, Problem};

/// A chat as it leaves.
#[derive(FromRow)]
pub(super) struct ChatRow {
    pub(super) session_id: String,
    pub(super) title: String,
    pub(super) titled: bool,
    pub(super) created_at: i64,
    pub(super) updated_at: i64,
    pub(super) pinned: bool,
    pub(super) archived: bool,
    pub(super) head_id: Option<MessageId>,
    pub(super) model: Option<Json<ModelRef>>,
    pub(super) context_name: Option<String>,
    pub(super) service_name: Option<String>,
    /// The model that answered last.
    pub(super) head_model: Option<String>,
}

/// A message as it leaves.
#[derive(FromRow)]
pub(super) struct MessageRow {
    pub(super) id: MessageId,
    pub(super) parent_id: Option<MessageId>,
    pub(super) role: String,
    pub(super) state: String,
    pub(super) created_at: i64,
    pub(super) ended_at: Option<i64>,
    pub(super) input_tokens: Option<u32>,
    pub(super) output_tokens: Option<u32>,
    pub(super) cached_tokens: Option<u32>,
    pub(super) cost: Option<i64>,
    pub(super) model: Option<String>,
    pub(super) service_kind: Option<String>,
    pub(super) model_id: Option<String>,
    pub(super) finish: Option<String>,
    pub(super) parameters: Option<Json<serde_json::Value>>,
    pub(super) left_out: u32,
    pub(super) goes_on: bool,
    pub(super) problem: Option<Json<Problem>>,
    pub(super) thoughts: Option<String>,
    pub(super) text: String,
}

pub(super) async fn chat(
    db: &mut SqliteConnection,
    id: ChatId,
) -> Result<Option<ChatRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT chat.session_id, chat.title, chat.titled, chat.created_at, chat.updated_at,
            chat.pinned, chat.archived, chat.head_id, chat.model, context.name AS context_name,
            service.name AS service_name,
            coalesce(nullif(head.model, ''), (SELECT model FROM message
                WHERE chat_id = chat.id AND model <> '' ORDER BY id DESC LIMIT 1)) AS head_model
         FROM chat
         LEFT JOIN context ON context.id = chat.context_id
         LEFT JOIN service ON service.id = chat.model ->> '$.service'
         LEFT JOIN message AS head ON head.id = chat.head_id
         WHERE chat.id = ? AND chat.deleted_at IS NULL",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// Every chat that was not deleted.
pub(super) async fn chats(db: &mut SqliteConnection) -> Result<Vec<ChatId>, sqlx::Error> {
    sqlx::query_scalar("SELECT id FROM chat WHERE deleted_at IS NULL ORDER BY id")
        .fetch_all(db)
        .await
}

/// Every message of a chat, each after the one that it follows.
pub(super) async fn tree(
    db: &mut SqliteConnection,
    id: ChatId,
) -> Result<Vec<MessageId>, sqlx::Error> {
    sqlx::query_scalar("SELECT id FROM message WHERE chat_id = ? ORDER BY id")
        .bind(id)
        .fetch_all(db)
        .await
}

/// The messages of the branch that ends in a message, the oldest first.
pub(super) async fn branch(
    db: &mut SqliteConnection,
    end: MessageId,
) -> Result<Vec<MessageId>, sqlx::Error> {
    sqlx::query_scalar(
        "WITH RECURSIVE path (id, above, steps) AS (
            SELECT id, parent_id, 0 FROM message INDEXED BY message_tree WHERE id = ?
            UNION ALL
            SELECT message.id, message.parent_id, steps + 1
            FROM path JOIN message INDEXED BY message_tree ON message.id = path.above
         )
         SELECT id FROM path ORDER BY steps DESC",
    )
    .bind(end)
    .fetch_all(db)
    .await
}

/// How many of `ids`, from the first on, hold at most `bytes` of text, but one at least.
pub(super) async fn fitting(
    db: &mut SqliteConnection,
    ids: &[MessageId],
    bytes: i64,
) -> Result<usize, sqlx::Error> {
    let sizes: Vec<i64> = sqlx::query_scalar(
        "SELECT octet_length(text) + coalesce(octet_length(thoughts), 0)
         FROM json_each(?) AS wanted CROSS JOIN message ON message.id = wanted.value
         ORDER BY wanted.key",
    )
    .bind(Json(ids))
    .fetch_all(db)
    .await?;
    let mut sum = 0;
    let fits = sizes.iter().take_while(|size| {
        sum += **size;
        sum <= bytes
    });
    Ok(fits.count().max(1))
}

/// Messages in the order of `ids`.
pub(super) async fn messages(
    db: &mut SqliteConnection,
    ids: &[MessageId],
) -> Result<Vec<MessageRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT message.id, parent_id, role, state, created_at, ended_at, input_tokens,
            output_tokens, cached_tokens, cost, model, service_kind, model_id, finish, parameters,
            left_out, goes_on, problem, thoughts, text
         FROM json_each(?) AS wanted CROSS JOIN message ON message.id = wanted.value
         ORDER BY wanted.key",
    )
    .bind(Json(ids))
    .fetch_all(db)
    .await
}

/// Whether a chat of this name among chats is here, and whether it was deleted.
pub(super) async fn known(
    db: &mut SqliteConnection,
    session_id: &str,
) -> Result<Option<bool>, sqlx::Error> {
    sqlx::query_scalar("SELECT deleted_at IS NOT NULL FROM chat WHERE session_id = ?")
        .bind(session_id)
        .fetch_optional(db)
        .await
}

/// The one context of a name; none when there are several.
async fn context(db: &mut SqliteConnection, name: &str) -> Result<Option<ContextId>, sqlx::Error> {
    let named: Vec<ContextId> = sqlx::query_scalar("SELECT id FROM context WHERE name = ? LIMIT 2")
        .bind(name)
        .fetch_all(db)
        .await?;
    Ok(if let [one] = named[..] { Some(one) } else { None })
}

/// Stores a chat that came in, without its messages, and the context that it is linked to.
pub(super) async fn insert_chat(
    db: &mut SqliteConnection,
    chat: &Incoming,
) -> Result<(ChatId, Option<ContextId>), sqlx::Error> {
    let context = match &chat.context {
        Some(name) => context(db, name).await?,
        None => None,
    };
    let id = sqlx::query_scalar(
        "INSERT INTO chat (session_id, context_id, created_at, updated_at, titled, title, pinned,
            archived)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
    )
    .bind(&chat.session_id)
    .bind(context)
    .bind(chat.created_at.0)
    .bind(chat.updated_at.0)
    .bind(chat.titled)
    .bind(&chat.title)
    .bind(chat.pinned)
    .bind(chat.archived)
    .fetch_one(db)
    .await?;
    Ok((id, context))
}

/// The id that the next message may have, and those after it.
pub(super) async fn free_id(db: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    let newest: Option<i64> =
        sqlx::query_scalar("SELECT seq FROM sqlite_sequence WHERE name = 'message'")
            .fetch_optional(db)
            .await?;
    Ok(newest.unwrap_or(0) + 1)
}

/// Stores a message that came in. The messages of its chat follow each other from `first` on, as
/// they are counted in it.
pub(super) async fn insert_message(
    db: &mut SqliteConnection,
    chat: ChatId,
    first: i64,
    place: usize,
    message: &NewMessage,
) -> Result<MessageId, sqlx::Error> {
    let at =
        |place: usize| i64::try_from(place).map_or(i64::MAX, |place| first.saturating_add(place));
    sqlx::query(
        "INSERT INTO message (id, chat_id, parent_id, chosen_id, depth, role, state, created_at,
            ended_at, input_tokens, output_tokens, cached_tokens, cost, model, service_kind,
            model_id, left_out, goes_on, finish, parameters, problem, thoughts, text, copied)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
    )
    .bind(at(place))
    .bind(chat)
    .bind(message.parent.map(at))
    .bind(message.chosen.map(at))
    .bind(message.depth)
    .bind(message.said.role)
    .bind(message.said.state)
    .bind(message.said.created_at.0)
    .bind(message.said.ended_at.map(|at: Timestamp| at.0))
    .bind(message.said.usage.map(|usage| usage.input))
    .bind(message.said.usage.map(|usage| usage.output))
    .bind(message.said.usage.map(|usage| usage.cached))
    .bind(message.said.cost)
    .bind(&message.said.model)
    .bind(message.said.service_kind.map(crate::model::ServiceKind::code))
    .bind(&message.said.model_id)
    .bind(message.said.left_out)
    .bind(message.said.goes_on)
    .bind(&message.said.finish)
    .bind(message.said.parameters.as_ref().map(Json))
    .bind(message.said.problem.as_ref().map(Json))
    .bind(&message.said.thoughts)
    .bind(&message.said.text)
    .execute(db)
    .await?;
    Ok(MessageId(at(place)))
}

pub(super) async fn set_head(
    db: &mut SqliteConnection,
    chat: ChatId,
    head: MessageId,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE chat SET head_id = ? WHERE id = ?")
        .bind(head)
        .bind(chat)
        .execute(db)
        .await?;
    Ok(())
}
