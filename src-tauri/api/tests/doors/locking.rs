//! Locking a door, coming back, and staying signed in over a restart.

use std::sync::atomic::Ordering;
use std::time::Duration;

use algoagent_api::ErrorCode;
use algoagent_api::locking::Why;
use serde_json::{Value, json};

use crate::house::{House, PASSWORD, ask, refused};

const MINUTE: i64 = 60;
const DAY: i64 = 24 * 3600;

async fn gate(door: &algoagent_api::Door) -> Value {
    ask(door, "gate", json!({})).await
}

#[tokio::test]
async fn a_locked_door_knows_whom_it_waits_for_and_lets_nothing_through() {
    let house = House::open().await;
    let (door, _) = house.register("ada").await;
    ask(&door, "lock", json!({ "switch": false })).await;
    assert_eq!(refused(&door, "profile", json!({})).await.code, ErrorCode::SignedOut);
    assert_eq!(house.core.session_count(), 0, "the vault is closed");
    ask(&door, "lock", json!({ "switch": false })).await;
    ask(&door, "sign_out", json!({})).await;
    let locked = gate(&door).await["locked"].clone();
    assert_eq!((&locked["username"], &locked["why"]), (&json!("ada"), &json!("asked")));
    assert_eq!(locked["other_sessions"], 0);
    ask(&door, "sign_in", json!({ "username": "ada", "password": PASSWORD })).await;
    assert_eq!(gate(&door).await["locked"], Value::Null);

    ask(&door, "lock", json!({ "switch": true })).await;
    assert_eq!(gate(&door).await["locked"], Value::Null, "somebody else's turn");
    ask(&door, "sign_in", json!({ "username": "ada", "password": PASSWORD })).await;
    ask(&door, "lock", json!({ "switch": false })).await;
    ask(&door, "leave_lock", json!({})).await;
    assert_eq!(gate(&door).await["locked"], Value::Null);
}

#[tokio::test]
async fn the_lock_offers_to_end_the_persons_other_sessions() {
    let house = House::open().await;
    let (door, _) = house.register("ada").await;
    let elsewhere = house.door();
    ask(&elsewhere, "sign_in", json!({ "username": "ada", "password": PASSWORD })).await;
    let (grace, _) = house.register("grace").await;
    ask(&door, "lock", json!({ "switch": false })).await;
    assert_eq!(gate(&door).await["locked"]["other_sessions"], 1);
    assert!(elsewhere.session().is_ok(), "locking a window ends that window's session alone");
    ask(&door, "end_locked_sessions", json!({})).await;
    assert!(elsewhere.session().is_err() && grace.session().is_ok());
    ask(&grace, "end_locked_sessions", json!({})).await;
    assert!(grace.session().is_ok(), "a door that isn't locked ends nothing");
}

#[tokio::test]
async fn a_door_tells_how_many_answers_a_lock_would_stop() {
    let house = House::open().await;
    let (door, _) = house.register("ada").await;
    let at_stake = async |door: &algoagent_api::Door| {
        ask(door, "answers_at_stake", json!({})).await["writing"].clone()
    };
    let (grace, _) = house.register("grace").await;
    let elsewhere = house.door();
    ask(&elsewhere, "sign_in", json!({ "username": "ada", "password": PASSWORD })).await;
    assert_eq!(at_stake(&door).await, 0);
    let text = "Create a momentum strategy for AAPL";
    let request = json!({ "chat_id": null, "context_id": null, "text": text });
    for _ in 0..2 {
        ask(&door, "send", request.clone()).await;
    }
    assert_eq!(at_stake(&door).await, 0, "another session lets them go on");
    ask(&elsewhere, "sign_out", json!({})).await;
    assert_eq!(at_stake(&door).await, 2, "in whichever chat");
    assert_eq!(at_stake(&grace).await, 0, "somebody else's are not counted");
    ask(&door, "lock", json!({ "switch": false })).await;
    assert_eq!(refused(&door, "answers_at_stake", json!({})).await.code, ErrorCode::SignedOut);
}

