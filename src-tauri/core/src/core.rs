//! The one value that the doors hold: a data directory, opened by one process.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use sqlx::{Connection as _, SqliteConnection};
use tokio::sync::{Mutex, MutexGuard, OwnedMutexGuard};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::account::{self, AccountError, Attempts, Connection, Session, Signer, Unlocked};
use crate::clock::Sources;
use crate::ids::AccountId;
use crate::model::ServiceKind;
use crate::vault::{self, Derivation, Kdf, KdfParams, StoreError};

/// How a [`Core`] is opened.
pub struct Config {
    /// Where everything is kept; made when it isn't there.
    pub data_dir: PathBuf,
    /// How hard new passwords are to guess. [`KdfParams::STANDARD`] outside tests.
    pub kdf: KdfParams,
    /// Time and randomness.
    pub sources: Sources,
    /// `GEMINI_API_KEY` of this computer, for the accounts that may use it.
    pub computer_key: Option<ComputerKey>,
    /// Where servers with models are looked for on this computer.
    pub local_ports: Vec<LocalPort>,
    /// What the first wait between two tries of a model is made of.
    pub retry_unit: Duration,
    /// How often a growing answer is saved.
    pub checkpoint: Duration,
    /// How long after its opening a vault is looked at for a backup that is due.
    pub backup_after: Duration,
    /// How long a deleted chat can be brought back.
    pub undo: Duration,
}

impl Config {
    /// The way a door opens `data_dir` for people.
    pub fn new(data_dir: PathBuf) -> Self {
        Self {
            data_dir,
            kdf: KdfParams::STANDARD,
            sources: Sources::system(),
            computer_key: None,
            local_ports: LocalPort::USUAL.to_vec(),
            retry_unit: Duration::from_secs(1),
            checkpoint: Duration::from_secs(1),
            backup_after: Duration::from_secs(3),
            undo: Duration::from_secs(10),
        }
    }
}

/// A key for a model service that belongs to the computer and not to a person.
#[derive(Clone)]
pub struct ComputerKey {
    /// The key.
    pub key: Zeroizing<String>,
    /// Where it was found: "the environment", or the file that it stands in.
    pub place: String,
}

/// A port at which a server with models usually listens.
#[derive(Clone, Copy, Debug)]
pub struct LocalPort {
    /// The server's name.
    pub name: &'static str,
    /// The wire that it speaks.
    pub kind: ServiceKind,
    /// The port.
    pub port: u16,
}

impl LocalPort {
    /// Ollama, LM Studio and llama.cpp as they come.
    pub const USUAL: [Self; 4] = [
        Self { name: "Ollama", kind: ServiceKind::Ollama, port: 11434 },
        Self { name: "LM Studio", kind: ServiceKind::OpenAi, port: 1234 },
        Self { name: "llama.cpp", kind: ServiceKind::OpenAi, port: 8080 },
        // Where it says that it will be.
        Self { name: "llama.cpp", kind: ServiceKind::OpenAi, port: 9931 },
    ];
}

/// Why a data directory can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process holds it.
    #[error("AlgoAgent is already running on this data directory")]
    InUse,
    /// It can't be made or written.
    #[error("the data directory {path} can't be used: {source}")]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Its database can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The demo account couldn't be made.
    #[error(transparent)]
    Account(#[from] AccountError),
}

/// An open data directory. Clones are the same one.
#[derive(Clone)]
pub struct Core(Arc<Inner>);

/// Something of each account, for one caller at a time. Long work on one account's vault keeps
/// nobody else waiting.
type PerAccount<Id, T> = std::sync::Mutex<HashMap<Id, Arc<Mutex<T>>>>;

fn of_account<Id: Eq + std::hash::Hash, T: Default>(
    all: &PerAccount<Id, T>,
    id: Id,
) -> Arc<Mutex<T>> {
    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(all.entry(id).or_default())
}

/// What the clones share; its fields are for core alone.
pub struct Inner {
    data_dir: PathBuf,
    pub(crate) vaults: PathBuf,
    pub(crate) backups: PathBuf,
    pub(crate) sources: Sources,
    pub(crate) kdf: Kdf,
    accounts: Mutex<Option<(SqliteConnection, vault::LeftOpen)>>,
    unlocked: PerAccount<AccountId, Option<Arc<Unlocked>>>,
    headers: PerAccount<Uuid, ()>,
    pub(crate) sessions: std::sync::Mutex<HashMap<Uuid, Session>>,
    pub(crate) attempts: Attempts,
    pub(crate) signer: Signer,
    pub(crate) computer_key: Option<ComputerKey>,
    /// Accounts that may not use it.
    pub(crate) key_withheld: std::sync::Mutex<HashSet<Uuid>>,
    pub(crate) local_ports: Vec<LocalPort>,
    pub(crate) retry_unit: Duration,
    pub(crate) checkpoint: Duration,
    pub(crate) backup_after: Duration,
    pub(crate) undo: Duration,
    /// Held until the end, so that no second process opens the directory.
    lock: std::sync::Mutex<Option<vault::Held>>,
}

