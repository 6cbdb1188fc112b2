//! Tokens for doors whose clients can't hold a session.

use std::sync::{Arc, Mutex};

use algoagent_core::account::{self, AccountError, DoorKind, Session, Tokens};
use algoagent_core::clock::Sources;
use algoagent_core::{Config, Core};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::house::{House, PASSWORD, sign_in};

const HOUR: i64 = 3600;
const WEEK: i64 = 7 * 24 * HOUR;

async fn signed_in() -> (House, Core, Session, Tokens) {
    let (house, core, ada) = House::with_ada().await;
    let tokens = account::issue(&ada).expect("a live session");
    (house, core, ada, tokens)
}

fn accepts(core: &Core, access: &str) -> bool {
    match account::authenticate(core, access) {
        Ok(session) => session.check().is_ok(),
        Err(AccountError::InvalidToken) => false,
        Err(other) => panic!("{other}"),
    }
}

async fn refreshed(core: &Core, refresh: &str) -> Option<Tokens> {
    match account::refresh(core, refresh).await {
        Ok(tokens) => Some(tokens),
        Err(AccountError::InvalidToken) => None,
        Err(other) => panic!("{other}"),
    }
}

fn part(token: &str, number: usize) -> Value {
    let part = token.split('.').nth(number).expect("three parts");
    serde_json::from_slice(&BASE64.decode(part).expect("base64")).expect("JSON")
}

#[tokio::test]
async fn an_access_token_lives_an_hour_and_a_refresh_token_seven_days() {
    let (house, core, ada, tokens) = signed_in().await;
    let session = account::authenticate(&core, &tokens.access).unwrap();
    assert_eq!(session.account().uuid, ada.account().uuid);
    let claims = part(&tokens.access, 1);
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), HOUR);
    assert_eq!(claims["user_id"], ada.account().id.0);
    assert_eq!(claims["token_type"], "access");
    let claims = part(&tokens.refresh, 1);
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), WEEK);
    house.pass(HOUR - 1);
    assert!(accepts(&core, &tokens.access));
    house.pass(1);
    assert!(!accepts(&core, &tokens.access), "its hour is over");
    house.pass(WEEK - HOUR - 1);
    assert!(refreshed(&core, &tokens.refresh).await.is_some(), "in its last second");
}

#[tokio::test]
async fn a_refresh_token_of_seven_days_is_too_old() {
    let (house, core, _ada, tokens) = signed_in().await;
    house.pass(WEEK);
    assert!(refreshed(&core, &tokens.refresh).await.is_none());
}

#[tokio::test]
async fn a_lost_reply_is_answered_again_for_thirty_seconds() {
    let (house, core, ada, first) = signed_in().await;
    let second = refreshed(&core, &first.refresh).await.unwrap();
    assert!(second != first && accepts(&core, &second.access));
    house.pass(30);
    let again = refreshed(&core, &first.refresh).await.expect("within thirty seconds");
    assert!(again == second, "the same pair");
    house.pass(1);
    assert!(refreshed(&core, &first.refresh).await.is_none());
    assert!(ada.check().is_err(), "a stolen token ends the session");
    assert!(!accepts(&core, &second.access));
    assert!(refreshed(&core, &second.refresh).await.is_none());
    let mut accounts = house.accounts().await;
    let audited: i64 =
        sqlx::query_scalar("SELECT count(*) FROM audit WHERE action = 'refresh_token_reused'")
            .fetch_one(&mut accounts)
            .await
            .unwrap();
    assert_eq!(audited, 1);
}

#[tokio::test]
async fn an_older_token_than_the_predecessor_ends_the_session_at_once() {
    let (_house, core, ada, first) = signed_in().await;
    let other = sign_in(&core, "ada", PASSWORD).await.unwrap();
    let others = account::issue(&other).unwrap();
    let second = refreshed(&core, &first.refresh).await.unwrap();
    let third = refreshed(&core, &second.refresh).await.unwrap();
    assert!(refreshed(&core, &first.refresh).await.is_none());
    assert!(ada.check().is_err() && !accepts(&core, &third.access));
    assert!(accepts(&core, &others.access), "another session of hers goes on");
}

#[tokio::test]
async fn a_token_of_one_kind_does_not_pass_for_the_other() {
    let (_house, core, ada, tokens) = signed_in().await;
    assert!(!accepts(&core, &tokens.refresh));
    assert!(refreshed(&core, &tokens.access).await.is_none());
    assert!(ada.check().is_ok(), "a confusion is no theft");
    assert!(refreshed(&core, &tokens.refresh).await.is_some());
}

#[tokio::test]
async fn signing_out_ends_a_token_that_has_not_expired() {
    let (_house, core, ada, tokens) = signed_in().await;
    let other = sign_in(&core, "ada", PASSWORD).await.unwrap();
    let others = account::issue(&other).unwrap();
    ada.end().await;
    assert!(!accepts(&core, &tokens.access));
    assert!(refreshed(&core, &tokens.refresh).await.is_none());
    assert!(accepts(&core, &others.access), "another session goes on");
}

