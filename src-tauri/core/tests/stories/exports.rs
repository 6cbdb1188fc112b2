//! What leaves beside the words: what answers were made with; and how far all chats are on their
//! way out.

use std::io::{Cursor, Seek, SeekFrom, Write};
use std::sync::mpsc;

use algoagent_core::account::{self, WorkKind};
use algoagent_core::chat::{self, List};
use algoagent_core::context;
use algoagent_core::profile;
use algoagent_core::transfer::{self, Format, TransferError};
use serde_json::{Value, json};

use crate::contexts::named;
use crate::house::{House, ask, register, until_ended, within};
use crate::transfers::{exported, file, import, listed, shown};

#[tokio::test]
async fn what_answers_were_made_with_leaves_and_comes_in() {
    let (house, core, ada) = House::with_ada().await;
    let context = context::create(&ada, named("Trends")).await.unwrap().id;
    let mut events = ada.events().unwrap();
    let sent = chat::send(&ada, None, within(context), "Create a momentum strategy".into());
    let id = sent.await.unwrap().chat.id;
    until_ended(&mut events).await;
    // Each answer was told something else.
    let mut draft = named("Trends");
    draft.instructions = "Only large caps.".to_owned();
    context::update(&ada, context, draft).await.unwrap();
    let mut trader = profile::get(&ada).await.unwrap().draft;
    trader.goals = "Sleep well.".to_owned();
    profile::update(&ada, trader).await.unwrap();
    ask(&ada, Some(id), "stop at 4 %").await;
    ask(&ada, Some(id), "stop at 5 %").await;

    let json: Value = serde_json::from_str(&exported(&ada, id, Format::Json).await).unwrap();
    let numbers = |of: &str| -> Vec<Value> {
        json["messages"].as_array().unwrap().iter().map(|line| line[of].clone()).collect()
    };
    let told = json!([null, 1, null, 2, null, 2]);
    assert_eq!(json!([numbers("context"), numbers("profile")]), json!([told, told]));
    assert_eq!(json["contexts"][1]["instructions"], "Only large caps.");
    assert_eq!(json["contexts"][1]["number"], 2);
    assert_eq!(json["profiles"][1]["profile"]["goals"], "Sleep well.");

    let (grace, _) = register(&core, "grace").await;
    import(&grace, &file(&house, "chat.json", json.to_string())).await;
    let come = listed(&grace, List::Usual).await[0].id;
    let (theirs, ours) = (shown(&grace, come).await, shown(&ada, id).await);
    assert_eq!(theirs.len(), ours.len());
    for (theirs, ours) in theirs.iter().zip(&ours) {
        assert_eq!(
            chat::origin(&grace, theirs.id).await.unwrap(),
            chat::origin(&ada, ours.id).await.unwrap(),
        );
    }
    let again: Value = serde_json::from_str(&exported(&grace, come, Format::Json).await).unwrap();
    for same in ["messages", "contexts", "profiles"] {
        assert_eq!(again[same], json[same], "{same}");
    }
    assert_eq!(context::list(&grace).await.unwrap(), [], "it is no context of hers");
}

#[tokio::test]
async fn odd_things_that_answers_were_made_with_are_left_out() {
    let (house, _core, ada) = House::with_ada().await;
    let line = |id: u32, context: Value, profile: Value| {
        json!({
            "id": id, "role": "assistant", "text": "Hm.", "context": context, "profile": profile,
        })
    };
    let chat = json!({
        "format": "algoagent-chat", "version": 1, "title": "Odd", "messages": [
            line(1, json!(1), json!(1)), line(2, json!(2), json!(2)), line(3, json!("x"), json!([])),
            line(4, json!(4), json!(4)), line(5, json!(5), json!(null)),
        ],
        "contexts": [
            { "id": 1, "name": "", "instructions": "No name." },
            { "id": 2, "name": "Long", "instructions": "x".repeat(70_000) },
            { "id": 4, "name": "Late", "created_at": "2199-01-01T00:00:00Z", "data": [1] },
            { "id": 6, "name": "Nobody's", "instructions": "" },
            7,
        ],
        "profiles": [
            { "id": 1, "profile": { "goals": "No more." } },
            { "id": 2, "profile": "none" },
            { "id": 4, "created_at": "soon", "profile": {
                "risk_tolerance": "moderate", "timeframe": "1d", "symbols": ["\"; import os"],
                "goals": "", "preferences": "", "risk_parameters": {},
            } },
        ],
    });
    import(&ada, &file(&house, "odd.json", chat.to_string())).await;
    let id = listed(&ada, List::Usual).await[0].id;
    let json: Value = serde_json::from_str(&exported(&ada, id, Format::Json).await).unwrap();
    assert_eq!(json["profiles"], json!([]));
    let kept = json["contexts"].as_array().unwrap();
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!((&kept[0]["name"], &kept[0]["data"]), (&json!("Late"), &json!({})));
    assert!(kept[0]["created_at"].as_str() < Some("2199"), "{kept:?}");
}

/// A file whose writer waits at its first byte until it may go on.
struct Slow(Cursor<Vec<u8>>, Option<mpsc::Receiver<()>>);

impl Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if let Some(may) = self.1.take() {
            may.recv().ok();
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

impl Seek for Slow {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.0.seek(to)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_of_all_chats_tells_how_far_it_is_and_can_be_given_up() {
    let (_house, _core, ada) = House::with_ada().await;
    for question in ["What is ATR?", "What is ADX?", "What is RSI?"] {
        ask(&ada, None, question).await;
    }
    let (go_on, may) = mpsc::channel();
    let exporting = tokio::spawn({
        let ada = ada.clone();
        async move { transfer::write_chats(&ada, Slow(Cursor::default(), Some(may))).await.map(drop) }
    });
    let work = loop {
        match account::work(&ada).unwrap().filter(|work| work.total > 0) {
            Some(work) => break work,
            None => tokio::task::yield_now().await,
        }
    };
    assert_eq!((work.kind, work.total), (WorkKind::Export, 3));
    let second = transfer::write_chats(&ada, Cursor::new(Vec::new())).await;
    assert!(matches!(second, Err(TransferError::Busy)));
    account::cancel_work(&ada).unwrap();
    go_on.send(()).unwrap();
    let given_up = exporting.await.unwrap();
    assert!(matches!(given_up, Err(TransferError::Cancelled)), "{given_up:?}");
    assert_eq!(account::work(&ada).unwrap(), None);
    transfer::write_chats(&ada, Cursor::new(Vec::new())).await.unwrap();
}
