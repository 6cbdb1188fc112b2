//! Search in everything that a person wrote and was answered.
//!
//! The words are in FTS5 indexes inside the vault, which hold no text; what is shown of a message
//! is cut from the message itself.

mod narrowing;
mod ranking;
mod snippet;
mod store;
mod taking;
mod words;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use self::store::{ChatRow, ContextRow, MessageRow};
use self::words::Term;

pub(crate) use taking::{
    NewWords, forget_chat, forget_context, forget_message, has_code, take_chat, take_context,
    take_message, take_messages_of, take_new,
};

use crate::account::{Session, Unlocked};
use crate::chat::{ChatError, Role};
use crate::clock::Timestamp;
use crate::ids::{ChatId, ContextId, MessageId};
use crate::vault::{StoreError, Transaction, word};

/// Up to this many matches are ranked against each other.
const RANKED: usize = 200;
/// Messages on a page of what was found.
const PAGE: usize = 30;
/// Titles and contexts that are found at most.
const FEW: u32 = 5;
/// Messages whose words are gathered at once.
const PIECE: u32 = 100;

/// What is searched for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Query {
    /// Words; all of them must be there. The last may be the start of one. Words in quotes must
    /// follow each other.
    pub text: String,
    /// Only in this chat.
    #[serde(default)]
    pub chat_id: Option<ChatId>,
    /// Only what this one wrote.
    #[serde(default)]
    pub role: Option<Role>,
    /// Only what was written at or after this time.
    #[serde(default)]
    pub from: Option<Timestamp>,
    /// Only what was written before this time.
    #[serde(default)]
    pub until: Option<Timestamp>,
    /// Only messages with a code block.
    #[serde(default)]
    pub has_code: bool,
    /// How many of the best messages were listed already.
    #[serde(default)]
    pub skip: u32,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Found {
    /// Messages, the best first.
    pub messages: Vec<FoundMessage>,
    /// Chats by their titles; none when the search is narrowed.
    pub chats: Vec<FoundChat>,
    /// Contexts by name and words; none when the search is narrowed.
    pub contexts: Vec<FoundContext>,
    /// Whether more messages hold the words than are listed here.
    pub more: bool,
    /// Messages of an older program that are not searched yet: their words are being gathered.
    pub missing: u32,
}

/// A message that holds the words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct FoundMessage {
    /// The message.
    pub message_id: MessageId,
    /// Its chat.
    pub chat_id: ChatId,
    /// That chat's title.
    pub title: String,
    /// Whether that chat was put away.
    pub archived: bool,
    /// Who wrote it.
    pub role: Role,
    /// When.
    pub created_at: Timestamp,
    /// Whether it has a code block.
    pub has_code: bool,
    /// Which version it stands on, where the chat shows another.
    pub version: Option<Version>,
    /// Where the words stand in it.
    pub snippet: Vec<Piece>,
}

/// One of several versions of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Version {
    /// Which it is, from 1.
    pub number: u32,
    /// How many there are.
    pub of: u32,
}

/// A chat whose title holds the words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct FoundChat {
    /// The chat.
    pub chat_id: ChatId,
    /// Whether it was put away.
    pub archived: bool,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Its title.
    pub title: Vec<Piece>,
}

/// A context that holds the words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct FoundContext {
    /// The context.
    pub context_id: ContextId,
    /// Its name.
    pub name: Vec<Piece>,
    /// Where the words stand in its instructions.
    pub snippet: Vec<Piece>,
}

/// A piece of a text, and whether it is one of the words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// Whether it is what was searched for.
    pub hit: bool,
}

