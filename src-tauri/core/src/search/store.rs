//! Searches in SQL.

use sqlx::{FromRow, SqliteConnection};

use super::Version;
use super::narrowing::{Narrowed, matching, near};
use super::words::Term;
use crate::ids::{ChatId, ContextId, MessageId};

/// The newest messages that match, the newest first, back to `oldest`.
async fn newest(
    db: &mut SqliteConnection,
    matching: &str,
    narrowed: &Narrowed,
    limit: u32,
    oldest: Option<MessageId>,
) -> Result<Vec<MessageId>, sqlx::Error> {
    let expression = narrowed.on(matching);
    let oldest = oldest.map_or(0, |oldest| oldest.0);
    match narrowed.times {
        None => {
            sqlx::query_scalar(
                "SELECT rowid FROM message_words WHERE message_words MATCH ? AND rowid >= ?
                 ORDER BY rowid DESC LIMIT ?",
            )
            .bind(expression)
            .bind(oldest)
            .bind(limit)
            .fetch_all(db)
            .await
        }
        Some((from, until)) => {
            sqlx::query_scalar(
                "SELECT message.id FROM message_words
                 CROSS JOIN message INDEXED BY message_tree ON message.id = message_words.rowid
                 WHERE message_words MATCH ? AND message_words.rowid >= ?
                   AND created_at >= ? AND created_at < ?
                 ORDER BY message_words.rowid DESC LIMIT ?",
            )
            .bind(expression)
            .bind(oldest)
            .bind(from)
            .bind(until)
            .bind(limit)
            .fetch_all(db)
            .await
        }
    }
}

/// More matches than this are not looked at: the newest are taken.
const MOST: u32 = 1000;

/// The messages that match, at most 1,000, and whether there are more: the newest first, but of
/// many those in which the words stand near each other.
pub(super) async fn messages(
    db: &mut SqliteConnection,
    terms: &[Term],
    narrowed: &Narrowed,
) -> Result<(Vec<MessageId>, bool), sqlx::Error> {
    let full = MOST as usize;
    let mut found = newest(db, &matching(terms, false), narrowed, MOST + 1, None).await?;
    if found.len() <= full {
        if terms.iter().any(|term| term.open) {
            // Whole words first, where there are too many.
            let wider = newest(db, &matching(terms, true), narrowed, MOST + 1, None).await?;
            if wider.len() <= full {
                return Ok((wider, false));
            }
            append(&mut found, wider);
            found.truncate(full);
            return Ok((found, true));
        }
        return Ok((found, false));
    }
    if terms.len() > 1 {
        // Further back nothing is looked at: words that are common need not stand near each other.
        let mut best = newest(db, &near(terms), narrowed, MOST, found.last().copied()).await?;
        append(&mut best, found);
        found = best;
    }
    found.truncate(full);
    Ok((found, true))
}

/// Adds what isn't there yet.
fn append(to: &mut Vec<MessageId>, more: Vec<MessageId>) {
    let known: std::collections::HashSet<MessageId> = to.iter().copied().collect();
    to.extend(more.into_iter().filter(|id| !known.contains(id)));
}

/// Bytes of a long message that are looked through for the words.
const LONGEST: i64 = 256 * 1024;

/// A message that was found.
#[derive(FromRow)]
pub(super) struct MessageRow {
    pub(super) id: MessageId,
    pub(super) chat_id: ChatId,
    pub(super) title: String,
    pub(super) archived: bool,
    pub(super) role: String,
    pub(super) created_at: i64,
    pub(super) has_code: bool,
    pub(super) text: String,
}

pub(super) async fn message(
    db: &mut SqliteConnection,
    id: MessageId,
) -> Result<Option<MessageRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT message.id, message.chat_id, chat.title, chat.archived, message.role,
                message.created_at, message.has_code, substr(message.text, 1, ?) AS text
         FROM message JOIN chat ON chat.id = message.chat_id
         WHERE message.id = ? AND chat.deleted_at IS NULL",
    )
    .bind(LONGEST)
    .bind(id)
    .fetch_optional(db)
    .await
}

