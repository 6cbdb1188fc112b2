//! Chats that leave and come in, in SQL.

use serde_json::Value;
use sqlx::types::Json;
use sqlx::{FromRow, QueryBuilder, SqliteConnection};

use super::coming::origins::Stored;
use super::coming::tree::{Chosen, Incoming, NewMessage};
use crate::clock::Timestamp;
use crate::ids::{ChatId, ContextId, MessageId, ServiceId};
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
    pub(super) context_version_id: Option<i64>,
    pub(super) profile_version_id: Option<i64>,
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

/// What was typed in a chat and not sent, as it leaves.
#[derive(FromRow)]
pub(super) struct DraftRow {
    /// The question that it would change; 0 for the next one.
    pub(super) message_id: MessageId,
    pub(super) updated_at: i64,
    pub(super) text: String,
}

/// What stands for the start of a branch, as it leaves.
#[derive(FromRow)]
pub(super) struct SummaryRow {
    pub(super) message_id: MessageId,
    pub(super) messages: u32,
    pub(super) created_at: i64,
    pub(super) model: String,
    pub(super) text: String,
}

/// What a context said when answers of a chat were made, as it leaves.
#[derive(FromRow)]
pub(super) struct WordsRow {
    /// Among those that were wanted.
    pub(super) place: u32,
    pub(super) number: u32,
    pub(super) created_at: i64,
    pub(super) name: String,
    pub(super) data: Json<Value>,
    pub(super) instructions: String,
}

/// The profile that the model was told, as it leaves.
#[derive(FromRow)]
pub(super) struct SnapshotRow {
    /// Among those that were wanted.
    pub(super) place: u32,
    pub(super) created_at: i64,
    pub(super) profile: Json<Value>,
}

/// What contexts said, by what names that, in this order.
pub(super) async fn contexts_told(
    db: &mut SqliteConnection,
    ids: &[i64],
) -> Result<Vec<WordsRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT wanted.key AS place, number, created_at, name, data, instructions
         FROM json_each(?) AS wanted CROSS JOIN context_version ON context_version.id = wanted.value
         ORDER BY wanted.key",
    )
    .bind(Json(ids))
    .fetch_all(db)
    .await
}

/// What the profile was, by what names that, in this order.
pub(super) async fn profiles_told(
    db: &mut SqliteConnection,
    ids: &[i64],
) -> Result<Vec<SnapshotRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT wanted.key AS place, created_at, profile
         FROM json_each(?) AS wanted CROSS JOIN profile_version ON profile_version.id = wanted.value
         ORDER BY wanted.key",
    )
    .bind(Json(ids))
    .fetch_all(db)
    .await
}

/// What was typed in a chat and not sent.
pub(super) async fn drafts(
    db: &mut SqliteConnection,
    id: ChatId,
) -> Result<Vec<DraftRow>, sqlx::Error> {
    sqlx::query_as("SELECT message_id, updated_at, text FROM draft WHERE chat_id = ? ORDER BY 1")
        .bind(id)
        .fetch_all(db)
        .await
}

/// What was summarised of a chat, the oldest first.
pub(super) async fn summaries(
    db: &mut SqliteConnection,
    id: ChatId,
) -> Result<Vec<SummaryRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT message_id, messages, created_at, model, text FROM summary WHERE chat_id = ?
         ORDER BY id",
    )
    .bind(id)
    .fetch_all(db)
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
            left_out, goes_on, context_version_id, profile_version_id, problem, thoughts, text
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

/// The model that a chat chose, where it is here: the built-in one, or one of the only service of
/// that name.
async fn model(
    db: &mut SqliteConnection,
    chosen: &Chosen,
) -> Result<Option<ModelRef>, sqlx::Error> {
    let model = chosen.model.clone();
    let Some(name) = &chosen.service else {
        return Ok(model.is_none().then(ModelRef::default));
    };
    let named: Vec<ServiceId> = sqlx::query_scalar("SELECT id FROM service WHERE name = ? LIMIT 2")
        .bind(name)
        .fetch_all(db)
        .await?;
    let [service] = named[..] else { return Ok(None) };
    Ok(Some(ModelRef { service: Some(service), model }))
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
    let model = match &chat.model {
        Some(chosen) => model(db, chosen).await?,
        None => None,
    };
    let id = sqlx::query_scalar(
        "INSERT INTO chat (session_id, context_id, created_at, updated_at, titled, title, pinned,
            archived, model)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
    )
    .bind(&chat.session_id)
    .bind(context)
    .bind(chat.created_at.0)
    .bind(chat.updated_at.0)
    .bind(chat.titled)
    .bind(&chat.title)
    .bind(chat.pinned)
    .bind(chat.archived)
    .bind(model.map(Json))
    .fetch_one(db)
    .await?;
    Ok((id, context))
}

