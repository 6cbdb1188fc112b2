//! What runs on an open vault: the answers being written, and who listens.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::ChatEvent;
use crate::ids::MessageId;

/// Events that a listener may fall behind before it is told to ask for everything again.
const BACKLOG: usize = 1024;
/// How often a locked vault looks whether its answers have ended.
const LOOK: Duration = Duration::from_millis(200);
/// How long an answer may take to save itself when its vault is closed.
const LAST_SAVE: Duration = Duration::from_secs(10);

pub(crate) struct Desk {
    events: broadcast::Sender<ChatEvent>,
    running: Mutex<HashMap<MessageId, Running>>,
}

struct Running {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Default for Desk {
    fn default() -> Self {
        Self { events: broadcast::Sender::new(BACKLOG), running: Mutex::default() }
    }
}

impl Desk {
    pub(crate) fn events(&self) -> broadcast::Receiver<ChatEvent> {
        self.events.subscribe()
    }

    /// Tells whoever listens; nobody needs to.
    pub(crate) fn tell(&self, event: ChatEvent) {
        self.events.send(event).ok();
    }

    /// Runs the task that writes the answer `id`. The task gets the token that stops it.
    pub(super) fn run<F>(&self, id: MessageId, task: impl FnOnce(CancellationToken) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let stop = CancellationToken::new();
        let mut running = self.running();
        running.retain(|_, running| !running.task.is_finished());
        let task = tokio::spawn(task(stop.clone()));
        running.insert(id, Running { stop, task });
    }

    /// Whether the answer `id` is being written.
    pub(super) fn is_running(&self, id: MessageId) -> bool {
        self.running().get(&id).is_some_and(|running| !running.task.is_finished())
    }

    /// Asks the answer `id` to stop; `false` when it isn't being written.
    pub(super) fn stop(&self, id: MessageId) -> bool {
        let running = self.running();
        let found = running.get(&id).filter(|running| !running.task.is_finished());
        found.inspect(|running| running.stop.cancel()).is_some()
    }

    /// How many answers are being written.
    pub(crate) fn running_count(&self) -> usize {
        self.running().values().filter(|running| !running.task.is_finished()).count()
    }

    /// Resolves when no answer is being written.
    pub(crate) async fn idle(&self) {
        while self.running_count() > 0 {
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Stops every answer and waits until each has saved what was written.
    pub(crate) async fn clear(&self) {
        let all: Vec<Running> = self.running().drain().map(|(_, running)| running).collect();
        for running in &all {
            running.stop.cancel();
        }
        for mut running in all {
            if tokio::time::timeout(LAST_SAVE, &mut running.task).await.is_err() {
                running.task.abort();
                tracing::error!("an answer did not save itself in time");
            }
        }
    }

    fn running(&self) -> MutexGuard<'_, HashMap<MessageId, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
