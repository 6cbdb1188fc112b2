//! The window: one webview, one door, no token or key on the JavaScript side.

#![forbid(unsafe_code)]
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

mod clipboard;
mod host;
mod local_api;
mod locking;
mod preferences;
mod renewal;
mod rpc;
mod sealing;
mod window;

use std::error::Error;
use std::fmt::Display;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread::JoinHandle;

use algoagent_api::Door;
use algoagent_core::Core;
use algoagent_core::account::DoorKind;
use algoagent_program::exit::Failure;
use algoagent_program::line::{self, Listening, Start};
use algoagent_program::{environment, events, output, starting};
use clap::Parser;
use host::WindowHost;
use local_api::Beside;
use preferences::Preferences;
use renewal::Renewal;
use sealing::Sealing;
use tauri::{Manager as _, RunEvent};

/// AlgoAgent's window. `algoagent` opens it too, and does all else.
#[derive(Parser)]
#[command(name = "algoagent-window", version)]
struct Arguments {
    /// Where everything is kept [default: the system's place for a program's data].
    #[arg(long, env = "ALGOAGENT_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,

    /// Print the version of the library that draws the page, and open nothing.
    #[arg(long, hide = true)]
    webview: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.webview {
        let version = tauri::webview_version();
        let version = version.map_err(|fault| Failure::Other(fault.to_string()));
        return starting::end(version.and_then(|version| output::print(&version)));
    }
    starting::prepare();
    starting::end(run(arguments.data_dir))
}

fn run(data_dir: Option<PathBuf>) -> Result<(), Failure> {
    let runtime = starting::runtime()?;
    let data_dir = environment::data_dir(data_dir)?;
    let (handle, dir) = (runtime.handle().clone(), data_dir.clone());
    let opening = std::thread::spawn(move || {
        handle.block_on(line::open_or_raise(|| starting::config(&dir, false)))
    });
    show(&runtime, opening, data_dir)
}

/// Opens the window over the core that `opening` gives, and returns when it was closed. Where another
/// process holds the data directory, that one's window was brought to the front instead.
fn show(
    runtime: &tokio::runtime::Runtime,
    opening: JoinHandle<Result<Start<bool>, Failure>>,
    data_dir: PathBuf,
) -> Result<(), Failure> {
    tauri::async_runtime::set(runtime.handle().clone());
    // The system's window library comes up while the core opens: each takes its time.
    let built = has_display().then(build);
    let opened = opening.join().unwrap_or_else(|panic| resume_unwind(panic))?;
    let core = match opened {
        Start::Holds(core) => core,
        Start::Reached(true) => {
            return output::print(
                "AlgoAgent is already running on this data directory; its window is in front now.\n",
            );
        }
        Start::Reached(false) => return Err(Failure::NoWindow(data_dir)),
    };
    let no_window = |fault: &dyn Display| {
        Failure::Other(format!(
            "the window can't be opened: {fault}. Without a display, `algoagent chat` holds the same conversation in the terminal"
        ))
    };
    let app = built.ok_or_else(|| {
        Failure::Other(
            "there is no display to open a window on. `algoagent chat` holds the same conversation in the terminal".into(),
        )
    })?;
    let app = app.map_err(|fault| no_window(&fault))?;
    let beside = furnish(&app, &core, &data_dir).map_err(|fault| no_window(&fault))?;
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

/// The program as the system's window library sees it, without a window yet.
fn build() -> tauri::Result<tauri::App> {
    // The desktop entry has this name, and a desktop knows by it whose window it sees.
    #[cfg(target_os = "linux")]
    webkit2gtk::glib::set_prgname(Some("algoagent"));
    tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_store::Builder::new().build())
        .invoke_handler(tauri::generate_handler![rpc::look, rpc::meet, rpc::call, rpc::listen])
        .build(tauri::generate_context!())
}

/// Puts the door and what else belongs to the core into `app`, and opens its window.
fn furnish(app: &tauri::App, core: &Core, data_dir: &Path) -> Result<Arc<Beside>, Box<dyn Error>> {
    let preferences = Preferences::open(app.handle(), data_dir)?;
    let beside = Beside::new(core.clone());
    let host = WindowHost::new(app.handle().clone(), preferences.clone(), Arc::clone(&beside));
    let door = Arc::new(Door::new(core.clone(), DoorKind::Desktop, Arc::new(host)));
    app.manage(Arc::clone(&door));
    app.manage(Renewal::default());
    app.manage(window::Closing::default());
    app.manage(Sealing::new(core.clone()));
    window::open(app.handle(), &preferences, data_dir)?;
    locking::watch(door);
    let handle = app.handle().clone();
    let raise = Arc::new(move || window::raise(&handle));
    let terminals =
        tauri::async_runtime::block_on(async { Listening::start(data_dir, core.clone(), raise) });
    app.manage(terminals);
    let listening = Arc::clone(&beside);
    tauri::async_runtime::spawn(async move { listening.resume().await });
    Ok(beside)
}

fn has_display() -> bool {
    let named = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || named("DISPLAY") || named("WAYLAND_DISPLAY")
}
