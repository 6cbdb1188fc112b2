//! The two things that the webview can call: a command of the table, and listening to events.

use std::sync::Arc;

use algoagent_api::{ApiError, Door, call as run};
use algoagent_core::chat::ChatEvent;
use serde_json::Value;
use tauri::State;
use tauri::ipc::Channel;
use tokio::sync::broadcast::error::RecvError;

/// Runs the command `name` of the table for whoever sits at the window.
#[tauri::command]
pub(super) async fn call(
    door: State<'_, Arc<Door>>,
    name: String,
    request: Value,
) -> Result<Value, ApiError> {
    let door = Arc::clone(&door);
    // On a task of its own: a webview that goes away doesn't cut a command in the middle.
    let called = tauri::async_runtime::spawn(async move { run(&door, &name, request).await });
    called.await.map_err(ApiError::internal)?
}

/// Sends the events of whoever sits at the window to `channel`, until they sign out.
#[tauri::command]
pub(super) async fn listen(
    door: State<'_, Arc<Door>>,
    channel: Channel<ChatEvent>,
) -> Result<(), ApiError> {
    let session = door.session()?;
    let mut events = session.events()?;
    tauri::async_runtime::spawn(async move {
        loop {
            let event = tokio::select! {
                () = session.ended() => return,
                event = events.recv() => event,
            };
            let event = match event {
                // The window shows blocks; the raw text is for other doors.
                Ok(ChatEvent::Text { .. }) => continue,
                Ok(event) => event,
                Err(RecvError::Lagged(_)) => ChatEvent::Resync,
                Err(RecvError::Closed) => return,
            };
            if channel.send(event).is_err() {
                return;
            }
        }
    });
    Ok(())
}
