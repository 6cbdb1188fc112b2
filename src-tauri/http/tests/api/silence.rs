//! Nothing of a person in the logs, at any level.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::Method;
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::faults::choose_failing;
use crate::house::{House, registration};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

const SECRET: &str = "canary-password-7Qx!vR2";

#[tokio::test]
async fn no_token_key_password_or_text_is_in_the_log_at_any_level() {
    let log = Log::default();
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(log.clone())
        .init();
    let house = House::open().await;
    let mut client = house.anybody();
    let mut body = registration("ada");
    body["password"] = json!(SECRET);
    body["password2"] = json!(SECRET);
    let made = client.post("/api/auth/register/", body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    client.carry(&made);
    let login = json!({ "username": "ada", "password": SECRET, "session": true });
    let login = client.post("/api/auth/login/", login).await;
    client.post("/api/auth/login/", json!({ "username": [SECRET], "password": 5 })).await;
    let broken = client.request(Method::POST, "/api/auth/login/");
    let broken = broken.header("content-type", "application/json");
    client.send(broken.body(format!("{{\"password\": \"{SECRET}\""))).await;
    client
        .post(
            "/api/auth/ai-contexts/",
            json!({ "session_name": "canary-name-Zk3", "instructions": "canary-instructions-Pw8" }),
        )
        .await;
    client.ask(json!({ "message": "canary-question-Lm4 What is drawdown?" })).await;
    let key = choose_failing(&house.session_of(&client)).await;
    let failed = json!({ "message": "canary-question-Lm5" });
    assert!(client.post("/api/auth/chat/", failed).await.status >= 500);
    let refreshed = json!({ "refresh": client.refresh });
    let refreshed = client.post("/api/auth/token/refresh/", refreshed).await;

    let log = log.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let log = String::from_utf8_lossy(&log);
    assert!(log.len() > 1000, "something was logged");
    let cookie = login.header("set-cookie").split([';', '=']).nth(1).expect("a cookie").to_owned();
    for secret in [
        SECRET,
        "canary-name-Zk3",
        "canary-instructions-Pw8",
        "canary-question-Lm4",
        "canary-question-Lm5",
        &key,
        &cookie,
        made.text("/recovery_code"),
        made.text("/tokens/access"),
        made.text("/tokens/refresh"),
        refreshed.text("/access"),
        refreshed.text("/refresh"),
    ] {
        let found = log.lines().find(|line| line.contains(secret));
        assert!(found.is_none(), "{secret}: {found:?}");
    }
}
