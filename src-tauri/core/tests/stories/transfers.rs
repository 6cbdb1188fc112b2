//! Chats that leave as files and come in from them.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};

use algoagent_core::account::Session;
use algoagent_core::chat::{
    self, Chat, ChatError, ChatEvent, DraftPlace, List, Message, Place, UsedBy,
};
use algoagent_core::clock::Timestamp;
use algoagent_core::context::{self, ContextDraft};
use algoagent_core::ids::ChatId;
use algoagent_core::search;
use algoagent_core::transfer::{self, Format, Imported, TransferError};
use serde_json::{Value, json};
use zip::ZipArchive;

use crate::house::{House, ask, register, until_ended, within};
use crate::service::{KEY, Reply, Service};

pub(crate) async fn listed(session: &Session, list: List) -> Vec<Chat> {
    chat::list(session, list, None, 200).await.expect("listed").chats
}

/// The branch that is shown.
pub(crate) async fn shown(session: &Session, chat: ChatId) -> Vec<Message> {
    let (mut all, mut place) = (Vec::new(), Place::Newest);
    loop {
        let page = chat::open(session, chat, place).await.expect("open");
        let first = page.messages.first().map(|first| first.id);
        all.splice(0..0, page.messages);
        match first.filter(|_| page.has_older) {
            Some(first) => place = Place::Before(first),
            None => return all,
        }
    }
}

/// What of a branch is the same in every vault.
async fn told(session: &Session, chat: ChatId) -> Vec<Value> {
    let same = |message: &Message| {
        json!({
            "role": message.role, "state": message.state, "text": message.text,
            "thoughts": message.thoughts, "model": message.model, "usage": message.usage,
            "cost": message.cost, "siblings": message.siblings.len(),
            "place": message.siblings.iter().position(|one| *one == message.id),
            "strategies": message.strategies.iter().map(|mark| (&mark.name, mark.version)).collect::<Vec<_>>(),
            "created_at": message.created_at, "ended_at": message.ended_at,
            "problem": message.problem, "goes_on": message.goes_on,
        })
    };
    shown(session, chat).await.iter().map(same).collect()
}

pub(crate) async fn exported(session: &Session, chat: ChatId, format: Format) -> String {
    let out = transfer::write_chat(session, chat, format, Vec::new()).await.expect("written");
    String::from_utf8(out).expect("text")
}

async fn zipped(session: &Session) -> Vec<u8> {
    transfer::write_chats(session, Cursor::new(Vec::new())).await.expect("written").into_inner()
}

fn entries(zip: &[u8]) -> BTreeMap<String, String> {
    let mut zip = ZipArchive::new(Cursor::new(zip)).expect("a zip");
    let mut all = BTreeMap::new();
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).expect("an entry");
        let mut text = String::new();
        entry.read_to_string(&mut text).expect("text");
        all.insert(entry.name().expect("a name").into_owned(), text);
    }
    all
}

pub(crate) fn file(house: &House, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = house.path().join(name);
    std::fs::write(&path, bytes).expect("written");
    path
}

pub(crate) async fn import(session: &Session, path: &Path) -> Imported {
    transfer::import(session, path).await.expect("taken in")
}

/// A chat with an edited question and an answer that was asked for twice.
async fn branched(session: &Session, name: &str) -> ChatId {
    let (sent, first) =
        ask(session, None, &format!("Create a momentum strategy for AAPL, {name}")).await;
    ask(session, Some(sent.chat.id), "add a 100-day trend filter").await;
    let mut events = session.events().expect("signed in");
    chat::try_again(session, first.id).await.expect("asked again");
    let (_, again) = until_ended(&mut events).await;
    let edited =
        chat::edit(session, sent.question.id, "Create a breakout strategy for MSFT".to_owned());
    edited.await.expect("edited");
    until_ended(&mut events).await;
    chat::show(session, again.id).await.expect("shown");
    ask(session, Some(sent.chat.id), "Use a stop of 3 %").await;
    sent.chat.id
}

