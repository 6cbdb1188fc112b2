//! A terminal that called the program which holds the data directory: one connection, one
//! door, and nothing on it but what its own session allows.
//!
//! Whoever says nothing, stops in the middle of a line or can't be understood is hung up on.
//! Who doesn't read what is told waits alone. With the connection the session ends.

use std::sync::Arc;
use std::time::Duration;

use algoagent_api::{ApiError, Door, Unattended, call};
use algoagent_core::Core;
use algoagent_core::account::DoorKind;
use algoagent_core::chat::ChatEvent;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

use super::Raise;
use super::lines::{Bytes, Lines, line, pour};
use super::protocol::{Greeting, LONGEST_REQUEST, Request, Response};
use crate::events::Events;

/// How long the first line, or the end of a line that has begun, is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// Calls of one connection that run at once; the next waits.
const CALLS: usize = 16;
/// Lines that may wait to be read by the other side.
const QUEUE: usize = 64;

struct Guest {
    door: Arc<Door>,
    raise: Raise,
    responses: mpsc::Sender<Bytes>,
    calls: JoinSet<()>,
    listening: Option<JoinHandle<()>>,
}

/// Serves `stream` until it ends.
pub(super) async fn serve<S>(stream: S, core: Core, raise: Raise)
where
    S: AsyncRead + AsyncWrite + Send + 'static,
{
    let (reader, writer) = tokio::io::split(stream);
    let (responses, queue) = mpsc::channel(QUEUE);
    let writing = tokio::spawn(pour(queue, writer));
    let door = Arc::new(Door::new(core, DoorKind::Terminal, Arc::new(Unattended)));
    let mut guest = Guest { door, raise, responses, calls: JoinSet::new(), listening: None };
    guest.answer(Lines::new(reader, LONGEST_REQUEST)).await;
    guest.leave(writing).await;
}

/// The next line of somebody who has `spoken` before or not.
async fn next<R: AsyncRead + Unpin>(lines: &mut Lines<R>, spoken: bool) -> Option<Bytes> {
    if spoken && !lines.begin().await.ok()? {
        return None;
    }
    timeout(PATIENCE, lines.next()).await.ok()?.ok()?
}

/// `false` when nobody takes it any more.
async fn tell(responses: &mpsc::Sender<Bytes>, response: &Response) -> bool {
    match line(response) {
        Ok(line) => responses.send(line).await.is_ok(),
        Err(fault) => {
            tracing::error!(%fault, "a response is no JSON");
            false
        }
    }
}

async fn pass_on(mut events: Events, responses: mpsc::Sender<Bytes>) {
    while let Some(event) = events.next().await {
        // A terminal shows the raw text; blocks are for the window.
        if matches!(
            event,
            ChatEvent::Block { .. } | ChatEvent::Tail { .. } | ChatEvent::Thoughts { .. }
        ) {
            continue;
        }
        if !tell(&responses, &Response::Event(Box::new(event))).await {
            return;
        }
    }
    tell(&responses, &Response::Ended {}).await;
}

impl Guest {
    async fn answer<R: AsyncRead + Unpin>(&mut self, mut lines: Lines<R>) {
        tell(&self.responses, &Response::Hello(Greeting::ours())).await;
        let mut spoken = false;
        while let Some(line) = next(&mut lines, spoken).await {
            let Ok(request) = serde_json::from_slice(&line) else {
                // What was said is not repeated: it may hold a password.
                tracing::warn!("somebody on the socket can't be understood");
                return;
            };
            drop(line);
            spoken = true;
            match request {
                Request::Hello(_) => {}
                Request::Raise {} => {
                    tell(&self.responses, &Response::Ok((self.raise)())).await;
                }
                Request::Call { id, name, request } => self.call(id, name, request).await,
                Request::Listen {} => self.listen().await,
            }
        }
    }

    async fn call(&mut self, id: u64, name: String, request: Value) {
        while self.calls.try_join_next().is_some() {}
        if self.calls.len() >= CALLS {
            self.calls.join_next().await;
        }
        let door = Arc::clone(&self.door);
        let responses = self.responses.clone();
        self.calls.spawn(async move {
            // On a task of its own: even a panic is answered.
            let called = tokio::spawn(async move { call(&door, &name, request).await });
            let result = called.await.map_err(ApiError::internal).flatten();
            tell(&responses, &Response::Answer { id, outcome: result.into() }).await;
        });
    }

    /// From here on, before the next line is read: no event of a later call is missed.
    async fn listen(&mut self) {
        self.stop_listening().await;
        tell(&self.responses, &Response::Listening {}).await;
        match self.door.session().and_then(Events::of) {
            Ok(events) => {
                self.listening = Some(tokio::spawn(pass_on(events, self.responses.clone())));
            }
            Err(_) => {
                tell(&self.responses, &Response::Ended {}).await;
            }
        }
    }

    async fn stop_listening(&mut self) {
        if let Some(listening) = self.listening.take() {
            listening.abort();
            listening.await.ok();
        }
    }

    async fn leave(mut self, mut writing: JoinHandle<()>) {
        self.stop_listening().await;
        self.sign_out().await;
        // No command is cut in the middle, but nobody has to take its answer.
        let calls = async { while self.calls.join_next().await.is_some() {} };
        if timeout(PATIENCE, calls).await.is_err() {
            writing.abort();
            while self.calls.join_next().await.is_some() {}
        }
        // A sign-in may have been among them.
        self.sign_out().await;
        drop(self.responses);
        if timeout(PATIENCE, &mut writing).await.is_err() {
            writing.abort();
        }
    }

    async fn sign_out(&self) {
        if let Err(fault) = call(&self.door, "sign_out", json!({})).await {
            tracing::error!(%fault, "a terminal's session did not end");
        }
    }
}
