//! Growing answers are saved together: what hundreds of them have come to since the last time is
//! one transaction, and none waits for the disk before it goes on.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::account::Unlocked;
use crate::chat::store::{self, Progress};
use crate::clock::Timestamp;
use crate::ids::{MessageId, ServiceId};
use crate::model::{ServiceKind, Usage};
use crate::vault::Transaction;

/// How far an answer had got.
pub(super) struct Snapshot {
    pub(super) text: String,
    pub(super) thoughts: String,
    pub(super) thought_ms: Option<u32>,
    pub(super) model: String,
    pub(super) service: Option<(ServiceId, ServiceKind, String)>,
    pub(super) usage: Option<Usage>,
    pub(super) left_out: u32,
    pub(super) context_version: Option<i64>,
    pub(super) profile_version: Option<i64>,
    pub(super) parameters: Option<serde_json::Value>,
    pub(super) now: Timestamp,
    /// Told how many bytes of text and thoughts were saved.
    pub(super) saved: Arc<AtomicUsize>,
}

impl Snapshot {
    /// Bytes of all that was written.
    fn length(&self) -> usize {
        self.text.len() + self.thoughts.len()
    }

    fn progress(&self) -> Progress<'_> {
        Progress {
            state: crate::chat::MessageState::Writing,
            text: &self.text,
            thoughts: &self.thoughts,
            thought_ms: self.thought_ms,
            model: &self.model,
            service: self.service.as_ref().map(|(id, kind, model)| (*id, *kind, model.as_str())),
            usage: self.usage,
            cost: None,
            left_out: self.left_out,
            context_version: self.context_version,
            profile_version: self.profile_version,
            finish: None,
            parameters: self.parameters.as_ref(),
            problem: None,
            opaque: None,
            now: self.now,
        }
    }
}

/// What waits to be saved in one vault.
#[derive(Default)]
pub(crate) struct Checkpoints(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    answers: HashMap<MessageId, Snapshot>,
    /// Whether somebody saves them.
    served: bool,
}

impl Checkpoints {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has this saved soon. What waited of the same answer needn't be any more.
    pub(super) fn put(&self, unlocked: &Arc<Unlocked>, id: MessageId, snapshot: Snapshot) {
        let mut waiting = self.waiting();
        waiting.answers.insert(id, snapshot);
        if !std::mem::replace(&mut waiting.served, true) {
            tokio::spawn(serve(Arc::clone(unlocked)));
        }
    }

    /// Nothing of this answer is saved from now on, but what is being saved at this moment by
    /// whoever holds the vault's connection.
    pub(super) fn forget(&self, id: MessageId) {
        self.waiting().answers.remove(&id);
    }

    fn take(&self) -> Option<HashMap<MessageId, Snapshot>> {
        let mut waiting = self.waiting();
        let all = std::mem::take(&mut waiting.answers);
        waiting.served = !all.is_empty();
        waiting.served.then_some(all)
    }
}

/// Saves what waits, until nothing does.
async fn serve(unlocked: Arc<Unlocked>) {
    // Taken while the connection is held: an answer that ends meanwhile is saved after this.
    while let Some(mut db) = unlocked.connection().await {
        let Some(all) = unlocked.checkpoints.take() else { return };
        if let Err(fault) = save(&mut db, &all).await {
            // Each is put again while it grows, and its end reports what still fails then.
            tracing::warn!(%fault, "growing answers were not saved");
            continue;
        }
        for snapshot in all.values() {
            snapshot.saved.fetch_max(snapshot.length(), Ordering::AcqRel);
        }
    }
}

async fn save(
    db: &mut sqlx::SqliteConnection,
    all: &HashMap<MessageId, Snapshot>,
) -> Result<(), sqlx::Error> {
    let mut row = Transaction::begin(db).await?;
    for (id, snapshot) in all {
        store::save(&mut row, *id, &snapshot.progress()).await?;
    }
    row.commit().await
}
