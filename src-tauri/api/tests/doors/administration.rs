//! What an administrator can do through a door, and what nobody can.

use algoagent_api::{COMMANDS, Door, ErrorCode};
use serde_json::{Value, json};

use crate::house::{House, PASSWORD, ask, belongings, refused};
use crate::samples::samples;

async fn account(door: &Door, username: &str) -> Value {
    let all = ask(door, "admin_accounts", json!({})).await;
    let found = all.as_array().and_then(|all| all.iter().find(|a| a["username"] == username));
    found.cloned().unwrap_or(Value::Null)
}

#[tokio::test]
async fn nobody_but_an_administrator_administers() {
    let house = House::open().await;
    let (_ada, _) = house.register("ada").await;
    let (grace, _) = house.register("grace").await;
    let (ids, _) = belongings(&grace).await;
    let mut asked = 0;
    for command in COMMANDS {
        let own = ["audit", "export_audit", "set_local_api"].contains(command)
            || command.starts_with("admin_");
        for request in own.then(|| samples(command, ids)).into_iter().flatten() {
            let fault = refused(&grace, command, request).await;
            assert_eq!(fault.code, ErrorCode::Forbidden, "{command}");
            asked += 1;
        }
    }
    assert!(asked >= 8);
}

#[tokio::test]
async fn an_account_for_somebody_else_waits_for_its_owner_and_holds_nothing() {
    let house = House::open().await;
    let (ada, _) = house.register("ada").await;
    let first = "handed over on paper 1";
    let request = json!({
        "username": "grace", "email": "grace@example.org", "password": first,
        "administrator": false,
    });
    let made = ask(&ada, "admin_create_account", request).await;
    assert_eq!((&made["claimed"], &made["administrator"]), (&json!(false), &json!(false)));
    let folder = house.dir.path().join("data/vaults").join(made["uuid"].as_str().unwrap());
    assert!(!folder.join("vault.db").exists());
    let tiles = ask(&ada, "accounts", json!({})).await;
    assert_eq!(tiles[2], json!({ "username": "grace", "demo": false, "unclaimed": true }));

    let door = house.door();
    let sign_in = |password: &str| json!({ "username": "grace", "password": password });
    let fault = refused(&door, "sign_in", sign_in("something else")).await;
    assert_eq!(fault.code, ErrorCode::InvalidCredentials);
    let fault = refused(&door, "sign_in", sign_in(first)).await;
    assert_eq!(fault.code, ErrorCode::ClaimRequired);
    let claim = |new: &str| json!({ "username": "grace", "password": first, "new_password": new });
    for bad in [first, "password"] {
        let fault = refused(&door, "claim", claim(bad)).await;
        assert_eq!(fault.code, ErrorCode::InvalidField, "{bad}");
    }
    let claimed = ask(&door, "claim", claim(PASSWORD)).await;
    assert!(claimed["recovery_code"].as_str().is_some_and(|code| code.len() > 30));
    ask(&door, "profile", json!({})).await;
    let fault = refused(&house.door(), "sign_in", sign_in(first)).await;
    assert_eq!(fault.code, ErrorCode::InvalidCredentials, "whoever made it knows nothing now");
    let fault = refused(&house.door(), "claim", claim("yet another password 9")).await;
    assert_eq!(fault.code, ErrorCode::InvalidCredentials, "it is claimed once");
    assert_eq!(account(&ada, "grace").await["claimed"], true);
}