#[tokio::test]
async fn a_chat_with_branches_leaves_and_comes_in_elsewhere_as_it_was() {
    let (house, core, ada) = House::with_ada().await;
    let draft = |name: &str| ContextDraft {
        name: name.to_owned(),
        instructions: "Only liquid names.".to_owned(),
        data: serde_json::Map::new(),
        active: true,
        model: None,
    };
    let large = context::create(&ada, draft("Large caps")).await.unwrap();
    let id = branched(&ada, "please").await;
    chat::link_context(&ada, id, Some(large.id)).await.unwrap();
    chat::rename(&ada, id, "Momentum / the \"good\" one").await.unwrap();
    chat::pin(&ada, id, true).await.unwrap();
    let json = exported(&ada, id, Format::Json).await;
    let path = file(&house, "chat.json", &json);

    let (grace, _) = register(&core, "grace").await;
    let theirs = context::create(&grace, draft("Large caps")).await.unwrap();
    let mut events = grace.events().unwrap();
    let imported = import(&grace, &path).await;
    assert_eq!((imported.chats, imported.known, &imported.refused), (1, 0, &Vec::new()));
    assert!(matches!(events.recv().await, Ok(ChatEvent::ListChanged)));
    let mine = &listed(&ada, List::Usual).await[0];
    let come = &listed(&grace, List::Usual).await[0];
    assert_eq!((&come.title, &come.session_id), (&mine.title, &mine.session_id));
    assert_eq!((come.created_at, come.updated_at), (mine.created_at, mine.updated_at));
    assert_eq!((come.pinned, come.context_id), (true, Some(theirs.id)));
    assert_eq!(come.message_count, mine.message_count);
    assert_eq!(told(&grace, come.id).await, told(&ada, id).await);
    // The other branches too.
    for (reader, chat) in [(&ada, id), (&grace, come.id)] {
        let first = &shown(reader, chat).await[0];
        chat::show(reader, first.siblings[1]).await.unwrap();
    }
    assert_eq!(told(&grace, come.id).await, told(&ada, id).await);
    assert_eq!(shown(&grace, come.id).await[0].text, "Create a breakout strategy for MSFT");
    let found = search::Query { text: "trend filter".to_owned(), ..search::Query::default() };
    assert!(!search::search(&grace, &found).await.unwrap().messages.is_empty());
    // It can be gone on with, and leaves again as it came.
    let path = file(&house, "again.json", exported(&grace, come.id, Format::Json).await);
    assert_eq!(import(&ada, &path).await.known, 1);
    let (_, answer) = ask(&grace, Some(come.id), "Use a stop of 5 %").await;
    assert_eq!(answer.state, chat::MessageState::Done);
}

#[tokio::test]
async fn what_came_in_costs_nothing_and_importing_twice_changes_nothing() {
    let (house, core, ada) = House::with_ada().await;
    let id = branched(&ada, "please").await;
    let mut json: Value = serde_json::from_str(&exported(&ada, id, Format::Json).await).unwrap();
    let answer = &mut json["messages"][1];
    answer["usage"] = json!({ "input": 1000, "output": 200, "cached": 10 });
    answer["cost"] = json!(0.25);
    answer["state"] = json!("writing");
    let path = file(&house, "chat.json", json.to_string());
    let (grace, _) = register(&core, "grace").await;
    let imported = import(&grace, &path).await;
    assert_eq!(imported.messages as usize, json["messages"].as_array().unwrap().len());
    let before = exported(&grace, listed(&grace, List::Usual).await[0].id, Format::Json).await;
    assert!(before.contains("\"cost\":0.25") && before.contains("\"state\":\"interrupted\""));
    assert!(!before.contains("\"state\":\"writing\""));
    assert_eq!(chat::used(&grace, UsedBy::Model, Timestamp(0), 0).await.unwrap(), []);
    let again = import(&grace, &path).await;
    assert_eq!((again.chats, again.messages, again.known), (0, 0, 1));
    let chats = listed(&grace, List::Usual).await;
    assert_eq!(chats.len(), 1);
    assert_eq!(exported(&grace, chats[0].id, Format::Json).await, before);
    // One that was just deleted isn't brought back behind the person's back.
    chat::delete(&grace, chats[0].id).await.unwrap();
    let deleted = import(&grace, &path).await;
    assert_eq!((deleted.chats, deleted.known, deleted.refused.len()), (0, 1, 1));
    assert!(deleted.refused[0].contains("deleted here a moment ago"), "{:?}", deleted.refused);
    let gone = transfer::write_chat(&grace, chats[0].id, Format::Json, Vec::new()).await;
    assert!(matches!(gone, Err(TransferError::NotFound)));
}

