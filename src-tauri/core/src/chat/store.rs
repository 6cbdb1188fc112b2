//! Chats and messages in SQL.

use sqlx::types::Json;
use sqlx::{FromRow, SqliteConnection};

use super::{Chat, Cursor, Message, MessageState, New, Role};
use crate::clock::Timestamp;
use crate::ids::{ChatId, ContextId, MessageId, ServiceId};
use crate::model::{ModelRef, Problem, ServiceKind, Usage};
use crate::render::Renderer;
use crate::vault::word;

#[derive(FromRow)]
struct ChatRow {
    id: ChatId,
    session_id: String,
    title: String,
    context_id: Option<ContextId>,
    context_name: Option<String>,
    model: Option<Json<ModelRef>>,
    message_count: u32,
    writing: bool,
    created_at: i64,
    updated_at: i64,
}

const CHAT: &str = "
    SELECT chat.id, chat.session_id, chat.title, chat.context_id, context.name AS context_name,
           chat.model,
           coalesce(head.depth + 1, 0) AS message_count,
           EXISTS (SELECT 1 FROM message
                   WHERE message.chat_id = chat.id AND message.state = 'writing') AS writing,
           chat.created_at, chat.updated_at
    FROM chat
    LEFT JOIN context ON context.id = chat.context_id
    LEFT JOIN message AS head ON head.id = chat.head_id ";

impl From<ChatRow> for Chat {
    fn from(row: ChatRow) -> Self {
        Self {
            id: row.id,
            session_id: row.session_id,
            title: row.title,
            context_id: row.context_id,
            context_name: row.context_name,
            model: row.model.map(|model| model.0),
            message_count: row.message_count,
            writing: row.writing,
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.updated_at),
        }
    }
}

pub(super) async fn chat(
    db: &mut SqliteConnection,
    id: ChatId,
) -> Result<Option<Chat>, sqlx::Error> {
    let row: Option<ChatRow> =
        sqlx::query_as(sqlx::AssertSqlSafe(format!("{CHAT} WHERE chat.id = ?")))
            .bind(id)
            .fetch_optional(db)
            .await?;
    Ok(row.map(Chat::from))
}

/// At most `limit` chats after `after`, the last changed first.
pub(super) async fn chats(
    db: &mut SqliteConnection,
    after: Option<Cursor>,
    limit: u32,
) -> Result<Vec<Chat>, sqlx::Error> {
    let after = after.unwrap_or(Cursor { updated_ms: i64::MAX, id: ChatId(i64::MAX) });
    let query = format!(
        "{CHAT} WHERE (chat.updated_at, chat.id) < (?, ?)
         ORDER BY chat.updated_at DESC, chat.id DESC LIMIT ?"
    );
    let rows: Vec<ChatRow> = sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(after.updated_ms)
        .bind(after.id)
        .bind(limit)
        .fetch_all(db)
        .await?;
    Ok(rows.into_iter().map(Chat::from).collect())
}

pub(super) async fn insert_chat(
    db: &mut SqliteConnection,
    session_id: String,
    title: &str,
    new: &New,
    now: Timestamp,
) -> Result<ChatId, sqlx::Error> {
    sqlx::query_scalar(
        "INSERT INTO chat (session_id, title, context_id, model, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
    )
    .bind(session_id)
    .bind(title)
    .bind(new.context_id)
    .bind(new.model.as_ref().map(Json))
    .bind(now.0)
    .bind(now.0)
    .fetch_one(db)
    .await
}

pub(super) async fn set_context(
    db: &mut SqliteConnection,
    id: ChatId,
    context_id: Option<ContextId>,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE chat SET context_id = ? WHERE id = ?")
        .bind(context_id)
        .bind(id)
        .execute(db)
        .await?;
    Ok(())
}

pub(super) async fn set_model(
    db: &mut SqliteConnection,
    id: ChatId,
    model: Option<&ModelRef>,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE chat SET model = ? WHERE id = ?")
        .bind(model.map(Json))
        .bind(id)
        .execute(db)
        .await?;
    Ok(())
}

pub(super) async fn set_title(
    db: &mut SqliteConnection,
    id: ChatId,
    title: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE chat SET title = ?, titled = 1 WHERE id = ?")
        .bind(title)
        .bind(id)
        .execute(db)
        .await?;
    Ok(())
}

pub(super) async fn delete_chat(
    db: &mut SqliteConnection,
    id: ChatId,
) -> Result<bool, sqlx::Error> {
    sqlx::query("UPDATE chat SET head_id = NULL WHERE id = ?").bind(id).execute(&mut *db).await?;
    // SQLite refuses a cascade along a branch of over a thousand messages.
    sqlx::query("UPDATE message SET parent_id = NULL WHERE chat_id = ?")
        .bind(id)
        .execute(&mut *db)
        .await?;
    let done = sqlx::query("DELETE FROM chat WHERE id = ?").bind(id).execute(db).await?;
    Ok(done.rows_affected() > 0)
}

