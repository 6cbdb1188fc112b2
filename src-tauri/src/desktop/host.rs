//! What the window's door can do outside the webview: clipboard, save dialog, browser, looks.

use std::path::PathBuf;
use std::sync::Arc;

use algoagent_api::appearance::Appearance;
use algoagent_api::local_api::LocalServer;
use algoagent_api::{Copied, Forget, Host, HostError, Wanted};
use algoagent_program::system::keychain::{Keychain, SERVICE};
use tauri::{AppHandle, Manager as _};
use tauri_plugin_dialog::DialogExt as _;
use tauri_plugin_opener::OpenerExt as _;

use super::clipboard::Clipboard;
use super::local_api::Beside;
use super::preferences::Preferences;
use super::window;

pub(super) struct WindowHost {
    app: AppHandle,
    preferences: Preferences,
    keychain: Keychain,
    clipboard: Clipboard,
    beside: Arc<Beside>,
}

impl WindowHost {
    pub(super) fn new(app: AppHandle, preferences: Preferences, beside: Arc<Beside>) -> Self {
        Self {
            app,
            preferences,
            keychain: Keychain::new(SERVICE),
            clipboard: Clipboard::default(),
            beside,
        }
    }
}

fn failed(fault: impl std::fmt::Display) -> HostError {
    HostError(fault.to_string())
}

impl Host for WindowHost {
    fn copy(&self, text: &str, what: Copied) -> Result<u64, HostError> {
        self.clipboard.copy(text, what).map_err(failed)
    }

    fn forget_copied(&self, which: Forget) {
        if let Err(fault) = self.clipboard.forget(which) {
            tracing::warn!(%fault, "what was copied may still be on the clipboard");
        }
    }

    fn choose_file(&self, suggested_name: &str) -> Result<Option<PathBuf>, HostError> {
        let mut dialog = self.app.dialog().file().set_file_name(suggested_name);
        if let Some(window) = window::main(&self.app) {
            dialog = dialog.set_parent(&window);
        }
        if let Some((_, extension)) = suggested_name.rsplit_once('.') {
            dialog = dialog.add_filter(format!("*.{extension}"), &[extension]);
        }
        let chosen = dialog.blocking_save_file();
        chosen.map(|path| path.into_path().map_err(failed)).transpose()
    }

    fn choose_file_to_open(&self, wanted: Wanted) -> Result<Option<PathBuf>, HostError> {
        let mut dialog = self.app.dialog().file();
        if let Some(window) = window::main(&self.app) {
            dialog = dialog.set_parent(&window);
        }
        let (called, endings): (_, &[_]) = match wanted {
            Wanted::Backup => ("AlgoAgent backups", &["algoagent-backup"]),
            Wanted::Chats => ("Chats", &["json", "zip"]),
        };
        let chosen =
            dialog.add_filter(called, endings).add_filter("All files", &["*"]).blocking_pick_file();
        chosen.map(|path| path.into_path().map_err(failed)).transpose()
    }

    fn keychain(&self) -> Option<Arc<dyn algoagent_api::Keychain>> {
        Some(Arc::new(self.keychain.clone()))
    }

    fn local_server(&self) -> Option<Arc<dyn LocalServer>> {
        Some(Arc::clone(&self.beside) as Arc<dyn LocalServer>)
    }

    fn open_link(&self, url: &str) -> Result<(), HostError> {
        self.app.opener().open_url(url, None::<&str>).map_err(failed)
    }

    fn appearance(&self) -> Appearance {
        self.preferences.appearance()
    }

    fn set_appearance(&self, appearance: Appearance) -> Result<(), HostError> {
        self.preferences.set_appearance(appearance)?;
        if let Some(window) = window::main(&self.app) {
            window.set_theme(window::theme(appearance)).map_err(failed)?;
            window.set_zoom(window::zoom(appearance)).map_err(failed)?;
        }
        Ok(())
    }

    fn close(&self, close: bool) -> Result<(), HostError> {
        if close {
            return window::main(&self.app)
                .map_or(Ok(()), |window| window.destroy().map_err(failed));
        }
        self.app.state::<window::Closing>().keep_open();
        Ok(())
    }
}