/// The version on which a message stands, where its chat shows another one: that of the nearest
/// message above it, or its own. Further up than a thousand messages nobody looks.
pub(super) async fn hidden_version(
    db: &mut SqliteConnection,
    id: MessageId,
) -> Result<Option<Version>, sqlx::Error> {
    let version: Option<(u32, u32)> = sqlx::query_as(
        "WITH RECURSIVE up (id, above) AS (
            SELECT id, parent_id FROM message INDEXED BY message_tree WHERE id = ?
            UNION ALL
            SELECT message.id, message.parent_id
            FROM up JOIN message INDEXED BY message_tree ON message.id = up.above
            LIMIT 1000
         ), turn (id, above) AS (
            SELECT up.id, up.above
            FROM up JOIN message AS parent INDEXED BY message_tree ON parent.id = up.above
            WHERE parent.chosen_id IS NOT up.id LIMIT 1
         )
         SELECT count(*) FILTER (WHERE message.id <= turn.id), count(*)
         FROM turn JOIN message INDEXED BY message_by_parent ON message.parent_id = turn.above
         GROUP BY turn.id",
    )
    .bind(id)
    .fetch_optional(&mut *db)
    .await?;
    let version = match version {
        Some(version) => Some(version),
        None => other_beginning(db, id).await?,
    };
    Ok(version.filter(|(_, of)| *of > 1).map(|(number, of)| Version { number, of }))
}

/// The version of the first question from which a message descends, if the chat shows another one.
async fn other_beginning(
    db: &mut SqliteConnection,
    id: MessageId,
) -> Result<Option<(u32, u32)>, sqlx::Error> {
    let beginnings: Vec<MessageId> = sqlx::query_scalar(
        "SELECT id FROM message INDEXED BY message_by_parent
         WHERE parent_id IS NULL AND chat_id = (SELECT chat_id FROM message WHERE id = ?)
         ORDER BY id",
    )
    .bind(id)
    .fetch_all(&mut *db)
    .await?;
    if beginnings.len() < 2 {
        return Ok(None);
    }
    let mut ends = Vec::new();
    for from in
        ["?1", "(SELECT head_id FROM chat JOIN message ON chat_id = chat.id WHERE message.id = ?1)"]
    {
        let query = format!(
            "WITH RECURSIVE up (id, above) AS (
                SELECT id, parent_id FROM message INDEXED BY message_tree WHERE id = {from}
                UNION ALL
                SELECT message.id, message.parent_id
                FROM up JOIN message INDEXED BY message_tree ON message.id = up.above
             )
             SELECT id FROM up WHERE above IS NULL"
        );
        let end: Option<MessageId> = sqlx::query_scalar(sqlx::AssertSqlSafe(query))
            .bind(id)
            .fetch_optional(&mut *db)
            .await?;
        ends.push(end);
    }
    let number = beginnings.iter().position(|one| Some(*one) == ends[0]);
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let number = number.filter(|_| ends[0] != ends[1]);
    Ok(number.map(|at| (count(at + 1), count(beginnings.len()))))
}

/// A chat whose title was found.
#[derive(FromRow)]
pub(super) struct ChatRow {
    pub(super) id: ChatId,
    pub(super) archived: bool,
    pub(super) updated_at: i64,
    pub(super) title: String,
}

/// Chats by title, the last changed first.
pub(super) async fn chats(
    db: &mut SqliteConnection,
    terms: &[Term],
    limit: u32,
) -> Result<Vec<ChatRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT chat.id, chat.archived, chat.updated_at, chat.title
         FROM (SELECT rowid AS id FROM chat_words WHERE chat_words MATCH ?
               ORDER BY rowid DESC LIMIT 200) AS found
         JOIN chat ON chat.id = found.id
         WHERE chat.deleted_at IS NULL
         ORDER BY chat.updated_at DESC LIMIT ?",
    )
    .bind(matching(terms, true))
    .bind(limit)
    .fetch_all(db)
    .await
}

/// A context that was found.
#[derive(FromRow)]
pub(super) struct ContextRow {
    pub(super) id: ContextId,
    pub(super) name: String,
    pub(super) instructions: String,
}

/// Contexts, the best first.
pub(super) async fn contexts(
    db: &mut SqliteConnection,
    terms: &[Term],
    limit: u32,
) -> Result<Vec<ContextRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT context.id, context.name, context.instructions
         FROM (SELECT rowid AS id, rank FROM context_words WHERE context_words MATCH ?
               ORDER BY rank LIMIT ?) AS found
         JOIN context ON context.id = found.id ORDER BY found.rank",
    )
    .bind(matching(terms, true))
    .bind(limit)
    .fetch_all(db)
    .await
}

pub(super) async fn has_chat(db: &mut SqliteConnection, id: ChatId) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT count(*) > 0 FROM chat WHERE id = ? AND deleted_at IS NULL")
        .bind(id)
        .fetch_one(db)
        .await
}
