//! Registering, coming and going, the own account.

use algoagent_core::account::{self, DoorKind, administration};
use reqwest::Method;
use serde_json::json;
use zeroize::Zeroizing;

use crate::house::{House, PASSWORD, registration};

const LOGIN: &str = "/api/auth/login/";
const ME: &str = "/api/auth/user/me/";

fn credentials(username: &str, password: &str) -> serde_json::Value {
    json!({ "username": username, "password": password })
}

#[tokio::test]
async fn registering_makes_an_account_a_profile_and_a_session() {
    let house = House::open().await;
    let mut client = house.anybody();
    let made = client.post("/api/auth/register/", registration("ada")).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.text("/user/username"), "ada");
    assert_eq!(made.text("/user/first_name"), "Ada");
    assert_eq!(made.text("/user/last_name"), "Lovelace");
    assert!(made.text("/recovery_code").len() > 20);
    client.carry(&made);
    let me = client.get(ME).await;
    assert_eq!(me.status, 200);
    assert_eq!(me.body["user"]["id"], made.body["user"]["id"]);
    assert_eq!(me.text("/user/date_joined"), "2027-01-15T08:00:00Z");
    assert_eq!(me.text("/profile/default_risk_tolerance"), "moderate");
    assert_eq!(me.text("/profile/default_timeframe"), "1d");
    let session = house.session_of(&client);
    assert!(!administration::is_administrator(&session).await.unwrap(), "never over HTTP");
    assert_eq!(session.door(), DoorKind::Http);
}

