//! What the webview can call: the first screen, the agreement on keys, a command of the table, and
//! listening to events. All but the first screen is sealed.

use std::sync::Arc;

use algoagent_api::{ApiError, Door, call as run};
use algoagent_core::chat::ChatEvent;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tauri::ipc::{Channel, InvokeBody, Request, Response};
use tauri::{State, Webview};
use tokio::time::{Duration, Instant, timeout_at};
use zeroize::Zeroizing;

use super::renewal;
use super::sealing::{Line, Sealing};
use crate::events::Events;

/// How long events are gathered after some were sent: the page draws no faster, and each message to
/// it costs both sides more than what is in it.
const TOGETHER: Duration = Duration::from_millis(32);

/// A command and its request, as the page seals them.
#[derive(Deserialize)]
struct Asked {
    name: String,
    request: Value,
}

/// An answer of the table, which may be null.
#[derive(Serialize)]
pub(super) struct Shown {
    said: Value,
}

/// What the first screen shows to everybody at this computer, before keys are agreed on; nothing of
/// somebody who is signed in, and no other command.
#[tauri::command]
pub(super) async fn look(
    door: State<'_, Arc<Door>>,
    name: String,
) -> Result<Option<Shown>, ApiError> {
    let for_all = match name.as_str() {
        "accounts" | "appearance" | "gate" => true,
        "me" => door.session().is_err(),
        _ => false,
    };
    if !for_all {
        return Ok(None);
    }
    run(&door, &name, json!({})).await.map(|said| Some(Shown { said }))
}

/// Agrees on keys with a new page: its public key for the program's.
#[tauri::command]
pub(super) fn meet(
    sealing: State<'_, Sealing>,
    request: Request<'_>,
) -> Result<Response, ApiError> {
    let own = sealing.meet(&bytes(request.body())?).ok_or_else(unreadable)?;
    Ok(Response::new(own))
}

/// Runs a command of the table for whoever sits at the window.
#[tauri::command]
pub(super) async fn call(
    webview: Webview,
    door: State<'_, Arc<Door>>,
    sealing: State<'_, Sealing>,
    request: Request<'_>,
) -> Result<Response, ApiError> {
    let line = line(&sealing)?;
    let said = line.open(&bytes(request.body())?).ok_or_else(unreadable)?;
    let Asked { name, request } = serde_json::from_slice(&said).map_err(|_| unreadable())?;
    let door = Arc::clone(&door);
    let seat = Arc::clone(&door);
    // On a task of its own: a webview that goes away doesn't cut a command in the middle.
    let called = tauri::async_runtime::spawn(async move { run(&door, &name, request).await });
    let answer = called.await.map_err(ApiError::internal)?;
    if let Ok(session) = seat.session() {
        renewal::attend(&webview, seat, session);
    }
    sealed(&line, &answer).map(Response::new)
}

/// Sends the events of whoever sits at the window to `channel`, in lists, until they sign out.
#[tauri::command]
pub(super) async fn listen(
    door: State<'_, Arc<Door>>,
    sealing: State<'_, Sealing>,
    channel: Channel<String>,
) -> Result<(), ApiError> {
    let line = line(&sealing)?;
    let session = door.session()?;
    let mut events = Events::of(session.clone())?;
    tauri::async_runtime::spawn(async move {
        let mut rested = Instant::now();
        while let Some(said) = together(&mut events, rested).await {
            let Ok(said) = sealed(&line, &said) else { return };
            // What was said after its end isn't for the next page.
            if session.check().is_err() || channel.send(BASE64.encode(said)).is_err() {
                return;
            }
            rested = Instant::now() + TOGETHER;
        }
    });
    Ok(())
}

/// The next event at once, or, where one was sent just now, all until `rested`; `None` when the
/// session has ended. The window shows blocks: raw text is for other doors.
async fn together(events: &mut Events, rested: Instant) -> Option<Vec<ChatEvent>> {
    let shown = |event: &ChatEvent| !matches!(event, ChatEvent::Text { .. });
    let mut said = Vec::new();
    while said.is_empty() {
        said.extend(Some(events.next().await?).filter(shown));
    }
    while let Ok(event) = timeout_at(rested, events.next()).await {
        said.extend(Some(event?).filter(shown));
    }
    Some(said)
}

fn line(sealing: &Sealing) -> Result<Arc<Line>, ApiError> {
    // The page is being replaced: what it says still is nobody's.
    sealing.line().ok_or_else(ApiError::signed_out)
}

fn sealed(line: &Line, said: &impl serde::Serialize) -> Result<Vec<u8>, ApiError> {
    Ok(line.seal(serde_json::to_vec(said).map_err(ApiError::internal)?))
}

/// A body as bytes. A webview whose requests are let through in no other way sends a list of them.
fn bytes(body: &InvokeBody) -> Result<Zeroizing<Vec<u8>>, ApiError> {
    match body {
        InvokeBody::Raw(bytes) => Ok(Zeroizing::new(bytes.clone())),
        InvokeBody::Json(list) => {
            Vec::<u8>::deserialize(list).map(Zeroizing::new).map_err(|_| unreadable())
        }
    }
}

fn unreadable() -> ApiError {
    ApiError::internal("the page and the program have no keys in common")
}

#[cfg(test)]
mod tests {
    use algoagent_core::ids::{ChatId, MessageId};
    use tokio::sync::broadcast;

    use super::*;

    fn raw() -> ChatEvent {
        ChatEvent::Text { chat_id: ChatId(1), message_id: MessageId(1), text: "a".into() }
    }

    #[tokio::test]
    async fn the_first_event_waits_for_no_other_and_what_follows_soon_goes_along() {
        let (source, heard) = broadcast::channel(16);
        let mut events = Events::from(heard);
        source.send(ChatEvent::Resync).expect("somebody hears");
        let first = together(&mut events, Instant::now()).await.expect("an event");
        assert_eq!(first.len(), 1);
        let rested = Instant::now() + Duration::from_secs(1);
        let later = source.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(10)).await;
            later.send(ChatEvent::Resync).expect("somebody hears");
        });
        for event in [ChatEvent::Resync, raw(), ChatEvent::Resync] {
            source.send(event).expect("somebody hears");
        }
        let next = together(&mut events, rested).await.expect("events");
        assert_eq!(next.len(), 3, "the raw text left out, the later one in");
        assert!(next.iter().all(|event| matches!(event, ChatEvent::Resync)), "raw text");
        assert!(Instant::now() >= rested, "it went before its time");
    }

    #[tokio::test]
    async fn raw_text_alone_is_nothing_to_send_and_the_end_is_told() {
        let (source, heard) = broadcast::channel(16);
        let mut events = Events::from(heard);
        source.send(raw()).expect("somebody hears");
        drop(source);
        assert!(together(&mut events, Instant::now()).await.is_none());
    }
}
