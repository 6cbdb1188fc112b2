//! What the stories about the real program stand on.
//!
//! A story starts a [`World`](desktop::World): a private home, a private display, a private
//! bus. In it, it opens the program's [`Window`](window::Window) and does what a person does,
//! by role and accessible name, never by class or position. Nothing of the program is
//! linked in: a story sees what a person, a service and the disk see.
//!
//! Every deadline here bounds liveness ("it happens at all"), none measures speed.

pub mod cost;
pub mod desktop;
pub mod documents;
pub mod faults;
pub mod gemini;
pub mod hands;
pub mod keyboard;
pub mod local_api;
pub mod market;
pub mod memory;
pub mod outcome;
pub mod plain;
mod processes;
pub mod recordings;
pub mod scan;
pub mod steps;
pub mod story;
mod target;
pub mod terminal;
pub mod walk;
pub mod webdriver;
pub mod window;

use std::env;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub use processes::end_politely;
pub use target::Target;

/// How long anything may take before it counts as never happening.
pub const LIVENESS: Duration = Duration::from_secs(60);

/// Asks every 100 ms until there is an answer; `None` when the deadline passes without one.
pub fn eventually<T>(deadline: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + deadline;
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if Instant::now() >= end {
            return None;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The folder of the workspace.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in a workspace")
}

/// Where screenshots and logs of failures go: `ALGOAGENT_ARTIFACTS`, else `artifacts/`.
pub fn artifacts() -> PathBuf {
    let folder = env::var_os("ALGOAGENT_ARTIFACTS")
        .map_or_else(|| workspace().join("artifacts"), PathBuf::from);
    std::fs::create_dir_all(&folder).expect("the artifacts folder can be made");
    folder
}

/// The program under test: `ALGOAGENT_BIN`, else the one built beside this test.
pub fn program() -> PathBuf {
    let path = env::var_os("ALGOAGENT_BIN").map_or_else(beside_this_test, PathBuf::from);
    path.canonicalize().unwrap_or_else(|error| {
        panic!(
            "no program at {}: {error}. Set ALGOAGENT_BIN, or run `cargo xtask test`.",
            path.display()
        )
    })
}

fn beside_this_test() -> PathBuf {
    let test = env::current_exe().expect("a test knows its own path");
    let profile = test.ancestors().nth(2).expect("target/<profile>/deps/test");
    profile.join("algoagent")
}
