//! What is done on an open vault while nobody waits for it: what was deleted is purged, and the
//! words of an older program's chats are gathered for the search.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{ChatError, lists};
use crate::account::Unlocked;
use crate::ids::ChatId;
use crate::search;

/// Between two pieces of work, so that whoever uses the vault comes first.
const BREATH: Duration = Duration::from_millis(20);
/// Until what the disk refused is tried again.
const AGAIN: Duration = Duration::from_secs(60);

/// The chores of one open vault.
#[derive(Default)]
pub(crate) struct Chores {
    due: Mutex<HashMap<ChatId, Instant>>,
    /// Chats that come in piece by piece: marked as deleted until they are whole.
    coming: Mutex<HashSet<ChatId>>,
    wake: Notify,
    running: Mutex<Option<(CancellationToken, JoinHandle<()>)>>,
}

impl Chores {
    /// Begins to look after `unlocked`.
    pub(crate) fn begin(&self, unlocked: &Arc<Unlocked>) {
        let stop = CancellationToken::new();
        let task = tokio::spawn(work(Arc::downgrade(unlocked), stop.clone()));
        *lock(&self.running) = Some((stop, task));
    }

    /// Ends after the piece that is being done.
    pub(crate) async fn end(&self) {
        let held = lock(&self.running).take();
        if let Some((stop, task)) = held {
            stop.cancel();
            task.await.ok();
        }
    }

    /// Purges a deleted chat after a while.
    pub(super) fn purge_later(&self, id: ChatId, wait: Duration) {
        lock(&self.due).insert(id, Instant::now() + wait);
        self.wake.notify_one();
    }

    /// A chat was brought back.
    pub(super) fn keep(&self, id: ChatId) {
        lock(&self.due).remove(&id);
    }

    /// A chat begins to come in. Unless it becomes [`Coming::whole`], it is purged.
    pub(crate) fn coming(&self, id: ChatId) -> Coming<'_> {
        lock(&self.coming).insert(id);
        Coming { chores: self, id, whole: false }
    }

    pub(super) fn is_coming(&self, id: ChatId) -> bool {
        lock(&self.coming).contains(&id)
    }

    pub(super) fn is_any_coming(&self) -> bool {
        !lock(&self.coming).is_empty()
    }

    /// The next deleted chat whose time is over, or when that of another will be.
    fn next(&self) -> Result<ChatId, Option<Instant>> {
        let mut due = lock(&self.due);
        let now = Instant::now();
        let Some((id, at)) = due.iter().min_by_key(|(_, at)| **at).map(|(id, at)| (*id, *at))
        else {
            return Err(None);
        };
        if at > now {
            return Err(Some(at));
        }
        due.remove(&id);
        Ok(id)
    }
}

/// A chat that is coming in.
pub(crate) struct Coming<'a> {
    chores: &'a Chores,
    id: ChatId,
    whole: bool,
}

impl Coming<'_> {
    /// All of it is here, and it is marked as deleted no longer.
    pub(crate) fn whole(mut self) {
        self.whole = true;
    }
}

impl Drop for Coming<'_> {
    fn drop(&mut self) {
        lock(&self.chores.coming).remove(&self.id);
        if !self.whole {
            self.chores.purge_later(self.id, Duration::ZERO);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn work(unlocked: Weak<Unlocked>, stop: CancellationToken) {
    // What earlier processes left goes first, and what is deleted meanwhile goes before the words of
    // an old vault are gathered, which may take minutes.
    let mut settled = false;
    let mut caught_up = false;
    loop {
        let Some(held) = unlocked.upgrade() else { return };
        let wait = match held.chores.next() {
            Ok(id) => {
                if let Err(fault) = purge(&held, id, &stop).await {
                    tracing::warn!(%fault, "a deleted chat was not purged; it is tried again");
                    held.chores.purge_later(id, AGAIN);
                }
                continue;
            }
            Err(_) if !caught_up => {
                let piece = tokio::select! {
                    () = stop.cancelled() => return,
                    piece = catch_up(&held, &stop, &mut settled) => piece,
                };
                match piece {
                    Ok(more) => {
                        caught_up = !more;
                        Some(Instant::now() + BREATH)
                    }
                    Err(fault) => {
                        tracing::warn!(%fault, "what an open vault has to catch up with was put off");
                        Some(Instant::now() + AGAIN)
                    }
                }
            }
            Err(wait) => wait,
        };
        let due = async {
            match wait {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = held.chores.wake.notified() => {}
            () = due => {}
        }
    }
}

async fn purge(unlocked: &Unlocked, id: ChatId, stop: &CancellationToken) -> Result<(), ChatError> {
    lists::purge(unlocked, id).await?;
    search::note_torn(unlocked).await?;
    mend(unlocked, stop).await
}

async fn mend(unlocked: &Unlocked, stop: &CancellationToken) -> Result<(), ChatError> {
    while !stop.is_cancelled() && search::mend_some(unlocked).await? {
        tokio::time::sleep(BREATH).await;
    }
    Ok(())
}

/// A piece of what earlier processes left, and whether there is more. Each is a transaction of its
/// own.
async fn catch_up(
    unlocked: &Unlocked,
    stop: &CancellationToken,
    settled: &mut bool,
) -> Result<bool, ChatError> {
    if !*settled {
        lists::settle(unlocked).await?;
        *settled = true;
        return Ok(true);
    }
    if search::gather_some(unlocked).await? {
        return Ok(true);
    }
    mend(unlocked, stop).await?;
    Ok(false)
}
