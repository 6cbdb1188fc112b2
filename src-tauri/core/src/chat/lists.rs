//! The list of chats: its order, what is put away, what is deleted and can still be brought back.

use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;
use ts_rs::TS;

use super::{Chat, ChatError, ChatEvent, ChatPage, Cursor, cost, ops, origin, store};
use crate::account::{Session, Unlocked};
use crate::ids::{ChatId, MessageId};
use crate::search;
use crate::vault::Transaction;

const LONGEST_LIST: u32 = 200;
/// Messages that are deleted at once: nobody waits longer for the vault's connection.
const PIECE: u32 = 200;

/// Which chats are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum List {
    /// Those in use.
    #[default]
    Usual,
    /// Those that were put away.
    Archived,
}

/// A page of chats: pinned ones, then the others, the last changed first. `limit` is 1 to 200.
///
/// # Errors
/// [`ChatError::Locked`] and those of the store.
pub async fn list(
    session: &Session,
    list: List,
    after: Option<Cursor>,
    limit: u32,
) -> Result<ChatPage, ChatError> {
    let limit = limit.clamp(1, LONGEST_LIST);
    let mut chats = store::chats(&mut *session.vault().await?, list, after, limit + 1).await?;
    let more = chats.len() > limit as usize;
    chats.truncate(limit as usize);
    let next = chats.last().filter(|_| more).map(|last| Cursor {
        pinned: last.pinned,
        updated_ms: last.updated_at.0,
        id: last.id,
    });
    Ok(ChatPage { chats, next })
}

/// Lets a chat stand before the others, or not.
///
/// # Errors
/// [`ChatError::NotFound`].
pub async fn pin(session: &Session, id: ChatId, on: bool) -> Result<Chat, ChatError> {
    let mut db = session.vault().await?;
    store::set_pinned(&mut db, id, on).await?;
    ops::told(session, &mut db, id).await
}

/// Puts a chat away, out of the usual list, or brings it back into it. It can be searched and
/// gone on with all the same.
///
/// # Errors
/// [`ChatError::NotFound`].
pub async fn archive(session: &Session, id: ChatId, on: bool) -> Result<Chat, ChatError> {
    let mut db = session.vault().await?;
    store::set_archived(&mut db, id, on).await?;
    ops::told(session, &mut db, id).await
}

/// The person has looked at what ended in a chat.
///
/// # Errors
/// [`ChatError::NotFound`].
pub async fn seen(session: &Session, id: ChatId) -> Result<(), ChatError> {
    let mut db = session.vault().await?;
    if store::set_unseen(&mut db, id, None).await? {
        ops::told(session, &mut db, id).await?;
        return Ok(());
    }
    store::chat(&mut db, id).await?.map(drop).ok_or(ChatError::NotFound)
}

/// Deletes a chat with its messages; an answer being written in it is stopped. Strategies stay.
/// It is gone from every list and search at once, and can be brought back by [`restore`] for as
/// long as the vault's `undo` says; then nothing of it is left.
///
/// # Errors
/// [`ChatError::NotFound`].
pub async fn delete(session: &Session, id: ChatId) -> Result<(), ChatError> {
    let now = session.core().sources.now();
    let unlocked = session.unlocked();
    let mut db = session.vault().await?;
    for message in store::writing(&mut db, id).await? {
        unlocked.desk.stop(message);
    }
    if !store::mark_deleted(&mut db, id, now).await? {
        return Err(ChatError::NotFound);
    }
    drop(db);
    unlocked.desk.tell(ChatEvent::Gone { chat_id: id });
    unlocked.chores.purge_later(id, session.core().undo);
    Ok(())
}

/// Brings a deleted chat back.
///
/// # Errors
/// [`ChatError::NotFound`] when it is too late.
pub async fn restore(session: &Session, id: ChatId) -> Result<Chat, ChatError> {
    let chores = &session.unlocked().chores;
    if chores.is_coming(id) {
        return Err(ChatError::NotFound);
    }
    let mut db = session.vault().await?;
    if !store::unmark_deleted(&mut db, id).await? {
        return Err(ChatError::NotFound);
    }
    chores.keep(id);
    ops::told(session, &mut db, id).await
}

/// Deletes what is left of a chat that was marked as deleted, piece by piece.
pub(crate) async fn purge(unlocked: &Unlocked, id: ChatId) -> Result<(), ChatError> {
    loop {
        let Some(mut db) = unlocked.connection().await else { return Ok(()) };
        let mut row = Transaction::begin(&mut db).await?;
        if !store::is_deleted(&mut row, id).await? {
            return Ok(());
        }
        let more = purge_piece(&mut row, id).await?;
        if !more {
            origin::sweep(unlocked, &mut row).await?;
        }
        row.commit().await?;
        drop(db);
        if !more {
            return Ok(());
        }
        tokio::task::yield_now().await;
    }
}

async fn purge_piece(db: &mut SqliteConnection, id: ChatId) -> Result<bool, sqlx::Error> {
    // The newest first: none has another below it, so that nothing cascades.
    let messages: Vec<MessageId> =
        sqlx::query_scalar("SELECT id FROM message WHERE chat_id = ? ORDER BY id DESC LIMIT ?")
            .bind(id)
            .bind(PIECE)
            .fetch_all(&mut *db)
            .await?;
    // From now on it can't be brought back.
    sqlx::query("UPDATE chat SET head_id = NULL, deleted_at = 0 WHERE id = ?")
        .bind(id)
        .execute(&mut *db)
        .await?;
    cost::keep(db, &messages).await?;
    for message in &messages {
        search::forget_message(db, *message).await?;
        sqlx::query("DELETE FROM message WHERE id = ?").bind(message).execute(&mut *db).await?;
    }
    if !messages.is_empty() {
        return Ok(true);
    }
    search::forget_chat(db, id).await?;
    sqlx::query("DELETE FROM draft WHERE chat_id = ?").bind(id).execute(&mut *db).await?;
    sqlx::query("DELETE FROM chat WHERE id = ?").bind(id).execute(db).await?;
    Ok(false)
}

/// What an earlier process left: chats that were deleted and not purged.
pub(crate) async fn settle(unlocked: &Unlocked) -> Result<(), ChatError> {
    let Some(mut db) = unlocked.connection().await else { return Ok(()) };
    let deleted: Vec<ChatId> =
        sqlx::query_scalar("SELECT id FROM chat WHERE deleted_at IS NOT NULL")
            .fetch_all(&mut *db)
            .await?;
    drop(db);
    for id in deleted.into_iter().filter(|id| !unlocked.chores.is_coming(*id)) {
        purge(unlocked, id).await?;
    }
    Ok(())
}
