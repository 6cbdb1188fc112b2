//! What runs on an open vault: the answers being written, and who listens.
//!
//! Whoever listens for an account hears of all its chats. Who follows one answer hears of that one
//! alone: hundreds of programs that follow hundreds of answers must not hear each other's.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::answer::Held;
use super::{ChatEvent, Message};
use crate::ids::{ChatId, MessageId};

/// Events that a listener may fall behind before it is told to ask for everything again.
const BACKLOG: usize = 1024;
/// The same of whoever follows one answer, some seconds of it.
const BACKLOG_OF_ONE: usize = 256;
/// How often a locked vault looks whether its answers have ended.
const LOOK: Duration = Duration::from_millis(200);
/// How long an answer may take to save itself when its vault is closed.
const LAST_SAVE: Duration = Duration::from_secs(10);

pub(crate) struct Desk {
    events: broadcast::Sender<ChatEvent>,
    running: Mutex<HashMap<MessageId, Running>>,
    /// Answers that ended and aren't saved.
    pub(super) held: Held,
    /// Rises when the vault is closed.
    closing: CancellationToken,
}

/// What happens to one answer: [`ChatEvent::Text`], [`ChatEvent::Anew`], [`ChatEvent::Strategy`]
/// and [`ChatEvent::Ended`] of it, and [`ChatEvent::Gone`] of its chat.
pub type Followed = broadcast::Receiver<Arc<ChatEvent>>;

struct Running {
    chat: ChatId,
    followers: broadcast::Sender<Arc<ChatEvent>>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            events: broadcast::Sender::new(BACKLOG),
            running: Mutex::default(),
            held: Held::default(),
            closing: CancellationToken::new(),
        }
    }
}

impl Desk {
    pub(crate) fn events(&self) -> broadcast::Receiver<ChatEvent> {
        self.events.subscribe()
    }

    /// Tells whoever listens; nobody needs to.
    pub(crate) fn tell(&self, event: ChatEvent) {
        self.tell_followers(&event);
        self.events.send(event).ok();
    }

    fn tell_followers(&self, event: &ChatEvent) {
        let tell = |running: &Running| {
            if running.followers.receiver_count() > 0 {
                running.followers.send(Arc::new(event.clone())).ok();
            }
        };
        match event {
            ChatEvent::Text { message_id: id, .. }
            | ChatEvent::Anew { message_id: id, .. }
            | ChatEvent::Strategy { message_id: id, .. }
            | ChatEvent::Ended { message: Message { id, .. }, .. } => {
                self.running().get(id).into_iter().for_each(tell);
            }
            ChatEvent::Gone { chat_id } => {
                self.running().values().filter(|one| one.chat == *chat_id).for_each(tell);
            }
            _ => {}
        }
    }

    /// Runs the task that writes the answer `id` of a chat. The task gets the token that stops it;
    /// whoever asked hears of it from its first word on.
    pub(super) fn run<F>(
        &self,
        chat: ChatId,
        id: MessageId,
        task: impl FnOnce(CancellationToken) -> F,
    ) -> Followed
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let stop = CancellationToken::new();
        let mut running = self.running();
        running.retain(|_, running| !running.task.is_finished());
        let (followers, followed) = broadcast::channel(BACKLOG_OF_ONE);
        let task = tokio::spawn(task(stop.clone()));
        running.insert(id, Running { chat, followers, stop, task });
        followed
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
        let lives = |id: &MessageId, running: &Running| {
            !running.task.is_finished() && !self.held.holds(*id)
        };
        self.running().iter().filter(|(id, running)| lives(id, running)).count()
    }

    /// How many answers ended and aren't saved: the disk doesn't take them.
    pub(crate) fn unsaved_count(&self) -> usize {
        self.held.count()
    }

    /// An answer that isn't saved.
    pub(crate) fn unsaved(&self, id: MessageId) -> Option<Message> {
        self.held.get(id)
    }

    /// Resolves when no answer is being written or waits to be saved.
    pub(crate) async fn idle(&self) {
        while self.running_count() + self.unsaved_count() > 0 {
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Resolves when the vault is closed.
    pub(super) async fn closes(&self) {
        self.closing.cancelled().await;
    }

    /// Stops every answer and waits until each has saved what was written.
    pub(crate) async fn clear(&self) {
        self.closing.cancel();
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
