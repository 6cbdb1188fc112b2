//! The end of the line at the program that holds the data directory: who calls is let in,
//! up to a bound.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use algoagent_core::Core;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::lines::line;
use super::protocol::Response;
use super::{Raise, guest, place};

/// Connections at once.
const GUESTS: usize = 32;
/// How long one too many may take to be told so.
const FAREWELL: Duration = Duration::from_millis(100);

/// Others are let in until this is stopped.
pub struct Listening {
    data_dir: PathBuf,
    accepting: JoinHandle<()>,
}

impl Listening {
    /// Lets others in to `core`, which holds `data_dir`. `None`, with a word in the log, where
    /// that can't be: they are then told that the directory is in use.
    pub fn start(data_dir: &Path, core: Core, raise: Raise) -> Option<Self> {
        match place::Listener::bind(data_dir) {
            Ok(listener) => Some(Self {
                data_dir: data_dir.to_owned(),
                accepting: tokio::spawn(accept(listener, core, raise)),
            }),
            Err(fault) => {
                tracing::warn!(%fault, "no terminal can reach this program");
                None
            }
        }
    }

    /// Lets nobody in any more. To be called while the directory is still held.
    pub fn stop(&self) {
        self.accepting.abort();
        if let Err(fault) = place::remove(&self.data_dir) {
            tracing::warn!(%fault, "what others reach this program by was not removed");
        }
    }
}

async fn accept(mut listener: place::Listener, core: Core, raise: Raise) {
    let places = Arc::new(Semaphore::new(GUESTS));
    loop {
        let stream = match listener.accept().await {
            Ok(stream) => stream,
            Err(fault) => {
                tracing::warn!(%fault, "somebody could not be let in");
                sleep(FAREWELL).await;
                continue;
            }
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            turn_away(stream).await;
            continue;
        };
        let (core, raise) = (core.clone(), Arc::clone(&raise));
        tokio::spawn(async move {
            guest::serve(stream, core, raise).await;
            drop(place);
        });
    }
}

async fn turn_away(mut stream: impl AsyncWrite + Unpin) {
    if let Ok(line) = line(&Response::Full {}) {
        // Best effort: who is gone needs no answer.
        timeout(FAREWELL, stream.write_all(&line)).await.ok();
    }
}