#[tokio::test]
async fn a_door_locks_after_the_minutes_that_its_person_chose() {
    let house = House::open().await;
    let (door, _) = house.register("ada").await;
    house.pass(14 * MINUTE);
    door.lock_if_idle().await;
    assert!(door.session().is_ok());
    ask(&door, "still_here", json!({})).await;
    house.pass(14 * MINUTE);
    door.lock_if_idle().await;
    assert!(door.session().is_ok(), "fifteen minutes after the last touch");
    house.pass(MINUTE);
    door.lock_if_idle().await;
    assert!(door.session().is_err());
    assert_eq!(gate(&door).await["locked"]["why"], "idle");

    ask(&door, "sign_in", json!({ "username": "ada", "password": PASSWORD })).await;
    for bad in [0, 241, 100_000] {
        let fault = refused(&door, "set_idle_minutes", json!({ "idle_minutes": bad })).await;
        assert_eq!(fault.code, ErrorCode::InvalidField);
    }
    let set = ask(&door, "set_idle_minutes", json!({ "idle_minutes": 1 })).await;
    assert_eq!(set["idle_minutes"], 1);
    house.pass(MINUTE);
    door.lock_if_idle().await;
    assert!(door.session().is_err());
    ask(&door, "sign_in", json!({ "username": "ada", "password": PASSWORD })).await;
    house.pass(MINUTE);
    door.lock_if_idle().await;
    assert!(door.session().is_err(), "the choice is remembered");
}