/// Searches. Without a word nothing is found.
///
/// Up to 200 matches are ranked; of more, those in which the words stand near each other come first,
/// then the newest.
///
/// # Errors
/// [`ChatError::NotFound`] when there is no such chat.
pub async fn search(session: &Session, query: &Query) -> Result<Found, ChatError> {
    let now = session.core().sources.now();
    let terms = words::terms(&query.text);
    let mut db = session.vault().await?;
    if let Some(chat) = query.chat_id
        && !store::has_chat(&mut db, chat).await?
    {
        return Err(ChatError::NotFound);
    }
    let missing = u32::try_from(taking::missing(&mut db).await?.below).unwrap_or(u32::MAX);
    let mut found = Found {
        messages: Vec::new(),
        chats: Vec::new(),
        contexts: Vec::new(),
        more: false,
        missing,
    };
    if terms.is_empty() {
        return Ok(found);
    }
    let deleted: Vec<ChatId> =
        sqlx::query_scalar("SELECT id FROM chat WHERE deleted_at IS NOT NULL")
            .fetch_all(&mut *db)
            .await?;
    let narrowed = narrowing::Narrowed::by(query, &deleted, now);
    let (ids, more) = store::messages(&mut db, &terms, &narrowed).await?;
    let skip = usize::try_from(query.skip).unwrap_or(usize::MAX);
    found.more = more || ids.len() > skip.saturating_add(PAGE);
    // Few are ranked, so all of them are read; of many, the page alone.
    let few = ids.len() <= RANKED;
    let read = if few { &ids[..] } else { ids.get(skip..).unwrap_or_default() };
    let mut rows = Vec::new();
    for id in read.iter().take(if few { RANKED } else { PAGE }) {
        rows.extend(store::message(&mut db, *id).await?);
    }
    let wide = Query { text: String::new(), ..query.clone() } == Query::default();
    let (chats, contexts) = if wide {
        let chats = store::chats(&mut db, &terms, FEW).await?;
        (chats, store::contexts(&mut db, &terms, FEW).await?)
    } else {
        (Vec::new(), Vec::new())
    };
    // What follows is work on texts alone: a growing answer needs the connection to save itself.
    drop(db);
    let show = move || {
        if few {
            rows = ranked(rows, &terms).into_iter().skip(skip).take(PAGE).collect();
        }
        found.messages = rows.into_iter().map(|row| row.shown(&terms)).collect::<Result<_, _>>()?;
        found.chats = chats.into_iter().map(|row| row.shown(&terms)).collect();
        found.contexts = contexts.into_iter().map(|row| row.shown(&terms)).collect();
        Ok::<_, sqlx::Error>(found)
    };
    let mut found: Found = tokio::task::spawn_blocking(show)
        .await
        .map_err(|fault| StoreError::Io(std::io::Error::other(fault)))??;
    let mut db = session.vault().await?;
    for message in &mut found.messages {
        message.version = store::hidden_version(&mut db, message.message_id).await?;
    }
    Ok(found)
}

/// The same messages, the best first.
fn ranked(rows: Vec<MessageRow>, terms: &[Term]) -> Vec<MessageRow> {
    let mut scored: Vec<(f64, MessageRow)> =
        rows.into_iter().map(|row| (ranking::score(&row.text, terms), row)).collect();
    scored.sort_by(|(one, a), (other, b)| other.total_cmp(one).then(b.id.cmp(&a.id)));
    scored.into_iter().map(|(_, row)| row).collect()
}

impl MessageRow {
    fn shown(self, terms: &[Term]) -> Result<FoundMessage, sqlx::Error> {
        Ok(FoundMessage {
            message_id: self.id,
            chat_id: self.chat_id,
            title: self.title,
            archived: self.archived,
            role: word(&self.role)?,
            created_at: Timestamp(self.created_at),
            has_code: self.has_code,
            version: None,
            snippet: snippet::of_markdown(&self.text, terms),
        })
    }
}

impl ChatRow {
    fn shown(self, terms: &[Term]) -> FoundChat {
        FoundChat {
            chat_id: self.id,
            archived: self.archived,
            updated_at: Timestamp(self.updated_at),
            title: snippet::whole(&self.title, terms),
        }
    }
}

impl ContextRow {
    fn shown(self, terms: &[Term]) -> FoundContext {
        FoundContext {
            context_id: self.id,
            name: snippet::whole(&self.name, terms),
            snippet: snippet::of_markdown(&self.instructions, terms),
        }
    }
}

/// Gathers some of the words that an older program left; `false` when none are missing.
pub(crate) async fn gather_some(unlocked: &Unlocked) -> Result<bool, ChatError> {
    let Some(mut db) = unlocked.connection().await else { return Ok(false) };
    let missing = taking::missing(&mut db).await?;
    if !missing.titles && missing.below == 0 {
        return Ok(false);
    }
    let mut row = Transaction::begin(&mut db).await?;
    if missing.titles {
        taking::take_titles(&mut row).await?;
    } else {
        let ids = taking::below(&mut row, missing.below, PIECE).await?;
        for id in &ids {
            taking::take_message(&mut row, *id).await?;
        }
        taking::set_below(&mut row, ids.last().map_or(0, |last| last.0)).await?;
    }
    row.commit().await?;
    Ok(true)
}

/// Notes that words of what was deleted may still be in the indexes.
pub(crate) async fn note_torn(unlocked: &Unlocked) -> Result<(), ChatError> {
    if let Some(mut db) = unlocked.connection().await {
        taking::set_torn(&mut db, 1).await?;
    }
    Ok(())
}

/// Rewrites a piece of the indexes so that such words go; `false` when none are left.
pub(crate) async fn mend_some(unlocked: &Unlocked) -> Result<bool, ChatError> {
    let Some(mut db) = unlocked.connection().await else { return Ok(false) };
    let torn = taking::missing(&mut db).await?.torn;
    if torn == 0 {
        return Ok(false);
    }
    let mut row = Transaction::begin(&mut db).await?;
    let more = taking::merge(&mut row, torn == 1).await?;
    taking::set_torn(&mut row, if more { 2 } else { 0 }).await?;
    row.commit().await?;
    Ok(more)
}
