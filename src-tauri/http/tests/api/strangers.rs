//! Every row with another person's ids, made from the table of rows: nobody can tell them from ids
//! that never were.

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Answer, Client};
use crate::described::rows;
use crate::house::House;

/// A body that the row takes.
fn body(method: &Method, path: &str) -> Option<Value> {
    let writes = matches!(*method, Method::PUT | Method::PATCH);
    writes.then(|| {
        if path.contains("ai-contexts") {
            json!({ "session_name": "Taken over", "instructions": "Mine now." })
        } else {
            json!({ "title": "Taken over" })
        }
    })
}

async fn call(client: &Client, method: &Method, path: &str, id: &str) -> Answer {
    client.call(method.clone(), &path.replace("{id}", id), body(method, path)).await
}

#[tokio::test]
async fn every_row_answers_another_persons_ids_as_ids_that_never_were() {
    let house = House::open().await;
    let (ada, eve) = (house.person("ada").await, house.person("eve").await);
    let context = ada.post("/api/auth/ai-contexts/", json!({ "session_name": "Ada's" })).await;
    let asked = json!({
        "message": "Create a momentum strategy for AAPL",
        "ai_context_id": context.body["id"],
    });
    let answer = ada.ask(asked).await;
    let sessions = ada.get("/api/auth/sessions/").await;
    let chats = ada.get("/api/auth/chat-sessions/").await;
    let (number, uuid) = (chats.number("/results/0/id"), answer.text("/session_id"));
    let before = everything(&ada).await;

    let mut tried = 0;
    for (method, path, _) in rows().into_iter().filter(|(_, path, _)| path.contains('{')) {
        let never = "4611686018427387904";
        let (theirs, never) = match path.split('/').nth(3).expect("a noun") {
            "sessions" => (
                vec![sessions.text("/results/0/id").to_owned()],
                "2b8a2fb5-5a2c-4a0e-9f3a-1d1f3c2f7b11",
            ),
            "ai-contexts" => (vec![context.number("/id").to_string()], never),
            "chat-sessions" => (vec![number.to_string(), uuid.to_owned()], never),
            "{id}" => (vec![answer.number("/generated_strategy_id").to_string()], never),
            other => panic!("a noun that this story doesn't know: {other}"),
        };
        let never = call(&eve, &method, &path, never).await;
        never.is(404, "not_found");
        for id in theirs {
            let answer = call(&eve, &method, &path, &id).await;
            answer.is(404, "not_found");
            assert_eq!(answer.body, never.body, "{method} {path}");
            tried += 1;
        }
    }
    assert!(tried >= 19, "{tried}");
    for (path, body) in [
        ("/api/auth/chat/", json!({ "message": "Hi", "session_id": uuid })),
        ("/api/auth/chat/", json!({ "message": "Hi", "ai_context_id": context.body["id"] })),
        ("/api/auth/chat-sessions/", json!({ "ai_context": context.body["id"] })),
    ] {
        eve.post(path, body).await.is(404, "not_found");
    }
    assert_eq!(everything(&ada).await, before, "and nothing of it changed");
    for path in ["/api/auth/ai-contexts/", "/api/auth/chat-sessions/", "/api/strategies/"] {
        assert_eq!(eve.get(path).await.number("/count"), 0, "{path}");
    }
}

async fn everything(client: &Client) -> Vec<Value> {
    let mut all = Vec::new();
    for path in ["/api/auth/ai-contexts/", "/api/auth/chat-sessions/", "/api/strategies/"] {
        all.push(client.get(path).await.body);
    }
    all
}

#[tokio::test]
async fn every_row_that_is_somebodys_asks_for_a_token_first() {
    let house = House::open().await;
    let client = house.anybody();
    let mut asked = 0;
    for (method, path, operation) in rows() {
        if operation.get("security").is_some() {
            continue;
        }
        let answer = call(&client, &method, &path, "1").await;
        answer.is(401, "not_authenticated");
        asked += 1;
    }
    assert!(asked >= 26, "{asked}");
}
