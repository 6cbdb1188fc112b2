//! Strategies, versions, the file.

use reqwest::Method;
use serde_json::json;

use crate::house::House;

const ALL: &str = "/api/strategies/";

#[tokio::test]
async fn a_strategy_is_listed_read_and_exported_to_the_byte() {
    let house = House::open().await;
    let client = house.person("ada").await;
    assert_eq!(client.get(ALL).await.number("/count"), 0);
    let answer = client.ask(json!({ "message": "Create a momentum strategy for AAPL" })).await;
    let id = answer.number("/generated_strategy_id");
    let listed = client.get(ALL).await;
    assert_eq!(listed.number("/count"), 1);
    let row = &listed.body["results"][0];
    assert_eq!((&row["id"], &row["version"]), (&json!(id), &json!(1)));
    assert_eq!(row["session_id"], answer.body["session_id"]);
    let path = format!("{ALL}{id}/");
    let details = client.get(&path).await;
    let code = details.text("/newest/code");
    assert!(answer.text("/ai_response").contains(code), "as the model wrote it");
    let versions = client.get(&format!("{path}versions/")).await;
    assert_eq!(versions.number("/count"), 1);
    assert_eq!(versions.body["results"][0], details.body["newest"]);
    let file = client.get(&format!("{path}export/")).await;
    assert_eq!((file.status, file.body.as_str()), (200, Some(code)));
    assert!(file.header("content-disposition").starts_with("attachment; filename=\""));
    assert!(file.header("content-disposition").ends_with("_v1.py\""));
    let first = client.get(&format!("{path}export/?version=1")).await;
    assert_eq!(first.body, file.body);
    for version in ["0", "2", "x", "-1"] {
        client.get(&format!("{path}export/?version={version}")).await.is(404, "not_found");
    }
    // It outlives its chat.
    let chat = format!("/api/auth/chat-sessions/{}/", answer.text("/session_id"));
    assert_eq!(client.delete(&chat).await.status, 204);
    let kept = client.get(&path).await;
    assert_eq!((kept.status, &kept.body["session_id"]), (200, &json!(null)));
    assert_eq!(kept.body["chat_session"], json!(null));
}

#[tokio::test]
async fn what_is_no_number_names_no_strategy() {
    let house = House::open().await;
    let client = house.person("ada").await;
    for id in ["x", "0", "-1", "1.5", "99999999999999999999", "%00", "1%2F"] {
        for end in ["", "versions/", "export/"] {
            let answer = client.call(Method::GET, &format!("{ALL}{id}/{end}"), None).await;
            answer.is(404, "not_found");
        }
    }
}
