//! Chats as programs use them: by number or session id, in counted pages, with the whole branch at
//! once, and with an end that a program can give them.

use super::store;
use super::{Chat, ChatError, Message, MessageState, New, ops};
use crate::account::{Connection, DoorKind, Session};
use crate::ids::{ChatId, ContextId, MessageId, StrategyId};
use crate::slice::{Counted, Slice};
use crate::vault::Transaction;
use crate::{context, search, strategy};

/// What a chat without a question and without a title is called.
const UNTITLED: &str = "New chat";

/// A chat with what programs ask of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The row.
    pub chat: Chat,
    /// Whether a program said that it is over.
    pub ended: bool,
    /// The strategies made in it, the oldest first.
    pub strategies: Vec<StrategyId>,
}

/// What a chat is called by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// Its number in this vault.
    Id(ChatId),
    /// Its UUID.
    SessionId(String),
}

/// The chat that is called so.
///
/// # Errors
/// [`ChatError::NotFound`].
pub async fn find(session: &Session, named: &Named) -> Result<Record, ChatError> {
    find_in(&mut session.vault().await?, named).await
}

/// The chat that is called so, with every message of its current branch as it was written, the
/// oldest first. Nothing in them is rendered.
///
/// # Errors
/// [`ChatError::NotFound`].
pub async fn find_whole(
    session: &Session,
    named: &Named,
) -> Result<(Record, Vec<Message>), ChatError> {
    let mut db = session.vault().await?;
    let record = find_in(&mut db, named).await?;
    let messages = branch(session, &mut db, record.chat.id).await?;
    Ok((record, messages))
}

async fn find_in(db: &mut Connection<'_>, named: &Named) -> Result<Record, ChatError> {
    let id = match named {
        Named::Id(id) => Some(*id),
        Named::SessionId(id) => store::id_of_session(db, id).await?,
    };
    record(db, id.ok_or(ChatError::NotFound)?).await
}

async fn record(db: &mut Connection<'_>, id: ChatId) -> Result<Record, ChatError> {
    let chat = store::chat(db, id).await?;
    let described = described(db, chat.into_iter().collect()).await?;
    described.into_iter().next().ok_or(ChatError::NotFound)
}

/// Looks up what these chats have beside their rows, at once for all of them.
async fn described(db: &mut Connection<'_>, chats: Vec<Chat>) -> Result<Vec<Record>, ChatError> {
    let ids: Vec<ChatId> = chats.iter().map(|chat| chat.id).collect();
    let ended = store::ended(db, &ids).await?;
    let mut strategies = strategy::of_chats(db, &ids).await?;
    let record = |chat: Chat| Record {
        ended: ended.contains(&chat.id),
        strategies: strategies.remove(&chat.id).unwrap_or_default(),
        chat,
    };
    Ok(chats.into_iter().map(record).collect())
}

/// Some of all chats, pinned and archived ones like the others, the last changed first.
///
/// # Errors
/// [`ChatError::Locked`] and those of the store.
pub async fn records(session: &Session, slice: Slice) -> Result<Counted<Record>, ChatError> {
    let mut db = session.vault().await?;
    let Counted { count, rows } = store::chats_by_time(&mut db, slice).await?;
    Ok(Counted { count, rows: described(&mut db, rows).await? })
}

/// Makes a chat in which nothing was asked yet.
///
/// # Errors
/// [`ChatError::Invalid`] for a title that can't be taken, [`ChatError::NotFound`] when there is no
/// such context.
pub async fn begin_empty(
    session: &Session,
    title: Option<&str>,
    context_id: Option<ContextId>,
) -> Result<Record, ChatError> {
    let title = title.map(ops::check_title).transpose()?;
    let core = session.core();
    let (now, session_id) = (core.sources.now(), core.sources.uuid().to_string());
    let mut db = session.vault().await?;
    let mut row = Transaction::begin(&mut db).await?;
    if let Some(context_id) = context_id {
        context::read(&mut row, context_id).await?.ok_or(ChatError::NotFound)?;
    }
    let new = New { context_id, ..New::default() };
    let shown = title.unwrap_or(UNTITLED);
    let id = store::insert_chat(&mut row, session_id, shown, &new, now).await?;
    if title.is_some() {
        store::set_title(&mut row, id, shown).await?;
    }
    search::take_chat(&mut row, id, shown).await?;
    row.commit().await?;
    ops::told(session, &mut db, id).await?;
    record(&mut db, id).await
}

