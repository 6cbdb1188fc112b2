//! The switch of the local API.

use std::sync::Arc;

use algoagent_api::{Door, ErrorCode, Unattended};
use algoagent_core::account::DoorKind;
use serde_json::json;

use crate::house::{House, PASSWORD, Server, ask, refused};

#[tokio::test]
async fn an_administrator_switches_it_at_once_and_everybody_sees_what_came_of_it() {
    let house = House::open().await;
    let (ada, _) = house.register("ada").await;
    let (grace, _) = house.register("grace").await;
    let off = ask(&ada, "local_api", json!({})).await;
    let expected = json!({
        "on": false, "port": 8000, "origins": [], "address": null, "fault": null, "may_change": true,
    });
    assert_eq!(off, expected);
    let wanted = json!({ "on": true, "port": 8000, "origins": ["http://localhost:3000/"] });
    let on = ask(&ada, "set_local_api", wanted).await;
    assert_eq!(on["address"], "http://127.0.0.1:8000");
    assert_eq!(on["origins"], json!(["http://localhost:3000"]));
    let seen = ask(&grace, "local_api", json!({})).await;
    assert_eq!((&seen["address"], &seen["may_change"]), (&on["address"], &json!(false)));
    ask(&ada, "copy_local_address", json!({})).await;
    assert_eq!(*house.desk.copied.lock().unwrap(), ["http://127.0.0.1:8000"]);

    let taken = json!({ "on": true, "port": Server::TAKEN, "origins": [] });
    let taken = ask(&ada, "set_local_api", taken).await;
    assert_eq!((&taken["on"], &taken["address"]), (&json!(true), &json!(null)));
    assert_eq!(taken["fault"], "Port 8001 is taken.");
    let fault = refused(&ada, "copy_local_address", json!({})).await;
    assert_eq!(fault.code, ErrorCode::NotFound);

    let wrong = json!({ "on": true, "port": 8000, "origins": ["*"] });
    let fault = refused(&ada, "set_local_api", wrong).await;
    assert!(fault.code == ErrorCode::InvalidField && fault.detail["origins"].is_array());
    let off = json!({ "on": false, "port": 8000, "origins": [] });
    assert_eq!(ask(&ada, "set_local_api", off).await["address"], json!(null));
}

#[tokio::test]
async fn a_terminal_reads_it_and_switches_nothing() {
    let house = House::open().await;
    house.register("ada").await;
    let terminal = Door::new(house.core.clone(), DoorKind::Terminal, Arc::new(Unattended));
    ask(&terminal, "sign_in", json!({ "username": "ada", "password": PASSWORD })).await;
    assert_eq!(ask(&terminal, "local_api", json!({})).await["on"], false);
    let wanted = json!({ "on": true, "port": 8000, "origins": [] });
    let fault = refused(&terminal, "set_local_api", wanted).await;
    assert_eq!(fault.code, ErrorCode::NotHere);
    assert_eq!(ask(&terminal, "local_api", json!({})).await["on"], false, "nothing was chosen");
}
