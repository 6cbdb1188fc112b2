//! The rows of the chat list.

use std::collections::HashSet;

use sqlx::types::Json;
use sqlx::{FromRow, SqliteConnection};

use crate::chat::{Chat, Cursor, List, New, Unseen};
use crate::clock::Timestamp;
use crate::ids::{ChatId, ContextId};
use crate::model::ModelRef;
use crate::slice::{Counted, Slice};
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
    unseen: Option<String>,
    pinned: bool,
    archived: bool,
    created_at: i64,
    updated_at: i64,
}

const CHAT: &str = "
    SELECT chat.id, chat.session_id, chat.title, chat.context_id, context.name AS context_name,
           chat.model,
           coalesce(head.depth + 1, 0) AS message_count,
           EXISTS (SELECT 1 FROM message
                   WHERE message.chat_id = chat.id AND message.state = 'writing') AS writing,
           chat.unseen, chat.pinned, chat.archived,
           chat.created_at, chat.updated_at
    FROM chat
    LEFT JOIN context ON context.id = chat.context_id
    LEFT JOIN message AS head ON head.id = chat.head_id ";

impl TryFrom<ChatRow> for Chat {
    type Error = sqlx::Error;

    fn try_from(row: ChatRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.id,
            session_id: row.session_id,
            title: row.title,
            context_id: row.context_id,
            context_name: row.context_name,
            model: row.model.map(|model| model.0),
            message_count: row.message_count,
            writing: row.writing,
            unseen: row.unseen.as_deref().map(word).transpose()?,
            pinned: row.pinned,
            archived: row.archived,
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.updated_at),
        })
    }
}

pub(in crate::chat) async fn chat(
    db: &mut SqliteConnection,
    id: ChatId,
) -> Result<Option<Chat>, sqlx::Error> {
    let row: Option<ChatRow> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "{CHAT} WHERE chat.id = ? AND chat.deleted_at IS NULL"
    )))
    .bind(id)
    .fetch_optional(db)
    .await?;
    row.map(Chat::try_from).transpose()
}

/// At most `limit` chats after `after`: pinned ones, then the others, the last changed first.
pub(in crate::chat) async fn chats(
    db: &mut SqliteConnection,
    list: List,
    after: Option<Cursor>,
    limit: u32,
) -> Result<Vec<Chat>, sqlx::Error> {
    let first = Cursor { pinned: true, updated_ms: i64::MAX, id: ChatId(i64::MAX) };
    let after = after.unwrap_or(first);
    let query = format!(
        "{CHAT} WHERE chat.deleted_at IS NULL AND chat.archived = ?
           AND (chat.pinned, chat.updated_at, chat.id) < (?, ?, ?)
         ORDER BY chat.pinned DESC, chat.updated_at DESC, chat.id DESC LIMIT ?"
    );
    let rows: Vec<ChatRow> = sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(list == List::Archived)
        .bind(after.pinned)
        .bind(after.updated_ms)
        .bind(after.id)
        .bind(limit)
        .fetch_all(db)
        .await?;
    rows.into_iter().map(Chat::try_from).collect()
}

/// Some of all chats, the last changed first.
pub(in crate::chat) async fn chats_by_time(
    db: &mut SqliteConnection,
    slice: Slice,
) -> Result<Counted<Chat>, sqlx::Error> {
    let count = sqlx::query_scalar("SELECT count(*) FROM chat WHERE deleted_at IS NULL")
        .fetch_one(&mut *db)
        .await?;
    // The rows are chosen by the index alone: what CHAT looks up is looked up for them only.
    let query = format!(
        "{CHAT} WHERE chat.id IN (SELECT id FROM chat INDEXED BY chat_by_time
             WHERE deleted_at IS NULL ORDER BY updated_at DESC, id DESC LIMIT ? OFFSET ?)
         ORDER BY chat.updated_at DESC, chat.id DESC"
    );
    let rows: Vec<ChatRow> = sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(slice.take)
        .bind(slice.skip)
        .fetch_all(db)
        .await?;
    let rows = rows.into_iter().map(Chat::try_from).collect::<Result<_, _>>()?;
    Ok(Counted { count, rows })
}

