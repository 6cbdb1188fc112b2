//! Files that chats come in from: what ChatGPT exports, and files that are damaged, odd or hostile.

use std::io::{Cursor, Write as _};
use std::path::Path;

use algoagent_core::account::Session;
use algoagent_core::chat::{self, List, Role};
use algoagent_core::transfer::{self, Format, TransferError};
use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::house::House;
use crate::transfers::{exported, file, import, listed, shown};

const CHATGPT: &str = include_str!("../data/chatgpt.json");

fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).expect("begun");
        zip.write_all(bytes).expect("written");
    }
    zip.finish().expect("a zip").into_inner()
}

async fn refused(session: &Session, path: &Path) -> String {
    match transfer::import(session, path).await {
        Err(TransferError::Unusable(why)) => why,
        other => panic!("{}: {other:?}", path.display()),
    }
}

#[tokio::test]
async fn what_chatgpt_exports_comes_in_with_its_branches() {
    let (house, _core, ada) = House::with_ada().await;
    let path = file(&house, "conversations.json", CHATGPT);
    let imported = import(&ada, &path).await;
    assert_eq!((imported.chats, imported.messages), (2, 8), "{imported:?}");
    assert_eq!(imported.refused, ["“Nothing in it”: there is no message in it."]);
    let archived = &listed(&ada, List::Archived).await[0];
    assert_eq!(archived.title, "Mean reversion on ETFs");
    assert_eq!(archived.session_id, "67cf0000-aaaa-8000-9000-0123456789ab");
    assert_eq!(
        (archived.created_at.0, archived.updated_at.0),
        (1_741_600_000_123, 1_741_609_000_500)
    );
    let messages = shown(&ada, archived.id).await;
    let said: Vec<(Role, &str)> =
        messages.iter().map(|one| (one.role, one.text.as_str())).collect();
    assert_eq!(said[0], (Role::User, "How would you trade mean reversion on SPY?"));
    assert_eq!(
        said[1],
        (Role::Assistant, "```python\nimport pandas as pd\nprint(pd.__version__)\n```")
    );
    assert!(said[2].1.starts_with("Here it is:"));
    assert_eq!(
        said[3],
        (
            Role::User,
            "[image]\n\nDoes this curve look right?\n\nAnd what of the drawdown?\n\n[file]"
        )
    );
    assert_eq!(said[4], (Role::Assistant, "It does. The drawdown is 8 %."));
    assert_eq!(messages[1].siblings.len(), 2);
    assert_eq!(
        messages[1].thoughts.as_deref(),
        Some("A two-day RSI reacts fast enough.\n\nAn average is simpler than a target.")
    );
    assert_eq!(messages[2].model.as_deref(), Some("ChatGPT · o3"));
    assert_eq!(messages[2].strategies[0].name, "FastReversion");
    let other = chat::show(&ada, messages[1].siblings[0]).await.unwrap();
    assert_eq!(other.messages.len(), 2);
    assert_eq!(other.messages[1].model.as_deref(), Some("ChatGPT · gpt-4o"));
    let nameless = &listed(&ada, List::Usual).await[0];
    assert_eq!(nameless.title, "What is slippage?");
    let messages = shown(&ada, nameless.id).await;
    assert_eq!(messages[1].state, chat::MessageState::Interrupted);
    assert_eq!(messages[0].created_at.0, 1_741_700_000_000);
    // The whole export, in the newer pieces, with what else is in it.
    let list: Vec<Value> = serde_json::from_str(CHATGPT).unwrap();
    let (first, second) = (json!([list[0]]).to_string(), json!([list[1]]).to_string());
    let zip = zip_of(&[
        ("user.json", b"{\"id\":\"user-1\"}"),
        ("export/conversations-000.json", first.as_bytes()),
        ("export/conversations-001.json", second.as_bytes()),
        ("shared_conversations.json", b"[]"),
        ("chat.html", b"<html>"),
        ("file-1-curve.png", b"\x89PNG"),
    ]);
    let again = import(&ada, &file(&house, "export.zip", zip)).await;
    assert_eq!((again.chats, again.known, &again.refused), (0, 2, &Vec::new()));
}

