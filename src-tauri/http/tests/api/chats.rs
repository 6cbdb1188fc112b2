//! Questions, answers and chats.

use algoagent_core::account::DoorKind;
use algoagent_core::chat::{self, Named, New};
use algoagent_core::{account, ids::ChatId};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::house::{House, PASSWORD};

const CHAT: &str = "/api/auth/chat/";
const ALL: &str = "/api/auth/chat-sessions/";

#[tokio::test]
async fn a_question_is_answered_continued_listed_and_read_back() {
    let house = House::open().await;
    let client = house.person("ada").await;
    let first = client.ask(json!({ "message": "Create a momentum strategy for AAPL" })).await;
    assert_eq!(first.text("/user_message"), "Create a momentum strategy for AAPL");
    assert!(first.text("/ai_response").contains("class "));
    assert_eq!(first.body["tokens_used"], json!(null), "the built-in model counts none");
    let strategy = first.number("/generated_strategy_id");
    let session_id = first.text("/session_id");

    house.pass(1);
    let next = json!({ "message": "What is drawdown?", "session_id": session_id });
    let second = client.ask(next).await;
    assert_eq!(second.text("/session_id"), session_id);
    assert_eq!(second.body["generated_strategy_id"], json!(null));

    let listed = client.get(ALL).await;
    assert_eq!(listed.number("/count"), 1);
    let row = &listed.body["results"][0];
    assert_eq!(row["message_count"], 4);
    assert_eq!(row["generated_strategies"], json!([strategy]));
    assert_eq!(row["title"], second.body["title"]);
    assert_eq!((&row["is_active"], &row["ai_context"]), (&json!(true), &json!(null)));
    assert!(row.get("chat_messages").is_none() && row.get("messages").is_none());

    let by_id = client.get(&format!("{ALL}{}/", row["id"])).await;
    let by_session = client.get(&format!("{ALL}{session_id}/")).await;
    assert_eq!(by_id.body, by_session.body);
    let messages = by_id.body["chat_messages"].as_array().expect("messages");
    let told: Vec<_> = messages.iter().map(|one| (&one["role"], &one["content"])).collect();
    let answers = [&first.body["ai_response"], &second.body["ai_response"]];
    assert_eq!(told[0], (&json!("user"), &first.body["user_message"]));
    assert_eq!(told[1], (&json!("assistant"), answers[0]));
    assert_eq!(told[2], (&json!("user"), &json!("What is drawdown?")));
    assert_eq!(told[3], (&json!("assistant"), answers[1]));
    assert_eq!(messages[1]["metadata"]["strategies"], json!([strategy]));
    let short: Vec<_> = by_id.body["messages"].as_array().unwrap().iter().collect();
    assert_eq!(short.len(), 4);
    assert_eq!(short[3]["timestamp"], messages[3]["created_at"]);
}

#[tokio::test]
async fn a_number_without_a_fraction_is_an_integer_however_it_is_written() {
    let house = House::open().await;
    let client = house.person("ada").await;
    let context = client.post("/api/auth/ai-contexts/", json!({ "session_name": "Trend" })).await;
    let id = context.number("/id");
    let written: Value = serde_json::from_str(&format!("{id}.0")).expect("a number");
    let made = client.post(ALL, json!({ "ai_context": written })).await;
    assert_eq!((made.status, made.number("/ai_context")), (201, id), "{}", made.body);
    let asked = json!({ "message": "What is drawdown?", "ai_context_id": written });
    client.ask(asked).await;
    for bad in [json!(1.5), json!("1"), json!([1]), json!(1e300)] {
        client.post(ALL, json!({ "ai_context": bad })).await.refuses("ai_context");
        client
            .post(CHAT, json!({ "message": "x", "ai_context_id": bad }))
            .await
            .refuses("ai_context_id");
    }
    let large = json!(i64::MAX);
    client.post(ALL, json!({ "ai_context": large })).await.is(404, "not_found");
}

