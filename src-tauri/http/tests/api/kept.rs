//! Answers are kept, and never older than the vault: whoever changes something, at whatever door,
//! everybody reads it from then on.

use algoagent_core::account::{self, DoorKind};
use algoagent_core::chat;
use algoagent_core::ids::ChatId;
use algoagent_core::profile::{self, Names};
use serde_json::json;
use zeroize::Zeroizing;

use crate::house::{House, PASSWORD};

const ALL: &str = "/api/auth/chat-sessions/";
const ME: &str = "/api/auth/user/me/";

#[tokio::test]
async fn what_is_asked_again_is_answered_alike_until_any_door_changes_it() {
    let house = House::open().await;
    let client = house.person("ada").await;
    let made = client.ask(json!({ "message": "Hello", "title": "First" })).await;
    let by_name = format!("{ALL}{}/", made.text("/session_id"));
    let kept = client.get(&by_name).await;
    let by_id = format!("{ALL}{}/", kept.number("/id"));
    for _ in 0..3 {
        assert_eq!(client.get(&by_name).await.body, kept.body);
        assert_eq!(client.get(&by_id).await.body, kept.body);
        assert_eq!(client.get(ALL).await.text("/results/0/title"), "First");
    }
    // By the same door.
    client.patch(&by_id, json!({ "title": "Second" })).await;
    for path in [&by_name, &by_id] {
        assert_eq!(client.get(path).await.text("/title"), "Second");
    }
    assert_eq!(client.get(ALL).await.text("/results/0/title"), "Second");
    // At the window.
    let password = Zeroizing::new(PASSWORD.to_owned());
    let window = account::sign_in(&house.core, DoorKind::Desktop, "ada", password).await;
    let window = window.expect("signed in");
    let id = ChatId(kept.number("/id"));
    chat::rename(&window, id, "Third").await.expect("renamed");
    assert_eq!(client.get(&by_name).await.text("/title"), "Third");
    assert_eq!(client.get(ALL).await.text("/results/0/title"), "Third");
    // By an answer that is written.
    client.ask(json!({ "message": "And?", "session_id": made.text("/session_id") })).await;
    let longer = client.get(&by_id).await;
    assert_eq!(longer.number("/message_count"), 4);
    assert_eq!(longer.body["chat_messages"].as_array().map(Vec::len), Some(4));
    chat::delete(&window, id).await.expect("deleted");
    client.get(&by_id).await.is(404, "not_found");
    assert_eq!(client.get(ALL).await.number("/count"), 0);
    chat::restore(&window, id).await.expect("brought back");
    assert_eq!(client.get(&by_id).await.body, longer.body);
}

#[tokio::test]
async fn who_calls_is_told_with_the_names_the_profile_and_the_time_of_now() {
    let house = House::open().await;
    let client = house.person("ada").await;
    let first = client.get(ME).await;
    assert_eq!(first.text("/user/first_name"), "Ada");
    house.pass(60);
    let later = client.get(ME).await;
    assert_ne!(later.text("/profile/last_active"), first.text("/profile/last_active"));
    client.patch("/api/auth/profiles/update_me/", json!({ "default_timeframe": "4h" })).await;
    let names = Names { first: "Augusta".to_owned(), last: String::new() };
    profile::set_names(&house.session_of(&client), names).await.expect("kept");
    let last = client.get(ME).await;
    assert_eq!(last.text("/user/first_name"), "Augusta");
    assert_eq!(last.text("/profile/default_timeframe"), "4h");
}

#[tokio::test]
async fn pages_are_kept_apart_by_number_size_and_the_name_of_the_server() {
    let house = House::open().await;
    let client = house.person("ada").await;
    for n in 0..5 {
        client.post(ALL, json!({ "title": format!("Chat {n}") })).await;
    }
    for _ in 0..2 {
        let first = client.get(&format!("{ALL}?page_size=2")).await;
        let second = client.get(&format!("{ALL}?page_size=2&page=2")).await;
        let whole = client.get(ALL).await;
        let rows =
            [&first, &second, &whole].map(|page| page.body["results"].as_array().map(Vec::len));
        assert_eq!(rows, [Some(2), Some(2), Some(5)]);
        assert_ne!(first.body["results"], second.body["results"]);
        let port = house.port();
        for host in ["127.0.0.1", "localhost"] {
            let request = client.request(reqwest::Method::GET, &format!("{ALL}?page_size=2"));
            let page = client.send(request.header("host", format!("{host}:{port}"))).await;
            assert!(page.text("/next").starts_with(&format!("http://{host}:{port}/")));
        }
    }
}

#[tokio::test]
async fn nobody_gets_what_is_kept_for_somebody_else_or_for_an_ended_session() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let grace = house.person("grace").await;
    let made = ada.post(ALL, json!({ "title": "Ada's" })).await;
    let path = format!("{ALL}{}/", made.text("/session_id"));
    assert_eq!(ada.get(&path).await.status, 200);
    assert_eq!(ada.get(ALL).await.number("/count"), 1);
    grace.get(&path).await.is(404, "not_found");
    assert_eq!(grace.get(ALL).await.number("/count"), 0);
    ada.act("/api/auth/logout/").await;
    for path in [&path, ALL, ME] {
        ada.get(path).await.is(401, "token_not_valid");
    }
}