#[tokio::test]
async fn no_token_outlives_its_process() {
    let (house, core, _ada, tokens) = signed_in().await;
    core.shut_down().await;
    drop((core, _ada));
    let core = house.open().await;
    sign_in(&core, "ada", PASSWORD).await.unwrap();
    assert!(!accepts(&core, &tokens.access));
    assert!(refreshed(&core, &tokens.refresh).await.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn thirty_two_refreshes_at_once_give_one_successor() {
    let (_house, core, ada, tokens) = signed_in().await;
    let together = Arc::new(tokio::sync::Barrier::new(32));
    let all: Vec<_> = (0..32)
        .map(|_| {
            let (core, refresh) = (core.clone(), tokens.refresh.clone());
            let together = Arc::clone(&together);
            tokio::spawn(async move {
                together.wait().await;
                account::refresh(&core, &refresh).await.ok()
            })
        })
        .collect();
    let mut pairs = Vec::new();
    for one in all {
        pairs.push(one.await.unwrap().expect("each is answered"));
    }
    assert!(pairs.iter().all(|pair| *pair == pairs[0]) && pairs[0] != tokens);
    assert!(ada.check().is_ok());
}

/// A core whose signing key the story knows: the first 32 bytes that it asks for.
async fn open_house(house: &House) -> (Core, Vec<u8>) {
    let drawn = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&drawn);
    let system = Sources::system();
    let mut config: Config = house.config();
    config.sources = config.sources.with_randomness(move |buffer| {
        system.fill(buffer);
        log.lock().expect("no panic").push(buffer.to_vec());
    });
    let core = Core::open(config).await.expect("it opens");
    let key = drawn.lock().expect("no panic")[0].clone();
    (core, key)
}

fn signed(algorithm: Algorithm, kind: &str, claims: &Value, key: &[u8]) -> String {
    let mut header = Header::new(algorithm);
    header.typ = Some(kind.to_owned());
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(key)).expect("signed")
}

#[tokio::test]
async fn a_forged_token_is_refused_whatever_is_wrong_with_it() {
    let house = House::new();
    let (core, key) = open_house(&house).await;
    let ada = account::register(&core, DoorKind::Http, crate::house::wish("ada")).await.unwrap().0;
    let tokens = account::issue(&ada).unwrap();
    let good = part(&tokens.access, 1);
    let sign = |claims: &Value| signed(Algorithm::HS256, "at+jwt", claims, &key);
    assert!(accepts(&core, &sign(&good)), "the story holds the signing key");

    let body = tokens.access.split('.').nth(1).unwrap();
    let none = BASE64.encode(json!({ "alg": "none", "typ": "at+jwt" }).to_string());
    let mut bent = tokens.access.clone().into_bytes();
    let at = tokens.access.rfind('.').unwrap() + 1;
    bent[at] = if bent[at] == b'A' { b'B' } else { b'A' };
    for (what, token) in [
        ("no algorithm", format!("{none}.{body}.")),
        ("no algorithm, old signature", {
            let signature = tokens.access.rsplit('.').next().unwrap();
            format!("{none}.{body}.{signature}")
        }),
        ("HS512", signed(Algorithm::HS512, "at+jwt", &good, &key)),
        ("HS384", signed(Algorithm::HS384, "at+jwt", &good, &key)),
        ("another key", signed(Algorithm::HS256, "at+jwt", &good, &[7; 32])),
        ("an empty key", signed(Algorithm::HS256, "at+jwt", &good, b"")),
        ("a bent signature", String::from_utf8(bent).unwrap()),
        ("the type JWT", signed(Algorithm::HS256, "JWT", &good, &key)),
        ("a refresh token's type", signed(Algorithm::HS256, "rt+jwt", &good, &key)),
        ("nothing", String::new()),
        ("no token", "a.b.c".to_owned()),
        ("a long one", "x".repeat(1_000_000)),
    ] {
        assert!(!accepts(&core, &token), "{what}");
    }
    let (uuid, now) = (uuid::Uuid::nil().to_string(), good["iat"].as_i64().unwrap());
    for (claim, value) in [
        ("iss", json!("somebody")),
        ("aud", json!("another-api")),
        ("sub", json!(uuid)),
        ("sid", json!(uuid)),
        ("token_type", json!("refresh")),
        ("exp", json!(now)),
        ("exp", json!("never")),
        ("nbf", json!(now + 1)),
        ("iat", json!(now + 1)),
        ("iss", Value::Null),
        ("aud", Value::Null),
        ("exp", Value::Null),
    ] {
        let mut claims = good.clone();
        claims[claim] = value.clone();
        assert!(!accepts(&core, &sign(&claims)), "{claim} = {value}");
        claims.as_object_mut().unwrap().remove(claim);
        assert!(!accepts(&core, &sign(&claims)), "without {claim}");
    }
    assert!(accepts(&core, &tokens.access), "the real one is untouched");
}