#[tokio::test]
async fn a_change_of_which_a_part_is_refused_changes_nothing() {
    let house = House::open().await;
    let client = house.person("ada").await;
    let context = client.post("/api/auth/ai-contexts/", json!({ "session_name": "Trend" })).await;
    let made = client.post(ALL, json!({ "title": "Kept" })).await;
    let path = format!("{ALL}{}/", made.number("/id"));
    let untitled = json!({ "title": " ", "ai_context": context.number("/id"), "is_active": false });
    client.patch(&path, untitled).await.refuses("title");
    let unlinked = json!({ "title": "Changed", "ai_context": i64::MAX });
    client.patch(&path, unlinked).await.is(404, "not_found");
    assert_eq!(client.get(&path).await.body, made.body);
}

#[tokio::test]
async fn a_chat_is_linked_titled_and_answered_by_what_the_question_names() {
    let house = House::open().await;
    let client = house.person("ada").await;
    let context = client.post("/api/auth/ai-contexts/", json!({ "session_name": "Trend" })).await;
    let asked = json!({
        "message": "Hello",
        "title": "  Mine  ",
        "ai_context_id": context.body["id"],
        "model": "built-in",
        "session_id": null,
    });
    let answer = client.ask(asked).await;
    assert_eq!(answer.text("/title"), "Mine", "the answer gives it no other");
    let path = format!("{ALL}{}/", answer.text("/session_id"));
    let details = client.get(&path).await;
    assert_eq!(details.body["ai_context"], context.body["id"]);
    assert_eq!(details.text("/ai_context_name"), "Trend");
    let unlinked = client.patch(&path, json!({ "ai_context": null })).await;
    assert_eq!(unlinked.body["ai_context"], json!(null));
    let asked = json!({
        "message": "And now?",
        "session_id": answer.body["session_id"],
        "ai_context_id": context.body["id"],
        "title": "Another",
    });
    assert_eq!(client.ask(asked).await.text("/title"), "Another");
    assert_eq!(client.get(&path).await.body["ai_context"], context.body["id"]);
    let renamed = client.put(&path, json!({ "title": "Third", "id": 77 })).await;
    assert_eq!(renamed.text("/title"), "Third");
    assert_eq!(renamed.body["ai_context"], context.body["id"], "what is left out stays");
}

#[tokio::test]
async fn a_question_that_cannot_be_asked_is_refused_and_changes_nothing() {
    let house = House::open().await;
    let client = house.person("ada").await;
    let long = "x".repeat(256 * 1024 + 1);
    for (field, body) in [
        ("message", json!({})),
        ("message", json!({ "message": null })),
        ("message", json!({ "message": "" })),
        ("message", json!({ "message": " \n " })),
        ("message", json!({ "message": 5 })),
        ("message", json!({ "message": long })),
        ("title", json!({ "message": "Hi", "title": "x".repeat(201) })),
        ("title", json!({ "message": "Hi", "title": " " })),
        ("model", json!({ "message": "Hi", "model": "nobody's" })),
        ("session_id", json!({ "message": "Hi", "session_id": 5 })),
        ("ai_context_id", json!({ "message": "Hi", "ai_context_id": "x" })),
    ] {
        client.post(CHAT, body).await.refuses(field);
    }
    for body in [
        json!({ "message": "Hi", "session_id": "2b8a2fb5-5a2c-4a0e-9f3a-1d1f3c2f7b11" }),
        json!({ "message": "Hi", "session_id": "not a uuid" }),
        json!({ "message": "Hi", "ai_context_id": 99 }),
    ] {
        client.post(CHAT, body).await.is(404, "not_found");
    }
    assert_eq!(client.get(ALL).await.number("/count"), 0);
    assert_eq!(client.ask(json!({ "message": "x".repeat(256 * 1024) })).await.status, 200);
}

