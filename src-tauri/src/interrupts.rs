//! Ctrl-C. Listened for without a gap: one that is pressed while something else is being done
//! (printing, for one) is found at the next wait.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{Signal as Listener, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlC as Listener, ctrl_c};

/// Every Ctrl-C from its making on.
pub(crate) struct Interrupts(Listener);

impl Interrupts {
    /// From here on Ctrl-C no longer ends the program.
    pub(crate) fn listen() -> io::Result<Self> {
        #[cfg(unix)]
        let listener = signal(SignalKind::interrupt());
        #[cfg(windows)]
        let listener = ctrl_c();
        listener.map(Self)
    }

    /// The next one, or one that came since the last.
    pub(crate) async fn next(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }
}
