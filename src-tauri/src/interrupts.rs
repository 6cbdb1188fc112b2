//! Ctrl-C. Listened for without a gap: one that is pressed while something else is being done
//! (printing, for one) is found at the next wait.
//!
//! Once somebody listened the system no longer ends the program by itself, so that is done here
//! for as long as nobody listens.

use std::io;
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

#[cfg(unix)]
use tokio::signal::unix::{Signal as Listener, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlC as Listener, ctrl_c};

use crate::exit::INTERRUPTED;

static LISTENING: AtomicUsize = AtomicUsize::new(0);
static WATCHING: Once = Once::new();

/// Every Ctrl-C from its making on.
pub(crate) struct Interrupts(Listener);

impl Interrupts {
    /// Until it is dropped, Ctrl-C doesn't end the program.
    pub(crate) fn listen() -> io::Result<Self> {
        let (own, watch) = (listener()?, listener()?);
        LISTENING.fetch_add(1, Ordering::SeqCst);
        WATCHING.call_once(|| drop(tokio::spawn(end_when_nobody_listens(watch))));
        Ok(Self(own))
    }

    /// The next one, or one that came since the last.
    pub(crate) async fn next(&mut self) {
        next(&mut self.0).await;
    }
}

impl Drop for Interrupts {
    fn drop(&mut self) {
        LISTENING.fetch_sub(1, Ordering::SeqCst);
    }
}

fn listener() -> io::Result<Listener> {
    #[cfg(unix)]
    let listener = signal(SignalKind::interrupt());
    #[cfg(windows)]
    let listener = ctrl_c();
    listener
}

async fn next(listener: &mut Listener) {
    if listener.recv().await.is_none() {
        std::future::pending::<()>().await;
    }
}

async fn end_when_nobody_listens(mut interrupts: Listener) {
    loop {
        next(&mut interrupts).await;
        if LISTENING.load(Ordering::SeqCst) == 0 {
            std::process::exit(INTERRUPTED.into());
        }
    }
}
