//! Words going into the indexes, and out of them.

use std::fmt::Write as _;

use sqlx::{FromRow, QueryBuilder, SqliteConnection};

use super::narrowing::{Span, chat_mark, role_mark};
use super::words::words;
use crate::clock::Timestamp;
use crate::ids::{ChatId, ContextId, MessageId};
use crate::render::code_blocks;

/// Gathers the words of a message, anew if it was known. What only lets an answer go on nobody
/// wrote: it isn't found.
pub(crate) async fn take_message(
    db: &mut SqliteConnection,
    id: MessageId,
) -> Result<(), sqlx::Error> {
    let row: Option<(ChatId, String, i64, String)> = sqlx::query_as(
        "SELECT chat_id, role, created_at, text FROM message WHERE id = ? AND goes_on = 0",
    )
    .bind(id)
    .fetch_optional(&mut *db)
    .await?;
    let Some((chat, role, at, text)) = row else { return Ok(()) };
    let has_code = has_code(&text);
    let marks = marks(chat, &role, Timestamp(at), has_code);
    let found = words(&text);
    sqlx::query(
        "INSERT OR REPLACE INTO message_words (rowid, marks, words, parts) VALUES (?, ?, ?, ?)",
    )
    .bind(id)
    .bind(marks)
    .bind(found.words)
    .bind(found.parts)
    .execute(&mut *db)
    .await?;
    if has_code {
        sqlx::query("UPDATE message SET has_code = 1 WHERE id = ? AND has_code = 0")
            .bind(id)
            .execute(db)
            .await?;
    }
    Ok(())
}

/// Whether code stands in a message.
pub(crate) fn has_code(text: &str) -> bool {
    !code_blocks(text).is_empty()
}

fn marks(chat: ChatId, role: &str, at: Timestamp, has_code: bool) -> String {
    let mut marks = format!("{} {}", role_mark(role), chat_mark(chat));
    for span in Span::ALL {
        // Writing to a String can't fail.
        write!(marks, " {}", span.mark(at)).ok();
    }
    if has_code {
        marks.push_str(" hascode");
    }
    marks
}

/// A message of which nothing was gathered before.
pub(crate) struct NewWords<'a> {
    pub(crate) id: MessageId,
    pub(crate) chat: ChatId,
    pub(crate) role: &'a str,
    pub(crate) at: Timestamp,
    pub(crate) has_code: bool,
    pub(crate) text: &'a str,
}

