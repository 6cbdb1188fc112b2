//! Chats that leave through the save dialog and come in through the other.

use std::time::Duration;

use algoagent_api::{ErrorCode, Wanted, call};
use algoagent_core::chat::ChatEvent;
use serde_json::{Value, json};

use crate::house::{House, PASSWORD, ask, belongings, refused};

#[tokio::test]
async fn chats_are_saved_where_the_person_wants_them_and_taken_in_from_there() {
    let house = House::open().await;
    let (ada, _) = house.register("ada").await;
    let (ids, _) = belongings(&ada).await;
    let export = |format: &str| json!({ "chat_id": ids.chat, "format": format });
    assert_eq!(ask(&ada, "export_chat", export("json")).await, Value::Null, "nothing was chosen");
    assert_eq!(ask(&ada, "export_chats", json!({})).await, Value::Null);
    assert_eq!(ask(&ada, "import_chats", json!({})).await, Value::Null);
    assert_eq!(*house.desk.wanted.lock().unwrap(), [Wanted::Chats]);

    let folder = house.dir.path().join("saved");
    std::fs::create_dir(&folder).unwrap();
    *house.desk.folder.lock().unwrap() = Some(folder.clone());
    for (command, request) in [
        ("export_chat", export("markdown")),
        ("export_chat", export("json")),
        ("export_chats", json!({})),
    ] {
        let saved = ask(&ada, command, request).await;
        assert!(std::fs::metadata(saved["path"].as_str().unwrap()).unwrap().len() > 100, "{saved}");
        assert_eq!(saved["module"], Value::Null);
    }
    let files = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut files: Vec<String> = files.map(|name| name.into_string().unwrap()).collect();
    files.sort();
    let json = files.iter().find(|name| name.ends_with(".json")).unwrap();
    let stem = json.trim_end_matches(".json");
    let expected = ["algoagent-chats-2027-01-15.zip", json, &format!("{stem}.md")];
    assert_eq!(files, expected, "and no half-written file");

    let (grace, _) = house.register("grace").await;
    let mut events = grace.session().unwrap().events().unwrap();
    *house.desk.chosen.lock().unwrap() = Some(folder.join(json));
    let imported = ask(&grace, "import_chats", json!({})).await;
    assert_eq!((&imported["chats"], &imported["messages"]), (&json!(1), &json!(2)));
    assert!(matches!(events.recv().await, Ok(ChatEvent::ListChanged)));
    *house.desk.chosen.lock().unwrap() = Some(folder.join(&files[0]));
    assert_eq!(ask(&grace, "import_chats", json!({})).await["known"], 1);
    *house.desk.chosen.lock().unwrap() = Some(folder.join(&files[2]));
    let fault = refused(&grace, "import_chats", json!({})).await;
    assert_eq!(fault.code, ErrorCode::InvalidField);
    assert!(fault.message.contains("holds no chats"), "{fault}");

    *house.desk.folder.lock().unwrap() = Some(folder.join("nowhere"));
    let fault = refused(&ada, "export_chats", json!({})).await;
    assert_eq!(fault.code, ErrorCode::NotWritable);
    assert!(fault.message.contains("Choose another place"), "{fault}");
}

#[tokio::test]
async fn a_dialog_that_outlives_its_person_lets_no_chat_out_or_in() {
    let house = House::open().await;
    let (ada, _) = house.register("ada").await;
    let (ids, _) = belongings(&ada).await;
    let folder = tempfile::tempdir().unwrap();
    *house.desk.folder.lock().unwrap() = Some(folder.path().to_owned());
    let file = ask(&ada, "export_chat", json!({ "chat_id": ids.chat, "format": "json" })).await;
    *house.desk.chosen.lock().unwrap() = Some(file["path"].as_str().unwrap().into());
    *house.desk.ponders.lock().unwrap() = Duration::from_millis(600);
    for (command, request) in [
        ("export_chats", json!({})),
        ("export_chat", json!({ "chat_id": ids.chat, "format": "markdown" })),
        ("import_chats", json!({})),
    ] {
        let asked = call(&ada, command, request);
        let locked = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            call(&ada, "lock", json!({ "switch": false })).await.unwrap();
        };
        let (answered, ()) = tokio::join!(asked, locked);
        assert_eq!(answered.unwrap_err().code, ErrorCode::SignedOut, "{command}");
        ask(&ada, "sign_in", json!({ "username": "ada", "password": PASSWORD })).await;
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
