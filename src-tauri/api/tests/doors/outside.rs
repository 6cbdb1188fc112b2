//! What leaves the program: the clipboard, saved files, links.

use std::sync::Arc;
use std::time::Duration;

use algoagent_api::{Door, ErrorCode, Unattended, call};
use algoagent_core::account::DoorKind;
use serde_json::{Value, json};

use crate::house::{House, PASSWORD, ask, belongings, refused};

#[tokio::test]
async fn a_person_registers_is_known_at_the_door_and_leaves() {
    let house = House::open().await;
    let (door, code) = house.register("Ada").await;
    let me = ask(&door, "me", json!({})).await;
    assert_eq!((&me["username"], &me["administrator"]), (&json!("Ada"), &json!(true)));
    ask(&door, "copy_recovery_code", json!({ "recovery_code": code })).await;
    assert_eq!(*house.desk.copied.lock().unwrap(), [code.as_str()]);
    ask(&door, "sign_out", json!({})).await;
    assert_eq!(ask(&door, "me", json!({})).await, Value::Null);
    assert_eq!(house.core.session_count(), 0);
    ask(&door, "sign_in", json!({ "username": "ada", "password": PASSWORD })).await;
    ask(&door, "sign_in_demo", json!({})).await;
    assert_eq!(ask(&door, "me", json!({})).await["demo"], true);
    assert_eq!(house.core.session_count(), 1, "whoever sat here before is signed out");
}