/// One of our chats with these messages.
fn document(messages: &Value) -> Value {
    json!({ "format": "algoagent-chat", "version": 1, "title": "T", "messages": messages })
}

#[tokio::test]
async fn files_that_hold_no_chats_are_refused_with_what_is_wrong() {
    let (house, _core, ada) = House::with_ada().await;
    let message = |id: Value, parent: Value| json!({ "id": id, "parent": parent, "role": "user", "text": "x" });
    let long = "x".repeat(4 * 1024 * 1024 + 1);
    let newer = json!({ "format": "algoagent-chat", "version": 2, "messages": {} });
    let files: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty", Vec::new(), "is empty"),
        ("blank", b"\xef\xbb\xbf \n\n".to_vec(), "holds no chats"),
        ("text", b"hello".to_vec(), "holds no chats"),
        ("half", b"{\"format\":\"algoagent-chat\",\"vers".to_vec(), "ends in the middle"),
        (
            "utf8",
            b"{\"format\":\"algoagent-chat\",\"title\":\"\xff\"}".to_vec(),
            "damaged at line 1",
        ),
        ("nan", b"{\"format\":\"algoagent-chat\",\"version\":NaN}".to_vec(), "damaged at line 1"),
        ("other", b"{\"format\":\"something\"}".to_vec(), "no chat of AlgoAgent"),
        ("array", b"[]".to_vec(), "empty list"),
        ("newer", newer.to_string().into(), "format 2; this one reads 1"),
        ("deep", "[".repeat(1_000_000).into(), "can't be read on"),
        ("nothing", document(&json!([])).to_string().into(), "no message in it"),
        ("odd", document(&json!("?")).to_string().into(), "no message in it"),
        ("nobody", document(&json!([{ "id": 1, "text": "x" }])).to_string().into(), "who wrote it"),
        ("self", document(&json!([message(json!(1), json!(1))])).to_string().into(), "in a circle"),
        (
            "circle",
            document(&json!([
                message(json!(1), json!(null)),
                message(json!(2), json!(3)),
                message(json!(3), json!(2))
            ]))
            .to_string()
            .into(),
            "in a circle",
        ),
        ("missing", document(&json!([message(json!(1), json!(5))])).to_string().into(), "missing"),
        (
            "twice",
            document(&json!([message(json!(1), json!(null)), message(json!("1"), json!(null))]))
                .to_string()
                .into(),
            "same id",
        ),
        (
            "long",
            document(&json!([{ "id": 1, "role": "user", "text": long }])).to_string().into(),
            "4 MiB",
        ),
        ("zip.zip", b"PK\x03\x04 and no more".to_vec(), "zip file is damaged"),
        ("none.zip", zip_of(&[("../../readme.txt", b"hello")]), "no chats in this zip"),
        ("void.zip", zip_of(&[]), "no chats in this zip"),
        (
            "odd.zip",
            zip_of(&[("chats/x.json", b"\x00\x01")]),
            "\"x.json\" in the zip holds no chats",
        ),
    ];
    for (name, bytes, why) in files {
        let said = refused(&ada, &file(&house, name, bytes)).await;
        assert!(said.contains(why), "{name}: {said}");
    }
    assert!(refused(&ada, house.path()).await.contains("folder"));
    assert!(refused(&ada, &house.path().join("nowhere")).await.contains("can't be read"));
    #[cfg(unix)]
    assert!(refused(&ada, Path::new("/dev/zero")).await.contains("no file"));
    assert_eq!(listed(&ada, List::Usual).await, []);
}

