//! The rows of messages.

use sqlx::types::Json;
use sqlx::{FromRow, SqliteConnection};

use crate::chat::{Message, MessageState, Role};
use crate::clock::Timestamp;
use crate::ids::{ChatId, MessageId, ServiceId};
use crate::model::{Problem, ServiceKind, Usage};
use crate::render::Renderer;
use crate::vault::word;

/// A message to be stored.
pub(in crate::chat) struct NewMessage<'a> {
    pub(in crate::chat) chat_id: ChatId,
    pub(in crate::chat) parent_id: Option<MessageId>,
    pub(in crate::chat) role: Role,
    pub(in crate::chat) state: MessageState,
    pub(in crate::chat) text: &'a str,
    pub(in crate::chat) goes_on: bool,
    pub(in crate::chat) now: Timestamp,
}

/// Stores a message and makes it the head of its chat.
pub(in crate::chat) async fn insert_message(
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
    sqlx::query("UPDATE message SET chosen_id = ? WHERE id = ?")
        .bind(id)
        .bind(new.parent_id)
        .execute(&mut *db)
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
pub(in crate::chat) struct Progress<'a> {
    pub(in crate::chat) state: MessageState,
    pub(in crate::chat) text: &'a str,
    pub(in crate::chat) thoughts: &'a str,
    pub(in crate::chat) thought_ms: Option<u32>,
    pub(in crate::chat) model: &'a str,
    pub(in crate::chat) service: Option<(ServiceId, ServiceKind, &'a str)>,
    pub(in crate::chat) usage: Option<Usage>,
    pub(in crate::chat) cost: Option<i64>,
    pub(in crate::chat) left_out: u32,
    pub(in crate::chat) context_version: Option<i64>,
    pub(in crate::chat) profile_version: Option<i64>,
    pub(in crate::chat) finish: Option<&'a str>,
    pub(in crate::chat) parameters: Option<&'a serde_json::Value>,
    pub(in crate::chat) problem: Option<&'a Problem>,
    pub(in crate::chat) opaque: Option<&'a serde_json::Value>,
    pub(in crate::chat) now: Timestamp,
}

/// Stores how far an answer got; `false` when it was deleted in the meantime.
pub(in crate::chat) async fn save(
    db: &mut SqliteConnection,
    id: MessageId,
    progress: &Progress<'_>,
) -> Result<bool, sqlx::Error> {
    let ended = (progress.state != MessageState::Writing).then_some(progress.now.0);
    let saved = sqlx::query(
        "UPDATE message SET state = ?, text = ?, thoughts = nullif(?, ''), thought_ms = ?, model = ?,
            service_id = ?, service_kind = ?, model_id = ?, input_tokens = ?, output_tokens = ?,
            cached_tokens = ?, cost = ?, left_out = ?, context_version_id = ?,
            profile_version_id = ?, finish = ?, parameters = ?, problem = ?, opaque = ?,
            ended_at = ?
         WHERE id = ?",
    )
    .bind(state_code(progress.state))
    .bind(progress.text)
    .bind(progress.thoughts)
    .bind(progress.thought_ms)
    .bind(progress.model)
    .bind(progress.service.map(|(id, ..)| id))
    .bind(progress.service.map(|(_, kind, _)| kind.code()))
    .bind(progress.service.map(|(.., model)| model))
    .bind(progress.usage.map(|usage| usage.input))
    .bind(progress.usage.map(|usage| usage.output))
    .bind(progress.usage.map(|usage| usage.cached))
    .bind(progress.cost)
    .bind(progress.left_out)
    .bind(progress.context_version)
    .bind(progress.profile_version)
    .bind(progress.finish)
    .bind(progress.parameters.map(Json))
    .bind(progress.problem.map(Json))
    .bind(progress.opaque.map(Json))
    .bind(ended)
    .bind(id)
    .execute(&mut *db)
    .await?;
    if ended.is_some() {
        let unseen = match progress.state {
            MessageState::Stopped => None,
            MessageState::Failed => Some("failed"),
            _ => Some("done"),
        };
        sqlx::query(
            "UPDATE chat SET updated_at = ?, unseen = ?
             WHERE id = (SELECT chat_id FROM message WHERE id = ?)",
        )
        .bind(progress.now.0)
        .bind(unseen)
        .bind(id)
        .execute(db)
        .await?;
    }
    Ok(saved.rows_affected() > 0)
}

#[derive(FromRow)]
pub(super) struct MessageRow {
    id: MessageId,
    chat_id: ChatId,
    parent_id: Option<MessageId>,
    chosen_id: Option<MessageId>,
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
    finish: Option<String>,
    service_id: Option<ServiceId>,
    service_kind: Option<String>,
    model_id: Option<String>,
    model: Option<String>,
    problem: Option<Json<Problem>>,
    opaque: Option<Json<serde_json::Value>>,
    thoughts: Option<String>,
    thought_ms: Option<u32>,
    text: String,
}

/// A message as stored, not yet rendered, with what only its service understands.
pub(in crate::chat) struct Stored {
    pub(in crate::chat) message: Message,
    pub(in crate::chat) opaque: Option<serde_json::Value>,
    /// The wire and the id of the model that answered.
    pub(in crate::chat) by: Option<(ServiceKind, String)>,
    /// The message that is shown below it.
    pub(in crate::chat) chosen: Option<MessageId>,
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
                siblings: vec![row.id],
                role: word(&row.role)?,
                state: word(&row.state)?,
                text: row.text,
                thoughts: row.thoughts,
                thought_blocks: Vec::new(),
                thought_ms: row.thought_ms,
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
                finish: row.finish,
                left_out: row.left_out,
                goes_on: row.goes_on,
                problem: row.problem.map(|problem| problem.0),
                created_at: Timestamp(row.created_at),
                ended_at: row.ended_at.map(Timestamp),
            },
            opaque: row.opaque.map(|opaque| opaque.0),
            by: kind.zip(row.model_id),
            chosen: row.chosen_id,
        })
    }
}