#[tokio::test]
async fn every_field_that_cannot_be_taken_is_named() {
    let house = House::open().await;
    house.person("ada").await;
    let client = house.anybody();
    let register = async |change: serde_json::Value| {
        let mut body = registration("grace");
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        client.post("/api/auth/register/", body).await
    };
    let empty = client.post("/api/auth/register/", json!({})).await;
    for field in ["username", "email", "password", "password2"] {
        empty.refuses(field);
    }
    let none = client.act("/api/auth/register/").await;
    none.refuses("username");
    register(json!({ "username": null })).await.refuses("username");
    register(json!({ "username": 5 })).await.refuses("username");
    register(json!({ "username": "ADA" })).await.refuses("username");
    register(json!({ "username": "a b" })).await.refuses("username");
    register(json!({ "username": "a\u{0}bc" })).await.refuses("username");
    register(json!({ "email": "nobody" })).await.refuses("email");
    register(json!({ "email": "ADA@example.org" })).await.refuses("email");
    register(json!({ "password": "12345678", "password2": "12345678" })).await.refuses("password");
    register(json!({ "password2": "something else" })).await.refuses("password2");
    register(json!({ "first_name": "x".repeat(151) })).await.refuses("first_name");
    register(json!({ "last_name": ["x"] })).await.refuses("last_name");
    // What was refused made nothing.
    assert_eq!(register(json!({})).await.status, 201);
    let secret = register(json!({ "username": [PASSWORD] })).await;
    assert!(!secret.body.to_string().contains(PASSWORD), "nothing is repeated");
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_are_answered_alike() {
    let house = House::open().await;
    house.person("ada").await;
    let mut client = house.anybody();
    let wrong = client.post(LOGIN, credentials("ada", "wrong")).await;
    wrong.is(401, "invalid_credentials");
    assert_eq!(wrong.text("/error"), "Invalid credentials");
    let nobody = client.post(LOGIN, credentials("nobody", "wrong")).await;
    assert_eq!((wrong.status, &wrong.body), (nobody.status, &nobody.body));
    client.post(LOGIN, json!({ "username": "ada" })).await.refuses("password");
    for name in ["ada", "ADA", "ada@example.org"] {
        let right = client.post(LOGIN, credentials(name, PASSWORD)).await;
        assert_eq!(right.status, 200, "{}", right.body);
        assert!(right.headers.get("set-cookie").is_none(), "no cookie unless asked for");
        client.carry(&right);
    }
    assert_eq!(client.get(ME).await.status, 200);
}

#[tokio::test]
async fn without_a_token_and_with_a_bad_one_nothing_is_answered() {
    let house = House::open().await;
    let mut client = house.anybody();
    let none = client.get(ME).await;
    none.is(401, "not_authenticated");
    assert!(none.header("www-authenticate").starts_with("Bearer"));
    for token in ["x", "a.b.c", &"x".repeat(10_000)] {
        client.token = Some(token.to_owned());
        client.get(ME).await.is(401, "token_not_valid");
    }
    let ada = house.person("ada").await;
    client.token = ada.refresh.clone();
    client.get(ME).await.is(401, "token_not_valid");
    let basic = house.anybody();
    let basic =
        basic.send(basic.request(reqwest::Method::GET, ME).basic_auth("ada", Some(PASSWORD)));
    basic.await.is(401, "not_authenticated");
    house.pass(3600);
    ada.get(ME).await.is(401, "token_not_valid");
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_its_reuse_ends_the_session() {
    let house = House::open().await;
    let mut client = house.person("ada").await;
    let first = client.refresh.clone().unwrap();
    let refresh = async |token: &str| {
        house.anybody().post("/api/auth/token/refresh/", json!({ "refresh": token })).await
    };
    let second = refresh(&first).await;
    assert_eq!(second.status, 200);
    client.token = Some(second.text("/access").to_owned());
    assert_eq!(client.get(ME).await.status, 200);
    house.pass(31);
    refresh(&first).await.is(401, "token_not_valid");
    client.get(ME).await.is(401, "token_not_valid");
    refresh(second.text("/refresh")).await.is(401, "token_not_valid");
    refresh("x").await.is(401, "token_not_valid");
    house.anybody().post("/api/auth/token/refresh/", json!({})).await.refuses("refresh");
}

#[tokio::test]
async fn signing_out_ends_every_token_of_the_session() {
    let house = House::open().await;
    let client = house.person("ada").await;
    let other = house.anybody().post(LOGIN, credentials("ada", PASSWORD)).await;
    let mut beside = house.anybody();
    beside.carry(&other);
    let body = json!({ "refresh": client.refresh });
    let out = client.post("/api/auth/logout/", body).await;
    assert_eq!(out.status, 200);
    client.get(ME).await.is(401, "token_not_valid");
    let refreshed = client.post("/api/auth/token/refresh/", json!({ "refresh": client.refresh }));
    refreshed.await.is(401, "token_not_valid");
    assert_eq!(beside.get(ME).await.status, 200, "another session goes on");
    assert_eq!(beside.act("/api/auth/logout/").await.status, 200, "without a body too");
    house.anybody().act("/api/auth/logout/").await.is(401, "not_authenticated");
}

#[tokio::test]
async fn another_password_ends_every_other_session_and_no_other() {
    let house = House::open().await;
    let client = house.person("ada").await;
    let mut other = house.anybody();
    let signed_in = other.post(LOGIN, credentials("ada", PASSWORD)).await;
    other.carry(&signed_in);
    let window = account::sign_in(
        &house.core,
        DoorKind::Desktop,
        "ada",
        Zeroizing::new(PASSWORD.to_owned()),
    );
    let window = window.await.unwrap();
    let change = async |current: &str, new: &str| {
        let body = json!({ "current_password": current, "new_password": new });
        client.post("/api/auth/change-password/", body).await
    };
    const NEXT: &str = "another horse, another staple";
    change("wrong", NEXT).await.refuses("current_password");
    change(PASSWORD, "12345678").await.refuses("new_password");
    change(PASSWORD, PASSWORD).await.refuses("new_password");
    assert_eq!(other.get(ME).await.status, 200, "what was refused ends nothing");
    let changed = change(PASSWORD, NEXT).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(client.get(ME).await.status, 200, "this session goes on");
    other.get(ME).await.is(401, "token_not_valid");
    assert!(window.check().is_err());
    let old = house.anybody().post(LOGIN, credentials("ada", PASSWORD)).await;
    old.is(401, "invalid_credentials");
    assert_eq!(house.anybody().post(LOGIN, credentials("ada", NEXT)).await.status, 200);
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one() {
    let house = House::open().await;
    let client = house.person("ada").await;
    house.pass(1);
    let mut other = house.anybody();
    let agent = other.request(reqwest::Method::POST, LOGIN).header("user-agent", "A script/1.0");
    let signed_in = other.send(agent.json(&credentials("ada", PASSWORD))).await;
    other.carry(&signed_in);
    let listed = client.get("/api/auth/sessions/").await;
    assert_eq!(listed.number("/count"), 2);
    assert_eq!(listed.text("/results/0/label"), "A script/1.0");
    assert_eq!(listed.body["results"][0]["current"], false);
    assert_eq!(listed.body["results"][1]["current"], true);
    let id = listed.text("/results/0/id");
    assert_eq!(client.delete(&format!("/api/auth/sessions/{id}/")).await.status, 204);
    other.get(ME).await.is(401, "token_not_valid");
    client.delete(&format!("/api/auth/sessions/{id}/")).await.is(404, "not_found");
    client.delete("/api/auth/sessions/1/").await.is(404, "not_found");
    assert_eq!(client.get("/api/auth/sessions/").await.number("/count"), 1);
}

#[tokio::test]
async fn disabling_and_deleting_an_account_end_access_at_once() {
    let house = House::open().await;
    let administrator = house.at_the_window("root").await;
    for delete in [false, true] {
        let name = if delete { "eve" } else { "ada" };
        let client = house.person(name).await;
        let uuid = house.session_of(&client).account().uuid;
        if delete {
            administration::delete(&administrator, uuid, name).await.unwrap();
        } else {
            administration::set_disabled(&administrator, uuid, true).await.unwrap();
        }
        client.get(ME).await.is(401, "token_not_valid");
        let back = house.anybody().post(LOGIN, credentials(name, PASSWORD)).await;
        back.is(401, "invalid_credentials");
    }
}

#[tokio::test]
async fn health_says_for_whom() {
    let house = House::open().await;
    let anonymous = house.anybody().get("/api/auth/health/").await;
    assert_eq!(anonymous.text("/status"), "healthy");
    assert_eq!(anonymous.text("/user"), "anonymous");
    assert_eq!(anonymous.text("/timestamp"), "2027-01-15T08:00:00Z");
    let ada = house.person("ada").await;
    assert_eq!(ada.get("/api/auth/health/").await.text("/user"), "ada");
    // Whoever shows a token is told that it is dead, here too; and the document says so.
    assert_eq!(ada.act("/api/auth/logout/").await.status, 200);
    for token in [ada.token.as_deref().expect("signed in"), "x"] {
        let request = house.anybody().request(Method::GET, "/api/auth/health/");
        let answer = house.anybody().send(request.bearer_auth(token)).await;
        answer.is(401, "token_not_valid");
        assert_ne!(answer.header("www-authenticate"), "");
    }
}
