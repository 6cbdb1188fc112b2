//! The end of the line at a terminal: what it asks goes to the program that holds the data
//! directory. When that one ends, whoever waits for an answer is told so.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use algoagent_api::{ApiError, ErrorCode};
use algoagent_core::chat::ChatEvent;
use serde::Serialize;
use serde_json::Value;
use tokio::io::AsyncRead;
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::task::JoinSet;

use super::lines::{Bytes, Lines, line, pour};
use super::protocol::{LONGEST_REQUEST, Request, Response};
use super::reach::{Unreachable, connect};
use crate::events::Events;
use crate::exit::Failure;

/// Events that a slow terminal may fall behind before it misses some.
const BACKLOG: usize = 1024;
/// Requests that may wait to be written.
const QUEUE: usize = 16;

type Answer = oneshot::Sender<Result<Value, ApiError>>;

#[derive(Default)]
struct State {
    calls: u64,
    awaited: HashMap<u64, Answer>,
    /// Whoever asked to listen, from the answer to that on.
    listeners: Option<broadcast::Sender<ChatEvent>>,
    asked_to_listen: Option<broadcast::Sender<ChatEvent>>,
    ended: bool,
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<State>>);

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of a call whose answer goes to `answer`.
    fn expect(&self, answer: Answer) -> Result<u64, Failure> {
        let mut state = self.state();
        if state.ended {
            return Err(gone());
        }
        state.calls += 1;
        let id = state.calls;
        state.awaited.insert(id, answer);
        Ok(id)
    }

    fn heard(&self, response: Response) {
        let mut state = self.state();
        match response {
            Response::Answer { id, outcome } => {
                if let Some(waiting) = state.awaited.remove(&id) {
                    waiting.send(outcome.into()).ok();
                }
            }
            Response::Listening {} => state.listeners = state.asked_to_listen.take(),
            Response::Event(event) => {
                if let Some(listeners) = &state.listeners {
                    listeners.send(*event).ok();
                }
            }
            Response::Ended {} => state.listeners = None,
            Response::Hello(_) | Response::Full {} | Response::Ok(_) => {}
        }
    }

    /// Whoever waits learns that nothing comes any more.
    fn end(&self) {
        *self.state() = State { ended: true, ..State::default() };
    }
}

async fn hear<R: AsyncRead + Unpin>(mut lines: Lines<R>, shared: Shared) {
    while let Ok(Some(line)) = lines.next().await {
        match serde_json::from_slice(&line) {
            Ok(response) => shared.heard(response),
            Err(fault) => {
                tracing::error!(%fault, "a response can't be understood");
                break;
            }
        }
    }
    shared.end();
}

/// A connection to the program that holds the data directory.
pub struct Remote {
    requests: mpsc::Sender<Bytes>,
    shared: Shared,
    _tasks: JoinSet<()>,
}

impl Remote {
    pub(super) async fn connect(data_dir: &Path) -> Result<Self, Unreachable> {
        let (lines, writer) = connect(data_dir).await?;
        let (requests, queue) = mpsc::channel(QUEUE);
        let shared = Shared::default();
        let mut tasks = JoinSet::new();
        tasks.spawn(pour(queue, writer));
        tasks.spawn(hear(lines, shared.clone()));
        Ok(Self { requests, shared, _tasks: tasks })
    }

    /// The command `name` of the table.
    pub(super) async fn call(&self, name: &str, request: impl Serialize) -> Result<Value, Failure> {
        let (answer, answered) = oneshot::channel();
        let id = self.shared.expect(answer)?;
        let asked = self.say(&Request::Call { id, name: name.to_owned(), request }).await;
        if asked.is_err() {
            self.shared.state().awaited.remove(&id);
        }
        asked?;
        Ok(answered.await.map_err(|_| gone())??)
    }

    /// What happens from now on, until the session ends.
    pub(super) async fn events(&self) -> Result<Events, Failure> {
        let (sender, events) = broadcast::channel(BACKLOG);
        let ended = {
            let mut state = self.shared.state();
            state.asked_to_listen = Some(sender);
            state.ended
        };
        if ended {
            return Err(gone());
        }
        self.say(&Request::<Value>::Listen {}).await?;
        Ok(Events::from(events))
    }

