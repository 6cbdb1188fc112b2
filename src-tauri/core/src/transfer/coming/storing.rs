//! Chats that came in, on their way into the vault, in pieces of bounded size.
//!
//! Small chats share a transaction; a large one takes several and is hidden until it is whole, so
//! that answers save themselves meanwhile. Whatever ends it, a chat is here whole or not at all.

use sqlx::SqliteConnection;

use super::super::{TransferError, store};
use super::origins::{Believed, Stored, context_bytes};
use super::tree::Incoming;
use crate::account::{Session, Under};
use crate::chat::{self, Draft, DraftPlace, Summary};
use crate::ids::{ChatId, ContextId};
use crate::model::Usage;
use crate::profile::ProfileDraft;
use crate::vault::Transaction;
use crate::{context, search, strategy};

/// Messages in a transaction, and bytes of their texts, unless one message alone has more.
const PIECE: usize = 512;
const PIECE_BYTES: usize = 2 * 1024 * 1024;
/// Messages in a statement.
const ROWS: usize = 32;

/// What became of a chat.
pub(super) enum Became {
    New,
    Known,
    Deleted,
}

/// How much of a transaction a chat takes.
#[derive(Clone, Copy, Default)]
pub(super) struct Size {
    messages: usize,
    bytes: usize,
}

impl Size {
    pub(super) fn of(chat: &Incoming) -> Self {
        Self {
            messages: chat.messages.len(),
            bytes: chat.messages.iter().map(|message| message.said.text.len()).sum::<usize>()
                + chat.drafts.iter().map(|draft| draft.text.len()).sum::<usize>()
                + chat.summaries.iter().map(|summary| summary.text.len()).sum::<usize>()
                + chat.origins.bytes(),
        }
    }

    pub(super) fn with(self, other: Self) -> Self {
        Self { messages: self.messages + other.messages, bytes: self.bytes + other.bytes }
    }

    /// Whether one transaction takes it.
    pub(super) fn fits(self) -> bool {
        self.messages <= PIECE && self.bytes <= PIECE_BYTES
    }
}

/// Stores chats that fit one transaction together, except those that are here.
pub(super) async fn store_small(
    session: &Session,
    chats: &[Incoming],
    profile: &ProfileDraft,
) -> Result<Vec<Became>, TransferError> {
    let mut db = session.vault().await?;
    let mut row = Transaction::begin(&mut db).await?;
    let mut became = Vec::with_capacity(chats.len());
    for chat in chats {
        became.push(match known(&mut row, chat).await? {
            Some(known) => known,
            None => {
                let mut place = begin(&mut row, chat).await?;
                while insert_origins(&mut row, &mut place, chat).await? {}
                insert(&mut row, &place, chat, 0, chat.messages.len(), profile).await?;
                end(&mut row, &place, chat).await?;
                Became::New
            }
        });
    }
    row.commit().await?;
    Ok(became)
}

/// Stores a chat that takes several transactions; nothing when the person gave it up meanwhile.
pub(super) async fn store_large(
    session: &Session,
    chat: &Incoming,
    profile: &ProfileDraft,
    under: &Under<'_>,
) -> Result<Option<Became>, TransferError> {
    let now = session.core().sources.now();
    let (mut place, coming) = {
        let mut db = session.vault().await?;
        let mut row = Transaction::begin(&mut db).await?;
        if let Some(known) = known(&mut row, chat).await? {
            return Ok(Some(known));
        }
        let place = begin(&mut row, chat).await?;
        store::hide(&mut row, place.id, now).await?;
        // Before anybody sees the mark, it is known what it means.
        let coming = session.unlocked().chores.coming(place.id);
        row.commit().await?;
        (place, coming)
    };
    let mut more = true;
    while more {
        if under.is_cancelled() {
            return Ok(None);
        }
        let mut db = session.vault().await?;
        let mut row = Transaction::begin(&mut db).await?;
        more = insert_origins(&mut row, &mut place, chat).await?;
        row.commit().await?;
    }
    let mut from = 0;
    while from < chat.messages.len() {
        if under.is_cancelled() {
            return Ok(None);
        }
        let until = from + piece(chat, from);
        let mut db = session.vault().await?;
        let mut row = Transaction::begin(&mut db).await?;
        insert(&mut row, &place, chat, from, until, profile).await?;
        if until == chat.messages.len() {
            end(&mut row, &place, chat).await?;
            store::reveal(&mut row, place.id).await?;
        }
        row.commit().await?;
        from = until;
    }
    coming.whole();
    Ok(Some(Became::New))
}

/// How many messages from a place on are stored together.
fn piece(chat: &Incoming, from: usize) -> usize {
    let mut bytes = 0;
    let fits = chat.messages[from..].iter().take(PIECE).take_while(|message| {
        bytes += message.said.text.len();
        bytes <= PIECE_BYTES
    });
    fits.count().max(1)
}

async fn known(db: &mut SqliteConnection, chat: &Incoming) -> Result<Option<Became>, sqlx::Error> {
    let deleted = store::known(db, &chat.session_id).await?;
    Ok(deleted.map(|deleted| if deleted { Became::Deleted } else { Became::Known }))
}

/// Where a chat is stored.
struct At {
    id: ChatId,
    context: Option<ContextId>,
    /// The id of its first message.
    first: i64,
    /// Where what its answers were made with is stored.
    versions: Stored,
}

