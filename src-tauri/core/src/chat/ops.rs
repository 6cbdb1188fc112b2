//! What can be asked of chats.

use sqlx::SqliteConnection;

use super::desk::Followed;
use super::store::{self, NewMessage, Stored};
use super::{
    Chat, ChatError, ChatEvent, DraftPlace, LONGEST_QUESTION, Message, MessageState, Role, Sent,
    answer, drafts, records, title,
};
use crate::account::{Connection, Session};
use crate::clock::Timestamp;
use crate::ids::{ChatId, ContextId, MessageId};
use crate::model::ModelRef;
use crate::settings::check_choice;
use crate::vault::{StoreError, Transaction};
use crate::{Invalid, context, render, search, strategy};

pub(super) const LONGEST_TITLE: usize = 200;

/// What a question comes with, and what a chat that begins with it is made with.
#[derive(Clone, Debug, Default)]
pub struct New {
    /// The context that it is linked to.
    pub context_id: Option<ContextId>,
    /// The model that answers in it; none for that of the context or the person's default.
    pub model: Option<ModelRef>,
    /// What it is called; none for a title that is made from the question.
    pub title: Option<String>,
    /// Whether it is what was typed as the chat's next question, or as that of a new chat: the
    /// draft is forgotten with it. What was typed elsewhere stays.
    pub from_draft: bool,
}

/// What is asked to let an answer go on.
const GO_ON: &str = "Go on exactly where you stopped. Repeat nothing, but if you stopped inside a code block, give that whole block again.";

/// Commits a question, in a new chat when none is named, and starts its answer.
///
/// When this returns, question and answer are on the disk; the answer's text follows as
/// [`ChatEvent`]s.
///
/// # Errors
/// [`ChatError::Empty`], [`ChatError::TooLong`], [`ChatError::Busy`], [`ChatError::NotFound`];
/// [`ChatError::Ended`] to a program, in a chat that one ended; [`ChatError::Invalid`] for a title
/// that can't be taken.
pub async fn send(
    session: &Session,
    chat_id: Option<ChatId>,
    new: New,
    text: String,
) -> Result<Sent, ChatError> {
    Ok(send_and_follow(session, chat_id, new, text).await?.0)
}

/// The same, and what happens to the answer from its first word on.
///
/// # Errors
/// As [`send`].
pub async fn send_and_follow(
    session: &Session,
    chat_id: Option<ChatId>,
    new: New,
    text: String,
) -> Result<(Sent, Followed), ChatError> {
    check_question(&text)?;
    let chosen = new.title.as_deref().map(check_title).transpose()?;
    let core = session.core();
    let now = core.sources.now();
    let mut db = session.vault().await?;
    let mut row = Transaction::begin(&mut db).await?;
    let from = chat_id;
    let chat_id = match chat_id {
        Some(id) => {
            store::chat(&mut row, id).await?.ok_or(ChatError::NotFound)?;
            refuse_while_writing(session, &mut row, id).await?;
            records::resume(session, &mut row, id).await?;
            id
        }
        None => {
            if let Some(context_id) = new.context_id {
                context::read(&mut row, context_id).await?.ok_or(ChatError::NotFound)?;
            }
            if let Some(model) = &new.model {
                check_choice(session, &mut row, model).await?;
            }
            let session_id = core.sources.uuid().to_string();
            let title = chosen.map_or_else(|| title::of_question(&text), str::to_owned);
            let id = store::insert_chat(&mut row, session_id, &title, &new, now).await?;
            if chosen.is_some() {
                store::set_title(&mut row, id, &title).await?;
            }
            search::take_chat(&mut row, id, &title).await?;
            id
        }
    };
    if new.from_draft {
        drafts::forget(&mut row, DraftPlace::Chat { chat_id: from }).await?;
    }
    let parent_id = store::head(&mut row, chat_id).await?;
    let (question, answer) = insert(&mut row, chat_id, parent_id, &text, false, now).await?;
    row.commit().await?;
    begin(session, db, chat_id, question, answer).await
}

/// Refuses a question that can't be asked.
pub(super) fn check_question(text: &str) -> Result<(), ChatError> {
    if text.len() > LONGEST_QUESTION {
        return Err(ChatError::TooLong { bytes: text.len() });
    }
    if text.trim().is_empty() { Err(ChatError::Empty) } else { Ok(()) }
}

/// Stores a question and the answer that begins.
pub(super) async fn insert(
    db: &mut SqliteConnection,
    chat_id: ChatId,
    parent_id: Option<MessageId>,
    text: &str,
    goes_on: bool,
    now: Timestamp,
) -> Result<(MessageId, MessageId), sqlx::Error> {
    let new = |parent_id, role, state, text, goes_on| NewMessage {
        chat_id,
        parent_id,
        role,
        state,
        text,
        goes_on,
        now,
    };
    let question = new(parent_id, Role::User, MessageState::Done, text, goes_on);
    let question = store::insert_message(db, question).await?;
    search::take_message(db, question).await?;
    let answer = new(Some(question), Role::Assistant, MessageState::Writing, "", false);
    Ok((question, store::insert_message(db, answer).await?))
}

