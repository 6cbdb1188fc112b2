//! Branches: what an edit or another answer makes, which of them is shown, and pages of it.

use sqlx::SqliteConnection;

use super::store::{self, Stored};
use super::{
    Chat, ChatError, ChatEvent, DraftPlace, MessageState, OpenChat, Role, Sent, drafts, ops,
    summary,
};
use crate::account::{Connection, Session};
use crate::ids::{ChatId, MessageId};
use crate::vault::Transaction;
use crate::{search, strategy};

/// More than a screen holds, and no more than the window draws between two pictures.
pub const PAGE: u32 = 20;
/// Of a page around a message: how many may stand before it.
const BEFORE: u32 = 10;

/// Which page of a chat is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// The newest.
    #[default]
    Newest,
    /// The one before a message.
    Before(MessageId),
    /// The one after a message.
    After(MessageId),
}

/// A chat with a page of the messages of its current branch.
///
/// # Errors
/// [`ChatError::NotFound`] when the chat or the message isn't in this vault.
pub async fn open(session: &Session, id: ChatId, place: Place) -> Result<OpenChat, ChatError> {
    let mut db = session.vault().await?;
    let chat = store::chat(&mut db, id).await?.ok_or(ChatError::NotFound)?;
    let mut stored = match place {
        Place::Newest => match store::head(&mut db, id).await? {
            Some(head) => store::branch(&mut db, head, PAGE).await?,
            None => Vec::new(),
        },
        Place::Before(before) => match of_chat(&mut db, id, before).await?.message.parent_id {
            Some(above) => store::branch(&mut db, above, PAGE).await?,
            None => Vec::new(),
        },
        Place::After(after) => {
            of_chat(&mut db, id, after).await?;
            store::below(&mut db, after, PAGE).await?
        }
    };
    page(session, db, chat, &mut stored).await
}

/// Shows a message: its branch becomes the current one, down to the newest message that was last
/// shown below it. Gives the page around it.
///
/// # Errors
/// [`ChatError::NotFound`].
pub async fn show(session: &Session, id: MessageId) -> Result<OpenChat, ChatError> {
    let mut db = session.vault().await?;
    let message = store::message(&mut db, id).await?.ok_or(ChatError::NotFound)?.message;
    let before = store::chat(&mut db, message.chat_id).await?.ok_or(ChatError::NotFound)?;
    let mut row = Transaction::begin(&mut db).await?;
    store::choose_path(&mut row, id).await?;
    let leaf = store::leaf(&mut row, id).await?;
    let moved = store::set_head(&mut row, message.chat_id, leaf).await?;
    row.commit().await?;
    let chat = store::chat(&mut db, message.chat_id).await?.ok_or(ChatError::NotFound)?;
    if moved && chat != before {
        session.unlocked().desk.tell(ChatEvent::Chat { chat: chat.clone() });
    }
    let after = store::below(&mut db, id, PAGE - BEFORE).await?;
    let room = PAGE - u32::try_from(after.len()).unwrap_or(PAGE);
    let mut stored = store::branch(&mut db, id, room).await?;
    stored.extend(after);
    page(session, db, chat, &mut stored).await
}

/// Describes a page of messages. Gives the connection back before it renders.
async fn page(
    session: &Session,
    mut db: Connection<'_>,
    chat: Chat,
    stored: &mut Vec<Stored>,
) -> Result<OpenChat, ChatError> {
    let shown: Vec<MessageId> = stored.iter().map(|one| one.message.id).collect();
    let summaries = match shown.iter().min().zip(shown.iter().max()) {
        Some((first, last)) => {
            let mut made = summary::between(&mut db, chat.id, *first..=*last).await?;
            made.retain(|one| shown.contains(&one.message_id));
            made
        }
        None => Vec::new(),
    };
    store::add_siblings(&mut db, stored).await?;
    for stored in stored.iter_mut() {
        stored.message.strategies = strategy::marks(&mut db, stored.message.id).await?;
    }
    let has_newer = stored.last().is_some_and(|last| last.chosen.is_some());
    drop(db);
    let mut messages = ops::rendered(std::mem::take(stored)).await?;
    messages.iter_mut().for_each(|message| session.unlocked().desk.held.mend(message));
    let has_older = messages.first().is_some_and(|first| first.parent_id.is_some());
    Ok(OpenChat { chat, messages, has_older, has_newer, summaries })
}

