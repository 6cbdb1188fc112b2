//! A data directory of its own for each story, and what most stories begin with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use algoagent_core::account::{self, AccountError, DoorKind, Registration, Session};
use algoagent_core::chat::{self, ChatEvent, Message, New, Sent};
use algoagent_core::clock::{Sources, Timestamp};
use algoagent_core::ids::{ChatId, ContextId};
use algoagent_core::vault::KdfParams;
use algoagent_core::{Config, Core};
use sqlx::{Connection as _, SqliteConnection};
use tempfile::TempDir;
use tokio::sync::broadcast::Receiver;
use zeroize::Zeroizing;

/// A new chat in a context.
pub(crate) fn within(context: ContextId) -> New {
    New { context_id: Some(context), ..New::default() }
}

pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// A data directory and its time.
pub(crate) struct House {
    dir: TempDir,
    clock: Arc<AtomicI64>,
}

impl House {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        Self { dir, clock: Arc::new(AtomicI64::new(1_800_000_000_000)) }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn vaults(&self) -> PathBuf {
        self.path().join("vaults")
    }

    pub(crate) fn vault_of(&self, session: &Session) -> PathBuf {
        self.vaults().join(session.account().uuid.to_string())
    }

    /// Lets `seconds` go by.
    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp(self.clock.load(Ordering::SeqCst))
    }

    pub(crate) fn config(&self) -> Config {
        let clock = Arc::clone(&self.clock);
        Config {
            kdf: KdfParams::FLOOR,
            sources: Sources::system().with_clock(move || Timestamp(clock.load(Ordering::SeqCst))),
            checkpoint: Duration::from_millis(20),
            retry_unit: Duration::from_millis(10),
            local_ports: Vec::new(),
            // The daily backup would come in between.
            backup_after: Duration::from_secs(3600),
            ..Config::new(self.path().to_owned())
        }
    }

    pub(crate) async fn open(&self) -> Core {
        Core::open(self.config()).await.expect("the data directory opens")
    }

    /// An open house with one person, signed in.
    pub(crate) async fn with_ada() -> (Self, Core, Session) {
        let house = Self::new();
        let core = house.open().await;
        let (ada, _) = register(&core, "ada").await;
        (house, core, ada)
    }

    /// The same files in another place, as a killed program leaves them.
    pub(crate) fn copied(&self) -> Self {
        Self::copy_of(self.path(), self.now())
    }

    /// The data directory `files_of` in another place, as a program killed at `now` leaves it.
    pub(crate) fn copy_of(files_of: &Path, now: Timestamp) -> Self {
        let copy = Self::new();
        copy.clock.store(now.0, Ordering::SeqCst);
        for (name, bytes) in files(files_of) {
            let file = copy.path().join(name);
            std::fs::create_dir_all(file.parent().expect("a file is in a folder")).expect("made");
            std::fs::write(file, bytes).expect("written");
        }
        copy
    }

    /// A connection to accounts.db beside that of the program.
    pub(crate) async fn accounts(&self) -> SqliteConnection {
        let url = format!("sqlite://{}", self.path().join("accounts.db").display());
        SqliteConnection::connect(&url).await.expect("accounts.db is plain SQLite")
    }
}

/// Every file under `folder` with its bytes, by its path from there.
pub(crate) fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below").to_owned();
                found.insert(name, std::fs::read(&path).expect("a file"));
            }
        }
    }
    found
}

pub(crate) fn secret(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.to_owned())
}

pub(crate) fn wish(username: &str) -> Registration {
    let email = format!("{username}@example.org");
    let username = username.to_owned();
    Registration { username, email, password: secret(PASSWORD), accept_weak: false }
}

/// A person at the window, with the recovery code.
pub(crate) async fn register(core: &Core, username: &str) -> (Session, String) {
    let made = account::register(core, DoorKind::Desktop, wish(username)).await;
    let (session, code) = made.expect("the account is made");
    (session, (*code).clone())
}

pub(crate) async fn sign_in(
    core: &Core,
    username: &str,
    password: &str,
) -> Result<Session, AccountError> {
    account::sign_in(core, DoorKind::Desktop, username, secret(password)).await
}

/// Everything that is told up to the end of an answer, and the answer as it ended.
pub(crate) async fn until_ended(events: &mut Receiver<ChatEvent>) -> (Vec<ChatEvent>, Message) {
    let mut told = Vec::new();
    loop {
        let event = events.recv().await.expect("the vault stays open until the answer ended");
        told.push(event.clone());
        if let ChatEvent::Ended { message, .. } = event {
            return (told, message);
        }
    }
}

/// Asks, and waits for the answer.
pub(crate) async fn ask(session: &Session, chat: Option<ChatId>, text: &str) -> (Sent, Message) {
    let mut events = session.events().expect("signed in");
    let sent =
        chat::send(session, chat, New::default(), text.to_owned()).await.expect("it is sent");
    let (_, answer) = until_ended(&mut events).await;
    (sent, answer)
}