#[tokio::test]
async fn all_chats_leave_as_a_zip_and_come_in_again() {
    let (house, core, ada) = House::with_ada().await;
    let ids =
        [branched(&ada, "one").await, branched(&ada, "two").await, branched(&ada, "three").await];
    chat::rename(&ada, ids[0], "../con\\..: a|b?*<\u{202e}>").await.unwrap();
    chat::rename(&ada, ids[1], "移動平均 …").await.unwrap();
    chat::archive(&ada, ids[1], true).await.unwrap();
    chat::delete(&ada, ids[2]).await.unwrap();
    let zip = zipped(&ada).await;
    let files = entries(&zip);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    let stem = |slug: &str, id: ChatId| format!("chats/2027-01-15-{slug}-{id}");
    let (one, two) = (stem("con-a-b", ids[0]), stem("移動平均", ids[1]));
    let expected = [
        "README.txt",
        &format!("{one}.json"),
        &format!("{one}.md"),
        &format!("{two}.json"),
        &format!("{two}.md"),
    ];
    assert_eq!(names, expected);
    assert_eq!(files[&format!("{one}.json")], exported(&ada, ids[0], Format::Json).await);
    let path = file(&house, "all.zip", &zip);
    let (grace, _) = register(&core, "grace").await;
    let imported = import(&grace, &path).await;
    assert_eq!((imported.chats, imported.known, &imported.refused), (2, 0, &Vec::new()));
    let usual = listed(&grace, List::Usual).await;
    let archived = listed(&grace, List::Archived).await;
    assert_eq!((usual.len(), archived.len()), (1, 1));
    assert_eq!(told(&grace, archived[0].id).await, told(&ada, ids[1]).await);
    assert_eq!(import(&grace, &path).await.known, 2);
    assert_eq!(import(&ada, &path).await.known, 2);
}

#[tokio::test]
async fn no_key_and_nothing_that_only_a_service_understands_leaves() {
    let (_house, _core, ada) = House::with_ada().await;
    let signature = "c2lnbmVkLWJ5LXRoZS1zZXJ2aWNl";
    let event = json!({ "candidates": [{
        "content": { "parts": [{ "text": "Said.", "thoughtSignature": signature }] },
        "finishReason": "STOP",
    }], "usageMetadata": { "promptTokenCount": 900, "candidatesTokenCount": 40 } });
    let reply = Reply::new("200 OK", "text/event-stream", &format!("data: {event}\r\n\r\n"));
    let service = Service::chosen_by(&ada, vec![reply]).await;
    let (sent, _) = ask(&ada, None, "What is drawdown?").await;
    ask(&ada, Some(sent.chat.id), "And how long?").await;
    let told = service.asked().iter().any(|asked| format!("{asked:?}").contains(signature));
    assert!(told, "it is kept, for the service wants it back");
    let mut all = entries(&zipped(&ada).await);
    all.insert("json".to_owned(), exported(&ada, sent.chat.id, Format::Json).await);
    all.insert("markdown".to_owned(), exported(&ada, sent.chat.id, Format::Markdown).await);
    for (name, text) in all {
        for secret in [KEY, signature, "opaque", &service.url] {
            assert!(!text.contains(secret), "{secret} in {name}");
        }
        assert!(name == "README.txt" || text.contains("Said."), "{name}");
    }
}

