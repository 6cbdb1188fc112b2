//! The line from a terminal's command to the core: in this process when it holds the data
//! directory, else over a socket to the one that does. A command can't tell which.
//!
//! One process holds a directory. Whoever comes second signs in as everybody does; the line
//! gives it nothing that a door of its own would not.

mod guest;
mod lines;
mod listener;
mod place;
mod protocol;
mod reach;
mod remote;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use algoagent_api::{Door, Unattended, call};
use algoagent_core::account::DoorKind;
use algoagent_core::{Config, Core, OpenError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep};

pub use listener::Listening;
pub use reach::Holder;
use reach::Unreachable;
use remote::Remote;

use crate::events::Events;
use crate::exit::Failure;

/// Brings the window to the front; `false` when there is none.
pub type Raise = Arc<dyn Fn() -> bool + Send + Sync>;

/// How long a program that starts or ends is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(100);

/// Where a start led.
pub enum Start<T> {
    /// This process holds the data directory now.
    Holds(Core),
    /// Another does, and was reached.
    Reached(T),
}

/// Opens the data directory of `config`; where another process holds it, reaches that one.
async fn open_or<T>(
    config: impl Fn() -> Config,
    reach: impl AsyncFn(&Path) -> Result<T, Unreachable>,
) -> Result<Start<T>, Failure> {
    let until = Instant::now() + PATIENCE;
    loop {
        let config = config();
        let dir = config.data_dir.clone();
        match Core::open(config).await {
            Ok(core) => return Ok(Start::Holds(core)),
            Err(OpenError::InUse) => {}
            Err(fault) => return Err(fault.into()),
        }
        match reach(&dir).await {
            Ok(reached) => return Ok(Start::Reached(reached)),
            Err(Unreachable::OtherVersion(version)) => {
                return Err(Failure::OtherVersion { dir, version });
            }
            Err(Unreachable::Silent | Unreachable::Full) if Instant::now() < until => {
                sleep(PAUSE).await;
            }
            Err(Unreachable::Silent) => return Err(Failure::InUse(dir)),
            Err(Unreachable::Full) => return Err(Failure::Full(dir)),
        }
    }
}

/// Opens the data directory for a window; where another process holds it, says whether that
/// one's window is in front now.
pub async fn open_or_raise(config: impl Fn() -> Config) -> Result<Start<bool>, Failure> {
    open_or(config, reach::raise).await
}

/// Who holds `data_dir`, for whoever only looks.
pub async fn holder(data_dir: &Path) -> Holder {
    reach::holder(data_dir).await
}

/// Opens the data directory of `config` for a process that keeps it.
pub async fn hold(config: impl Fn() -> Config) -> Result<Core, Failure> {
    let dir = config().data_dir;
    match open_or(config, async |dir| reach::connect(dir).await.map(drop)).await? {
        Start::Holds(core) => Ok(core),
        Start::Reached(()) => Err(Failure::Held(dir)),
    }
}

/// What a terminal's commands ask through.
pub enum Line {
    /// This process holds the data directory.
    #[doc(hidden)]
    Local(Local),
    /// Another one does.
    #[doc(hidden)]
    Remote(Remote),
}

#[doc(hidden)]
pub struct Local {
    core: Core,
    door: Door,
    listening: Option<Listening>,
}

impl Line {
    /// Opens the data directory of `config`; where another process holds it, connects to that one.
    ///
    /// # Errors
    /// When the directory can't be used, or its holder can't be talked to.
    pub async fn open(config: impl Fn() -> Config) -> Result<Self, Failure> {
        Ok(match open_or(config, Remote::connect).await? {
            Start::Holds(core) => {
                let door = Door::new(core.clone(), DoorKind::Terminal, Arc::new(Unattended));
                Self::Local(Local { core, door, listening: None })
            }
            Start::Reached(remote) => Self::Remote(remote),
        })
    }

    /// Lets others in meanwhile, for a command that holds `data_dir` for long.
    pub fn let_others_in(&mut self, data_dir: &Path) {
        if let Self::Local(local) = self {
            local.listening = Listening::start(data_dir, local.core.clone(), Arc::new(|| false));
        }
    }

    /// One command of the table, typed.
    pub async fn ask<T: DeserializeOwned>(
        &self,
        name: &str,
        request: impl Serialize,
    ) -> Result<T, Failure> {
        let wrong = |fault: serde_json::Error| Failure::Other(fault.to_string());
        let response = match self {
            Self::Local(local) => {
                let request = serde_json::to_value(request).map_err(wrong)?;
                call(&local.door, name, request).await?
            }
            Self::Remote(remote) => remote.call(name, request).await?,
        };
        serde_json::from_value(response).map_err(wrong)
    }

    /// What happens to the chats of whoever signed in, from now on.
    pub async fn events(&self) -> Result<Events, Failure> {
        match self {
            Self::Local(local) => Ok(Events::of(local.door.session()?)?),
            Self::Remote(remote) => remote.events().await,
        }
    }

    /// Ends what was begun over it: answers are saved as they are, vaults closed.
    pub async fn close(self) {
        if let Self::Local(local) = self {
            if let Some(listening) = &local.listening {
                listening.stop();
            }
            local.core.shut_down().await;
        }
    }
}
