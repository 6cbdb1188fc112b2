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
    "create_demo",
    "has_administrator",
    "recover",
    "claim",
    "gate",
    "resume",
    "leave_lock",
    "end_locked_sessions",
    "choose_backup",
    "check_backup",
    "restore",
    "sign_out",
    "me",
    "open_link",
    "appearance",
    "set_appearance",
    "close_window",
];

pub(crate) const KEY: &str = "AIzaCanary-0123456789-abcdefghijklmnopqr";

/// Good requests of `command` by somebody who owns `ids`; none for a command that is not known
/// here. Between them they name everything that the command can name by id.
pub(crate) fn samples(command: &str, ids: Ids) -> Vec<Value> {
    let Ids { chat, message, context, account, session, service, strategy } = ids;
    let draft = json!({ "name": "Small caps", "instructions": "", "data": {}, "active": true });
    let fields = json!({
        "name": null, "base_url": "http://127.0.0.1:9", "key": KEY, "headers": null, "proxy": "direct",
        "proxy_url": null, "patience": null,
    });
    let code = "0000-0000-0000-0000-0000-0000-0000";
    match command {
        "set_local_api" => {
            vec![json!({ "on": true, "port": 8000, "origins": ["http://localhost:3000"] })]
        }
        "accounts"
        | "sign_in_demo"
        | "create_demo"
        | "has_administrator"
        | "sign_out"
        | "me"
        | "profile"
        | "contexts"
        | "model_settings"
        | "local_servers"
        | "prices"
        | "appearance"
        | "local_api"
        | "copy_local_address"
        | "sessions"
        | "end_other_sessions"
        | "work"
        | "cancel_work"
        | "recovery_code_noted"
        | "gate"
        | "answers_at_stake"
        | "end_locked_sessions"
        | "leave_lock"
        | "still_here"
        | "locking"
        | "resume"
        | "accept_older"
        | "admin_accounts"
        | "export_audit"
        | "data"
        | "back_up"
        | "choose_backup"
        | "context_templates"
        | "drafts"
        | "strategies"
        | "export_chats"
        | "import_chats" => vec![json!({})],
        "claim" => {
            vec![json!({ "username": "ada", "password": "wrong", "new_password": PASSWORD })]
        }
        "change_password" => vec![json!({ "password": "wrong", "new_password": PASSWORD })],
        "new_recovery_code" | "rekey" => vec![json!({ "password": "wrong" })],
        "delete_account" => vec![json!({ "password": "wrong", "username": "ada" })],
        "end_session" => vec![json!({ "session_id": session })],
        "lock" => vec![json!({ "switch": true })],
        "set_idle_minutes" => vec![json!({ "idle_minutes": 15 })],
        "stay_signed_in" | "set_automatic_backups" | "close_window" => vec![json!({ "on": false })],
        "admin_create_account" => vec![json!({
            "username": "joan", "email": "joan@example.org", "password": PASSWORD,
            "administrator": false,
        })],
        "admin_set_disabled" => vec![json!({ "account": account, "disabled": false })],
        "admin_set_administrator" => vec![json!({ "account": account, "administrator": true })],
        "admin_delete_account" => vec![json!({ "account": account, "username": "nobody" })],
        "admin_end_sessions" => vec![json!({ "account": account })],
        "audit" => vec![json!({ "before": null, "limit": 10 })],
        "save_backup" | "delete_backup" => vec![json!({ "backup_id": "20270115T080000Z-daily" })],
        "strategy_file" => vec![json!({ "strategy_id": strategy, "version": null })],
        "check_backup" => vec![json!({
            "path": "/nowhere", "secret": { "password": PASSWORD },
        })],
        "restore" => vec![json!({
            "source": "chosen", "secret": { "password": PASSWORD }, "username": null, "email": null,
        })],
        "register" | "password_strength" => {
            vec![json!({ "username": "linus", "email": "linus@example.org", "password": PASSWORD })]
        }
        "sign_in" => vec![json!({ "username": "ada", "password": "wrong horse" })],
        "recover" => vec![json!({ "username": "ada", "code": code, "new_password": PASSWORD })],
        "update_profile" => vec![json!({
            "risk_tolerance": "moderate", "timeframe": "1d", "symbols": ["AAPL"],
            "goals": "", "preferences": "", "risk_parameters": { "max_drawdown": 0.1 },
        })],
        "create_context" | "context_warnings" => vec![draft],
        "set_context_active" => vec![json!({ "context_id": context, "on": true })],
        "set_default_context" => vec![json!({ "context_id": context })],
        "context_versions" => vec![json!({ "context_id": context, "before": null })],
        "restore_context_version" => vec![json!({ "context_id": context, "number": 1 })],
        "update_context" => vec![json!({ "context_id": context, "draft": draft })],
        "delete_context" => vec![json!({ "context_id": context })],
        "chats" => vec![json!({ "after": null, "limit": 10 })],
        "open_chat" => vec![
            json!({ "chat_id": chat, "before": null }),
            json!({ "chat_id": chat, "before": message }),
            json!({ "chat_id": chat, "after": message }),
        ],
        "show_message" | "fork" | "origin" => vec![json!({ "message_id": message })],
        "edit" => vec![json!({ "message_id": message, "text": "hello" })],
        "prompt" => vec![
            json!({ "chat_id": chat, "text": "hello" }),
            json!({ "chat_id": null, "context_id": context, "text": "" }),
        ],
        "save_draft" => vec![
            json!({ "at": "chat", "chat_id": chat, "text": "hel" }),
            json!({ "at": "question", "chat_id": chat, "message_id": message, "text": "hel" }),
            json!({ "at": "context", "context_id": context, "text": "{}" }),
        ],
        "pin_chat" | "archive_chat" => vec![json!({ "chat_id": chat, "on": true })],
        "seen" | "restore_chat" => vec![json!({ "chat_id": chat })],
        "search" => {
            vec![json!({ "text": "momentum" }), json!({ "text": "momentum", "chat_id": chat })]
        }
        "export_chat" => vec![json!({ "chat_id": chat, "format": "json" })],
        "send" => vec![
            json!({ "chat_id": chat, "context_id": null, "text": "hello" }),
            json!({ "chat_id": null, "context_id": context, "text": "hello" }),
        ],
        "stop" | "try_again" | "go_on" | "copy_message" => vec![json!({ "message_id": message })],
        "link_context" => vec![json!({ "chat_id": chat, "context_id": context })],
        "rename_chat" => vec![json!({ "chat_id": chat, "title": "Momentum" })],
        "delete_chat" => vec![json!({ "chat_id": chat })],
        "copy_code" | "save_code" => vec![json!({ "message_id": message, "block": 0 })],
        "copy_recovery_code" | "save_recovery_code" => vec![json!({ "recovery_code": code })],
        "open_link" => vec![json!({ "url": "https://example.org" })],
        "choose_model" => vec![json!({ "service": service, "model": null })],
        "add_service" => vec![json!({ "kind": "gemini", "fields": fields })],
        "update_service" => vec![json!({ "service_id": service, "fields": fields })],
        "remove_service" | "test_service" => vec![json!({ "service_id": service })],
        "set_price" => vec![json!({
            "kind": "gemini", "model": "gemini-9", "price": { "input": 1.0, "output": 2.0, "cached": null },
        })],
        "forget_price" => vec![json!({ "kind": "gemini", "model": "gemini-9" })],
        "used" => {
            vec![json!({ "by": "day", "since": "2026-01-01T00:00:00Z", "offset_minutes": 60 })]
        }
        "set_chat_model" => {
            vec![json!({ "chat_id": chat, "model": { "service": null, "model": null } })]
        }
        "chat_meter" => vec![json!({ "chat_id": chat })],
        "admin_set_computer_key" => vec![json!({ "account": account, "may": true })],
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
            ("after", other.message),
            ("context_id", other.context),
            ("service_id", other.service),
            ("service", other.service),
            ("strategy_id", other.strategy),
        ] {
            if request.get(field).is_some_and(Value::is_i64) {
                let mut strayed = request.clone();
                strayed[field] = json!(id);
                found.push(strayed);
            }
        }
        for (field, id) in [("account", other.account), ("session_id", other.session)] {
            if request.get(field).is_some() {
                let mut strayed = request.clone();
                strayed[field] = json!(id);
                found.push(strayed);
            }
        }
    }
    found
}
