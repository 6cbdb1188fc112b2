//! Many at once: sign-ins are bounded for each account and overall, and nobody else waits.

use algoagent_core::account::{self, DoorKind};
use algoagent_http::Limits;
use futures_util::future::join_all;
use serde_json::json;
use zeroize::Zeroizing;

use crate::client::Answer;
use crate::house::{House, PASSWORD};

fn bounded(answers: &[Answer]) -> usize {
    let mut tried = 0;
    for answer in answers {
        match answer.status {
            401 => tried += 1,
            429 => {
                answer.is(429, "too_many_attempts");
                let seconds: u32 = answer.header("retry-after").parse().expect("seconds");
                assert!((1..=15).contains(&seconds), "{seconds}");
            }
            other => panic!("{other}: {}", answer.body),
        }
    }
    tried
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guesses_at_one_account_are_bounded_and_nobody_is_locked_out() {
    let house = House::open().await;
    house.person("ada").await;
    let guess = async |n: usize| {
        let body = json!({ "username": "ada", "password": format!("guess {n}") });
        house.anybody().post("/api/auth/login/", body).await
    };
    let answers = join_all((0..60).map(guess)).await;
    let tried = bounded(&answers);
    assert!((1..=6).contains(&tried), "{tried} of 60");
    let mut waited = 0;
    loop {
        let body = json!({ "username": "ada", "password": PASSWORD });
        let answer = house.anybody().post("/api/auth/login/", body).await;
        if answer.status == 200 {
            break;
        }
        let seconds = answer.header("retry-after").parse().expect("seconds");
        house.pass(seconds);
        waited += seconds;
        assert!(waited <= 30, "never locked out");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guesses_at_many_accounts_are_bounded_and_leave_room_at_the_window() {
    let house = House::open().await;
    house.at_the_window("ada").await;
    let client = house.person("grace").await;
    let guess = async |n: usize| {
        let body = json!({ "username": format!("nobody{n}"), "password": "guess" });
        house.anybody().post("/api/auth/login/", body).await
    };
    let password = Zeroizing::new(PASSWORD.to_owned());
    let window = account::sign_in(&house.core, DoorKind::Desktop, "ada", password);
    let reading = async {
        for _ in 0..20 {
            assert_eq!(client.get("/api/auth/user/me/").await.status, 200);
        }
    };
    let (answers, window, ()) = tokio::join!(join_all((0..100).map(guess)), window, reading);
    assert!(bounded(&answers) < 100, "not all at once");
    window.expect("the window signs in meanwhile");
}

#[tokio::test]
async fn a_program_that_signs_in_for_every_call_leaves_a_bounded_number_of_sessions() {
    let house = House::with(Limits { sessions: 3, ..Limits::default() }).await;
    let first = house.person("ada").await;
    for _ in 0..5 {
        house.pass(1);
        let body = json!({ "username": "ada", "password": PASSWORD });
        assert_eq!(house.anybody().post("/api/auth/login/", body).await.status, 200);
    }
    first.get("/api/auth/user/me/").await.is(401, "token_not_valid");
    let last = house.at_the_window("grace").await;
    let uuid = last.account().uuid;
    assert_eq!(house.core.sessions_of(uuid), 1);
    assert_eq!(house.core.session_count(), 4, "three of ada's, one of grace's");
}