#[tokio::test]
async fn a_chat_can_be_made_before_anything_is_asked() {
    let house = House::open().await;
    let client = house.person("ada").await;
    let made = client.post(ALL, json!({ "title": "Plans" })).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.number("/message_count"), 0);
    assert_eq!(made.body["messages"], json!([]));
    let untitled = client.act(ALL).await;
    assert_eq!(untitled.status, 201);
    let asked = json!({ "message": "What is drawdown?", "session_id": made.body["session_id"] });
    assert_eq!(client.ask(asked).await.text("/title"), "Plans");
    client.post(ALL, json!({ "ai_context": 99 })).await.is(404, "not_found");
    client.post(ALL, json!({ "title": "x".repeat(201) })).await.refuses("title");
    let path = format!("{ALL}{}/", untitled.number("/id"));
    assert_eq!(client.delete(&path).await.status, 204);
    client.get(&path).await.is(404, "not_found");
    assert_eq!(client.get(ALL).await.number("/count"), 1);
}

#[tokio::test]
async fn an_ended_chat_goes_on_at_the_window_alone_or_when_its_end_is_taken_back() {
    let house = House::open().await;
    let client = house.person("ada").await;
    let answer = client.ask(json!({ "message": "Hello" })).await;
    let session_id = answer.body["session_id"].clone();
    let path = format!("{ALL}{}/", answer.text("/session_id"));
    let ended = client.act(&format!("{path}end_session/")).await;
    assert_eq!((ended.status, &ended.body["session"]["is_active"]), (200, &json!(false)));
    let next = json!({ "message": "And?", "title": "Another", "session_id": session_id });
    client.post(CHAT, next.clone()).await.is(409, "session_ended");
    let kept = client.get(&path).await;
    assert_eq!((kept.number("/message_count"), kept.text("/title")), (2, answer.text("/title")));
    let on = client.patch(&path, json!({ "is_active": true })).await;
    assert_eq!(on.body["is_active"], true);
    client.ask(next).await;

    client.act(&format!("{path}end_session/")).await;
    let password = Zeroizing::new(PASSWORD.to_owned());
    let window = account::sign_in(&house.core, DoorKind::Desktop, "ada", password).await;
    let window = window.expect("signed in");
    let id = ChatId(kept.number("/id"));
    let mut events = window.events().expect("open");
    chat::send(&window, Some(id), New::default(), "Hm?".to_owned()).await.expect("sent");
    while !matches!(events.recv().await, Ok(chat::ChatEvent::Ended { .. })) {}
    assert!(!chat::find(&window, &Named::Id(id)).await.expect("there").ended);
}

#[tokio::test]
async fn lists_hold_pinned_and_archived_chats_in_the_order_of_their_last_change() {
    let house = House::open().await;
    let client = house.person("ada").await;
    let mut ids = Vec::new();
    for n in 0..6 {
        house.pass(1);
        ids.push(client.post(ALL, json!({ "title": format!("Chat {n}") })).await.number("/id"));
    }
    let session = house.session_of(&client);
    chat::pin(&session, ChatId(ids[0]), true).await.expect("pinned");
    chat::archive(&session, ChatId(ids[5]), true).await.expect("archived");
    chat::delete(&session, ChatId(ids[3])).await.expect("deleted");
    let titles = |page: &Value| -> Vec<String> {
        let rows = page["results"].as_array().expect("rows").iter();
        rows.map(|row| row["title"].as_str().expect("a title").to_owned()).collect()
    };
    let first = client.get(&format!("{ALL}?page_size=3")).await;
    assert_eq!(first.number("/count"), 5);
    assert_eq!(titles(&first.body), ["Chat 5", "Chat 4", "Chat 2"]);
    let second = client.get(&format!("{ALL}?page_size=3&page=2")).await;
    assert_eq!(titles(&second.body), ["Chat 1", "Chat 0"]);
    assert_eq!(second.body["next"], json!(null));
}
