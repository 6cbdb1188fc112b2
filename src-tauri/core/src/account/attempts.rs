//! Slowing down guesses: after five wrong passwords for an account at one door, a wait that grows
//! to fifteen seconds. Nobody is ever locked out, and a name that nobody has waits alike.
//!
//! A try counts from the moment it begins, so that guesses sent at once are no cheaper.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{AccountError, DoorKind};
use crate::clock::Timestamp;
use crate::core::Core;

const FREE: u32 = 5;
const LONGEST_WAIT_S: u32 = 15;
/// Names guessed at are forgotten, the oldest first, past this many.
const REMEMBERED: usize = 10_000;
/// What is typed may be of any length; more of it than this tells no two names apart.
const LONGEST_NAME: usize = 256;

type Key = (DoorKind, String);

#[derive(Default)]
pub(crate) struct Attempts(Mutex<HashMap<Key, Tries>>);

#[derive(Clone, Copy)]
struct Tries {
    failed: u32,
    under_way: u32,
    last: Timestamp,
}

impl Tries {
    fn wait_seconds(self) -> u32 {
        match (self.failed + self.under_way).checked_sub(FREE) {
            None => 0,
            Some(over) => 2_u32.saturating_pow(over.min(10)).min(LONGEST_WAIT_S),
        }
    }
}

/// A try under way. Dropped before it ended, it didn't fail.
pub(crate) struct Attempt<'a> {
    core: &'a Core,
    key: Key,
    succeeded: Option<bool>,
}

impl Attempts {
    /// Begins a try of the account or name `tried` at `door`, unless it must wait.
    pub(super) fn begin<'a>(
        &self,
        door: DoorKind,
        tried: &str,
        core: &'a Core,
    ) -> Result<Attempt<'a>, AccountError> {
        let key = (door, tried.chars().take(LONGEST_NAME).collect());
        self.enter(&key, core.sources.steady())?;
        Ok(Attempt { core, key, succeeded: None })
    }

    fn enter(&self, key: &Key, now: Timestamp) -> Result<(), AccountError> {
        let mut all = self.lock();
        if !all.contains_key(key) && all.len() >= REMEMBERED {
            // Only names whose wait is over: nobody's failures are flushed away by others'.
            let over = |t: &Tries| t.last.plus_seconds(i64::from(t.wait_seconds())) <= now;
            let oldest = all.iter().filter(|(_, t)| t.under_way == 0 && over(t));
            let oldest = oldest.min_by_key(|(_, t)| t.last).map(|(key, _)| key.clone());
            let Some(oldest) = oldest else {
                return Err(AccountError::TooManyAttempts { retry_after: LONGEST_WAIT_S });
            };
            all.remove(&oldest);
        }
        let tries = all.entry(key.clone()).or_insert(Tries { failed: 0, under_way: 0, last: now });
        let until = tries.last.plus_seconds(i64::from(tries.wait_seconds()));
        // A clock that was set back must not make anybody wait longer than the longest wait.
        let left_ms = (until.0 - now.0).min(i64::from(LONGEST_WAIT_S) * 1000);
        if left_ms > 0 {
            return Err(AccountError::TooManyAttempts {
                retry_after: u32::try_from((left_ms + 999) / 1000).unwrap_or(LONGEST_WAIT_S),
            });
        }
        tries.under_way += 1;
        tries.last = now;
        Ok(())
    }

    /// Ends a try. Only those that succeed or fail count: one that was turned away doesn't.
    fn leave(&self, key: &Key, succeeded: Option<bool>, now: Timestamp) {
        let mut all = self.lock();
        let Some(tries) = all.get_mut(key) else { return };
        tries.under_way = tries.under_way.saturating_sub(1);
        match succeeded {
            Some(true) => tries.failed = 0,
            Some(false) => {
                tries.failed = tries.failed.saturating_add(1);
                tries.last = now;
            }
            None => {}
        }
        if tries.failed == 0 && tries.under_way == 0 {
            all.remove(key);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Tries>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt<'_> {
    /// Notes how the try ended.
    pub(crate) fn ended<T>(
        mut self,
        result: Result<T, impl Into<AccountError>>,
    ) -> Result<T, AccountError> {
        let result = result.map_err(Into::into);
        self.succeeded = match &result {
            Ok(_) => Some(true),
            Err(AccountError::InvalidCredentials) => Some(false),
            Err(_) => None,
        };
        result
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        self.core.attempts.leave(&self.key, self.succeeded, self.core.sources.steady());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(door: DoorKind, name: &str) -> Key {
        (door, name.to_owned())
    }

    #[test]
    fn a_hundred_wrong_passwords_slow_down_but_never_lock_out() {
        let attempts = Attempts::default();
        let ada = key(DoorKind::Desktop, "ada");
        let mut now = Timestamp(1_000_000);
        let mut waits = Vec::new();
        for count in 0..100 {
            match attempts.enter(&ada, now) {
                Ok(()) => assert!(count <= FREE),
                Err(AccountError::TooManyAttempts { retry_after }) => {
                    assert!(count >= FREE && retry_after <= LONGEST_WAIT_S);
                    waits.push(retry_after);
                    now = now.plus_seconds(i64::from(retry_after));
                    attempts.enter(&ada, now).unwrap();
                }
                Err(other) => panic!("{other}"),
            }
            attempts.leave(&ada, Some(false), now);
        }
        assert_eq!(waits[..4], [1, 2, 4, 8], "each waits longer than the one before");
        assert!(waits.len() > 90 && waits[4..].iter().all(|wait| *wait == LONGEST_WAIT_S));
        let grace = key(DoorKind::Desktop, "grace");
        assert!(attempts.enter(&grace, now).is_ok(), "another name does not wait");
        assert!(attempts.enter(&key(DoorKind::Http, "ada"), now).is_ok(), "nor another door");
        now = now.plus_seconds(15);
        attempts.enter(&ada, now).unwrap();
        attempts.leave(&ada, Some(true), now);
        for _ in 0..FREE {
            assert!(attempts.enter(&ada, now).is_ok(), "a success forgets");
        }
    }

    #[test]
    fn guesses_sent_at_once_are_no_cheaper() {
        let attempts = Attempts::default();
        let (ada, now) = (key(DoorKind::Http, "ada"), Timestamp(1_000_000));
        let begun = (0..50).filter(|_| attempts.enter(&ada, now).is_ok()).count();
        assert_eq!(begun, FREE as usize);
        for _ in 0..begun {
            attempts.leave(&ada, None, now);
        }
        assert!(attempts.lock().is_empty(), "what was turned away is not remembered");
    }
}
