//! What was typed and not sent yet.

use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;
use ts_rs::TS;

use super::{ChatError, LONGEST_QUESTION};
use crate::account::Session;
use crate::clock::Timestamp;
use crate::ids::{ChatId, MessageId};

/// More than a question may have: what is too long to be sent is still not lost.
pub(crate) const LONGEST_DRAFT: usize = 4 * LONGEST_QUESTION;

/// What was typed and not sent yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Draft {
    /// The chat that it was typed in; null for the one that begins with it.
    pub chat_id: Option<ChatId>,
    /// The question that it would change; null for the next one.
    pub message_id: Option<MessageId>,
    /// The words, at most 1 MiB.
    pub text: String,
}

/// Everything that was typed and not sent yet.
///
/// # Errors
/// [`ChatError::Locked`] and those of the store.
pub async fn drafts(session: &Session) -> Result<Vec<Draft>, ChatError> {
    let rows: Vec<(i64, i64, String)> = sqlx::query_as(
        "SELECT chat_id, message_id, text FROM draft
         WHERE chat_id = 0 OR EXISTS
            (SELECT 1 FROM chat WHERE chat.id = draft.chat_id AND chat.deleted_at IS NULL)",
    )
    .fetch_all(&mut *session.vault().await?)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(chat, message, text)| Draft {
            chat_id: Some(ChatId(chat)).filter(|id| id.0 != 0),
            message_id: Some(MessageId(message)).filter(|id| id.0 != 0),
            text,
        })
        .collect())
}

/// Keeps what is typed; an empty text forgets it.
///
/// # Errors
/// [`ChatError::NotFound`] when there is no such chat or question; [`ChatError::TooLong`] above
/// 1 MiB.
pub async fn save_draft(session: &Session, draft: Draft) -> Result<(), ChatError> {
    if draft.text.len() > LONGEST_DRAFT {
        return Err(ChatError::TooLong { bytes: draft.text.len() });
    }
    let now = session.core().sources.now();
    let mut db = session.vault().await?;
    if !exists(&mut db, &draft).await? {
        return Err(ChatError::NotFound);
    }
    if draft.text.is_empty() {
        forget(&mut db, draft.chat_id, draft.message_id).await?;
    } else {
        keep(&mut db, &draft, now).await?;
    }
    Ok(())
}

/// Keeps what was typed at a moment, in the place of what was typed there before.
pub(crate) async fn keep(
    db: &mut SqliteConnection,
    draft: &Draft,
    at: Timestamp,
) -> Result<(), sqlx::Error> {
    let (chat, message) = keys(draft.chat_id, draft.message_id);
    sqlx::query(
        "INSERT INTO draft (chat_id, message_id, updated_at, text) VALUES (?, ?, ?, ?)
         ON CONFLICT (chat_id, message_id)
         DO UPDATE SET updated_at = excluded.updated_at, text = excluded.text",
    )
    .bind(chat)
    .bind(message)
    .bind(at.0)
    .bind(&draft.text)
    .execute(db)
    .await?;
    Ok(())
}

async fn exists(db: &mut SqliteConnection, draft: &Draft) -> Result<bool, sqlx::Error> {
    match (draft.chat_id, draft.message_id) {
        (None, None) => Ok(true),
        (None, Some(_)) => Ok(false),
        (Some(chat), None) => {
            sqlx::query_scalar("SELECT count(*) > 0 FROM chat WHERE id = ?")
                .bind(chat)
                .fetch_one(db)
                .await
        }
        (Some(chat), Some(message)) => {
            sqlx::query_scalar(
                "SELECT count(*) > 0 FROM message WHERE id = ? AND chat_id = ? AND role = 'user'",
            )
            .bind(message)
            .bind(chat)
            .fetch_one(db)
            .await
        }
    }
}

/// Forgets what was typed: it was sent.
pub(super) async fn forget(
    db: &mut SqliteConnection,
    chat: Option<ChatId>,
    message: Option<MessageId>,
) -> Result<(), sqlx::Error> {
    let (chat, message) = keys(chat, message);
    sqlx::query("DELETE FROM draft WHERE chat_id = ? AND message_id = ?")
        .bind(chat)
        .bind(message)
        .execute(db)
        .await?;
    Ok(())
}

fn keys(chat: Option<ChatId>, message: Option<MessageId>) -> (i64, i64) {
    (chat.map_or(0, |id| id.0), message.map_or(0, |id| id.0))
}