/// Lets an answer that was stopped, failed or broke off go on where it stopped: its text is told
/// to the model, which is asked for the rest.
///
/// # Errors
/// [`ChatError::NotFound`] when it isn't an answer of this vault; [`ChatError::Empty`] when there
/// is nothing of it; [`ChatError::Busy`].
pub async fn go_on(session: &Session, id: MessageId) -> Result<Sent, ChatError> {
    let now = session.core().sources.now();
    let mut db = session.vault().await?;
    let old = store::message(&mut db, id).await?.ok_or(ChatError::NotFound)?.message;
    if old.role != Role::Assistant {
        return Err(ChatError::NotFound);
    }
    let mut row = Transaction::begin(&mut db).await?;
    refuse_while_writing(session, &mut row, old.chat_id).await?;
    if old.text.trim().is_empty() {
        return Err(ChatError::Empty);
    }
    let (question, answer) = insert(&mut row, old.chat_id, Some(id), GO_ON, true, now).await?;
    row.commit().await?;
    Ok(begin(session, db, old.chat_id, question, answer).await?.0)
}

/// Chooses the model that answers in a chat from now on; none for that of its context or the
/// person's default.
///
/// # Errors
/// [`ChatError::NotFound`] when there is no such chat or service.
pub async fn set_model(
    session: &Session,
    id: ChatId,
    model: Option<ModelRef>,
) -> Result<Chat, ChatError> {
    let mut db = session.vault().await?;
    if let Some(model) = &model {
        check_choice(session, &mut db, model).await?;
    }
    store::set_model(&mut db, id, model.as_ref()).await?;
    told(session, &mut db, id).await
}

/// Asks again for an answer that ended. The old answer stays stored, on a branch of its own.
///
/// # Errors
/// [`ChatError::NotFound`] when it isn't an answer of this vault; [`ChatError::Busy`].
pub async fn try_again(session: &Session, id: MessageId) -> Result<Sent, ChatError> {
    let now = session.core().sources.now();
    let mut db = session.vault().await?;
    let old = store::message(&mut db, id).await?.ok_or(ChatError::NotFound)?.message;
    let Some(question) = old.parent_id.filter(|_| old.role == Role::Assistant) else {
        return Err(ChatError::NotFound);
    };
    let mut row = Transaction::begin(&mut db).await?;
    refuse_while_writing(session, &mut row, old.chat_id).await?;
    let answer = NewMessage {
        chat_id: old.chat_id,
        parent_id: Some(question),
        role: Role::Assistant,
        state: MessageState::Writing,
        text: "",
        goes_on: false,
        now,
    };
    let answer = store::insert_message(&mut row, answer).await?;
    row.commit().await?;
    Ok(begin(session, db, old.chat_id, question, answer).await?.0)
}

/// Refuses a chat in which an answer is being written or waits to be saved. One that is only stored
/// as such (its last save failed) is marked as broken off instead: nobody writes it any more.
pub(super) async fn refuse_while_writing(
    session: &Session,
    db: &mut SqliteConnection,
    id: ChatId,
) -> Result<(), ChatError> {
    for answer in store::writing(db, id).await? {
        if session.unlocked().desk.held.holds(answer) {
            return Err(ChatError::Unsaved);
        }
        if session.unlocked().desk.is_running(answer) {
            return Err(ChatError::Busy);
        }
        store::interrupt(db, answer).await?;
        search::take_message(db, answer).await?;
    }
    Ok(())
}

/// Renders messages off the async threads and without the vault's connection, which a growing
/// answer needs to save itself.
pub(super) async fn rendered(stored: Vec<Stored>) -> Result<Vec<Message>, ChatError> {
    aside(|| stored.into_iter().map(Stored::rendered).collect()).await
}

/// Runs what takes long off the async threads.
async fn aside<T: Send + 'static>(
    what: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ChatError> {
    tokio::task::spawn_blocking(what)
        .await
        .map_err(|fault| StoreError::Io(std::io::Error::other(fault)).into())
}

