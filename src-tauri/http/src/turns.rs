//! Questions of programs in one chat, one after the other: whoever comes second finds the answer to
//! the first being written, and changes nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use algoagent_core::account::Session;
use algoagent_core::ids::ChatId;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};
use uuid::Uuid;

type Turn = AsyncMutex<()>;

/// The chats in which something is being asked.
#[derive(Default)]
pub(crate) struct Turns(Mutex<HashMap<(Uuid, ChatId), Weak<Turn>>>);

impl Turns {
    /// Waits until nobody else is about to ask in the chat; nobody is until this is let go.
    pub(crate) async fn wait(&self, session: &Session, chat: ChatId) -> OwnedMutexGuard<()> {
        self.of((session.account().uuid, chat)).lock_owned().await
    }

    fn of(&self, chat: (Uuid, ChatId)) -> Arc<Turn> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, turn| turn.strong_count() > 0);
        if let Some(turn) = all.get(&chat).and_then(Weak::upgrade) {
            return turn;
        }
        let turn = Arc::default();
        all.insert(chat, Arc::downgrade(&turn));
        turn
    }
}
