//! What doors made of a vault's contents, kept until something in the vault is changed.
//!
//! It holds nothing of a closed vault, and of an open one no more than a few megabytes.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Of one vault, in bytes: some pages of lists and some long chats.
const MOST: usize = 4 * 1024 * 1024;
/// What keeping something costs beside its own length.
const EACH: usize = 256;

#[derive(Default)]
pub(super) struct Kept(Mutex<Shelf>);

#[derive(Default)]
struct Shelf {
    /// Of which state of the vault everything here was made.
    changes: u64,
    bytes: usize,
    all: HashMap<String, Arc<dyn Any + Send + Sync>>,
    closed: bool,
}

impl Shelf {
    fn empty(&mut self) {
        self.all = HashMap::new();
        self.bytes = 0;
    }
}

impl Kept {
    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is kept under a name, if it was made of this state of the vault.
    pub(super) fn find<T: Any + Send + Sync>(&self, name: &str, changes: u64) -> Option<Arc<T>> {
        let shelf = self.shelf();
        let kept = shelf.all.get(name).filter(|_| shelf.changes == changes)?;
        Arc::clone(kept).downcast().ok()
    }

    /// Keeps what was made of this state of the vault. What was made of another goes.
    pub(super) fn keep(
        &self,
        name: String,
        changes: u64,
        bytes: usize,
        what: Arc<dyn Any + Send + Sync>,
    ) {
        let mut shelf = self.shelf();
        let bytes = bytes.saturating_add(name.len()).saturating_add(EACH);
        if shelf.closed || bytes > MOST / 4 {
            return;
        }
        if shelf.changes != changes || shelf.bytes + bytes > MOST {
            shelf.empty();
            shelf.changes = changes;
        }
        if shelf.all.insert(name, what).is_none() {
            shelf.bytes += bytes;
        }
    }

    /// Forgets everything, for good.
    pub(super) fn close(&self) {
        let mut shelf = self.shelf();
        shelf.empty();
        shelf.closed = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_of_another_state_is_not_found_and_goes() {
        let kept = Kept::default();
        kept.keep("one".to_owned(), 1, 10, Arc::new(1_u8));
        assert_eq!(kept.find::<u8>("one", 1).as_deref(), Some(&1));
        assert!(kept.find::<u8>("one", 2).is_none() && kept.find::<u16>("one", 1).is_none());
        kept.keep("two".to_owned(), 2, 10, Arc::new(2_u8));
        assert!(kept.find::<u8>("one", 1).is_none() && kept.find::<u8>("one", 2).is_none());
        assert_eq!(kept.find::<u8>("two", 2).as_deref(), Some(&2));
    }

    #[test]
    fn it_holds_a_bounded_amount_and_nothing_after_the_end() {
        let kept = Kept::default();
        let held: Vec<Arc<u8>> = (0..200).map(Arc::new).collect();
        for (number, one) in held.iter().enumerate() {
            kept.keep(number.to_string(), 1, MOST / 8, Arc::clone(one) as _);
        }
        let still = || held.iter().filter(|one| Arc::strong_count(one) > 1).count();
        assert!((1..=8).contains(&still()), "{}", still());
        kept.keep("large".to_owned(), 1, MOST, Arc::new(7_u8));
        assert!(kept.find::<u8>("large", 1).is_none());
        kept.close();
        assert_eq!(still(), 0);
        kept.keep("late".to_owned(), 1, 10, Arc::new(7_u8));
        assert!(kept.find::<u8>("late", 1).is_none());
    }
}
