//! AI contexts.

use std::time::Duration;

use algoagent_core::account::{self, DoorKind};
use algoagent_core::context;
use algoagent_core::ids::ContextId;
use futures_util::future::join_all;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::house::{House, PASSWORD};

const ALL: &str = "/api/auth/ai-contexts/";

#[tokio::test]
async fn a_context_is_made_changed_and_deleted() {
    let house = House::open().await;
    let client = house.person("ada").await;
    let made = client
        .post(
            ALL,
            json!({
                "session_name": "Momentum",
                "instructions": "Only large caps.",
                "context_data": { "indicators": ["RSI"], "deep": { "a": null } },
            }),
        )
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.body["is_active"], true);
    assert_eq!(made.body["last_used"], json!(null));
    let path = format!("{ALL}{}/", made.number("/id"));
    assert_eq!(client.get(&path).await.body, made.body);

    house.pass(1);
    let patched = client.patch(&path, json!({ "instructions": "Small caps." })).await;
    assert_eq!(patched.text("/session_name"), "Momentum");
    assert_eq!(patched.body["context_data"], made.body["context_data"]);
    assert_ne!(patched.body["updated_at"], made.body["updated_at"]);
    let put = client.put(&path, json!({ "session_name": "Trend", "is_active": false })).await;
    assert_eq!((put.text("/session_name"), &put.body["is_active"]), ("Trend", &json!(false)));
    client.put(&path, json!({ "instructions": "x" })).await.refuses("session_name");

    let on = client.act(&format!("{path}activate/")).await;
    assert_eq!((on.status, &on.body["is_active"]), (200, &json!(true)));
    let off = client.act(&format!("{path}deactivate/")).await;
    assert_eq!((off.status, &off.body["is_active"]), (200, &json!(false)));

    let asked = json!({ "message": "What is drawdown?", "ai_context_id": made.body["id"] });
    client.ask(asked).await;
    assert!(client.get(&path).await.body["last_used"].is_string());

    assert_eq!(client.delete(&path).await.status, 204);
    client.get(&path).await.is(404, "not_found");
    client.delete(&path).await.is(404, "not_found");
}

#[tokio::test]
async fn of_changes_at_once_none_is_lost() {
    let house = House::open().await;
    let client = house.person("ada").await;
    let made = client.post(ALL, json!({ "session_name": "Momentum" })).await;
    let path = format!("{ALL}{}/", made.number("/id"));
    for n in 1..=5 {
        let changes = [
            ("session_name", json!(format!("Name {n}"))),
            ("instructions", json!(format!("Instructions {n}"))),
            ("context_data", json!({ "round": n })),
            ("is_active", json!(n % 2 == 0)),
        ];
        let change = async |(field, value): &(&str, Value)| {
            let answer = client.patch(&path, json!({ *field: value })).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
        };
        join_all(changes.iter().map(change)).await;
        let kept = client.get(&path).await;
        for (field, value) in &changes {
            assert_eq!(&kept.body[field], value, "{field} in round {n}");
        }
    }
}

#[tokio::test]
async fn programs_that_switch_a_context_take_back_no_words_of_the_window() {
    let house = House::open().await;
    let client = house.person("ada").await;
    let password = Zeroizing::new(PASSWORD.to_owned());
    let window = account::sign_in(&house.core, DoorKind::Desktop, "ada", password).await.unwrap();
    let made = client.post(ALL, json!({ "session_name": "Momentum" })).await;
    let id = ContextId(made.number("/id"));
    let path = format!("{ALL}{}/", id.0);
    for n in 1..=10 {
        let words = format!("Instructions {n}");
        let mut draft = context::get(&window, id).await.unwrap().draft;
        draft.instructions.clone_from(&words);
        let switch = (0..8).map(async |_| {
            let switched = client.patch(&path, json!({ "is_active": true })).await;
            assert_eq!(switched.status, 200);
        });
        let save = async {
            // In the midst of them.
            tokio::time::sleep(Duration::from_millis(n)).await;
            context::update(&window, id, draft).await.unwrap();
        };
        tokio::join!(join_all(switch), save);
        assert_eq!(client.get(&path).await.text("/instructions"), words, "round {n}");
    }
}

#[tokio::test]
async fn what_is_no_context_is_refused_by_its_own_name() {
    let house = House::open().await;
    let client = house.person("ada").await;
    for (field, value) in [
        ("session_name", json!("")),
        ("session_name", json!("   ")),
        ("session_name", json!("x".repeat(201))),
        ("session_name", json!(null)),
        ("instructions", json!("x".repeat(64 * 1024 + 1))),
        ("context_data", json!([])),
        ("context_data", json!({ "x": "y".repeat(64 * 1024) })),
        ("is_active", json!("yes")),
    ] {
        let mut body = json!({ "session_name": "Momentum" });
        body[field] = value;
        client.post(ALL, body).await.refuses(field);
    }
    assert_eq!(client.get(ALL).await.number("/count"), 0);
}

#[tokio::test]
async fn lists_come_in_counted_pages() {
    let house = House::open().await;
    let client = house.person("ada").await;
    for n in 0..5 {
        house.pass(1);
        client.post(ALL, json!({ "session_name": format!("Context {n}") })).await;
    }
    let all = client.get(ALL).await;
    assert_eq!(all.number("/count"), 5);
    assert_eq!(all.text("/results/0/session_name"), "Context 4", "the newest first");
    let first = client.get("/api/auth/ai-contexts/?page_size=2").await;
    assert_eq!(first.body["results"].as_array().unwrap().len(), 2);
    assert_eq!(first.body["previous"], json!(null));
    let base = format!("http://{}", house.serving.address());
    let next = first.text("/next").strip_prefix(&base).expect("its own address").to_owned();
    let second = client.get(&next).await;
    assert_eq!(second.text("/results/0/session_name"), "Context 2");
    let previous = second.text("/previous").strip_prefix(&base).unwrap().to_owned();
    assert_eq!(client.get(&previous).await.body, first.body);
    let last = client.get(second.text("/next").strip_prefix(&base).unwrap()).await;
    assert_eq!(last.body["next"], json!(null));
    assert_eq!(last.text("/results/0/session_name"), "Context 0");
    for page in ["4", "0", "-1", "x", "99999999999999999999"] {
        let path = format!("{ALL}?page_size=2&page={page}");
        client.get(&path).await.is(404, "not_found");
    }
    for size in ["0", "x", "-5", "100000"] {
        let page = client.get(&format!("{ALL}?page_size={size}")).await;
        assert_eq!(page.body["results"].as_array().unwrap().len(), 5, "{size}");
    }
}
