//! The window: one webview, one door, no token or key on the JavaScript side.

mod clipboard;
mod host;
mod keychain;
mod local_api;
mod locking;
mod preferences;
#[cfg(all(test, target_os = "linux"))]
mod private_bus;
mod renewal;
mod rpc;
mod sealing;
mod suspend;
mod window;

use std::path::PathBuf;
use std::sync::Arc;

use algoagent_api::Door;
use algoagent_core::Core;
use algoagent_core::account::DoorKind;
use tauri::{Manager as _, RunEvent};

use crate::exit::Failure;
use crate::line::Listening;
use host::WindowHost;
use preferences::Preferences;
use renewal::Renewal;
use sealing::Sealing;

/// Opens the window over `core` and returns when it was closed.
pub(crate) fn run(
    runtime: &tokio::runtime::Runtime,
    core: Core,
    data_dir: PathBuf,
) -> Result<(), Failure> {
    tauri::async_runtime::set(runtime.handle().clone());
    let no_display = |fault: tauri::Error| {
        Failure::Other(format!(
            "the window can't be opened: {fault}. Without a display, `algoagent chat` holds the same conversation in the terminal"
        ))
    };
    if !has_display() {
        return Err(Failure::Other(
            "there is no display to open a window on. `algoagent chat` holds the same conversation in the terminal".into(),
        ));
    }
    let door_core = core.clone();
    let beside = local_api::Beside::new(core.clone());
    let listening = Arc::clone(&beside);
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_store::Builder::new().build())
        .invoke_handler(tauri::generate_handler![rpc::meet, rpc::call, rpc::listen])
        .setup(move |app| {
            let preferences = Preferences::open(app.handle(), &data_dir)?;
            let host =
                WindowHost::new(app.handle().clone(), preferences.clone(), Arc::clone(&listening));
            let door = Arc::new(Door::new(door_core.clone(), DoorKind::Desktop, Arc::new(host)));
            app.manage(Arc::clone(&door));
            app.manage(Renewal::default());
            app.manage(window::Closing::default());
            app.manage(Sealing::new(door_core.clone()));
            locking::watch(door);
            window::open(app.handle(), &preferences, &data_dir)?;
            let handle = app.handle().clone();
            let raise = Arc::new(move || window::raise(&handle));
            let terminals = tauri::async_runtime::block_on(async {
                Listening::start(&data_dir, door_core, raise)
            });
            app.manage(terminals);
            tauri::async_runtime::spawn(async move { listening.resume().await });
            Ok(())
        })
        .build(tauri::generate_context!())
        .map_err(no_display)?;
    app.run(move |app, event| {
        if matches!(event, RunEvent::Exit) {
            if let Some(listening) = app.state::<Option<Listening>>().as_ref() {
                listening.stop();
            }
            app.state::<Arc<Door>>().forget_secrets();
            tauri::async_runtime::block_on(beside.close());
            // What is being written is saved as it is, vaults are closed, keys dropped.
            tauri::async_runtime::block_on(core.shut_down());
        }
    });
    Ok(())
}

/// Whether the system's keychain answers; nothing is kept in it for that.
pub(crate) async fn keychain_answers() -> Result<(), String> {
    let asked = keychain::Keychain::new(host::SERVICE).read("doctor").await;
    asked.map(drop).map_err(|fault| fault.to_string())
}

fn has_display() -> bool {
    let named = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || named("DISPLAY") || named("WAYLAND_DISPLAY")
}