/// The newest message of the chat's current branch.
pub(super) async fn head(
    db: &mut SqliteConnection,
    id: ChatId,
) -> Result<Option<MessageId>, sqlx::Error> {
    let head: Option<Option<MessageId>> =
        sqlx::query_scalar("SELECT head_id FROM chat WHERE id = ?")
            .bind(id)
            .fetch_optional(db)
            .await?;
    Ok(head.flatten())
}

/// A message to be stored.
pub(super) struct NewMessage<'a> {
    pub(super) chat_id: ChatId,
    pub(super) parent_id: Option<MessageId>,
    pub(super) role: Role,
    pub(super) state: MessageState,
    pub(super) text: &'a str,
    pub(super) goes_on: bool,
    pub(super) now: Timestamp,
}

/// Stores a message and makes it the head of its chat.
pub(super) async fn insert_message(
    db: &mut SqliteConnection,
    new: NewMessage<'_>,
) -> Result<MessageId, sqlx::Error> {
    let id: MessageId = sqlx::query_scalar(
        "INSERT INTO message (chat_id, parent_id, depth, role, state, created_at, text, goes_on)
         VALUES (?1, ?2, coalesce((SELECT depth + 1 FROM message WHERE id = ?2), 0), ?3, ?4, ?5, ?6, ?7)
         RETURNING id",
    )
    .bind(new.chat_id)
    .bind(new.parent_id)
    .bind(role_code(new.role))
    .bind(state_code(new.state))
    .bind(new.now.0)
    .bind(new.text)
    .bind(new.goes_on)
    .fetch_one(&mut *db)
    .await?;
    sqlx::query("UPDATE chat SET head_id = ?, updated_at = ? WHERE id = ?")
        .bind(id)
        .bind(new.now.0)
        .bind(new.chat_id)
        .execute(db)
        .await?;
    Ok(id)
}

/// What a growing or ended answer is stored as.
pub(super) struct Progress<'a> {
    pub(super) state: MessageState,
    pub(super) text: &'a str,
    pub(super) thoughts: &'a str,
    pub(super) model: &'a str,
    pub(super) service: Option<(ServiceId, ServiceKind, &'a str)>,
    pub(super) usage: Option<Usage>,
    pub(super) cost: Option<i64>,
    pub(super) left_out: u32,
    pub(super) problem: Option<&'a Problem>,
    pub(super) opaque: Option<&'a serde_json::Value>,
    pub(super) now: Timestamp,
}

/// Stores how far an answer got; `false` when it was deleted in the meantime.
pub(super) async fn save(
    db: &mut SqliteConnection,
    id: MessageId,
    progress: &Progress<'_>,
) -> Result<bool, sqlx::Error> {
    let ended = (progress.state != MessageState::Writing).then_some(progress.now.0);
    let saved = sqlx::query(
        "UPDATE message SET state = ?, text = ?, thoughts = nullif(?, ''), model = ?,
            service_id = ?, service_kind = ?, model_id = ?, input_tokens = ?, output_tokens = ?,
            cached_tokens = ?, cost = ?, left_out = ?, problem = ?, opaque = ?, ended_at = ?
         WHERE id = ?",
    )
    .bind(state_code(progress.state))
    .bind(progress.text)
    .bind(progress.thoughts)
    .bind(progress.model)
    .bind(progress.service.map(|(id, ..)| id))
    .bind(progress.service.map(|(_, kind, _)| kind.code()))
    .bind(progress.service.map(|(.., model)| model))
    .bind(progress.usage.map(|usage| usage.input))
    .bind(progress.usage.map(|usage| usage.output))
    .bind(progress.usage.map(|usage| usage.cached))
    .bind(progress.cost)
    .bind(progress.left_out)
    .bind(progress.problem.map(Json))
    .bind(progress.opaque.map(Json))
    .bind(ended)
    .bind(id)
    .execute(&mut *db)
    .await?;
    if ended.is_some() {
        sqlx::query(
            "UPDATE chat SET updated_at = ? WHERE id = (SELECT chat_id FROM message WHERE id = ?)",
        )
        .bind(progress.now.0)
        .bind(id)
        .execute(db)
        .await?;
    }
    Ok(saved.rows_affected() > 0)
}

#[derive(FromRow)]
struct MessageRow {
    id: MessageId,
    chat_id: ChatId,
    parent_id: Option<MessageId>,
    role: String,
    state: String,
    created_at: i64,
    ended_at: Option<i64>,
    input_tokens: Option<u32>,
    output_tokens: Option<u32>,
    cached_tokens: Option<u32>,
    cost: Option<i64>,
    left_out: u32,
    goes_on: bool,
    service_id: Option<ServiceId>,
    service_kind: Option<String>,
    model_id: Option<String>,
    model: Option<String>,
    problem: Option<Json<Problem>>,
    opaque: Option<Json<serde_json::Value>>,
    thoughts: Option<String>,
    text: String,
}