/// Sets ids aside for so many messages, and gives the first: no other message takes them meanwhile.
pub(super) async fn reserve_ids(
    db: &mut SqliteConnection,
    count: usize,
) -> Result<i64, sqlx::Error> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let newest: Option<i64> = sqlx::query_scalar(
        "UPDATE sqlite_sequence SET seq = seq + ? WHERE name = 'message' RETURNING seq",
    )
    .bind(count)
    .fetch_optional(&mut *db)
    .await?;
    if let Some(newest) = newest {
        return Ok(newest - count + 1);
    }
    sqlx::query("INSERT INTO sqlite_sequence (name, seq) VALUES ('message', ?)")
        .bind(count)
        .execute(db)
        .await?;
    Ok(1)
}

/// Stores messages that came in, the first of them being the one at `place` of its chat. The
/// messages of a chat follow each other from the id `first` on.
pub(super) async fn insert_messages(
    db: &mut SqliteConnection,
    chat: ChatId,
    first: i64,
    place: usize,
    messages: &[NewMessage],
    versions: &Stored,
) -> Result<(), sqlx::Error> {
    let of = |place: Option<usize>, all: &[i64]| place.and_then(|place| all.get(place).copied());
    let mut insert = QueryBuilder::new(
        "INSERT INTO message (id, chat_id, parent_id, chosen_id, depth, role, state, created_at,
            ended_at, input_tokens, output_tokens, cached_tokens, cost, model, service_kind,
            model_id, left_out, goes_on, context_version_id, profile_version_id, finish, parameters,
            problem, thoughts, text, has_code, copied) ",
    );
    insert.push_values(messages.iter().zip(place..), |mut row, (message, place)| {
        let said = &message.said;
        row.push_bind(id_at(first, place))
            .push_bind(chat)
            .push_bind(message.parent.map(|place| id_at(first, place)))
            .push_bind(message.chosen.map(|place| id_at(first, place)))
            .push_bind(message.depth)
            .push_bind(said.role)
            .push_bind(said.state)
            .push_bind(said.created_at.0)
            .push_bind(said.ended_at.map(|at: Timestamp| at.0))
            .push_bind(said.usage.map(|usage| usage.input))
            .push_bind(said.usage.map(|usage| usage.output))
            .push_bind(said.usage.map(|usage| usage.cached))
            .push_bind(said.cost)
            .push_bind(&said.model)
            .push_bind(said.service_kind.map(crate::model::ServiceKind::code))
            .push_bind(&said.model_id)
            .push_bind(said.left_out)
            .push_bind(said.goes_on)
            .push_bind(of(message.told.context, &versions.contexts))
            .push_bind(of(message.told.profile, &versions.profiles))
            .push_bind(&said.finish)
            .push_bind(said.parameters.as_ref().map(Json))
            .push_bind(said.problem.as_ref().map(Json))
            .push_bind(&said.thoughts)
            .push_bind(&said.text)
            .push_bind(message.has_code)
            .push_bind(true);
    });
    insert.build().execute(db).await?;
    Ok(())
}

/// The id of the message at a place of a chat whose messages begin with the id `first`.
pub(super) fn id_at(first: i64, place: usize) -> MessageId {
    MessageId(i64::try_from(place).map_or(i64::MAX, |place| first.saturating_add(place)))
}

/// Hides a chat that is not whole yet, as one that was deleted: if it stays so, it is purged.
pub(super) async fn hide(
    db: &mut SqliteConnection,
    chat: ChatId,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    set_deleted(db, chat, Some(now.0)).await
}

/// Shows a chat that is whole now.
pub(super) async fn reveal(db: &mut SqliteConnection, chat: ChatId) -> Result<(), sqlx::Error> {
    set_deleted(db, chat, None).await
}

async fn set_deleted(
    db: &mut SqliteConnection,
    chat: ChatId,
    at: Option<i64>,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE chat SET deleted_at = ? WHERE id = ?")
        .bind(at)
        .bind(chat)
        .execute(db)
        .await?;
    Ok(())
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
