//! What a person keeps in a vault: put in, and read back to the last word.

use algoagent_core::account::Session;
use algoagent_core::chat::{self, ChatError, Cursor, List};
use algoagent_core::context::{self, ContextDraft};
use algoagent_core::settings;
use algoagent_core::{profile, vault::StoreError};

use crate::house::{ask, secret};
use crate::service::add_gemini;

/// One read of a vault: what was asked, and what came back or that the file is damaged.
pub(crate) type Read = (String, Result<String, String>);

/// Puts a profile, a context, a key, chats and a strategy into a vault.
pub(crate) async fn move_in(session: &Session) {
    let mut told = profile::get(session).await.expect("a profile").draft;
    told.goals = "Sleep well, whatever the market does.".to_owned();
    profile::update(session, told).await.expect("stored");
    let draft = ContextDraft {
        name: "Large caps".to_owned(),
        instructions: "Only what trades every day. ".repeat(40),
        data: serde_json::Map::new(),
        active: true,
        model: None,
    };
    context::create(session, draft).await.expect("stored");
    add_gemini(session, None, secret("AIzaBelongings-0123456789")).await.expect("stored");
    ask(session, None, "Create a momentum strategy for AAPL").await;
    ask(session, None, "What is drawdown?").await;
    // Older programs know nothing of what was seen.
    for listed in chat::list(session, List::Usual, None, 10).await.expect("listed").chats {
        chat::seen(session, listed.id).await.expect("seen");
    }
}

/// Everything that a vault holds.
///
/// # Panics
/// When a read fails.
pub(crate) async fn everything(session: &Session) -> Vec<Read> {
    let all = reads(session).await;
    for (what, read) in &all {
        assert!(read.is_ok(), "{what}: {read:?}");
    }
    all
}

/// Everything that a vault holds, read by read, each of which may fail.
pub(crate) async fn reads(session: &Session) -> Vec<Read> {
    let mut all = vec![
        ("profile".to_owned(), told(profile::get(session).await)),
        ("contexts".to_owned(), told(context::list(session).await)),
        ("settings".to_owned(), told(settings::get(session).await)),
    ];
    let mut after: Option<Cursor> = None;
    loop {
        let page = chat::list(session, List::Usual, after, 200).await;
        all.push((format!("chats after {after:?}"), told(page.as_ref())));
        let Ok(page) = page else { return all };
        for listed in &page.chats {
            let open = chat::open(session, listed.id, chat::Place::Newest).await;
            all.push((format!("chat {:?}", listed.id), told(open)));
        }
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}

fn told<T: std::fmt::Debug, E: std::fmt::Display>(read: Result<T, E>) -> Result<String, String> {
    read.map(|value| format!("{value:?}")).map_err(|fault| fault.to_string())
}

/// Whether a question was refused because the disk takes no more.
pub(crate) fn is_full(fault: &ChatError) -> bool {
    matches!(fault, ChatError::Store(StoreError::Full))
}
