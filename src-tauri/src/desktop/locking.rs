//! What locks the window without anybody asking: nobody touched it for long, or the computer slept.

use std::sync::Arc;
use std::time::Duration;

use algoagent_api::Door;
use algoagent_api::locking::Why;
use algoagent_program::system::suspend;

/// How often the window is looked at.
const LOOK: Duration = Duration::from_secs(5);

/// Watches `door` as long as the program runs.
pub(super) fn watch(door: Arc<Door>) {
    let asleep = Arc::clone(&door);
    tauri::async_runtime::spawn(suspend::watch(move || {
        let door = Arc::clone(&asleep);
        async move { door.lock(Why::Asleep).await }
    }));
    tauri::async_runtime::spawn(async move {
        loop {
            tokio::time::sleep(LOOK).await;
            door.lock_if_idle().await;
        }
    });
}