async fn of_chat(
    db: &mut SqliteConnection,
    chat: ChatId,
    id: MessageId,
) -> Result<Stored, ChatError> {
    let found = store::message(db, id).await?;
    found.filter(|stored| stored.message.chat_id == chat).ok_or(ChatError::NotFound)
}

/// Asks a question in other words. The old one stays stored with all that followed, on a branch of
/// its own.
///
/// # Errors
/// [`ChatError::NotFound`] when it isn't a question of this vault; [`ChatError::Empty`],
/// [`ChatError::TooLong`], [`ChatError::Busy`].
pub async fn edit(session: &Session, id: MessageId, text: String) -> Result<Sent, ChatError> {
    ops::check_question(&text)?;
    let now = session.core().sources.now();
    let mut db = session.vault().await?;
    let old = store::message(&mut db, id).await?.ok_or(ChatError::NotFound)?.message;
    if old.role != Role::User || old.goes_on {
        return Err(ChatError::NotFound);
    }
    let mut row = Transaction::begin(&mut db).await?;
    ops::refuse_while_writing(session, &mut row, old.chat_id).await?;
    let (question, answer) =
        ops::insert(&mut row, old.chat_id, old.parent_id, &text, false, now).await?;
    let place = DraftPlace::Question { chat_id: old.chat_id, message_id: id };
    drafts::forget(&mut row, place).await?;
    row.commit().await?;
    Ok(ops::begin(session, db, old.chat_id, question, answer).await?.0)
}

/// Copies a branch up to a message into a chat of its own, with the strategies found in it.
///
/// # Errors
/// [`ChatError::NotFound`]; [`ChatError::Busy`] when the message is being written and
/// [`ChatError::Unsaved`] when it waits to be saved.
pub async fn fork(session: &Session, id: MessageId) -> Result<Chat, ChatError> {
    let core = session.core();
    let (now, session_id) = (core.sources.now(), core.sources.uuid().to_string());
    let mut db = session.vault().await?;
    let message = store::message(&mut db, id).await?.ok_or(ChatError::NotFound)?.message;
    if session.unlocked().desk.held.holds(id) {
        return Err(ChatError::Unsaved);
    }
    if message.state == MessageState::Writing && session.unlocked().desk.is_running(id) {
        return Err(ChatError::Busy);
    }
    let old = store::chat(&mut db, message.chat_id).await?.ok_or(ChatError::NotFound)?;
    let mut row = Transaction::begin(&mut db).await?;
    let title = forked_title(&old.title);
    let new = ops::New { context_id: old.context_id, model: old.model, ..ops::New::default() };
    let chat = store::insert_chat(&mut row, session_id, &title, &new, now).await?;
    let first = store::copy_branch(&mut row, id, chat).await?;
    strategy::copy(&mut row, id, chat, first).await?;
    search::take_chat(&mut row, chat, &title).await?;
    search::take_messages_of(&mut row, chat).await?;
    row.commit().await?;
    ops::told(session, &mut db, chat).await
}

/// `Momentum` → `Momentum (fork)` → `Momentum (fork 2)`.
fn forked_title(title: &str) -> String {
    let (stem, number) = match title.rsplit_once(" (fork") {
        Some((stem, ")")) => (stem, 2),
        Some((stem, rest)) => {
            let number = rest.strip_prefix(' ').and_then(|rest| rest.strip_suffix(')'));
            match number.and_then(|number| number.parse::<u32>().ok()) {
                Some(number) => (stem, number.saturating_add(1)),
                None => (title, 1),
            }
        }
        None => (title, 1),
    };
    let end = if number == 1 { " (fork)".to_owned() } else { format!(" (fork {number})") };
    let stem: String = stem.chars().take(ops::LONGEST_TITLE - end.len()).collect();
    format!("{stem}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forks_are_counted_in_their_titles() {
        assert_eq!(forked_title("Momentum"), "Momentum (fork)");
        assert_eq!(forked_title("Momentum (fork)"), "Momentum (fork 2)");
        assert_eq!(forked_title("Momentum (fork 2)"), "Momentum (fork 3)");
        assert_eq!(forked_title("A (forked) one"), "A (forked) one (fork)");
        assert_eq!(forked_title(&"x".repeat(200)).chars().count(), 200);
    }
}
