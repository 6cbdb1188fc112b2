//! Imports that end in the middle: whole chats stay, and of no other is there a word.

use std::io::{Cursor, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use algoagent_core::account::{self, Session, WorkKind};
use algoagent_core::chat::{self, List};
use algoagent_core::search::{self, Query};
use algoagent_core::transfer::{self, TransferError};
use serde_json::json;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::house::{House, PASSWORD, sign_in};
use crate::transfers::{file, import, listed, shown};

const SMALL: usize = 40;
const LARGE: usize = 4000;

/// A chat of so many messages, each with `word` in it.
fn chat(name: u128, word: &str, messages: usize) -> String {
    let lines: Vec<_> = (1..=messages)
        .map(|id| {
            json!({
                "id": id, "parent": id.checked_sub(1).filter(|above| *above > 0),
                "role": if id % 2 == 1 { "user" } else { "assistant" }, "state": "done",
                "created_at": "2026-11-01T10:00:00Z", "text": format!("{word} number {id}"),
            })
        })
        .collect();
    json!({
        "format": "algoagent-chat", "version": 1, "title": word,
        "session_id": uuid::Uuid::from_u128(name).to_string(), "messages": lines,
    })
    .to_string()
}

/// Small chats, and a large one that comes last.
fn many(house: &House) -> PathBuf {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for number in 0..SMALL {
        zip.start_file(format!("chats/{number:03}.json"), SimpleFileOptions::default())
            .expect("new");
        zip.write_all(chat(number as u128 + 1, "heron", 20).as_bytes()).expect("written");
    }
    zip.start_file("chats/large.json", SimpleFileOptions::default()).expect("new");
    zip.write_all(chat(9999, "pelican", LARGE).as_bytes()).expect("written");
    file(house, "many.zip", zip.finish().expect("a zip").into_inner())
}

/// Waits until a chat has come in.
async fn until_some(session: &Session) {
    while listed(session, List::Usual).await.is_empty() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn finds(session: &Session, word: &str) -> bool {
    let query = Query { text: word.to_owned(), ..Query::default() };
    let found = search::search(session, &query).await.expect("searched");
    !found.messages.is_empty() || !found.chats.is_empty()
}

/// Every chat that is here is whole, and the large one isn't here.
async fn only_whole(session: &Session) -> usize {
    let chats = listed(session, List::Usual).await;
    for one in &chats {
        assert_eq!(one.title, "heron");
        assert_eq!(shown(session, one.id).await.len(), 20, "{}", one.title);
    }
    assert!(!finds(session, "pelican").await, "a word of a chat that isn't whole");
    chats.len()
}

#[tokio::test]
async fn an_import_tells_how_far_it_is_and_given_up_leaves_whole_chats_alone() {
    let (house, _core, ada) = House::with_ada().await;
    let path = many(&house);
    let importing = tokio::spawn({
        let (ada, path) = (ada.clone(), path.clone());
        async move { transfer::import(&ada, &path).await }
    });
    until_some(&ada).await;
    let work = account::work(&ada).unwrap().expect("it is under way");
    assert_eq!(work.kind, WorkKind::Import);
    assert!(work.done <= work.total && work.total > 0, "{work:?}");
    let second = transfer::import(&ada, &path).await;
    assert!(matches!(second, Err(TransferError::Busy)), "{second:?}");
    account::cancel_work(&ada).unwrap();
    let told = importing.await.unwrap().unwrap();
    assert!(told.cancelled, "{told:?}");
    assert_eq!(told.chats as usize, only_whole(&ada).await);
    assert_eq!(account::work(&ada).unwrap(), None);
    // What was half there is purged at once, so that it can come in anew.
    let again = loop {
        let again = import(&ada, &path).await;
        if again.refused.is_empty() {
            break again;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(!again.cancelled);
    assert_eq!(listed(&ada, List::Usual).await.len(), SMALL + 1);
    assert!(finds(&ada, "pelican").await);
    let large = listed(&ada, List::Usual).await.into_iter().find(|one| one.title == "pelican");
    assert_eq!(shown(&ada, large.unwrap().id).await.len(), LARGE);
}

#[tokio::test]
async fn an_import_that_breaks_off_leaves_whole_chats_alone_after_the_next_start() {
    let (house, core, ada) = House::with_ada().await;
    let path = many(&house);
    let importing = tokio::spawn({
        let (ada, path) = (ada.clone(), path.clone());
        async move { transfer::import(&ada, &path).await }
    });
    // As far as the large one, if it can be caught there.
    until_some(&ada).await;
    while !importing.is_finished() && listed(&ada, List::Usual).await.len() < SMALL {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    importing.abort();
    importing.await.unwrap_err();
    core.end_sessions().await;
    let ada = sign_in(&core, "ada", PASSWORD).await.unwrap();
    only_whole(&ada).await;
    // An answer's ids and those of what comes in don't meet.
    let sent = chat::send(&ada, None, Default::default(), "What is drawdown?".to_owned()).await;
    let sent = sent.unwrap();
    let again = loop {
        let again = import(&ada, &path).await;
        if again.refused.is_empty() {
            break again;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(again.known as usize <= SMALL + 1);
    assert_eq!(listed(&ada, List::Usual).await.len(), SMALL + 2);
    assert_eq!(chat::text_of(&ada, sent.question.id).await.unwrap(), "What is drawdown?");
}
