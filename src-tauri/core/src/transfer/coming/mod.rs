//! Chats on their way in: read by a thread of their own, stored one by one.
//!
//! One chat is one transaction: it is here whole or not at all, and what is wrong with one doesn't
//! keep the others out. A chat that is here already, by its name among chats, stays as it is. What
//! came in is marked as copied, so that what it cost once isn't counted here.

mod chatgpt;
mod file;
mod loose;
mod mended;
mod own;
pub(super) mod tree;

use std::io;
use std::path::Path;

use tokio::sync::mpsc;

use self::file::Found;
use self::tree::Incoming;
use super::{Imported, TransferError, store};
use crate::account::Session;
use crate::chat::ChatEvent;
use crate::profile::{self, ProfileDraft};
use crate::vault::Transaction;
use crate::{search, strategy};

/// Refusals that are listed.
const MOST_REFUSALS: usize = 100;

/// Takes in the chats of a file: a chat or all chats as they were exported here, or what ChatGPT
/// exports.
///
/// # Errors
/// [`TransferError::Unusable`] when there is nothing in it that could be taken; when the vault
/// fails, what was stored before stays, and taking the file in again goes on from there.
pub async fn import(session: &Session, path: &Path) -> Result<Imported, TransferError> {
    session.check()?;
    let now = session.core().sources.now();
    let (sender, mut found) = mpsc::channel(1);
    let path = path.to_owned();
    let reading = tokio::task::spawn_blocking(move || {
        file::read(&path, now, &mut |found| sender.blocking_send(found).is_ok())
    });
    let mut told = Told::default();
    let stored = told.store(session, &mut found).await;
    drop(found);
    let read = reading.await.map_err(io::Error::other)?;
    if told.imported.chats > 0 {
        session.unlocked().desk.tell(ChatEvent::ListChanged);
    }
    stored?;
    if let Err(why) = read {
        if told.is_nothing() {
            return Err(TransferError::Unusable(why));
        }
        told.refuse(why);
    }
    // What is wrong with the only chat of a file is wrong with the file.
    if let ([why], 0, 0) = (&told.imported.refused[..], told.imported.chats, told.imported.known) {
        return Err(TransferError::Unusable(why.clone()));
    }
    Ok(told.done())
}

/// What an import did so far.
#[derive(Default)]
struct Told {
    imported: Imported,
    /// Refusals beyond those that are listed.
    more: usize,
}

/// What became of a chat.
enum Became {
    New,
    Known,
    Deleted,
}

impl Told {
    fn is_nothing(&self) -> bool {
        self.imported == Imported::default()
    }

    fn refuse(&mut self, why: String) {
        if self.imported.refused.len() < MOST_REFUSALS - 1 {
            self.imported.refused.push(why);
        } else {
            self.more += 1;
        }
    }

    fn done(mut self) -> Imported {
        if self.more > 0 {
            self.imported.refused.push(format!("And {} more.", self.more));
        }
        self.imported
    }

    async fn store(
        &mut self,
        session: &Session,
        found: &mut mpsc::Receiver<Found>,
    ) -> Result<(), TransferError> {
        let mut profile = None;
        while let Some(found) = found.recv().await {
            let chat = match found {
                Found::Chat(chat) => chat,
                Found::Refused(why) => {
                    self.refuse(why);
                    continue;
                }
            };
            let profile = match &profile {
                Some(profile) => profile,
                None => profile.insert(profile::read(&mut *session.vault().await?).await?.draft),
            };
            match insert(session, &chat, profile).await? {
                Became::New => {
                    self.imported.chats += 1;
                    let messages = u32::try_from(chat.messages.len()).unwrap_or(u32::MAX);
                    self.imported.messages = self.imported.messages.saturating_add(messages);
                }
                Became::Known => self.imported.known += 1,
                Became::Deleted => {
                    self.imported.known += 1;
                    self.refuse(format!(
                        "{} was deleted here a moment ago and not taken. Undo that, or import it again in a minute.",
                        tree::called(Some(&chat.title))
                    ));
                }
            }
        }
        Ok(())
    }
}

/// Stores a chat, unless it is here.
async fn insert(
    session: &Session,
    chat: &Incoming,
    profile: &ProfileDraft,
) -> Result<Became, TransferError> {
    let mut db = session.vault().await?;
    match store::known(&mut db, &chat.session_id).await? {
        Some(true) => return Ok(Became::Deleted),
        Some(false) => return Ok(Became::Known),
        None => {}
    }
    let mut row = Transaction::begin(&mut db).await?;
    let (id, context_id) = store::insert_chat(&mut row, chat).await?;
    search::take_chat(&mut row, id, &chat.title).await?;
    let first = store::free_id(&mut row).await?;
    for (place, message) in chat.messages.iter().enumerate() {
        let said = &message.said;
        let message_id = store::insert_message(&mut row, id, first, place, message).await?;
        search::take_message(&mut row, message_id).await?;
        // Strategies are found as they were when the answers were made, on every branch.
        if said.role == "assistant" && said.text.contains("class ") {
            let origin = strategy::Origin {
                chat_id: id,
                message_id,
                context_id,
                model: said.model.as_deref().unwrap_or_default(),
                profile,
                now: said.created_at,
            };
            strategy::record(&mut row, &origin, &said.text).await?;
        }
        if place == chat.shown {
            store::set_head(&mut row, id, message_id).await?;
        }
    }
    row.commit().await?;
    Ok(Became::New)
}