impl Stored {
    /// The message with its blocks.
    pub(in crate::chat) fn rendered(mut self) -> Message {
        if self.message.role != Role::User {
            self.message.blocks = Renderer::whole(&self.message.text);
            let thoughts = self.message.thoughts.as_deref().unwrap_or_default();
            self.message.thought_blocks = Renderer::whole(thoughts);
        }
        self.message
    }
}

pub(super) const MESSAGE: &str = "SELECT message.id, chat_id, parent_id, chosen_id, role, state,
    created_at, ended_at, input_tokens, output_tokens, cached_tokens, cost, left_out, goes_on, finish,
    service_id, service_kind, model_id, model, problem,
    opaque, thoughts, thought_ms, text";

/// A message, unless its chat was deleted.
pub(in crate::chat) async fn message(
    db: &mut SqliteConnection,
    id: MessageId,
) -> Result<Option<Stored>, sqlx::Error> {
    let query = format!(
        "{MESSAGE} FROM message WHERE id = ? AND EXISTS
            (SELECT 1 FROM chat WHERE chat.id = chat_id AND deleted_at IS NULL)"
    );
    let row: Option<MessageRow> =
        sqlx::query_as(sqlx::AssertSqlSafe(query)).bind(id).fetch_optional(db).await?;
    row.map(Stored::try_from).transpose()
}

/// The answers being written in a chat.
pub(in crate::chat) async fn writing(
    db: &mut SqliteConnection,
    id: ChatId,
) -> Result<Vec<MessageId>, sqlx::Error> {
    sqlx::query_scalar("SELECT id FROM message WHERE chat_id = ? AND state = 'writing'")
        .bind(id)
        .fetch_all(db)
        .await
}

/// Marks one answer that nobody writes any more.
pub(in crate::chat) async fn interrupt(
    db: &mut SqliteConnection,
    id: MessageId,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE message SET state = 'interrupted' WHERE id = ? AND state = 'writing'")
        .bind(id)
        .execute(db)
        .await?;
    Ok(())
}

/// Marks the answers that an earlier process left unfinished, and tells which they are.
pub(in crate::chat) async fn interrupt_all(
    db: &mut SqliteConnection,
) -> Result<Vec<MessageId>, sqlx::Error> {
    sqlx::query(
        "UPDATE chat SET unseen = 'failed'
         WHERE id IN (SELECT chat_id FROM message WHERE state = 'writing')",
    )
    .execute(&mut *db)
    .await?;
    sqlx::query_scalar(
        "UPDATE message SET state = 'interrupted' WHERE state = 'writing' RETURNING id",
    )
    .fetch_all(db)
    .await
}

/// The question that an answer belongs to, and whether it is the first of its chat.
pub(in crate::chat) async fn first_question(
    db: &mut SqliteConnection,
    answer: MessageId,
) -> Result<Option<(String, bool)>, sqlx::Error> {
    sqlx::query_as(
        "SELECT question.text, question.parent_id IS NULL FROM message AS answer
         JOIN message AS question ON question.id = answer.parent_id WHERE answer.id = ?",
    )
    .bind(answer)
    .fetch_optional(db)
    .await
}

/// Millionths of a US dollar as dollars.
pub(in crate::chat) fn dollars(millionths: i64) -> f64 {
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