#[tokio::test]
async fn a_chat_as_markdown_is_the_branch_that_is_shown() {
    let (_house, _core, ada) = House::with_ada().await;
    let large = ContextDraft {
        name: "Large caps".to_owned(),
        instructions: String::new(),
        data: serde_json::Map::new(),
        active: true,
        model: None,
    };
    let large = context::create(&ada, large).await.unwrap();
    let mut events = ada.events().unwrap();
    let question = "Create a momentum strategy.\n\n## You\n\n```python\nx = 1";
    let sent = chat::send(&ada, None, within(large.id), question.to_owned()).await.unwrap();
    let (_, answer) = until_ended(&mut events).await;
    let stopped =
        chat::send(&ada, Some(sent.chat.id), Default::default(), "And a stop?".to_owned());
    let stopped = stopped.await.unwrap();
    chat::stop(&ada, stopped.answer.id).await.unwrap();
    until_ended(&mut events).await;
    chat::rename(&ada, sent.chat.id, "My *best*\none").await.unwrap();
    let text = exported(&ada, sent.chat.id, Format::Markdown).await;
    let by = answer.model.unwrap();
    let head = format!(
        "# My \\*best\\* one\n\n2027-01-15 08:00 UTC · Context: Large caps · Model: {by}\n\n## You\n\n*2027-01-15 08:00 UTC*\n\n{question}\n```\n\n## {by}\n\n*2027-01-15 08:00 UTC*\n\n{}",
        answer.text
    );
    assert!(text.starts_with(&head), "{text}\n---\n{head}");
    assert!(text.ends_with("\n> This answer was stopped.\n"), "{text}");
    let name = transfer::suggested_name(&ada, sent.chat.id, Format::Markdown).await.unwrap();
    assert_eq!(name, "my-best-one.md");
    let gone = transfer::write_chat(&ada, ChatId(77), Format::Markdown, Vec::new()).await;
    assert!(matches!(gone, Err(TransferError::NotFound)));
}

#[tokio::test]
async fn nobody_imports_or_exports_after_signing_out() {
    let (house, _core, ada) = House::with_ada().await;
    let id = branched(&ada, "please").await;
    let path = file(&house, "chat.json", exported(&ada, id, Format::Json).await);
    ada.end().await;
    let refused = transfer::import(&ada, &path).await;
    assert!(matches!(refused, Err(TransferError::Locked(_))), "{refused:?}");
    let refused = transfer::write_chats(&ada, Cursor::new(Vec::new())).await.map(drop);
    assert!(matches!(refused, Err(TransferError::Locked(_))), "{refused:?}");
    let locked = chat::list(&ada, List::Usual, None, 1).await;
    assert!(matches!(locked, Err(ChatError::Locked(_))));
}

/// What was typed in a chat and not sent: at which text, and what.
async fn typed(session: &Session, id: ChatId) -> Vec<(Option<String>, String)> {
    let shown = shown(session, id).await;
    let text = |id| shown.iter().find(|message| message.id == id).map(|one| one.text.clone());
    let drafts = chat::drafts(session).await.expect("drafts").into_iter();
    let here = drafts.filter_map(|draft| match draft.place {
        DraftPlace::Chat { chat_id } if chat_id == Some(id) => Some((None, draft.text)),
        DraftPlace::Question { chat_id, message_id } if chat_id == id => {
            Some((text(message_id), draft.text))
        }
        _ => None,
    });
    here.collect()
}