impl std::ops::Deref for Core {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Core {
    /// Opens a data directory, makes it at the first start, and the demo account with it.
    ///
    /// # Errors
    /// [`OpenError::InUse`] when another process holds it; the others as they say.
    pub async fn open(config: Config) -> Result<Self, OpenError> {
        vault::assert_cipher().await?;
        let directory = |source| OpenError::Directory { path: config.data_dir.clone(), source };
        let vaults = config.data_dir.join("vaults");
        vault::create_private_dir(&config.data_dir).map_err(directory)?;
        vault::create_private_dir(&vaults).map_err(directory)?;
        let lock = hold(&config.data_dir)?;
        let mut accounts = open_accounts(&config.data_dir, &config.sources).await?;
        let withheld = account::key_withheld(&mut accounts).await.map_err(StoreError::from)?;
        let signer = Signer::new(&config.sources);
        let core = Self(Arc::new(Inner {
            vaults,
            backups: config.data_dir.join("backups"),
            data_dir: config.data_dir,
            kdf: Kdf::new(config.kdf),
            sources: config.sources,
            accounts: Mutex::new(Some((accounts, vault::LeftOpen::default()))),
            unlocked: PerAccount::default(),
            headers: PerAccount::default(),
            sessions: std::sync::Mutex::default(),
            attempts: Attempts::default(),
            signer,
            computer_key: config.computer_key,
            key_withheld: std::sync::Mutex::new(withheld),
            local_ports: config.local_ports,
            retry_unit: config.retry_unit,
            checkpoint: config.checkpoint,
            backup_after: config.backup_after,
            undo: config.undo,
            lock: std::sync::Mutex::new(Some(lock)),
        }));
        account::settle(&core).await?;
        Ok(core)
    }

    /// The connection to accounts.db, for one caller at a time.
    pub(crate) async fn accounts(&self) -> Result<Connection<'_>, sqlx::Error> {
        let mut place = self.0.accounts.lock().await;
        let (connection, rolled_back) = place.as_mut().ok_or(sqlx::Error::PoolClosed)?;
        rolled_back.roll_back(connection).await;
        MutexGuard::try_map(place, |open| open.as_mut().map(|(connection, _)| connection))
            .map_err(|_| sqlx::Error::PoolClosed)
    }

    /// Whether an account may use the computer's own key, if there is one.
    pub(crate) fn may_use_computer_key(&self, account: Uuid) -> bool {
        !self.key_withheld.lock().unwrap_or_else(PoisonError::into_inner).contains(&account)
    }

    /// The time now.
    pub fn now(&self) -> crate::clock::Timestamp {
        self.sources.now()
    }

    /// The time for what expires: it never goes back.
    pub fn steady(&self) -> crate::clock::Timestamp {
        self.sources.steady()
    }

    /// Fills `buffer` with random bytes, in place.
    pub fn fill(&self, buffer: &mut [u8]) {
        self.sources.fill(buffer);
    }

    /// The data directory.
    pub fn directory(&self) -> &Path {
        &self.0.data_dir
    }

    /// An account's vault while it is open. Whoever opens or closes it holds this.
    pub(crate) async fn unlocked(&self, id: AccountId) -> OwnedMutexGuard<Option<Arc<Unlocked>>> {
        of_account(&self.unlocked, id).lock_owned().await
    }

    /// Every account whose vault was opened or closed since the start.
    pub(crate) fn accounts_seen(&self) -> Vec<AccountId> {
        self.unlocked.lock().unwrap_or_else(PoisonError::into_inner).keys().copied().collect()
    }

    /// The right to change an account's header: to read it, write it, and tell the vault.
    pub(crate) async fn header_of(&self, uuid: Uuid) -> OwnedMutexGuard<()> {
        of_account(&self.headers, uuid).lock_owned().await
    }

    /// The same, unless somebody has it.
    pub(crate) fn try_header_of(&self, uuid: Uuid) -> Option<OwnedMutexGuard<()>> {
        of_account(&self.headers, uuid).try_lock_owned().ok()
    }

    /// How many password derivations ran in this process.
    pub fn derivations(&self) -> Derivation {
        self.kdf.derivations()
    }

    /// Ends every session: answers are saved as they are, vaults closed, keys dropped.
    pub async fn end_sessions(&self) {
        self.revoke_everybody().await;
    }

    /// Ends every session and closes all files. Nothing can be asked of this core afterwards.
    pub async fn shut_down(&self) {
        self.end_sessions().await;
        // Dropped, it would be closed at some later time.
        let accounts = self.0.accounts.lock().await.take();
        if let Some((accounts, _)) = accounts
            && let Err(fault) = accounts.close().await
        {
            tracing::warn!(%fault, "accounts.db did not close cleanly");
        }
        // Given back here, not when the last task that was ending has gone.
        self.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// Opens accounts.db. A damaged one is kept aside: what it held comes back from the headers.
async fn open_accounts(data_dir: &Path, sources: &Sources) -> Result<SqliteConnection, StoreError> {
    let path = data_dir.join("accounts.db");
    match vault::open_plain(&path).await {
        Err(StoreError::Damaged) => {}
        opened => return opened,
    }
    tracing::error!("accounts.db is damaged; it is kept aside and made anew");
    for end in ["", "-wal", "-shm"] {
        let damaged = data_dir.join(format!("accounts.db{end}"));
        let aside = data_dir.join(format!("accounts.db.damaged-{}{end}", sources.now().seconds()));
        match std::fs::rename(damaged, aside) {
            Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => return Err(fault.into()),
            _ => {}
        }
    }
    vault::open_plain(&path).await
}

/// Takes the data directory for this process.
fn hold(data_dir: &Path) -> Result<vault::Held, OpenError> {
    let path = data_dir.join("lock");
    let held = vault::Held::take(&path);
    held.map_err(|source| OpenError::Directory { path, source })?.ok_or(OpenError::InUse)
}
