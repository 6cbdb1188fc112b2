//! Slowing down guesses: after five wrong passwords for a name at one door, a wait that grows
//! to fifteen seconds. Nobody is ever locked out, and a name that nobody has waits alike.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::{AccountError, DoorKind};
use crate::clock::Timestamp;

const FREE: u32 = 5;
const LONGEST_WAIT_S: u32 = 15;
/// Names guessed at are forgotten, the oldest first, past this many.
const REMEMBERED: usize = 10_000;

#[derive(Default)]
pub(crate) struct Attempts(Mutex<HashMap<(DoorKind, String), Failures>>);

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
}

impl Failures {
    fn wait_seconds(self) -> u32 {
        match self.count.checked_sub(FREE) {
            None => 0,
            Some(over) => 2_u32.saturating_pow(over.min(10)).min(LONGEST_WAIT_S),
        }
    }
}

impl Attempts {
    /// Whether `name` may be tried at `door` now.
    pub(super) fn allow(
        &self,
        door: DoorKind,
        name: &str,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let failures = self.lock().get(&(door, name.to_owned())).copied();
        let Some(failures) = failures else {
            return Ok(());
        };
        let until = failures.last.plus_seconds(i64::from(failures.wait_seconds()));
        // A clock that was set back must not make anybody wait longer than the longest wait.
        let left_ms = (until.0 - now.0).min(i64::from(LONGEST_WAIT_S) * 1000);
        if left_ms <= 0 {
            return Ok(());
        }
        Err(AccountError::TooManyAttempts {
            retry_after: u32::try_from((left_ms + 999) / 1000).unwrap_or(LONGEST_WAIT_S),
        })
    }

    pub(super) fn failed(&self, door: DoorKind, name: &str, now: Timestamp) {
        let mut all = self.lock();
        if all.len() >= REMEMBERED
            && let Some(oldest) = all.iter().min_by_key(|(_, f)| f.last).map(|(k, _)| k.clone())
        {
            all.remove(&oldest);
        }
        let failures =
            all.entry((door, name.to_owned())).or_insert(Failures { count: 0, last: now });
        failures.count = failures.count.saturating_add(1);
        failures.last = now;
    }

    pub(super) fn succeeded(&self, door: DoorKind, name: &str) {
        self.lock().remove(&(door, name.to_owned()));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<(DoorKind, String), Failures>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_wrong_passwords_slow_down_but_never_lock_out() {
        let attempts = Attempts::default();
        let door = DoorKind::Desktop;
        let mut now = Timestamp(1_000_000);
        for count in 0..100 {
            match attempts.allow(door, "ada", now) {
                Ok(()) => assert!(count <= FREE),
                Err(AccountError::TooManyAttempts { retry_after }) => {
                    assert!(count >= FREE && retry_after <= LONGEST_WAIT_S);
                    now = now.plus_seconds(i64::from(retry_after));
                    attempts.allow(door, "ada", now).unwrap();
                }
                Err(other) => panic!("{other}"),
            }
            attempts.failed(door, "ada", now);
        }
        assert!(attempts.allow(door, "grace", now).is_ok(), "another name does not wait");
        assert!(attempts.allow(DoorKind::Http, "ada", now).is_ok(), "nor does another door");
        attempts.succeeded(door, "ada");
        assert!(attempts.allow(door, "ada", now).is_ok());
    }
}
