//! A request for each command, as a client sends it.

use serde_json::{Value, json};

use crate::house::{Ids, PASSWORD};

/// The commands that nobody needs to be signed in for. All others answer `signed_out`.
pub(crate) const OPEN_TO_ALL: &[&str] = &[
    "accounts",
    "register",
    "password_strength",
    "sign_in",
    "sign_in_demo",
    "recover",
    "sign_out",
    "me",
    "open_link",
    "appearance",
    "set_appearance",
];

pub(crate) const KEY: &str = "AIzaCanary-0123456789-abcdefghijklmnopqr";

/// Good requests of `command` by somebody who owns `ids`; none for a command that is not known
/// here. Between them they name everything that the command can name by id.
pub(crate) fn samples(command: &str, ids: Ids) -> Vec<Value> {
    let Ids { chat, message, context } = ids;
    let draft = json!({ "name": "Small caps", "instructions": "", "data": {}, "active": true });
    let code = "0000-0000-0000-0000-0000-0000-0000";
    match command {
        "accounts" | "sign_in_demo" | "sign_out" | "me" | "profile" | "contexts"
        | "model_settings" | "forget_gemini_key" | "test_gemini" | "appearance" => vec![json!({})],
        "register" | "password_strength" => {
            vec![json!({ "username": "linus", "email": "linus@example.org", "password": PASSWORD })]
        }
        "sign_in" => vec![json!({ "username": "ada", "password": "wrong horse" })],
        "recover" => vec![json!({ "username": "ada", "code": code, "new_password": PASSWORD })],
        "update_profile" => vec![json!({
            "risk_tolerance": "moderate", "timeframe": "1d", "symbols": ["AAPL"],
            "goals": "", "preferences": "", "risk_parameters": { "max_drawdown": 0.1 },
        })],
        "create_context" => vec![draft],
        "update_context" => vec![json!({ "context_id": context, "draft": draft })],
        "delete_context" => vec![json!({ "context_id": context })],
        "chats" => vec![json!({ "after": null, "limit": 10 })],
        "open_chat" => vec![
            json!({ "chat_id": chat, "before": null }),
            json!({ "chat_id": chat, "before": message }),
        ],
        "send" => vec![
            json!({ "chat_id": chat, "context_id": null, "text": "hello" }),
            json!({ "chat_id": null, "context_id": context, "text": "hello" }),
        ],
        "stop" | "try_again" | "copy_message" => vec![json!({ "message_id": message })],
        "link_context" => vec![json!({ "chat_id": chat, "context_id": context })],
        "rename_chat" => vec![json!({ "chat_id": chat, "title": "Momentum" })],
        "delete_chat" => vec![json!({ "chat_id": chat })],
        "copy_code" | "save_code" => vec![json!({ "message_id": message, "block": 0 })],
        "copy_recovery_code" | "save_recovery_code" => vec![json!({ "recovery_code": code })],
        "open_link" => vec![json!({ "url": "https://example.org" })],
        "choose_model" => vec![json!({ "choice": "built_in", "gemini_model": null })],
        "set_gemini" => vec![json!({ "base_url": "http://127.0.0.1:9", "key": KEY })],
        "set_appearance" => vec![json!({ "theme": "dark" })],
        _ => Vec::new(),
    }
}

/// Every request of `command` in which one id of `own` was replaced by that of `other`.
pub(crate) fn strayed(command: &str, own: Ids, other: Ids) -> Vec<Value> {
    let mut found = Vec::new();
    for request in samples(command, own) {
        for (field, id) in [
            ("chat_id", other.chat),
            ("message_id", other.message),
            ("before", other.message),
            ("context_id", other.context),
        ] {
            if request.get(field).is_some_and(Value::is_i64) {
                let mut strayed = request.clone();
                strayed[field] = json!(id);
                found.push(strayed);
            }
        }
    }
    found
}
