//! The local API without a window: listens until it is told to stop. Needs no display.
//!
//! It doesn't hand over to a process that holds the data directory already: that one listens by
//! its own settings, which an administrator changes there.

use std::io;
use std::path::Path;
use std::sync::Arc;

use algoagent_core::{Config, Core};
use algoagent_http::{Options, Serving};

use crate::cli::ServeOptions;
use crate::exit::Failure;
use crate::line::{self, Listening};
use crate::output;

pub(crate) async fn run(
    config: impl Fn() -> Config,
    data_dir: &Path,
    options: ServeOptions,
) -> Result<(), Failure> {
    let core = line::hold(config).await?;
    let served = serve(&core, data_dir, options).await;
    // Answers that are being written are saved as they are.
    core.shut_down().await;
    served
}

async fn serve(core: &Core, data_dir: &Path, options: ServeOptions) -> Result<(), Failure> {
    let mut endings = Endings::listen()
        .map_err(|fault| Failure::Other(format!("the program can't be stopped: {fault}")))?;
    let ServeOptions { port, origins } = options;
    let options = Options { port, origins, ..Options::default() };
    let serving = algoagent_http::start(core.clone(), options).await;
    let serving = serving.map_err(|fault| Failure::Other(algoagent_http::why_not(port, &fault)))?;
    let terminals = Listening::start(data_dir, core.clone(), Arc::new(|| false));
    // Whoever reads it may be gone; the server isn't.
    output::print(&format!("AlgoAgent listens at http://{}\n", serving.address())).ok();
    endings.next().await;
    output::remark("Stopping. What is under way may end; once more stops it at once.");
    stop(serving, &mut endings).await;
    if let Some(terminals) = terminals {
        terminals.stop();
    }
    Ok(())
}

async fn stop(serving: Serving, endings: &mut Endings) {
    let hurry = serving.hurry();
    let stopped = serving.stop();
    tokio::pin!(stopped);
    loop {
        tokio::select! {
            () = &mut stopped => return,
            () = endings.next() => hurry(),
        }
    }
}

/// What asks the program to end: Ctrl-C, and the system or whoever started it.
#[cfg(unix)]
struct Endings([tokio::signal::unix::Signal; 3]);

#[cfg(unix)]
impl Endings {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let [one, two, three] =
            [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()].map(signal);
        Ok(Self([one?, two?, three?]))
    }

    async fn next(&mut self) {
        let [one, two, three] = &mut self.0;
        tokio::select! {
            _ = one.recv() => {}
            _ = two.recv() => {}
            _ = three.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Endings {
    ctrl_c: tokio::signal::windows::CtrlC,
    close: tokio::signal::windows::CtrlClose,
    shutdown: tokio::signal::windows::CtrlShutdown,
}

#[cfg(windows)]
impl Endings {
    fn listen() -> io::Result<Self> {
        use tokio::signal::windows::{ctrl_c, ctrl_close, ctrl_shutdown};
        Ok(Self { ctrl_c: ctrl_c()?, close: ctrl_close()?, shutdown: ctrl_shutdown()? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.ctrl_c.recv() => {}
            _ = self.close.recv() => {}
            _ = self.shutdown.recv() => {}
        }
    }
}
