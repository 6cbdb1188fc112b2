//! Chats by the hundred thousand, for `cargo xtask bench`.

use super::ChatError;
use crate::account::Session;
use crate::ids::ChatId;
use crate::transfer;
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
        let texts = (0..*count).map(&mut *text).collect();
        let chat_id = transfer::plant(&mut row, session_id, title, texts, now).await?;
        made.push(chat_id);
    }
    row.commit().await?;
    Ok(made)
}
