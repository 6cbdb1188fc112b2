//! A data directory with two people, each at a door of their own.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use algoagent_api::appearance::Appearance;
use algoagent_api::{ApiError, Door, Host, HostError, call};
use algoagent_core::account::DoorKind;
use algoagent_core::chat::ChatEvent;
use algoagent_core::vault::KdfParams;
use algoagent_core::{Config, Core};
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// A host that remembers what it was asked, and saves where it is told to.
#[derive(Default)]
pub(crate) struct Desk {
    pub(crate) copied: Mutex<Vec<String>>,
    pub(crate) opened: Mutex<Vec<String>>,
    pub(crate) folder: Mutex<Option<PathBuf>>,
}

impl Host for Desk {
    fn copy(&self, text: &str) -> Result<(), HostError> {
        self.copied.lock().expect("no panic").push(text.to_owned());
        Ok(())
    }

    fn choose_file(&self, suggested_name: &str) -> Result<Option<PathBuf>, HostError> {
        let folder = self.folder.lock().expect("no panic").clone();
        Ok(folder.map(|folder| folder.join(suggested_name)))
    }

    fn open_link(&self, url: &str) -> Result<(), HostError> {
        self.opened.lock().expect("no panic").push(url.to_owned());
        Ok(())
    }

    fn appearance(&self) -> Appearance {
        Appearance::default()
    }

    fn set_appearance(&self, _: Appearance) -> Result<(), HostError> {
        Ok(())
    }
}

/// An open data directory.
pub(crate) struct House {
    pub(crate) dir: TempDir,
    pub(crate) core: Core,
    pub(crate) desk: Arc<Desk>,
}

impl House {
    pub(crate) async fn open() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let config = Config { kdf: KdfParams::FLOOR, ..Config::new(dir.path().join("data")) };
        let core = Core::open(config).await.expect("it opens");
        Self { dir, core, desk: Arc::default() }
    }

    pub(crate) fn door(&self) -> Door {
        let desk: Arc<Desk> = Arc::clone(&self.desk);
        Door::new(self.core.clone(), DoorKind::Desktop, desk)
    }

    /// A door with a new person at it, and the recovery code.
    pub(crate) async fn register(&self, username: &str) -> (Door, String) {
        let door = self.door();
        let email = format!("{username}@example.org");
        let request = json!({ "username": username, "email": email, "password": PASSWORD });
        let made = ask(&door, "register", request).await;
        (door, made["recovery_code"].as_str().expect("a code").to_owned())
    }
}

pub(crate) async fn ask(door: &Door, command: &str, request: Value) -> Value {
    call(door, command, request).await.unwrap_or_else(|fault| panic!("{command}: {fault:?}"))
}

pub(crate) async fn refused(door: &Door, command: &str, request: Value) -> ApiError {
    match call(door, command, request.clone()).await {
        Err(fault) => fault,
        Ok(answer) => panic!("{command} took {request} and answered {answer}"),
    }
}

/// What a person at a door owns.
#[derive(Clone, Copy)]
pub(crate) struct Ids {
    pub(crate) chat: i64,
    pub(crate) message: i64,
    pub(crate) context: i64,
}

/// A context and a chat with a whole answer, and the number of its code block.
pub(crate) async fn belongings(door: &Door) -> (Ids, u64) {
    let draft = json!({ "name": "Large caps", "instructions": "", "data": {}, "active": true });
    let context = ask(door, "create_context", draft).await["id"].as_i64().expect("an id");
    let mut events = door.session().expect("signed in").events().expect("signed in");
    let text = "Create a momentum strategy for AAPL";
    let request = json!({ "chat_id": null, "context_id": context, "text": text });
    let sent = ask(door, "send", request).await;
    let ended = loop {
        if let ChatEvent::Ended { message, .. } = events.recv().await.expect("open") {
            break message;
        }
    };
    let chat = sent["chat"]["id"].as_i64().expect("an id");
    let block = ended.strategies.first().expect("a strategy").block;
    (Ids { chat, message: ended.id.0, context }, block.into())
}