/// Says that a chat is over, or that it goes on after all.
///
/// # Errors
/// [`ChatError::NotFound`].
pub async fn set_ended(session: &Session, id: ChatId, ended: bool) -> Result<Record, ChatError> {
    let now = session.core().sources.now();
    let mut db = session.vault().await?;
    store::chat(&mut db, id).await?.ok_or(ChatError::NotFound)?;
    store::set_ended(&mut db, id, ended.then_some(now)).await?;
    ops::told(session, &mut db, id).await?;
    record(&mut db, id).await
}

/// Every message of a chat's current branch as it was written, the oldest first. Nothing in it is
/// rendered.
///
/// # Errors
/// [`ChatError::NotFound`].
pub async fn whole_branch(session: &Session, id: ChatId) -> Result<Vec<Message>, ChatError> {
    let mut db = session.vault().await?;
    store::chat(&mut db, id).await?.ok_or(ChatError::NotFound)?;
    branch(session, &mut db, id).await
}

async fn branch(
    session: &Session,
    db: &mut Connection<'_>,
    id: ChatId,
) -> Result<Vec<Message>, ChatError> {
    let Some(head) = store::head(db, id).await? else { return Ok(Vec::new()) };
    let stored = store::branch(db, head, u32::MAX).await?;
    let mut marks = strategy::marks_in(db, id).await?;
    let messages = stored.into_iter().map(|stored| {
        let mut message = stored.message;
        message.strategies = marks.remove(&message.id).unwrap_or_default();
        session.unlocked().desk.held.mend(&mut message);
        message
    });
    Ok(messages.collect())
}

/// An answer that nobody writes any more, as it was written; `None` while it grows.
///
/// # Errors
/// [`ChatError::NotFound`].
pub async fn ended_answer(session: &Session, id: MessageId) -> Result<Option<Message>, ChatError> {
    let mut db = session.vault().await?;
    let mut message = store::message(&mut db, id).await?.ok_or(ChatError::NotFound)?.message;
    session.unlocked().desk.held.mend(&mut message);
    if message.state == MessageState::Writing {
        return Ok(None);
    }
    message.strategies = strategy::marks(&mut db, id).await?;
    Ok(Some(message))
}

/// Whether a question may be asked in a chat now. Nothing is changed.
///
/// # Errors
/// As [`super::send`].
pub async fn may_send(session: &Session, id: ChatId, text: &str) -> Result<(), ChatError> {
    ops::check_question(text)?;
    let mut db = session.vault().await?;
    store::chat(&mut db, id).await?.ok_or(ChatError::NotFound)?;
    ops::refuse_while_writing(session, &mut db, id).await?;
    if session.door() == DoorKind::Http && store::is_ended(&mut db, id).await? {
        return Err(ChatError::Ended);
    }
    Ok(())
}

/// Whether what is asked next in a chat may be asked. A program keeps to the end that one gave it;
/// a person who writes on at the window or the terminal takes that end back.
pub(super) async fn resume(
    session: &Session,
    db: &mut sqlx::SqliteConnection,
    id: ChatId,
) -> Result<(), ChatError> {
    if !store::is_ended(db, id).await? {
        return Ok(());
    }
    if session.door() == DoorKind::Http {
        return Err(ChatError::Ended);
    }
    store::set_ended(db, id, None).await?;
    Ok(())
}