#[tokio::test]
async fn code_is_copied_whole_and_saved_with_the_module_that_it_needs() {
    let house = House::open().await;
    let (ada, code) = house.register("ada").await;
    let (ids, block) = belongings(&ada).await;
    let request = json!({ "message_id": ids.message, "block": block });
    assert_eq!(ask(&ada, "save_code", request.clone()).await, Value::Null, "nothing was chosen");

    let folder = house.dir.path().join("saved");
    std::fs::create_dir(&folder).unwrap();
    *house.desk.folder.lock().unwrap() = Some(folder.clone());
    ask(&ada, "copy_code", request.clone()).await;
    let copied = house.desk.copied.lock().unwrap().pop().unwrap();
    let saved = ask(&ada, "save_code", request.clone()).await;
    let file = saved["path"].as_str().unwrap();
    assert!(file.ends_with("_v1.py"), "{file}");
    assert_eq!(std::fs::read_to_string(file).unwrap(), copied);
    let module = folder.join("algoagent.py");
    assert_eq!(saved["module"].as_str(), module.to_str());

    std::fs::write(&module, "# mine").unwrap();
    assert_eq!(ask(&ada, "save_code", request).await["module"], Value::Null);
    assert_eq!(std::fs::read_to_string(&module).unwrap(), "# mine", "a file of one's own stays");
    ask(&ada, "copy_message", json!({ "message_id": ids.message })).await;
    ask(&ada, "copy_message", json!({ "message_id": ids.message, "form": "text" })).await;
    let messages = house.desk.copied.lock().unwrap().clone();
    assert!(messages[0].contains(&copied) && messages[0].contains("```python"), "{messages:?}");
    assert!(messages[1].contains(&copied) && !messages[1].contains("```"), "{messages:?}");
    let odd = json!({ "message_id": ids.message, "form": "html" });
    assert_eq!(refused(&ada, "copy_message", odd).await.code, ErrorCode::BadRequest);
    let saved = ask(&ada, "save_recovery_code", json!({ "recovery_code": code })).await;
    let text = std::fs::read_to_string(saved["path"].as_str().unwrap()).unwrap();
    assert!(text.contains(&code) && text.contains("ada"));
    let left: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
    assert_eq!(left.len(), 3, "no half-written file is left: {left:?}");
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_told_and_leaves_nothing() {
    let house = House::open().await;
    let (ada, code) = house.register("ada").await;
    *house.desk.folder.lock().unwrap() = Some(house.dir.path().join("no/such/folder"));
    let fault = refused(&ada, "save_recovery_code", json!({ "recovery_code": code })).await;
    assert_eq!(fault.code, ErrorCode::NotWritable);
    assert!(!fault.message.contains(&code), "{fault}");
}

#[tokio::test]
async fn only_web_and_mail_addresses_are_opened() {
    let house = House::open().await;
    let door = house.door();
    let good = ["https://example.org/a?b#c", "HTTP://example.org", "mailto:ada@example.org"];
    for url in good {
        ask(&door, "open_link", json!({ "url": url })).await;
    }
    for url in [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "//example.org",
        " https://example.org",
        "https://example.org\n--flag",
        "-x",
        "",
    ] {
        let fault = refused(&door, "open_link", json!({ "url": url })).await;
        assert_eq!(fault.code, ErrorCode::BadRequest, "{url:?}");
    }
    assert_eq!(*house.desk.opened.lock().unwrap(), good);
}

#[tokio::test]
async fn a_door_without_a_screen_says_that_it_has_none() {
    let house = House::open().await;
    let door = Door::new(house.core.clone(), DoorKind::Terminal, Arc::new(Unattended));
    ask(&door, "sign_in_demo", json!({})).await;
    for (command, request) in [
        ("copy_recovery_code", json!({ "recovery_code": "0000-1111" })),
        ("save_recovery_code", json!({ "recovery_code": "0000-1111" })),
        ("open_link", json!({ "url": "https://example.org" })),
        ("set_appearance", json!({ "theme": "dark" })),
    ] {
        let fault = refused(&door, command, request).await;
        assert_eq!(fault.code, ErrorCode::NotHere, "{command}");
        assert!(!fault.message.contains("0000-1111"), "{command}: {fault}");
    }
}

#[tokio::test]
async fn the_demo_account_is_made_again_in_a_terminal_alone() {
    let house = House::open().await;
    assert_eq!(ask(&house.door(), "has_administrator", json!({})).await, false);
    let (ada, _) = house.register("ada").await;
    assert_eq!(ask(&house.door(), "has_administrator", json!({})).await, true);
    let terminal = Door::new(house.core.clone(), DoorKind::Terminal, Arc::new(Unattended));
    assert_eq!(ask(&terminal, "create_demo", json!({})).await["made"], false, "it is there");
    let accounts = ask(&ada, "admin_accounts", json!({})).await;
    let demo = accounts.as_array().unwrap().iter().find(|one| one["demo"] == true).unwrap();
    let request = json!({ "account": demo["uuid"], "username": demo["username"] });
    ask(&ada, "admin_delete_account", request).await;
    assert_eq!(refused(&ada, "create_demo", json!({})).await.code, ErrorCode::NotHere);
    assert_eq!(ask(&terminal, "create_demo", json!({})).await["made"], true);
    assert_eq!(ask(&terminal, "create_demo", json!({})).await["made"], false);
    drop((ada, terminal));
    let house = house.restart().await;
    assert_eq!(ask(&house.door(), "sign_in_demo", json!({})).await["demo"], true);
    assert_eq!(ask(&house.door(), "accounts", json!({})).await.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_dialog_that_outlives_its_person_saves_nothing() {
    let house = House::open().await;
    let (door, code) = house.register("ada").await;
    let folder = tempfile::tempdir().unwrap();
    *house.desk.folder.lock().unwrap() = Some(folder.path().to_owned());
    *house.desk.ponders.lock().unwrap() = Duration::from_millis(600);
    for (command, request) in
        [("save_recovery_code", json!({ "recovery_code": code })), ("export_audit", json!({}))]
    {
        let asked = call(&door, command, request);
        let locked = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            call(&door, "lock", json!({ "switch": false })).await.unwrap();
        };
        let (answered, ()) = tokio::join!(asked, locked);
        assert_eq!(answered.unwrap_err().code, ErrorCode::SignedOut, "{command}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{command}");
        ask(&door, "sign_in", json!({ "username": "ada", "password": PASSWORD })).await;
    }
}

#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_are_answered_with_the_same_words() {
    let house = House::open().await;
    house.register("ada").await;
    let door = house.door();
    let tried = |name: &str, password: &str| {
        let request = json!({ "username": name, "password": password });
        let door = &door;
        async move { refused(door, "sign_in", request).await }
    };
    let wrong = tried("ada", "not Ada's password").await;
    assert_eq!(wrong.code, ErrorCode::InvalidCredentials);
    for (name, password) in [("nobody", PASSWORD), ("nobody@example.org", ""), ("", PASSWORD)] {
        assert_eq!(tried(name, password).await, wrong, "{name:?}");
    }
}

#[tokio::test]
async fn what_was_copied_goes_with_its_person() {
    let house = House::open().await;
    let (door, code) = house.register("ada").await;
    for leave in ["lock", "sign_out"] {
        ask(&door, "copy_recovery_code", json!({ "recovery_code": code })).await;
        assert_eq!(house.desk.copied.lock().unwrap().len(), 1);
        ask(&door, leave, json!({ "switch": true })).await;
        for _ in 0..100 {
            if house.desk.copied.lock().unwrap().is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(house.desk.copied.lock().unwrap().is_empty(), "{leave}: it is there for the next");
        ask(&door, "sign_in", json!({ "username": "ada", "password": PASSWORD })).await;
    }
}
