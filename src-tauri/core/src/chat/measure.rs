//! Chats by the hundred thousand, for `cargo xtask bench`.

use super::{ChatError, MessageState, New, Role, store};
use crate::account::Session;
use crate::ids::ChatId;
use crate::search;
use crate::vault::Transaction;

/// Makes chats of so many messages, questions and answers in turn, with their words for the search,
/// in one transaction.
///
/// # Errors
/// Those of the store.
pub async fn fill(
    session: &Session,
    chats: &[(String, u32)],
    text: &mut (dyn FnMut(u32) -> String + Send),
) -> Result<Vec<ChatId>, ChatError> {
    let core = session.core();
    let now = core.sources.now();
    let mut db = session.vault().await?;
    let mut row = Transaction::begin(&mut db).await?;
    let mut made = Vec::new();
    for (title, count) in chats {
        let session_id = core.sources.uuid().to_string();
        let chat_id = store::insert_chat(&mut row, session_id, title, &New::default(), now).await?;
        search::take_chat(&mut row, chat_id, title).await?;
        let mut parent_id = None;
        for number in 0..*count {
            let role = if number % 2 == 0 { Role::User } else { Role::Assistant };
            let text = text(number);
            let new = store::NewMessage {
                chat_id,
                parent_id,
                role,
                state: MessageState::Done,
                text: &text,
                goes_on: false,
                now,
            };
            let id = store::insert_message(&mut row, new).await?;
            search::take_message(&mut row, id).await?;
            parent_id = Some(id);
        }
        made.push(chat_id);
    }
    row.commit().await?;
    Ok(made)
}