#[tokio::test]
async fn what_was_typed_and_what_was_summarised_leave_and_come_in() {
    let (house, core, ada) = House::with_ada().await;
    let (sent, answer) = ask(&ada, None, "Create a momentum strategy for AAPL").await;
    let id = sent.chat.id;
    let question = DraftPlace::Question { chat_id: id, message_id: sent.question.id };
    let next = DraftPlace::Chat { chat_id: Some(id) };
    for (place, text) in [(next, "And a stop"), (question, "Create a bre")] {
        let draft = chat::Draft { place, text: text.to_owned() };
        chat::save_draft(&ada, draft).await.unwrap();
    }
    let mut json: Value = serde_json::from_str(&exported(&ada, id, Format::Json).await).unwrap();
    assert_eq!(json["summaries"], json!([]));
    let summary = json!({
        "message": 2, "messages": 2, "created_at": "2027-01-15T08:00:00Z",
        "model": "Gemini", "text": "They want momentum.",
    });
    json["summaries"] = json!([summary]);
    let (grace, _) = register(&core, "grace").await;
    import(&grace, &file(&house, "chat.json", json.to_string())).await;
    let come = listed(&grace, List::Usual).await[0].id;
    assert_eq!(typed(&grace, come).await, typed(&ada, id).await);
    let open = chat::open(&grace, come, Place::Newest).await.unwrap();
    let [made] = &open.summaries[..] else { panic!("{:?}", open.summaries) };
    assert_eq!((made.message_id, made.messages), (open.messages[1].id, 2));
    assert_eq!(open.messages[1].text, answer.text);
    assert_eq!((&*made.model, &*made.text), ("Gemini", "They want momentum."));
    // It leaves again as it came, and nothing of it was used here.
    let again: Value = serde_json::from_str(&exported(&grace, come, Format::Json).await).unwrap();
    assert_eq!((&again["drafts"], &again["summaries"]), (&json["drafts"], &json["summaries"]));
    assert_eq!(chat::used(&grace, UsedBy::Model, Timestamp(0), 0).await.unwrap(), []);
    let read = exported(&ada, id, Format::Markdown).await;
    assert!(!read.contains("And a stop"), "what was not said is nobody's to read");
}

#[tokio::test]
async fn odd_drafts_and_summaries_of_a_file_are_left_out() {
    let (house, core, ada) = House::with_ada().await;
    let (sent, _) = ask(&ada, None, "Create a momentum strategy for AAPL").await;
    let mut odd: Value =
        serde_json::from_str(&exported(&ada, sent.chat.id, Format::Json).await).unwrap();
    let (grace, _) = register(&core, "grace").await;
    // What was typed before anything was said is a chat too.
    let first = json!({
        "format": "algoagent-chat", "version": 1, "title": "Ideas", "messages": [],
        "drafts": [{ "message": null, "text": "A breakout" }],
    });
    import(&grace, &file(&house, "first.json", first.to_string())).await;
    let begun = listed(&grace, List::Usual).await[0].id;
    assert_eq!(typed(&grace, begun).await, [(None, "A breakout".to_owned())]);
    chat::delete(&grace, begun).await.unwrap();
    let drafts = json!([
        { "message": 2, "text": "of an answer" }, { "message": 9, "text": "of nothing" },
        { "message": 1, "text": "first" }, { "message": 1, "text": "last", "updated_at": 9e20 },
        { "text": "" }, { "message": [], "text": "next" }, null, 7,
        { "message": 1, "text": "x".repeat(1024 * 1024 + 1) },
    ]);
    odd["drafts"] = drafts;
    odd["summaries"] = json!([
        { "message": 2, "messages": 4e9, "text": "all" }, { "message": 9, "text": "of nothing" },
        { "text": "of nothing" }, { "message": 1 }, "x",
        { "message": 1, "text": "x".repeat(64 * 1024 + 1) },
    ]);
    import(&grace, &file(&house, "odd.json", odd.to_string())).await;
    let come = listed(&grace, List::Usual).await[0].id;
    let question = "Create a momentum strategy for AAPL".to_owned();
    assert_eq!(
        typed(&grace, come).await,
        [(None, "next".to_owned()), (Some(question), "last".to_owned())]
    );
    let open = chat::open(&grace, come, Place::Newest).await.unwrap();
    let [made] = &open.summaries[..] else { panic!("{:?}", open.summaries) };
    assert_eq!((made.messages, &*made.text), (2, "all"));
}