#[tokio::test]
async fn barred_or_deleted_people_are_out_at_the_next_call() {
    let house = House::open().await;
    let (ada, _) = house.register("ada").await;
    let (grace, _) = house.register("grace").await;
    let uuid = account(&ada, "grace").await["uuid"].clone();
    let set = |disabled: bool| json!({ "account": uuid, "disabled": disabled });
    ask(&ada, "admin_set_disabled", set(true)).await;
    assert_eq!(refused(&grace, "profile", json!({})).await.code, ErrorCode::SignedOut);
    let sign_in = json!({ "username": "grace", "password": PASSWORD });
    let fault = refused(&grace, "sign_in", sign_in.clone()).await;
    assert_eq!(fault.code, ErrorCode::InvalidCredentials);
    ask(&ada, "admin_set_disabled", set(false)).await;
    ask(&grace, "sign_in", sign_in.clone()).await;

    let delete = |name: &str| json!({ "account": uuid, "username": name });
    let fault = refused(&ada, "admin_delete_account", delete("ada")).await;
    assert_eq!(fault.code, ErrorCode::InvalidField, "the name confirms");
    ask(&ada, "admin_delete_account", delete("Grace")).await;
    assert_eq!(refused(&grace, "profile", json!({})).await.code, ErrorCode::SignedOut);
    let fault = refused(&grace, "sign_in", sign_in).await;
    assert_eq!(fault.code, ErrorCode::InvalidCredentials);
    let fault = refused(&ada, "admin_set_disabled", set(true)).await;
    assert_eq!(fault.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn there_is_always_an_administrator_and_a_role_that_was_taken_is_gone_at_once() {
    let house = House::open().await;
    let (ada, _) = house.register("ada").await;
    let (grace, _) = house.register("grace").await;
    let (adas, graces) =
        (account(&ada, "ada").await["uuid"].clone(), account(&ada, "grace").await["uuid"].clone());
    for (command, request) in [
        ("admin_set_disabled", json!({ "account": adas, "disabled": true })),
        ("admin_set_administrator", json!({ "account": adas, "administrator": false })),
        ("admin_delete_account", json!({ "account": adas, "username": "ada" })),
        ("delete_account", json!({ "password": PASSWORD, "username": "ada" })),
    ] {
        let fault = refused(&ada, command, request).await;
        assert_eq!(fault.code, ErrorCode::LastAdministrator, "{command}");
    }
    let grant = |account: &Value, on: bool| json!({ "account": account, "administrator": on });
    ask(&ada, "admin_set_administrator", grant(&graces, true)).await;
    ask(&grace, "admin_accounts", json!({})).await;
    ask(&grace, "admin_set_administrator", grant(&adas, false)).await;
    let fault = refused(&ada, "admin_accounts", json!({})).await;
    assert_eq!(fault.code, ErrorCode::Forbidden);
    ask(&ada, "delete_account", json!({ "password": PASSWORD, "username": "ada" })).await;
    let demo = account(&grace, "algotrader").await["uuid"].clone();
    let fault = refused(&grace, "admin_set_administrator", grant(&demo, true)).await;
    assert_eq!(fault.code, ErrorCode::Forbidden, "everybody knows the demo account's password");
}

#[tokio::test]
async fn the_log_says_who_did_what_to_whom_and_can_be_exported() {
    let house = House::open().await;
    let (ada, _) = house.register("ada").await;
    let (grace, _) = house.register("grace").await;
    ask(&grace, "lock", json!({ "switch": true })).await;
    refused(&grace, "sign_in", json!({ "username": "grace", "password": "wrong" })).await;
    let uuid = account(&ada, "grace").await["uuid"].clone();
    ask(&ada, "admin_delete_account", json!({ "account": uuid, "username": "grace" })).await;
    let page = ask(&ada, "audit", json!({ "before": null, "limit": 3 })).await;
    let told: Vec<_> = page["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            [&entry["actor"], &entry["action"], &entry["subject"], &entry["door"]]
                .map(|v| v.as_str().unwrap_or("-").to_owned())
                .join(" ")
        })
        .collect();
    assert_eq!(
        told,
        [
            "ada account_deleted grace desktop",
            "- sign_in_refused grace desktop",
            "grace locked grace desktop",
        ]
    );
    assert_eq!(page["more"], true);
    let last = page["entries"][2]["id"].clone();
    let older = ask(&ada, "audit", json!({ "before": last, "limit": 500 })).await;
    assert_eq!(older["more"], false);
    assert!(older["entries"][0]["id"].as_i64() < last.as_i64());

    assert_eq!(ask(&ada, "export_audit", json!({})).await, Value::Null, "nothing was chosen");
    *house.desk.folder.lock().unwrap() = Some(house.dir.path().to_owned());
    let saved = ask(&ada, "export_audit", json!({})).await;
    let text = std::fs::read_to_string(saved["path"].as_str().unwrap()).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "time,who,what,whose,door");
    assert!(lines.iter().any(|line| line.ends_with(",ada,account_deleted,grace,desktop")));
    assert!(lines.last().unwrap().ends_with(",ada,audit_exported,ada,desktop"));
    assert!(!text.contains('@') && !text.contains(PASSWORD));
}

#[tokio::test]
async fn people_see_and_end_their_own_sessions_alone() {
    let house = House::open().await;
    let (ada, _) = house.register("ada").await;
    let (grace, _) = house.register("grace").await;
    let elsewhere = house.door();
    ask(&elsewhere, "sign_in", json!({ "username": "ada", "password": PASSWORD })).await;
    let own = ask(&ada, "sessions", json!({})).await;
    assert_eq!(own.as_array().unwrap().len(), 2);
    let other = own.as_array().unwrap().iter().find(|one| one["current"] == false).unwrap();
    let end = json!({ "session_id": other["id"] });
    assert_eq!(refused(&grace, "end_session", end.clone()).await.code, ErrorCode::NotFound);
    ask(&ada, "end_session", end).await;
    assert!(elsewhere.session().is_err() && ada.session().is_ok());
    ask(&elsewhere, "sign_in", json!({ "username": "ada", "password": PASSWORD })).await;
    ask(&ada, "end_other_sessions", json!({})).await;
    assert!(elsewhere.session().is_err() && ada.session().is_ok() && grace.session().is_ok());
}