    async fn say<R: Serialize>(&self, request: &Request<R>) -> Result<(), Failure> {
        let line = line(request).map_err(|fault| Failure::Other(fault.to_string()))?;
        if line.len() > LONGEST_REQUEST {
            return Err(Failure::Refused(ApiError {
                code: ErrorCode::MessageTooLong,
                message: "The message is too long; at most 256 KiB can be sent. Shorten it, or send it in parts.".to_owned(),
                detail: Value::Null,
            }));
        }
        self.requests.send(line).await.map_err(|_| gone())
    }
}

fn gone() -> Failure {
    Failure::Other(
        "the AlgoAgent that holds the data directory has ended. What was written is kept; start again".to_owned(),
    )
}

#[cfg(all(test, unix))]
mod tests {
    use algoagent_api::Nothing;
    use serde_json::json;
    use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufStream};

    use super::super::place::{Listener, Stream};
    use super::super::protocol::Greeting;
    use super::*;

    /// The holder of a directory, whose part the test plays.
    struct Holder(BufStream<Stream>);

    impl Holder {
        async fn hears(&mut self) -> Value {
            let mut line = String::new();
            self.0.read_line(&mut line).await.expect("a line");
            serde_json::from_str(&line).expect("JSON")
        }

        async fn says(&mut self, response: Value) {
            self.0.write_all(format!("{response}\n").as_bytes()).await.expect("a terminal");
            self.0.flush().await.expect("a terminal");
        }
    }

    async fn connected() -> (Remote, Holder) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut listener = Listener::bind(folder.path()).expect("a socket");
        let accepted = async {
            let mut holder = Holder(BufStream::new(listener.accept().await.expect("a caller")));
            holder.says(json!({ "hello": Greeting::ours() })).await;
            // A password may be typed for longer than a silent caller is waited for.
            assert_eq!(holder.hears().await, json!({ "hello": Greeting::ours() }));
            holder
        };
        let (remote, holder) = tokio::join!(Remote::connect(folder.path()), accepted);
        (remote.ok().expect("a connection"), holder)
    }

    #[tokio::test]
    async fn answers_find_their_calls_in_any_order() {
        let (remote, mut holder) = connected().await;
        let calls = async {
            tokio::join!(remote.call("first", Nothing {}), remote.call("second", Nothing {}))
        };
        let answers = async {
            let calls = [holder.hears().await, holder.hears().await];
            for call in calls.iter().rev() {
                let call = &call["call"];
                holder.says(json!({ "answer": { "id": call["id"], "ok": call["name"] } })).await;
            }
        };
        let ((first, second), ()) = tokio::join!(calls, answers);
        assert_eq!(first.ok(), Some(json!("first")));
        assert_eq!(second.ok(), Some(json!("second")));
    }

    #[tokio::test]
    async fn the_end_of_an_earlier_session_does_not_end_a_later_listening() {
        let (remote, mut holder) = connected().await;
        let mut events = remote.events().await.ok().expect("events");
        assert_eq!(holder.hears().await, json!({ "listen": {} }));
        holder.says(json!({ "ended": {} })).await;
        holder.says(json!({ "listening": {} })).await;
        holder.says(json!({ "event": ChatEvent::Resync })).await;
        assert_eq!(events.next().await, Some(ChatEvent::Resync));
        holder.says(json!({ "ended": {} })).await;
        assert_eq!(events.next().await, None);
    }

    #[tokio::test]
    async fn whoever_waits_is_told_that_the_holder_is_gone() {
        let (remote, mut holder) = connected().await;
        let mut events = remote.events().await.ok().expect("events");
        holder.hears().await;
        let gone = async {
            holder.hears().await;
            drop(holder);
        };
        let (answer, ()) = tokio::join!(remote.call("send", Nothing {}), gone);
        assert!(answer.is_err_and(|fault| fault.to_string().contains("has ended")));
        assert_eq!(events.next().await, None);
        assert!(remote.call("me", Nothing {}).await.is_err());
    }

    #[tokio::test]
    async fn what_the_holder_would_refuse_unread_is_not_sent() {
        let (remote, _holder) = connected().await;
        let long = json!({ "text": "x".repeat(LONGEST_REQUEST) });
        let refused = remote.call("send", long).await;
        assert!(matches!(
            refused,
            Err(Failure::Refused(fault)) if fault.code == ErrorCode::MessageTooLong
        ));
        assert!(remote.shared.state().awaited.is_empty(), "it is still waited for");
    }
}
