//! Answers that ended and that the disk doesn't take yet: whoever reads them reads them from here,
//! until it does.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::chat::Message;
use crate::ids::MessageId;

/// The answers of one vault that are not on the disk as they ended.
#[derive(Default)]
pub(in crate::chat) struct Held(Mutex<HashMap<MessageId, Message>>);

impl Held {
    fn answers(&self) -> MutexGuard<'_, HashMap<MessageId, Message>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn put(&self, message: Message) {
        self.answers().insert(message.id, message);
    }

    pub(super) fn forget(&self, id: MessageId) {
        self.answers().remove(&id);
    }

    pub(in crate::chat) fn count(&self) -> usize {
        self.answers().len()
    }

    pub(in crate::chat) fn holds(&self, id: MessageId) -> bool {
        self.answers().contains_key(&id)
    }

    pub(in crate::chat) fn get(&self, id: MessageId) -> Option<Message> {
        self.answers().get(&id).cloned()
    }

    /// Puts a message that was read from the disk right. Its place in the tree is as it was read.
    pub(in crate::chat) fn mend(&self, message: &mut Message) {
        if let Some(held) = self.answers().get(&message.id) {
            let siblings = std::mem::take(&mut message.siblings);
            *message = Message { siblings, ..held.clone() };
        }
    }
}