/// A message as stored, not yet rendered, with what only its service understands.
pub(super) struct Stored {
    pub(super) message: Message,
    pub(super) opaque: Option<serde_json::Value>,
    /// The wire and the id of the model that answered.
    pub(super) by: Option<(ServiceKind, String)>,
}

impl TryFrom<MessageRow> for Stored {
    type Error = sqlx::Error;

    fn try_from(row: MessageRow) -> Result<Self, sqlx::Error> {
        let cached = row.cached_tokens.unwrap_or(0);
        let kind = row.service_kind.as_deref().map(word).transpose()?;
        Ok(Self {
            message: Message {
                id: row.id,
                chat_id: row.chat_id,
                parent_id: row.parent_id,
                role: word(&row.role)?,
                state: word(&row.state)?,
                text: row.text,
                thoughts: row.thoughts,
                blocks: Vec::new(),
                strategies: Vec::new(),
                model: row.model,
                service: row.service_id,
                usage: row.input_tokens.zip(row.output_tokens).map(|(input, output)| Usage {
                    input,
                    output,
                    cached,
                }),
                cost: row.cost.map(dollars),
                left_out: row.left_out,
                goes_on: row.goes_on,
                problem: row.problem.map(|problem| problem.0),
                created_at: Timestamp(row.created_at),
                ended_at: row.ended_at.map(Timestamp),
            },
            opaque: row.opaque.map(|opaque| opaque.0),
            by: kind.zip(row.model_id),
        })
    }
}

impl Stored {
    /// The message with its blocks.
    pub(super) fn rendered(mut self) -> Message {
        if self.message.role != Role::User {
            self.message.blocks = Renderer::whole(&self.message.text);
        }
        self.message
    }
}

const MESSAGE: &str = "SELECT message.id, chat_id, parent_id, role, state, created_at,
    ended_at, input_tokens, output_tokens, cached_tokens, cost, left_out, goes_on,
    service_id, service_kind, model_id, model, problem,
    opaque, thoughts, text";

pub(super) async fn message(
    db: &mut SqliteConnection,
    id: MessageId,
) -> Result<Option<Stored>, sqlx::Error> {
    let query = format!("{MESSAGE} FROM message WHERE id = ?");
    let row: Option<MessageRow> =
        sqlx::query_as(sqlx::AssertSqlSafe(query)).bind(id).fetch_optional(db).await?;
    row.map(Stored::try_from).transpose()
}

/// At most `limit` messages of the branch that ends in `newest`, which is among them, the
/// oldest first.
pub(super) async fn branch(
    db: &mut SqliteConnection,
    newest: MessageId,
    limit: u32,
) -> Result<Vec<Stored>, sqlx::Error> {
    let query = format!(
        "WITH RECURSIVE branch (id, above) AS (
            SELECT id, parent_id FROM message WHERE id = ?
            UNION ALL
            SELECT message.id, message.parent_id FROM message JOIN branch ON message.id = branch.above
            LIMIT ?
         )
         {MESSAGE} FROM branch JOIN message ON message.id = branch.id ORDER BY depth"
    );
    let rows: Vec<MessageRow> =
        sqlx::query_as(sqlx::AssertSqlSafe(query)).bind(newest).bind(limit).fetch_all(db).await?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// The answers being written in a chat.
pub(super) async fn writing(
    db: &mut SqliteConnection,
    id: ChatId,
) -> Result<Vec<MessageId>, sqlx::Error> {
    sqlx::query_scalar("SELECT id FROM message WHERE chat_id = ? AND state = 'writing'")
        .bind(id)
        .fetch_all(db)
        .await
}

/// Marks one answer that nobody writes any more.
pub(super) async fn interrupt(db: &mut SqliteConnection, id: MessageId) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE message SET state = 'interrupted' WHERE id = ? AND state = 'writing'")
        .bind(id)
        .execute(db)
        .await?;
    Ok(())
}

/// Answers that an earlier process left unfinished.
pub(super) async fn interrupt_all(db: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE message SET state = 'interrupted' WHERE state = 'writing'")
        .execute(db)
        .await?;
    Ok(())
}

/// Millionths of a US dollar as dollars.
pub(super) fn dollars(millionths: i64) -> f64 {
    // Exact up to nine billion dollars.
    millionths as f64 / 1e6
}

fn role_code(role: Role) -> &'static str {
    match role {
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::System => "system",
    }
}

fn state_code(state: MessageState) -> &'static str {
    match state {
        MessageState::Done => "done",
        MessageState::Writing => "writing",
        MessageState::Stopped => "stopped",
        MessageState::Failed => "failed",
        MessageState::Interrupted => "interrupted",
    }
}
