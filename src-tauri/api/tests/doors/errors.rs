//! What a refusal looks like, and what is never in one.

use algoagent_api::{COMMANDS, ErrorCode};
use serde_json::{Value, json};

use crate::house::{House, PASSWORD, refused};
use crate::samples::samples;

/// Stands for a password in the wrong place; also as a number, as some passwords are.
const CANARY: &str = "86753090";

/// A service with this key and this address.
fn adds(key: &str, base_url: Value) -> Value {
    json!({ "kind": "gemini", "fields": {
        "name": null, "base_url": base_url, "key": key, "headers": null, "proxy_url": null,
        "patience": null,
    } })
}

#[tokio::test]
async fn a_request_of_another_shape_is_a_bad_request_that_repeats_nothing_of_it() {
    let house = House::open().await;
    let (ada, _) = house.register("ada").await;
    let number: u64 = CANARY.parse().unwrap();
    let ids = crate::table::NEVER;
    for command in COMMANDS {
        let mut requests = vec![json!(CANARY), json!(number), json!([[CANARY]]), Value::Null];
        for sample in samples(command, ids) {
            for (field, value) in sample.as_object().expect("an object") {
                let wrong = match value {
                    Value::Null => continue,
                    Value::String(_) => json!(number),
                    Value::Array(_) => json!({ CANARY: CANARY }),
                    _ => json!([CANARY]),
                };
                let mut request = sample.clone();
                request[field] = wrong;
                requests.push(request);
            }
        }
        for request in requests {
            let fault = refused(&ada, command, request.clone()).await;
            assert_eq!(fault.code, ErrorCode::BadRequest, "{command} {request}");
            let told = serde_json::to_string(&fault).unwrap();
            assert!(!told.contains(CANARY), "{command} {request}: {told}");
        }
    }
    let fault = refused(&ada, "no_such_command", json!({})).await;
    assert_eq!(fault.code, ErrorCode::BadRequest);
}

#[tokio::test]
async fn a_bad_request_says_what_was_expected() {
    let house = House::open().await;
    let door = house.door();
    let fault = refused(&door, "sign_in", json!({ "username": "ada" })).await;
    assert!(fault.message.contains("password"), "{fault}");
    let fault = refused(&door, "set_appearance", json!({ "theme": CANARY })).await;
    assert!(fault.message.contains("dark") && !fault.message.contains(CANARY), "{fault}");
}

#[tokio::test]
async fn a_refusal_is_code_message_and_detail() {
    let house = House::open().await;
    let (ada, _) = house.register("ada").await;
    let retry = json!({ "username": "nobody", "password": "x" });
    for (command, request, code) in [
        ("sign_in", retry.clone(), "invalid_credentials"),
        ("send", json!({ "chat_id": null, "context_id": null, "text": " " }), "empty_message"),
        (
            "send",
            json!({ "chat_id": null, "context_id": null, "text": "x".repeat(262_145) }),
            "message_too_long",
        ),
        ("delete_chat", json!({ "chat_id": 7 }), "not_found"),
        ("rename_chat", json!({ "chat_id": 7, "title": "" }), "invalid_field"),
        ("choose_model", json!({ "service": 7, "model": null }), "not_found"),
        ("open_link", json!({ "url": "file:///etc/passwd" }), "bad_request"),
        ("recover", json!({ "username": "ada", "code": "x", "new_password": "" }), "mistyped_code"),
    ] {
        let fault = serde_json::to_value(refused(&ada, command, request).await).unwrap();
        let fields: Vec<_> = fault.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields, ["code", "detail", "message"], "{command}");
        assert_eq!(fault["code"], code);
        assert!(fault["message"].as_str().unwrap().len() > 10, "{command}: {fault}");
        match code {
            "invalid_field" => assert!(fault["detail"]["title"][0].is_string(), "{fault}"),
            "model" => assert_eq!(fault["detail"]["code"], "key_missing"),
            _ => assert_eq!(fault["detail"], Value::Null, "{command}"),
        }
    }
    for _ in 0..4 {
        refused(&ada, "sign_in", retry.clone()).await;
    }
    let fault = refused(&ada, "sign_in", retry).await;
    assert_eq!(fault.code, ErrorCode::TooManyAttempts);
    assert!(fault.detail["retry_after"].is_u64(), "{fault:?}");
}

#[tokio::test]
async fn no_refusal_repeats_a_password_a_key_or_a_recovery_code() {
    let house = House::open().await;
    let (ada, code) = house.register("ada").await;
    let spoiled = code.replacen(|c: char| c != '-', "~", 1);
    let foreign = "0000-0000-0000-0000-0000-0000-0000";
    let person = |username: &str, email: &str, password: &str| json!({ "username": username, "email": email, "password": password });
    for (command, request, secret) in [
        ("register", person("ada", "b@example.org", PASSWORD), PASSWORD),
        ("register", person("linus", "bad", PASSWORD), PASSWORD),
        ("register", person("linus", "l@example.org", "letmein99"), "letmein99"),
        ("sign_in", json!({ "username": "ada", "password": "wrong-horse" }), "wrong-horse"),
        (
            "recover",
            json!({ "username": "ada", "code": spoiled, "new_password": PASSWORD }),
            &spoiled,
        ),
        (
            "recover",
            json!({ "username": "ada", "code": foreign, "new_password": PASSWORD }),
            foreign,
        ),
        ("recover", json!({ "username": "ada", "code": code, "new_password": "letmein99" }), &code),
        (
            "recover",
            json!({ "username": "ada", "code": code, "new_password": "letmein99" }),
            "letmein99",
        ),
        ("add_service", adds("AIza key-with space", Value::Null), "key-with"),
        ("add_service", adds("good", json!("https://u:AIzaKey@example.org")), "AIzaKey"),
        ("sign_in", json!({ "username": "ada", "secret": "AIzaKey" }), "AIzaKey"),
    ] {
        let fault = refused(&ada, command, request).await;
        let told = format!("{} {fault:?} {fault}", serde_json::to_string(&fault).unwrap());
        assert!(!told.contains(secret), "{command}: {told}");
    }
}
