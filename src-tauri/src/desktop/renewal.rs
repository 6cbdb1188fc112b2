//! A fresh page, in a fresh process, when a person's session ends.
//!
//! Nothing of one person may stay in the window for the next: no page, no heap, no storage. The
//! window itself stays where it is. On Linux the page's process is killed and another one started
//! for the same webview: a second webview beside it would be a second ephemeral context, and
//! WebKitGTK keeps the network process of each for as long as the program runs. Elsewhere no
//! interface of the system kills that process, and the page is loaded anew. So it is where
//! WebDriver drives the window: it takes a killed process for a crash and ends its session.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use algoagent_api::Door;
use algoagent_core::account::Session;
use tauri::window::Color;
use tauri::{Manager as _, Theme, Webview};

use super::sealing::Sealing;

/// Whether somebody waits for the end of the session that is shown. Managed by the app.
#[derive(Default)]
pub(super) struct Renewal(AtomicBool);

/// Sees to it that what `webview` shows doesn't outlive this session, or the one that takes its
/// place for the same person.
pub(super) fn attend(webview: &Webview, door: Arc<Door>, session: Session) {
    if webview.state::<Renewal>().0.swap(true, Ordering::AcqRel) {
        return;
    }
    let webview = webview.clone();
    tauri::async_runtime::spawn(async move {
        let mut shown = session;
        while let Some(next) = door.after(&shown).await {
            shown = next;
        }
        let page = webview.clone();
        // On the main thread in one go: no call of the old page comes in between.
        let renewed = webview.run_on_main_thread(move || {
            page.state::<Renewal>().0.store(false, Ordering::Release);
            page.state::<Sealing>().hang_up();
            if let Err(fault) = renew(&page) {
                // What a person left must not stay on the screen.
                tracing::error!(%fault, "the page can't be renewed; the program ends");
                page.app_handle().exit(1);
            }
        });
        if let Err(fault) = renewed {
            tracing::error!(%fault, "the page was not renewed");
        }
    });
}

fn renew(webview: &Webview) -> tauri::Result<()> {
    webview.clear_all_browsing_data()?;
    // Until the fresh page paints, its own background is seen.
    webview.set_background_color(Some(match webview.window().theme()? {
        Theme::Dark => Color(0x14, 0x16, 0x1a, 0xff),
        _ => Color(0xff, 0xff, 0xff, 0xff),
    }))?;
    let home = webview.url()?;
    #[cfg(target_os = "linux")]
    if !super::window::is_driven() {
        webview.with_webview(|system| {
            use webkit2gtk::WebViewExt as _;
            system.inner().terminate_web_process();
        })?;
    }
    webview.navigate(home)
}