async fn begin(db: &mut SqliteConnection, chat: &Incoming) -> Result<At, sqlx::Error> {
    let (id, context) = store::insert_chat(db, chat).await?;
    let first = store::reserve_ids(db, chat.messages.len()).await?;
    Ok(At { id, context, first, versions: Stored::default() })
}

/// Stores what its answers were made with, as much of it as one transaction takes, and says whether
/// there is more.
async fn insert_origins(
    db: &mut SqliteConnection,
    at: &mut At,
    chat: &Incoming,
) -> Result<bool, sqlx::Error> {
    let mut bytes = 0;
    for version in &chat.origins.contexts[at.versions.contexts.len()..] {
        bytes += context_bytes(version);
        if bytes > PIECE_BYTES {
            return Ok(true);
        }
        at.versions.contexts.push(context::keep_version(db, None, version).await?);
    }
    for one in chat.origins.profiles[at.versions.profiles.len()..].iter().take(PIECE) {
        let Believed { created_at, profile } = one;
        at.versions.profiles.push(chat::profile_version(db, profile, *created_at).await?);
    }
    Ok(at.versions.profiles.len() < chat.origins.profiles.len())
}

async fn end(db: &mut SqliteConnection, at: &At, chat: &Incoming) -> Result<(), sqlx::Error> {
    for draft in &chat.drafts {
        let place = match draft.question.map(|place| store::id_at(at.first, place)) {
            Some(message_id) => DraftPlace::Question { chat_id: at.id, message_id },
            None => DraftPlace::Chat { chat_id: Some(at.id) },
        };
        let kept = Draft { place, text: draft.text.clone() };
        chat::keep_draft(db, &kept, draft.updated_at).await?;
    }
    for summary in &chat.summaries {
        let kept = Summary {
            message_id: store::id_at(at.first, summary.last),
            messages: summary.messages,
            model: summary.model.clone(),
            text: summary.text.clone(),
            created_at: summary.created_at,
        };
        // What it used was used elsewhere.
        chat::keep_summary(db, at.id, &kept, Usage::default(), None).await?;
    }
    search::take_chat(db, at.id, &chat.title).await?;
    match chat.shown {
        Some(shown) => store::set_head(db, at.id, store::id_at(at.first, shown)).await,
        None => Ok(()),
    }
}

/// Stores the messages from one place to another, with their words and strategies.
async fn insert(
    db: &mut SqliteConnection,
    at: &At,
    chat: &Incoming,
    from: usize,
    until: usize,
    profile: &ProfileDraft,
) -> Result<(), sqlx::Error> {
    for (rows, place) in chat.messages[from..until].chunks(ROWS).zip((from..).step_by(ROWS)) {
        store::insert_messages(db, at.id, at.first, place, rows, &at.versions).await?;
        let words: Vec<_> = rows
            .iter()
            .zip(place..)
            .filter(|(message, _)| !message.said.goes_on)
            .map(|(message, place)| search::NewWords {
                id: store::id_at(at.first, place),
                chat: at.id,
                role: message.said.role,
                at: message.said.created_at,
                has_code: message.has_code,
                text: &message.said.text,
            })
            .collect();
        search::take_new(db, &words).await?;
        for (message, place) in rows.iter().zip(place..) {
            let said = &message.said;
            // Strategies are found as they were when the answers were made, on every branch.
            if message.has_code && said.role == "assistant" && said.text.contains("class ") {
                let origin = strategy::Origin {
                    chat_id: at.id,
                    message_id: store::id_at(at.first, place),
                    context_id: at.context,
                    model: said.model.as_deref().unwrap_or_default(),
                    profile,
                    now: said.created_at,
                };
                strategy::record(db, &origin, &said.text).await?;
            }
        }
    }
    Ok(())
}

/// Stores a chat of so many messages, questions and answers in turn, as one that comes in.
#[cfg(feature = "measure")]
pub(crate) async fn plant(
    db: &mut SqliteConnection,
    session_id: String,
    title: &str,
    texts: Vec<String>,
    now: crate::clock::Timestamp,
) -> Result<ChatId, sqlx::Error> {
    use super::tree::{Draft, Node, Said};
    let said = |place: usize, text: String| Said {
        role: if place.is_multiple_of(2) { "user" } else { "assistant" },
        state: "done",
        created_at: now,
        text,
        ended_at: None,
        thoughts: None,
        model: None,
        service_kind: None,
        model_id: None,
        usage: None,
        cost: None,
        finish: None,
        parameters: None,
        left_out: 0,
        goes_on: false,
        problem: None,
    };
    let nodes = texts.into_iter().enumerate().map(|(place, text)| Node {
        id: place.to_string(),
        parent: place.checked_sub(1).map(|above| above.to_string()),
        said: Some(said(place, text)),
        ..Node::default()
    });
    let draft = Draft {
        session_id: Some(session_id),
        title: Some(title.to_owned()),
        nodes: nodes.collect(),
        ..Draft::default()
    };
    let chat = draft.planted(now).map_err(|why| sqlx::Error::Protocol(why.to_owned()))?;
    let at = begin(db, &chat).await?;
    insert(db, &at, &chat, 0, chat.messages.len(), &ProfileDraft::default()).await?;
    end(db, &at, &chat).await?;
    Ok(at.id)
}
