//! A data directory and a server for each story.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use algoagent_core::account::{self, DoorKind, Registration, Session};
use algoagent_core::clock::{Sources, Timestamp};
use algoagent_core::vault::KdfParams;
use algoagent_core::{Config, Core};
use algoagent_http::{Cookies, Limits, Options, Serving, start};
use tempfile::TempDir;
use zeroize::Zeroizing;

use crate::client::Client;

pub(crate) const PASSWORD: &str = "correct horse battery staple";
pub(crate) const ORIGIN: &str = "http://localhost:3000";

pub(crate) struct House {
    pub(crate) core: Core,
    pub(crate) serving: Serving,
    line: reqwest::Client,
    /// What the server remembers of cookie sessions.
    pub(crate) cookies: Cookies,
    clock: Arc<AtomicI64>,
    _dir: TempDir,
}

impl House {
    pub(crate) async fn open() -> Self {
        Self::with(Limits::default()).await
    }

    pub(crate) async fn with(limits: Limits) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(AtomicI64::new(1_800_000_000_000));
        let told = Arc::clone(&clock);
        let config = Config {
            kdf: KdfParams::FLOOR,
            sources: Sources::system().with_clock(move || Timestamp(told.load(Ordering::SeqCst))),
            checkpoint: Duration::from_millis(20),
            retry_unit: Duration::from_millis(10),
            local_ports: Vec::new(),
            // The daily backup would come in between.
            backup_after: Duration::from_secs(3600),
            ..Config::new(dir.path().to_owned())
        };
        let core = Core::open(config).await.expect("the data directory opens");
        let cookies = Cookies::default();
        let origins = vec![ORIGIN.to_owned()];
        let options = Options { port: 0, origins, limits, cookies: cookies.clone() };
        let serving = start(core.clone(), options).await.expect("a free port");
        Self { core, serving, line: Client::line(), cookies, clock, _dir: dir }
    }

    pub(crate) fn port(&self) -> u16 {
        self.serving.address().port()
    }

    /// Lets `seconds` go by.
    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    /// Somebody who has not signed in.
    pub(crate) fn anybody(&self) -> Client {
        Client::new(self.line.clone(), self.serving.address())
    }

    /// Somebody who registered over HTTP.
    pub(crate) async fn person(&self, username: &str) -> Client {
        let mut client = self.anybody();
        let answer = client.post("/api/auth/register/", registration(username)).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        client.carry(&answer);
        client
    }

    /// Somebody at the window.
    pub(crate) async fn at_the_window(&self, username: &str) -> Session {
        let registration = Registration {
            username: username.to_owned(),
            email: format!("{username}@example.org"),
            password: Zeroizing::new(PASSWORD.to_owned()),
            accept_weak: false,
        };
        let made = account::register(&self.core, DoorKind::Desktop, registration).await;
        made.expect("the account is made").0
    }

    /// The session behind a client's token.
    pub(crate) fn session_of(&self, client: &Client) -> Session {
        let token = client.token.as_deref().expect("signed in");
        account::authenticate(&self.core, token).expect("a live session")
    }
}

pub(crate) fn registration(username: &str) -> serde_json::Value {
    serde_json::json!({
        "username": username,
        "email": format!("{username}@example.org"),
        "password": PASSWORD,
        "password2": PASSWORD,
        "first_name": "Ada",
        "last_name": "Lovelace",
    })
}
