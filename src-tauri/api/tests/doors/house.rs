//! A data directory with two people, each at a door of their own.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use algoagent_api::appearance::Appearance;
use algoagent_api::local_api::{Listening, LocalApi, LocalServer};
use algoagent_api::{
    ApiError, Copied, Door, Forget, Host, HostError, Keychain, KeychainCall, KeychainFault, Wanted,
    call,
};
use algoagent_core::account::DoorKind;
use algoagent_core::chat::ChatEvent;
use algoagent_core::clock::{Sources, Timestamp};
use algoagent_core::vault::KdfParams;
use algoagent_core::{Config, Core};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;
use zeroize::Zeroizing;

pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// A keychain in memory, or one that isn't there or never answers.
#[derive(Default)]
pub(crate) struct Safe {
    pub(crate) kept: Mutex<BTreeMap<String, Vec<u8>>>,
    pub(crate) absent: AtomicBool,
    pub(crate) hangs: AtomicBool,
}

impl Safe {
    fn answer<T: Send + 'static>(
        &self,
        get: impl FnOnce(&mut BTreeMap<String, Vec<u8>>) -> T,
    ) -> KeychainCall<T> {
        if self.hangs.load(Ordering::SeqCst) {
            return Box::pin(std::future::pending());
        }
        let answer = if self.absent.load(Ordering::SeqCst) {
            Err(KeychainFault("This computer has no keychain.".into()))
        } else {
            Ok(get(&mut self.kept.lock().expect("no panic")))
        };
        Box::pin(std::future::ready(answer))
    }
}

impl Keychain for Safe {
    fn read(&self, entry: String) -> KeychainCall<Option<Zeroizing<Vec<u8>>>> {
        self.answer(|kept| kept.get(&entry).cloned().map(Zeroizing::new))
    }

    fn write(&self, entry: String, secret: Zeroizing<Vec<u8>>) -> KeychainCall<()> {
        self.answer(|kept| drop(kept.insert(entry, secret.to_vec())))
    }

    fn forget(&self, entry: String) -> KeychainCall<()> {
        self.answer(|kept| drop(kept.remove(&entry)))
    }
}

/// A host that remembers what it was asked, and saves where it is told to.
#[derive(Default)]
pub(crate) struct Desk {
    pub(crate) copied: Mutex<Vec<String>>,
    pub(crate) opened: Mutex<Vec<String>>,
    pub(crate) folder: Mutex<Option<PathBuf>>,
    pub(crate) chosen: Mutex<Option<PathBuf>>,
    /// For what it was asked to choose a file.
    pub(crate) wanted: Mutex<Vec<Wanted>>,
    /// How long its dialogs are open.
    pub(crate) ponders: Mutex<Duration>,
    pub(crate) safe: Arc<Safe>,
    pub(crate) server: Arc<Server>,
}

/// What would listen: it remembers what was chosen, and one port is taken.
#[derive(Default)]
pub(crate) struct Server(Mutex<Listening>);

impl Server {
    pub(crate) const TAKEN: u16 = 8001;
}

impl LocalServer for Server {
    fn apply(&self, chosen: LocalApi) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        *self.0.lock().expect("no panic") = match (chosen.on, chosen.port) {
            (false, _) => Listening::Off,
            (true, Self::TAKEN) => Listening::Refused("Port 8001 is taken.".to_owned()),
            (true, port) => Listening::At(format!("http://127.0.0.1:{port}")),
        };
        Box::pin(std::future::ready(()))
    }

    fn listening(&self) -> Listening {
        self.0.lock().expect("no panic").clone()
    }
}

impl Host for Desk {
    fn copy(&self, text: &str, _: Copied) -> Result<u64, HostError> {
        self.copied.lock().expect("no panic").push(text.to_owned());
        Ok(1)
    }

    fn forget_copied(&self, _: Forget) {
        self.copied.lock().expect("no panic").clear();
    }

    fn choose_file(&self, suggested_name: &str) -> Result<Option<PathBuf>, HostError> {
        let folder = self.folder.lock().expect("no panic").clone();
        let ponders = *self.ponders.lock().expect("no panic");
        std::thread::sleep(ponders);
        Ok(folder.map(|folder| folder.join(suggested_name)))
    }

    fn choose_file_to_open(&self, wanted: Wanted) -> Result<Option<PathBuf>, HostError> {
        self.wanted.lock().expect("no panic").push(wanted);
        let ponders = *self.ponders.lock().expect("no panic");
        std::thread::sleep(ponders);
        Ok(self.chosen.lock().expect("no panic").clone())
    }

    fn keychain(&self) -> Option<Arc<dyn Keychain>> {
        let safe: Arc<Safe> = Arc::clone(&self.safe);
        Some(safe)
    }

    fn open_link(&self, url: &str) -> Result<(), HostError> {
        self.opened.lock().expect("no panic").push(url.to_owned());
        Ok(())
    }

    fn local_server(&self) -> Option<Arc<dyn LocalServer>> {
        let server: Arc<Server> = Arc::clone(&self.server);
        Some(server)
    }

    fn appearance(&self) -> Appearance {
        Appearance::default()
    }

    fn set_appearance(&self, _: Appearance) -> Result<(), HostError> {
        Ok(())
    }

    fn close(&self, _: bool) -> Result<(), HostError> {
        Ok(())
    }
}

/// An open data directory.
pub(crate) struct House {
    pub(crate) dir: TempDir,
    pub(crate) core: Core,
    pub(crate) desk: Arc<Desk>,
    clock: Arc<AtomicI64>,
}

impl House {
    pub(crate) async fn open() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(AtomicI64::new(1_800_000_000_000));
        let core = open(&dir, &clock).await;
        Self { dir, core, desk: Arc::default(), clock }
    }

    /// Lets `seconds` go by.
    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    /// Ends the program and starts it again.
    pub(crate) async fn restart(self) -> Self {
        let Self { dir, core, desk, clock } = self;
        core.shut_down().await;
        drop(core);
        let core = open(&dir, &clock).await;
        Self { dir, core, desk, clock }
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

async fn open(dir: &TempDir, clock: &Arc<AtomicI64>) -> Core {
    let clock = Arc::clone(clock);
    let now = move || Timestamp(clock.load(Ordering::SeqCst));
    let config = Config {
        kdf: KdfParams::FLOOR,
        sources: Sources::system().with_clock(now),
        ..Config::new(dir.path().join("data"))
    };
    Core::open(config).await.expect("it opens")
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
    pub(crate) account: Uuid,
    pub(crate) session: Uuid,
    pub(crate) service: i64,
    pub(crate) strategy: i64,
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
    let mark = ended.strategies.first().expect("a strategy");
    let (block, strategy) = (mark.block, mark.strategy_id.0);
    let account = door.session().expect("signed in").account().uuid;
    let sessions = ask(door, "sessions", json!({})).await;
    let own = sessions.as_array().expect("a list").iter().find(|one| one["current"] == true);
    let session = own.and_then(|own| own["id"].as_str()?.parse().ok()).expect("this session");
    let fields = json!({
        "name": null, "base_url": "http://127.0.0.1:9", "key": null, "headers": null,
        "proxy_url": null, "patience": null,
    });
    let added = ask(door, "add_service", json!({ "kind": "openai", "fields": fields })).await;
    let added = added["services"].as_array().expect("a list").last().expect("it is there");
    let service = added["id"].as_i64().expect("an id");
    let ids = Ids { chat, message: ended.id.0, context, account, session, service, strategy };
    (ids, block.into())
}
