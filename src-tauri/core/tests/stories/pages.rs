//! Pages of a vault that were bent or exchanged: each is told, and none passes for somebody's
//! words.

use std::collections::HashMap;
use std::path::PathBuf;

use algoagent_core::account::AccountError;
use algoagent_core::context::{self, ContextDraft};
use algoagent_core::{Core, chat};

use crate::belongings::{Read, everything, move_in, reads};
use crate::house::{House, PASSWORD, ask, register, sign_in};
use crate::keyed::{Drawn, faults};

const PAGE: usize = 4096;

/// A closed vault of many pages, and what it holds.
struct Shelf {
    house: House,
    core: Core,
    drawn: Drawn,
    file: PathBuf,
    whole: Vec<u8>,
    original: HashMap<String, Result<String, String>>,
}

/// What reading a bent vault came to.
#[derive(Default, Debug)]
struct Found {
    unopened: usize,
    refused_reads: usize,
    right_reads: usize,
    wrong_reads: Vec<String>,
}

impl Shelf {
    async fn new() -> Self {
        let (house, drawn) = (House::new(), Drawn::default());
        let core = Core::open(drawn.noted(house.config())).await.expect("it opens");
        let (ada, _) = register(&core, "ada").await;
        move_in(&ada).await;
        for number in 0..12 {
            let draft = ContextDraft {
                name: format!("Context {number}"),
                instructions: format!("Line {number} of what I want. ").repeat(250),
                data: serde_json::Map::new(),
                active: true,
                model: None,
            };
            context::create(&ada, draft).await.expect("stored");
        }
        let (sent, _) = ask(&ada, None, &"A long question. ".repeat(1000)).await;
        chat::rename(&ada, sent.chat.id, "Long").await.expect("renamed");
        let original = everything(&ada).await.into_iter().collect();
        let file = house.vault_of(&ada).join("vault.db");
        core.end_sessions().await;
        let whole = std::fs::read(&file).expect("a file");
        assert!(whole.len() / PAGE >= 50, "{} pages", whole.len() / PAGE);
        Self { house, core, drawn, file, whole, original }
    }

    fn pages(&self) -> usize {
        self.whole.len() / PAGE
    }

    /// Puts `bytes` in the place of the vault, and reads everything.
    async fn read(&self, bytes: &[u8], found: &mut Found) {
        std::fs::write(&self.file, bytes).expect("written");
        match sign_in(&self.core, "ada", PASSWORD).await {
            Err(AccountError::Damaged(_)) => found.unopened += 1,
            Err(other) => panic!("{other:?}"),
            Ok(session) => {
                for (what, read) in reads(&session).await {
                    self.judge(what, read, found);
                }
                self.core.end_sessions().await;
            }
        }
    }

    fn judge(&self, what: String, read: Result<String, String>, found: &mut Found) {
        match read {
            Err(_) => found.refused_reads += 1,
            Ok(_) if self.original.get(&what) == Some(&read) => found.right_reads += 1,
            Ok(_) => found.wrong_reads.push(what),
        }
    }

    /// That SQLCipher's own check finds it.
    async fn assert_found(&self, bytes: &[u8], what: &str) {
        let copy = self.house.path().join("bent.db");
        std::fs::write(&copy, bytes).expect("written");
        let mut connection = self.drawn.open_or_refuse(&copy).await;
        if let Some(connection) = connection.as_mut() {
            assert!(!faults(connection).await.is_empty(), "{what} was not found");
        }
        std::fs::remove_file(copy).expect("removed");
    }
}

#[tokio::test]
async fn a_bit_flipped_in_any_page_is_found_and_never_gives_wrong_rows() {
    let shelf = Shelf::new().await;
    let mut found = Found::default();
    for page in 0..shelf.pages() {
        let mut bytes = shelf.whole.clone();
        // Another place in each page, in what is encrypted and in what proves it.
        bytes[page * PAGE + (page * 977 + 16) % PAGE] ^= 1 << (page % 8);
        shelf.assert_found(&bytes, &format!("a bit in page {}", page + 1)).await;
        shelf.read(&bytes, &mut found).await;
    }
    println!("{} pages, a bit each: {found:?}", shelf.pages());
    assert_eq!(found.wrong_reads, Vec::<String>::new());
    assert!(found.unopened > 0 && found.refused_reads > 0);
    shelf.read(&shelf.whole, &mut found).await;
    let session = sign_in(&shelf.core, "ada", PASSWORD).await.expect("the original opens");
    let all: Vec<Read> = everything(&session).await;
    assert_eq!(all.len(), shelf.original.len());
}

#[tokio::test]
async fn two_pages_exchanged_are_found_and_never_give_wrong_rows() {
    let shelf = Shelf::new().await;
    let mut found = Found::default();
    for page in 1..shelf.pages() - 1 {
        let mut bytes = shelf.whole.clone();
        let other = if page % 2 == 0 { page + 1 } else { shelf.pages() - 1 - page / 2 };
        if other == page {
            continue;
        }
        let (low, high) = (page.min(other), page.max(other));
        let (front, back) = bytes.split_at_mut(high * PAGE);
        front[low * PAGE..][..PAGE].swap_with_slice(&mut back[..PAGE]);
        shelf.assert_found(&bytes, &format!("pages {low} and {high}")).await;
        shelf.read(&bytes, &mut found).await;
    }
    println!("{} pages exchanged: {found:?}", shelf.pages());
    assert_eq!(found.wrong_reads, Vec::<String>::new());
}