#[tokio::test]
async fn odd_fields_are_nothing_and_one_bad_chat_keeps_no_other_out() {
    let (house, _core, ada) = House::with_ada().await;
    let odd = json!({
        "format": "algoagent-chat", "version": 1, "session_id": ["x"], "title": "  a\u{0}\n b  ",
        "titled": "yes", "created_at": "9999-12-31T23:59:59Z", "updated_at": 1e300, "pinned": 3,
        "archived": {}, "context": "none", "shown": "nowhere", "unknown": [[{}]],
        "messages": [
            3, null, "x",
            { "id": 2, "parent": 1, "role": "assistant", "state": "glowing", "text": "**b**",
              "usage": { "input": -1 }, "cost": "free", "service_kind": "carrier pigeon",
              "problem": { "code": "who knows" }, "left_out": 1e99, "parameters": [1, 2],
              "opaque": { "secret": true }, "created_at": false },
            { "id": 1, "role": "user", "text": "a" },
        ],
    });
    let good = document(&json!([{ "id": 1, "role": "user", "text": "good" }])).to_string();
    let bad =
        document(&json!([{ "id": 1, "parent": 1, "role": "user", "text": "bad" }])).to_string();
    let zip = zip_of(&[
        ("chats/bad.json", bad.as_bytes()),
        ("chats/torn.json", &good.as_bytes()[..50]),
        ("odd.json", odd.to_string().as_bytes()),
        ("elsewhere/good.json", good.as_bytes()),
    ]);
    let imported = import(&ada, &file(&house, "some.zip", zip)).await;
    assert_eq!((imported.chats, imported.messages), (2, 3), "{imported:?}");
    assert_eq!(imported.refused.len(), 2, "{:?}", imported.refused);
    assert!(imported.refused[0].contains("circle") && imported.refused[1].contains("torn.json"));
    let chats = listed(&ada, List::Usual).await;
    let odd = chats.iter().find(|chat| chat.title == "a b").expect("it came in");
    assert!(odd.created_at <= house.now() && odd.updated_at <= house.now());
    let messages = shown(&ada, odd.id).await;
    assert_eq!(messages.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["a", "**b**"]);
    assert!(!exported(&ada, odd.id, Format::Json).await.contains("secret"));
    let cut = good.replace("good", "cut \\ud83d");
    assert_eq!(import(&ada, &file(&house, "cut.json", &cut)).await.chats, 1);
    // What of a list came before damage stays.
    let list: Vec<Value> = serde_json::from_str(CHATGPT).unwrap();
    let text = json!([list[0], 5, list[1]]).to_string();
    let imported = import(&ada, &file(&house, "torn.json", &text[..text.len() - 20])).await;
    assert_eq!((imported.chats, imported.refused.len()), (1, 2), "{:?}", imported.refused);
    assert!(imported.refused[1].contains("after 2 chats"), "{:?}", imported.refused);
    let many = format!("[{}5]", "5,".repeat(300));
    let many = refusals(&ada, &file(&house, "many.json", many)).await;
    assert_eq!((many.len(), many[99].as_str()), (100, "And 202 more."));
}

async fn refusals(session: &Session, path: &Path) -> Vec<String> {
    import(session, path).await.refused
}

#[tokio::test]
async fn a_very_deep_chat_comes_in_and_leaves() {
    let (house, _core, ada) = House::with_ada().await;
    let deep: i64 = 3_000;
    let messages: Vec<Value> = (0..deep)
        .map(|id| {
            let parent = (id > 0).then(|| id - 1);
            json!({ "id": id, "parent": parent, "role": "user", "text": "x" })
        })
        .collect();
    let path = file(&house, "deep.json", document(&json!(messages)).to_string());
    assert_eq!(i64::from(import(&ada, &path).await.messages), deep);
    let chat = &listed(&ada, List::Usual).await[0];
    assert_eq!(i64::from(chat.message_count), deep);
    let text = exported(&ada, chat.id, Format::Markdown).await;
    assert_eq!(text.matches("\n## You\n").count(), 3_000);
}