#[tokio::test]
async fn an_idle_lock_lets_an_answer_end_and_one_that_was_asked_for_does_not() {
    for (why, state) in [(Why::Idle, "done"), (Why::Asleep, "stopped")] {
        let house = House::open().await;
        let (door, _) = house.register("ada").await;
        let text = "Create a momentum strategy for AAPL";
        let request = json!({ "chat_id": null, "context_id": null, "text": text });
        let sent = ask(&door, "send", request).await;
        door.lock(why).await;
        assert!(door.session().is_err(), "the window is covered at once");
        let finishing = gate(&door).await["locked"]["finishing"] == true;
        assert_eq!(finishing, why == Why::Idle);
        for _ in 0..200 {
            if gate(&door).await["locked"]["finishing"] == false {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        ask(&door, "sign_in", json!({ "username": "ada", "password": PASSWORD })).await;
        let request = json!({ "chat_id": sent["chat"]["id"], "before": null });
        let open = ask(&door, "open_chat", request).await;
        assert_eq!(open["messages"][1]["state"], state, "{why:?}: {open}");
    }
}

#[tokio::test]
async fn whoever_stays_signed_in_comes_back_after_a_restart_and_not_after_a_lock() {
    let house = House::open().await;
    let (door, _) = house.register("ada").await;
    let off = ask(&door, "locking", json!({})).await;
    assert_eq!((&off["stay_signed_in"], &off["kept_in"]), (&json!(false), &Value::Null));
    let on = ask(&door, "stay_signed_in", json!({ "on": true })).await;
    assert_eq!((&on["stay_signed_in"], &on["kept_in"]), (&json!(true), &json!("keychain")));
    drop(door);

    let house = house.restart().await;
    let door = house.door();
    assert_eq!(gate(&door).await["resumable"], true);
    assert_eq!(ask(&door, "resume", json!({})).await["username"], "ada");
    ask(&door, "profile", json!({})).await;
    ask(&door, "lock", json!({ "switch": false })).await;
    assert_eq!(gate(&door).await["resumable"], false);
    drop(door);

    let house = house.restart().await;
    let door = house.door();
    assert_eq!(gate(&door).await["resumable"], false, "a restart does not get past the lock");
    assert_eq!(ask(&door, "resume", json!({})).await, Value::Null);
    ask(&door, "sign_in", json!({ "username": "ada", "password": PASSWORD })).await;
    drop(door);

    let house = house.restart().await;
    let door = house.door();
    assert_eq!(ask(&door, "resume", json!({})).await["username"], "ada", "the choice stayed");
    ask(&door, "sign_out", json!({})).await;
    drop(door);
    let house = house.restart().await;
    let door = house.door();
    assert_eq!(ask(&door, "resume", json!({})).await, Value::Null, "signing out ends it");
    ask(&door, "sign_in", json!({ "username": "ada", "password": PASSWORD })).await;
    assert_eq!(ask(&door, "locking", json!({})).await["stay_signed_in"], false);
}

#[tokio::test]
async fn staying_signed_in_ends_after_seven_idle_days_and_when_another_account_comes() {
    let house = House::open().await;
    let (door, _) = house.register("ada").await;
    ask(&door, "stay_signed_in", json!({ "on": true })).await;
    drop(door);
    house.pass(7 * DAY);
    let house = house.restart().await;
    let door = house.door();
    assert_eq!(ask(&door, "resume", json!({})).await, Value::Null);
    ask(&door, "sign_in", json!({ "username": "ada", "password": PASSWORD })).await;
    let (grace, _) = house.register("grace").await;
    assert_eq!(ask(&door, "locking", json!({})).await["ask_again"], true);
    drop((door, grace));
    let house = house.restart().await;
    let door = house.door();
    assert_eq!(ask(&door, "resume", json!({})).await, Value::Null, "she is asked again first");
    ask(&door, "sign_in", json!({ "username": "ada", "password": PASSWORD })).await;
    ask(&door, "stay_signed_in", json!({ "on": true })).await;
    drop(door);
    let house = house.restart().await;
    assert_eq!(ask(&house.door(), "resume", json!({})).await["username"], "ada");
}

#[tokio::test]
async fn without_a_keychain_nobody_stays_signed_in_and_is_told_why() {
    let house = House::open().await;
    let (door, _) = house.register("ada").await;
    house.desk.safe.absent.store(true, Ordering::SeqCst);
    let told = ask(&door, "stay_signed_in", json!({ "on": true })).await;
    assert_eq!((&told["stay_signed_in"], &told["kept_in"]), (&json!(false), &json!("memory")));
    assert_eq!(told["note"], "This computer has no keychain.");
    drop(door);
    let house = house.restart().await;
    assert_eq!(ask(&house.door(), "resume", json!({})).await, Value::Null);
}

#[tokio::test]
async fn a_changed_password_keeps_whoever_stays_and_drops_a_stolen_secret() {
    let house = House::open().await;
    let (door, _) = house.register("ada").await;
    ask(&door, "stay_signed_in", json!({ "on": true })).await;
    let stolen = house.desk.safe.kept.lock().unwrap().clone();
    let next = "a quite different password 7";
    let request = json!({ "password": PASSWORD, "new_password": next });
    ask(&door, "change_password", request).await;
    let kept = std::mem::replace(&mut *house.desk.safe.kept.lock().unwrap(), stolen);
    drop(door);
    let house = house.restart().await;
    assert_eq!(ask(&house.door(), "resume", json!({})).await, Value::Null, "the old secret");
    *house.desk.safe.kept.lock().unwrap() = kept;
    let house = house.restart().await;
    assert_eq!(ask(&house.door(), "resume", json!({})).await["username"], "ada");
}

#[tokio::test]
async fn old_files_in_the_place_of_new_ones_are_told_by_the_keychain_alone() {
    let house = House::open().await;
    let (door, _) = house.register("ada").await;
    let uuid = door.session().unwrap().account().uuid.to_string();
    house.core.end_sessions().await;
    let vault = house.dir.path().join("data/vaults").join(uuid);
    let old: Vec<_> = ["header", "vault.db"].map(|n| std::fs::read(vault.join(n)).unwrap()).into();
    let sign_in = json!({ "username": "ada", "password": PASSWORD });
    ask(&door, "sign_in", sign_in.clone()).await;
    let code = ask(&door, "new_recovery_code", json!({ "password": PASSWORD })).await;
    assert!(code["recovery_code"].as_str().is_some_and(|code| code.len() > 30));
    house.core.end_sessions().await;
    for (name, bytes) in ["header", "vault.db"].iter().zip(old) {
        std::fs::write(vault.join(name), bytes).unwrap();
    }
    let told = ask(&door, "sign_in", sign_in.clone()).await;
    assert_eq!(told["older_than_seen"], true);
    let told = ask(&door, "accept_older", json!({})).await;
    assert_eq!(told["older_than_seen"], false);
    house.core.end_sessions().await;
    assert_eq!(ask(&door, "sign_in", sign_in).await["older_than_seen"], false);
}

#[tokio::test]
async fn old_files_are_told_to_somebody_who_stays_signed_in_too() {
    let house = House::open().await;
    let (door, _) = house.register("ada").await;
    ask(&door, "stay_signed_in", json!({ "on": true })).await;
    let uuid = door.session().unwrap().account().uuid.to_string();
    house.core.end_sessions().await;
    let vault = house.dir.path().join("data/vaults").join(uuid);
    let old: Vec<_> = ["header", "vault.db"].map(|n| std::fs::read(vault.join(n)).unwrap()).into();
    let sign_in = json!({ "username": "ada", "password": PASSWORD });
    ask(&door, "sign_in", sign_in.clone()).await;
    ask(&door, "new_recovery_code", json!({ "password": PASSWORD })).await;
    house.core.end_sessions().await;
    for (name, bytes) in ["header", "vault.db"].iter().zip(old) {
        std::fs::write(vault.join(name), bytes).unwrap();
    }
    for _ in 0..2 {
        let told = ask(&door, "sign_in", sign_in.clone()).await;
        assert_eq!(told["older_than_seen"], true, "until the person says so");
        house.core.end_sessions().await;
    }
}

#[tokio::test]
async fn whoever_was_signed_out_by_an_administrator_does_not_come_back_by_the_keychain() {
    let house = House::open().await;
    let (ada, _) = house.register("ada").await;
    let (grace, _) = house.register("grace").await;
    ask(&grace, "stay_signed_in", json!({ "on": true })).await;
    let uuid = grace.session().unwrap().account().uuid;
    ask(&ada, "admin_end_sessions", json!({ "account": uuid })).await;
    assert_eq!(gate(&grace).await["ended"], "elsewhere");
    assert_eq!(gate(&grace).await["resumable"], false);
    drop((ada, grace));
    let house = house.restart().await;
    assert_eq!(ask(&house.door(), "resume", json!({})).await, Value::Null);
}

#[tokio::test]
async fn a_keychain_that_never_answers_holds_nobody_up_and_brings_nobody_back() {
    for (leave, request) in [("lock", json!({ "switch": false })), ("sign_out", json!({}))] {
        let house = House::open().await;
        let (door, _) = house.register("ada").await;
        ask(&door, "stay_signed_in", json!({ "on": true })).await;
        house.desk.safe.hangs.store(true, Ordering::SeqCst);
        let left = tokio::time::timeout(Duration::from_secs(4), ask(&door, leave, request)).await;
        left.unwrap_or_else(|_| panic!("{leave} waits for the keychain"));
        drop(door);
        let house = house.restart().await;
        house.desk.safe.hangs.store(false, Ordering::SeqCst);
        let kept = house.desk.safe.kept.lock().unwrap().keys().any(|name| name.contains("unlock"));
        assert!(kept, "the keychain could forget nothing");
        let back = ask(&house.door(), "resume", json!({})).await;
        assert_eq!(back, Value::Null, "{leave}: the secret that was left opens the vault");
    }
}

#[tokio::test]
async fn a_lock_whose_person_is_disabled_waits_for_nobody() {
    let house = House::open().await;
    let (ada, _) = house.register("ada").await;
    let (grace, _) = house.register("grace").await;
    let uuid = grace.session().unwrap().account().uuid;
    ask(&grace, "lock", json!({ "switch": false })).await;
    assert_eq!(gate(&grace).await["locked"]["username"], "grace");
    ask(&ada, "admin_set_disabled", json!({ "account": uuid, "disabled": true })).await;
    let now = gate(&grace).await;
    assert_eq!((&now["locked"], &now["ended"]), (&Value::Null, &json!("elsewhere")));
}

#[tokio::test]
async fn a_role_that_changes_is_told_to_whoever_is_signed_in() {
    let house = House::open().await;
    let (ada, _) = house.register("ada").await;
    let (grace, _) = house.register("grace").await;
    let role = |door| async move { ask(door, "me", json!({})).await["administrator"].clone() };
    assert_eq!((role(&ada).await, role(&grace).await), (json!(true), json!(false)));
    let uuid = grace.session().unwrap().account().uuid;
    ask(&ada, "admin_set_administrator", json!({ "account": uuid, "administrator": true })).await;
    assert_eq!(role(&grace).await, true);
    let uuid = ada.session().unwrap().account().uuid;
    ask(&ada, "admin_set_administrator", json!({ "account": uuid, "administrator": false })).await;
    assert_eq!(role(&ada).await, false);
}
