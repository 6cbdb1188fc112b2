//! One window per data directory: a second start asks the first to come to the front.
//!
//! The first listens on a socket inside the data directory, which only its owner may enter (on
//! Windows on a pipe named after that directory). Nothing but "come to the front" can be said.

use std::path::Path;

#[cfg(unix)]
mod system {
    use std::os::unix::net::{UnixListener, UnixStream};
    use std::path::{Path, PathBuf};

    fn socket(data_dir: &Path) -> PathBuf {
        data_dir.join("window.sock")
    }

    pub(super) fn raise(data_dir: &Path) -> bool {
        UnixStream::connect(socket(data_dir)).is_ok()
    }

    pub(super) fn listen(
        data_dir: &Path,
        on_raise: impl Fn() + Send + 'static,
    ) -> std::io::Result<()> {
        let path = socket(data_dir);
        // The directory is locked by this process: what is left is an earlier one's.
        match std::fs::remove_file(&path) {
            Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => return Err(fault),
            _ => {}
        }
        let listener = UnixListener::bind(path)?;
        std::thread::Builder::new().name("handover".into()).spawn(move || {
            for _asked in listener.incoming() {
                on_raise();
            }
        })?;
        Ok(())
    }
}

#[cfg(windows)]
mod system {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    use std::path::Path;

    use tokio::net::windows::named_pipe::{ClientOptions, ServerOptions};

    fn pipe(data_dir: &Path) -> String {
        let mut hasher = DefaultHasher::new();
        data_dir.hash(&mut hasher);
        format!(r"\\.\pipe\algoagent-window-{:016x}", hasher.finish())
    }

    pub(super) fn raise(data_dir: &Path) -> bool {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
            return false;
        };
        runtime.block_on(async { ClientOptions::new().open(pipe(data_dir)).is_ok() })
    }

    pub(super) fn listen(
        data_dir: &Path,
        on_raise: impl Fn() + Send + 'static,
    ) -> std::io::Result<()> {
        let name = pipe(data_dir);
        tauri::async_runtime::spawn(async move {
            let mut options = ServerOptions::new();
            options.reject_remote_clients(true);
            while let Ok(server) = options.create(&name) {
                if server.connect().await.is_ok() {
                    on_raise();
                }
            }
        });
        Ok(())
    }
}

/// Asks the window on `data_dir` to come to the front; `false` when there is none.
pub(crate) fn raise(data_dir: &Path) -> bool {
    system::raise(data_dir)
}

/// Calls `on_raise` whenever a second start asks for it, as long as the program runs.
pub(crate) fn listen(data_dir: &Path, on_raise: impl Fn() + Send + 'static) {
    if let Err(fault) = system::listen(data_dir, on_raise) {
        // A second start then only says that the program runs already.
        tracing::warn!(%fault, "a second start can't raise this window");
    }
}
