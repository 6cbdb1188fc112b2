//! Chats on their way in: read by a thread of their own, stored as they come.
//!
//! A chat is here whole or not at all, also when the person gives the import up or the program is
//! killed; what is wrong with one doesn't keep the others out. A chat that is here already, by its name among chats, stays as it is. What
//! came in is marked as copied, so that what it cost once isn't counted here.

mod chatgpt;
mod file;
mod loose;
mod mended;
mod meter;
pub(super) mod origins;
mod own;
mod storing;
pub(super) mod tree;

use std::io;
use std::path::Path;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TryRecvError;

use self::file::Found;
use self::meter::Progress;
use self::storing::{Became, Size};
use self::tree::Incoming;
use super::{Imported, TransferError};
use crate::account::{Session, Under, WorkKind};
use crate::chat::ChatEvent;
use crate::profile::{self, ProfileDraft};

#[cfg(feature = "measure")]
pub(crate) use storing::plant;

/// Chats that are read ahead: small ones are stored together.
const AHEAD: usize = 8;
/// Refusals that are listed.
const MOST_REFUSALS: usize = 100;

/// Takes in the chats of a file: a chat or all chats as they were exported here, or what ChatGPT
/// exports.
///
/// # Errors
/// [`TransferError::Busy`] while other long work is under way; [`TransferError::Unusable`] when there is nothing in it that could be taken; when the vault
/// fails, what was stored before stays, and taking the file in again goes on from there.
pub async fn import(session: &Session, path: &Path) -> Result<Imported, TransferError> {
    session.check()?;
    let under = session.unlocked().work.begin(WorkKind::Import).ok_or(TransferError::Busy)?;
    let read = Arc::new(Progress::default());
    let reading = Reading { under: &under, read: Arc::clone(&read) };
    let now = session.core().sources.now();
    let (sender, mut found) = mpsc::channel(AHEAD);
    let path = path.to_owned();
    let ended = tokio::task::spawn_blocking(move || {
        file::read(&path, now, &read, &mut |found| sender.blocking_send(found).is_ok())
    });
    let mut told = Told::default();
    let stored = told.store(session, &mut found, &reading).await;
    drop(found);
    let read = ended.await.map_err(io::Error::other)?;
    if told.imported.chats > 0 {
        session.unlocked().desk.tell(ChatEvent::ListChanged);
    }
    stored?;
    if told.imported.cancelled {
        return Ok(told.done());
    }
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
        reading: &Reading<'_>,
    ) -> Result<(), TransferError> {
        let profile = profile::read(&mut *session.vault().await?).await?.draft;
        let (mut small, mut size) = (Vec::new(), Size::default());
        while let Some(next) = self.next(found, small.is_empty()).await {
            let own = next.as_ref().map_or(Size::default(), Size::of);
            if next.is_none() || !size.with(own).fits() {
                self.store_small(session, &mut small, &profile).await?;
                size = Size::default();
            }
            reading.tell();
            if reading.under.is_cancelled() {
                self.imported.cancelled = true;
                return Ok(());
            }
            let Some(chat) = next else { continue };
            if own.fits() {
                size = size.with(own);
                small.push(chat);
                continue;
            }
            match storing::store_large(session, &chat, &profile, reading.under).await? {
                Some(became) => self.count(&chat, &became),
                None => {
                    self.imported.cancelled = true;
                    return Ok(());
                }
            }
        }
        self.store_small(session, &mut small, &profile).await
    }

    /// The next chat; nothing while none is there yet and others could be stored meanwhile, and the
    /// end when no more comes.
    async fn next(
        &mut self,
        found: &mut mpsc::Receiver<Found>,
        waits: bool,
    ) -> Option<Option<Incoming>> {
        loop {
            let next = if waits {
                found.recv().await?
            } else {
                match found.try_recv() {
                    Ok(next) => next,
                    Err(TryRecvError::Empty) => return Some(None),
                    Err(TryRecvError::Disconnected) => return None,
                }
            };
            match next {
                Found::Chat(chat) => return Some(Some(*chat)),
                Found::Refused(why) => self.refuse(why),
            }
        }
    }

    async fn store_small(
        &mut self,
        session: &Session,
        chats: &mut Vec<Incoming>,
        profile: &ProfileDraft,
    ) -> Result<(), TransferError> {
        if chats.is_empty() {
            return Ok(());
        }
        let became = storing::store_small(session, chats, profile).await?;
        for (chat, became) in chats.drain(..).zip(became) {
            self.count(&chat, &became);
        }
        Ok(())
    }

    fn count(&mut self, chat: &Incoming, became: &Became) {
        match became {
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
}

/// How far the file is read, for whoever waits.
struct Reading<'a> {
    under: &'a Under<'a>,
    read: Arc<Progress>,
}

impl Reading<'_> {
    fn tell(&self) {
        let (done, total) = self.read.told();
        self.under.at("Importing chats", done, total);
    }
}
