//! The two things that the webview can call: a command of the table, and listening to events.

use std::sync::Arc;

use algoagent_api::{ApiError, Door, call as run};
use algoagent_core::chat::ChatEvent;
use serde_json::Value;
use tauri::ipc::Channel;
use tauri::{State, Webview};

use super::renewal;
use crate::events::Events;

/// Runs the command `name` of the table for whoever sits at the window.
#[tauri::command]
pub(super) async fn call(
    webview: Webview,
    door: State<'_, Arc<Door>>,
    name: String,
    request: Value,
) -> Result<Value, ApiError> {
    let door = Arc::clone(&door);
    let seat = Arc::clone(&door);
    // On a task of its own: a webview that goes away doesn't cut a command in the middle.
    let called = tauri::async_runtime::spawn(async move { run(&door, &name, request).await });
    let answer = called.await.map_err(ApiError::internal)?;
    if let Ok(session) = seat.session() {
        renewal::attend(&webview, seat, session);
    }
    answer
}

/// Sends the events of whoever sits at the window to `channel`, until they sign out.
#[tauri::command]
pub(super) async fn listen(
    door: State<'_, Arc<Door>>,
    channel: Channel<ChatEvent>,
) -> Result<(), ApiError> {
    let mut events = Events::of(door.session()?)?;
    tauri::async_runtime::spawn(async move {
        while let Some(event) = events.next().await {
            // The window shows blocks; the raw text is for other doors.
            if matches!(event, ChatEvent::Text { .. }) {
                continue;
            }
            if channel.send(event).is_err() {
                return;
            }
        }
    });
    Ok(())
}