/// Starts the answer that is on the disk, and describes what was stored.
pub(super) async fn begin(
    session: &Session,
    mut db: Connection<'_>,
    chat_id: ChatId,
    question: MessageId,
    answer: MessageId,
) -> Result<(Sent, Followed), ChatError> {
    let chat = store::chat(&mut db, chat_id).await?.ok_or(ChatError::NotFound)?;
    let question = store::message(&mut db, question).await?.ok_or(ChatError::NotFound)?;
    let answer = store::message(&mut db, answer).await?.ok_or(ChatError::NotFound)?;
    let mut both = [question, answer];
    store::add_siblings(&mut db, &mut both).await?;
    let [question, answer] = both.map(Stored::rendered);
    let desk = &session.unlocked().desk;
    desk.tell(ChatEvent::Chat { chat: chat.clone() });
    desk.tell(ChatEvent::Started { chat_id, message: answer.clone() });
    let writer = answer::Writer::new(session.clone(), &chat, &answer);
    // Before the connection is given back: whoever takes it next finds the answer running.
    let followed = desk.run(chat_id, answer.id, |stop| writer.run(stop));
    drop(db);
    Ok((Sent { chat, question, answer }, followed))
}

/// Stops an answer; what was written is kept. Stopping one that ended is harmless.
///
/// # Errors
/// [`ChatError::NotFound`] when there is no such message in this vault.
pub async fn stop(session: &Session, id: MessageId) -> Result<(), ChatError> {
    session.check()?;
    if session.unlocked().desk.stop(id) {
        return Ok(());
    }
    let mut db = session.vault().await?;
    let stored = store::message(&mut db, id).await?.ok_or(ChatError::NotFound)?;
    if stored.message.state == MessageState::Writing && !session.unlocked().desk.is_running(id) {
        store::interrupt(&mut db, id).await?;
        search::take_message(&mut db, id).await?;
    }
    Ok(())
}

/// Links a chat to a context, or to none.
///
/// # Errors
/// [`ChatError::NotFound`] when either isn't in this vault.
pub async fn link_context(
    session: &Session,
    id: ChatId,
    context_id: Option<ContextId>,
) -> Result<Chat, ChatError> {
    let mut db = session.vault().await?;
    if let Some(context_id) = context_id {
        context::read(&mut db, context_id).await?.ok_or(ChatError::NotFound)?;
    }
    store::set_context(&mut db, id, context_id).await?;
    told(session, &mut db, id).await
}

/// A title of the person's own, without the space around it.
pub(super) fn check_title(title: &str) -> Result<&str, Invalid> {
    let title = title.trim();
    if title.is_empty() {
        return Err(Invalid::new("title", "Give the chat a title."));
    }
    if title.chars().count() > LONGEST_TITLE {
        return Err(Invalid::new("title", format!("At most {LONGEST_TITLE} characters.")));
    }
    Ok(title)
}

/// Gives a chat a title of the person's own.
///
/// # Errors
/// [`ChatError::Invalid`] for an empty title or one over 200 characters.
pub async fn rename(session: &Session, id: ChatId, title: &str) -> Result<Chat, ChatError> {
    let title = check_title(title)?;
    let mut db = session.vault().await?;
    let mut row = Transaction::begin(&mut db).await?;
    store::set_title(&mut row, id, title).await?;
    search::take_chat(&mut row, id, title).await?;
    row.commit().await?;
    told(session, &mut db, id).await
}

pub(super) async fn told(
    session: &Session,
    db: &mut Connection<'_>,
    id: ChatId,
) -> Result<Chat, ChatError> {
    let chat = store::chat(db, id).await?.ok_or(ChatError::NotFound)?;
    session.unlocked().desk.tell(ChatEvent::Chat { chat: chat.clone() });
    Ok(chat)
}

/// A message's Markdown as stored.
///
/// # Errors
/// [`ChatError::NotFound`].
pub async fn text_of(session: &Session, id: MessageId) -> Result<String, ChatError> {
    message(session, id).await.map(|message| message.text)
}

/// A message as plain text: an answer without its marks, a question as it was typed.
///
/// # Errors
/// [`ChatError::NotFound`].
pub async fn plain_text_of(session: &Session, id: MessageId) -> Result<String, ChatError> {
    let Message { role, text, .. } = message(session, id).await?;
    if role == Role::User {
        return Ok(text);
    }
    aside(move || render::plain_text(&text)).await
}

async fn message(session: &Session, id: MessageId) -> Result<Message, ChatError> {
    let mut db = session.vault().await?;
    let mut message = store::message(&mut db, id).await?.ok_or(ChatError::NotFound)?.message;
    session.unlocked().desk.held.mend(&mut message);
    Ok(message)
}

/// Reads a message again and renders it. Gives the connection back before it renders.
pub(super) async fn reread(mut db: Connection<'_>, id: MessageId) -> Result<Message, ChatError> {
    let mut stored = store::message(&mut db, id).await?.ok_or(ChatError::NotFound)?;
    stored.message.strategies = strategy::marks(&mut db, id).await?;
    let mut stored = [stored];
    store::add_siblings(&mut db, &mut stored).await?;
    drop(db);
    rendered(stored.into()).await?.pop().ok_or(ChatError::NotFound)
}