/// The chat that clients of the older service name so.
pub(in crate::chat) async fn id_of_session(
    db: &mut SqliteConnection,
    session_id: &str,
) -> Result<Option<ChatId>, sqlx::Error> {
    sqlx::query_scalar("SELECT id FROM chat WHERE session_id = ?")
        .bind(session_id)
        .fetch_optional(db)
        .await
}

pub(in crate::chat) async fn is_ended(
    db: &mut SqliteConnection,
    id: ChatId,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM chat WHERE id = ? AND ended_at IS NOT NULL)")
        .bind(id)
        .fetch_one(db)
        .await
}

/// Those of some chats that a program ended.
pub(in crate::chat) async fn ended(
    db: &mut SqliteConnection,
    ids: &[ChatId],
) -> Result<HashSet<ChatId>, sqlx::Error> {
    let ended: Vec<ChatId> = sqlx::query_scalar(
        "SELECT id FROM chat
         WHERE ended_at IS NOT NULL AND id IN (SELECT value FROM json_each(?))",
    )
    .bind(Json(ids))
    .fetch_all(db)
    .await?;
    Ok(ended.into_iter().collect())
}

pub(in crate::chat) async fn set_ended(
    db: &mut SqliteConnection,
    id: ChatId,
    at: Option<Timestamp>,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE chat SET ended_at = ? WHERE id = ?")
        .bind(at.map(|at| at.0))
        .bind(id)
        .execute(db)
        .await?;
    Ok(())
}

pub(in crate::chat) async fn insert_chat(
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

pub(in crate::chat) async fn set_context(
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

pub(in crate::chat) async fn set_model(
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

pub(in crate::chat) async fn set_title(
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

/// Gives a chat a title that was made, unless the person chose one; whether that was done.
pub(in crate::chat) async fn set_made_title(
    db: &mut SqliteConnection,
    id: ChatId,
    title: &str,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("UPDATE chat SET title = ? WHERE id = ? AND titled = 0")
        .bind(title)
        .bind(id)
        .execute(db)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(in crate::chat) async fn set_pinned(
    db: &mut SqliteConnection,
    id: ChatId,
    on: bool,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE chat SET pinned = ? WHERE id = ?").bind(on).bind(id).execute(db).await?;
    Ok(())
}

pub(in crate::chat) async fn set_archived(
    db: &mut SqliteConnection,
    id: ChatId,
    on: bool,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE chat SET archived = ? WHERE id = ?").bind(on).bind(id).execute(db).await?;
    Ok(())
}

/// Notes what ended and was not looked at yet; `false` when that was known.
pub(in crate::chat) async fn set_unseen(
    db: &mut SqliteConnection,
    id: ChatId,
    unseen: Option<Unseen>,
) -> Result<bool, sqlx::Error> {
    let code = unseen.map(|unseen| match unseen {
        Unseen::Done => "done",
        Unseen::Failed => "failed",
    });
    let done = sqlx::query("UPDATE chat SET unseen = ?1 WHERE id = ?2 AND unseen IS NOT ?1")
        .bind(code)
        .bind(id)
        .execute(db)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Marks a chat as deleted; `false` when there is no such chat.
pub(in crate::chat) async fn mark_deleted(
    db: &mut SqliteConnection,
    id: ChatId,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("UPDATE chat SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL")
        .bind(now.0)
        .bind(id)
        .execute(db)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes that mark away; `false` when it is too late.
pub(in crate::chat) async fn unmark_deleted(
    db: &mut SqliteConnection,
    id: ChatId,
) -> Result<bool, sqlx::Error> {
    // Of one that is being purged some messages are gone already.
    let done = sqlx::query("UPDATE chat SET deleted_at = NULL WHERE id = ? AND deleted_at > 0")
        .bind(id)
        .execute(db)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(in crate::chat) async fn is_deleted(
    db: &mut SqliteConnection,
    id: ChatId,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT count(*) > 0 FROM chat WHERE id = ? AND deleted_at IS NOT NULL")
        .bind(id)
        .fetch_one(db)
        .await
}