/// Gathers the words of new messages in one statement: without reading them again, and without
/// looking for older words of theirs.
pub(crate) async fn take_new(
    db: &mut SqliteConnection,
    messages: &[NewWords<'_>],
) -> Result<(), sqlx::Error> {
    if messages.is_empty() {
        return Ok(());
    }
    let mut insert = QueryBuilder::new("INSERT INTO message_words (rowid, marks, words, parts) ");
    insert.push_values(messages, |mut row, message| {
        let found = words(message.text);
        row.push_bind(message.id)
            .push_bind(marks(message.chat, message.role, message.at, message.has_code))
            .push_bind(found.words)
            .push_bind(found.parts);
    });
    insert.build().execute(db).await?;
    Ok(())
}

/// Gathers the words of all messages of a chat.
pub(crate) async fn take_messages_of(
    db: &mut SqliteConnection,
    chat: ChatId,
) -> Result<(), sqlx::Error> {
    let ids: Vec<MessageId> = sqlx::query_scalar("SELECT id FROM message WHERE chat_id = ?")
        .bind(chat)
        .fetch_all(&mut *db)
        .await?;
    for id in ids {
        take_message(db, id).await?;
    }
    Ok(())
}

pub(crate) async fn forget_message(
    db: &mut SqliteConnection,
    id: MessageId,
) -> Result<(), sqlx::Error> {
    forget(db, "message_words", id.0).await
}

/// Gathers the words of a chat's title.
pub(crate) async fn take_chat(
    db: &mut SqliteConnection,
    id: ChatId,
    title: &str,
) -> Result<(), sqlx::Error> {
    take(db, "chat_words", id.0, title).await
}

pub(crate) async fn forget_chat(db: &mut SqliteConnection, id: ChatId) -> Result<(), sqlx::Error> {
    forget(db, "chat_words", id.0).await
}

/// Gathers the words of a context.
pub(crate) async fn take_context(
    db: &mut SqliteConnection,
    id: ContextId,
    text: &str,
) -> Result<(), sqlx::Error> {
    take(db, "context_words", id.0, text).await
}

pub(crate) async fn forget_context(
    db: &mut SqliteConnection,
    id: ContextId,
) -> Result<(), sqlx::Error> {
    forget(db, "context_words", id.0).await
}

/// Gathers the words of a text, for an index that is narrowed by nothing.
async fn take(
    db: &mut SqliteConnection,
    index: &'static str,
    id: i64,
    text: &str,
) -> Result<(), sqlx::Error> {
    let found = words(text);
    let insert = format!("INSERT OR REPLACE INTO {index} (rowid, words, parts) VALUES (?, ?, ?)");
    sqlx::query(sqlx::AssertSqlSafe(insert))
        .bind(id)
        .bind(found.words)
        .bind(found.parts)
        .execute(db)
        .await?;
    Ok(())
}

async fn forget(
    db: &mut SqliteConnection,
    index: &'static str,
    id: i64,
) -> Result<(), sqlx::Error> {
    let delete = format!("DELETE FROM {index} WHERE rowid = ?");
    sqlx::query(sqlx::AssertSqlSafe(delete)).bind(id).execute(db).await?;
    Ok(())
}

/// What is not searched yet, and whether words of what was deleted are left.
#[derive(FromRow)]
pub(super) struct Missing {
    pub(super) below: i64,
    pub(super) titles: bool,
    pub(super) torn: i64,
}

pub(super) async fn missing(db: &mut SqliteConnection) -> Result<Missing, sqlx::Error> {
    sqlx::query_as("SELECT below, titles, torn FROM words_missing").fetch_one(db).await
}

pub(super) async fn set_below(db: &mut SqliteConnection, below: i64) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE words_missing SET below = ?").bind(below).execute(db).await?;
    Ok(())
}

pub(super) async fn set_torn(db: &mut SqliteConnection, torn: i64) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE words_missing SET torn = ? WHERE torn <> ?1")
        .bind(torn)
        .execute(db)
        .await?;
    Ok(())
}

/// Gathers the words of all titles and contexts.
pub(super) async fn take_titles(db: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let chats: Vec<(ChatId, String)> =
        sqlx::query_as("SELECT id, title FROM chat").fetch_all(&mut *db).await?;
    for (id, title) in chats {
        take_chat(db, id, &title).await?;
    }
    let contexts: Vec<(ContextId, String)> = sqlx::query_as(
        "SELECT id, name || char(10) || instructions || char(10) || data FROM context",
    )
    .fetch_all(&mut *db)
    .await?;
    for (id, text) in contexts {
        take_context(db, id, &text).await?;
    }
    sqlx::query("UPDATE words_missing SET titles = 0").execute(db).await?;
    Ok(())
}

/// The newest messages below an id.
pub(super) async fn below(
    db: &mut SqliteConnection,
    below: i64,
    limit: u32,
) -> Result<Vec<MessageId>, sqlx::Error> {
    sqlx::query_scalar("SELECT id FROM message WHERE id < ? ORDER BY id DESC LIMIT ?")
        .bind(below)
        .bind(limit)
        .fetch_all(db)
        .await
}

/// Rewrites a piece of the index, so that words of what was deleted go; `false` when that is done.
pub(super) async fn merge(db: &mut SqliteConnection, first: bool) -> Result<bool, sqlx::Error> {
    /// Pages of the index that are rewritten at once.
    const PAGES: i64 = 64;
    let changes = "SELECT total_changes()";
    let before: i64 = sqlx::query_scalar(changes).fetch_one(&mut *db).await?;
    sqlx::query("INSERT INTO message_words (message_words, rank) VALUES ('merge', ?)")
        .bind(if first { -PAGES } else { PAGES })
        .execute(&mut *db)
        .await?;
    let after: i64 = sqlx::query_scalar(changes).fetch_one(&mut *db).await?;
    if first || after - before >= 2 {
        return Ok(true);
    }
    for small in ["chat_words", "context_words"] {
        let optimize = format!("INSERT INTO {small} ({small}) VALUES ('optimize')");
        sqlx::query(sqlx::AssertSqlSafe(optimize)).execute(&mut *db).await?;
    }
    Ok(false)
}
