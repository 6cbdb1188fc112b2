//! The one window: its size, its looks, and what its webview may not do.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use algoagent_api::Door;
use algoagent_api::appearance::{Appearance, Theme};
use algoagent_api::locking::AtStake;
use tauri::webview::NewWindowResponse;
use tauri::{
    AppHandle, Manager as _, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent,
};

use super::preferences::{Preferences, Size};

const LABEL: &str = "main";
const USUAL: Size = Size { width: 1280.0, height: 800.0 };
const SMALLEST: Size = Size { width: 720.0, height: 560.0 };

pub(super) fn main(app: &AppHandle) -> Option<WebviewWindow> {
    app.get_webview_window(LABEL)
}

pub(super) fn open(
    app: &AppHandle,
    preferences: &Preferences,
    data_dir: &Path,
) -> tauri::Result<()> {
    let size = preferences.size().unwrap_or(USUAL);
    let builder = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("index.html".into()))
        .title("AlgoAgent")
        .inner_size(size.width.max(SMALLEST.width), size.height.max(SMALLEST.height))
        .min_inner_size(SMALLEST.width, SMALLEST.height)
        .theme(theme(preferences.appearance()))
        .disable_drag_drop_handler()
        .on_navigation(|url| is_own(url.scheme(), url.host_str()))
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false);
    let builder = if is_driven() {
        builder.data_directory(data_dir.join("driven-webview"))
    } else {
        // Nothing that the webview shows is kept on the disk.
        builder.incognito(true)
    };
    let window = builder.build()?;
    let kept = preferences.clone();
    let watched = window.clone();
    window.set_zoom(zoom(preferences.appearance()))?;
    window.on_window_event(move |event| {
        let WindowEvent::CloseRequested { api, .. } = event else { return };
        if let (Ok(size), Ok(scale)) = (watched.inner_size(), watched.scale_factor()) {
            let size = size.to_logical::<f64>(scale);
            let size = Size { width: size.width, height: size.height };
            if let Err(fault) = kept.set_size(size) {
                tracing::warn!(%fault, "the window's size was not kept");
            }
        }
        let answers = watched.state::<Arc<Door>>().answers_at_stake();
        let closing = watched.state::<Closing>();
        if !answers.is_none() && closing.asks() && ask_to_close(&watched, answers) {
            api.prevent_close();
        }
    });
    Ok(())
}

/// Whether the person is being asked if the window may close.
#[derive(Default)]
pub(super) struct Closing(AtomicBool);

impl Closing {
    /// The question is put; `false` when it stands already. Whoever insists is not held up by a
    /// page that doesn't answer.
    fn asks(&self) -> bool {
        !self.0.swap(true, Ordering::AcqRel)
    }

    /// The person would rather wait.
    pub(super) fn keep_open(&self) {
        self.0.store(false, Ordering::Release);
    }
}

/// Lets the page ask whether answers that are being written may be stopped.
fn ask_to_close(window: &WebviewWindow, answers: AtStake) -> bool {
    let Ok(answers) = serde_json::to_string(&answers) else { return false };
    let event =
        format!("window.dispatchEvent(new CustomEvent('close-asked', {{ detail: {answers} }}))");
    window.eval(event).is_ok()
}

/// The size of all that is shown, of one.
pub(super) fn zoom(appearance: Appearance) -> f64 {
    f64::from(appearance.size) / 100.0
}

/// Whether WebDriver started the program, in a build that lets it.
pub(super) fn is_driven() -> bool {
    cfg!(feature = "automation")
        && std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_some_and(|value| value == "true")
}

/// The program's own pages, by the names that Tauri gives them on each system.
fn is_own(scheme: &str, host: Option<&str>) -> bool {
    match scheme {
        "tauri" => host == Some("localhost"),
        "http" | "https" => {
            host == Some("tauri.localhost") || (cfg!(dev) && host == Some("127.0.0.1"))
        }
        _ => false,
    }
}

pub(super) fn theme(appearance: Appearance) -> Option<tauri::Theme> {
    match appearance.theme {
        Theme::System => None,
        Theme::Light => Some(tauri::Theme::Light),
        Theme::Dark => Some(tauri::Theme::Dark),
    }
}

/// Brings the window to the front; `false` when there is none.
pub(super) fn raise(app: &AppHandle) -> bool {
    let Some(window) = main(app) else { return false };
    let raised = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
    if let Err(fault) = raised {
        tracing::warn!(%fault, "the window could not be raised");
    }
    true
}
