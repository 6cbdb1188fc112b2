//! Password → key material: argon2id, bounded in memory and in how many run at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use super::key::Secret;

/// How hard a password is to guess: argon2id's memory in KiB, passes and lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KdfParams {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl KdfParams {
    /// What new vaults get.
    pub const STANDARD: Self = Self { memory_kib: 128 * 1024, passes: 3, lanes: 4 };

    /// The least that any header may ask for.
    pub const FLOOR: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 4 };

    const CEILING: Self = Self { memory_kib: 1024 * 1024, passes: 16, lanes: 16 };

    /// Whether a header may ask for this, decided before any memory is taken.
    pub(super) fn acceptable(self) -> bool {
        (Self::FLOOR.memory_kib..=Self::CEILING.memory_kib).contains(&self.memory_kib)
            && (Self::FLOOR.passes..=Self::CEILING.passes).contains(&self.passes)
            && (Self::FLOOR.lanes..=Self::CEILING.lanes).contains(&self.lanes)
    }
}

/// How many derivations ran: two sign-ins that cost alike raise it alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Derivation(pub u64);

/// The one place where passwords are derived. Two run at once, sixteen more wait.
#[derive(Clone)]
pub(crate) struct Kdf(Arc<Inner>);

struct Inner {
    params: KdfParams,
    running: Arc<Semaphore>,
    waiting: AtomicUsize,
    derived: AtomicU64,
}

/// Nobody could derive within ten seconds; try again.
#[derive(Debug)]
pub(super) struct Overloaded;

const AT_ONCE: usize = 2;
const WAITING: usize = 16;
const PATIENCE: Duration = Duration::from_secs(10);

impl Kdf {
    /// Derives new vaults with `params`, never under the floor.
    pub(crate) fn new(params: KdfParams) -> Self {
        assert!(params.acceptable(), "key derivation parameters out of bounds");
        Self(Arc::new(Inner {
            params,
            running: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: AtomicUsize::new(0),
            derived: AtomicU64::new(0),
        }))
    }

    /// What new vaults get.
    pub(super) fn params(&self) -> KdfParams {
        self.0.params
    }

    /// How many derivations ran so far.
    pub(crate) fn derivations(&self) -> Derivation {
        Derivation(self.0.derived.load(Ordering::Relaxed))
    }

    /// argon2id of `secret`, off the async threads. `params` must be acceptable.
    pub(super) async fn derive(
        &self,
        secret: &Secret,
        salt: [u8; 16],
        params: KdfParams,
    ) -> Result<Box<Zeroizing<[u8; 32]>>, Overloaded> {
        let _place = Place::take(&self.0.waiting).ok_or(Overloaded)?;
        let permit = tokio::time::timeout(PATIENCE, Arc::clone(&self.0.running).acquire_owned())
            .await
            .map_err(|_| Overloaded)?
            .map_err(|_| Overloaded)?;
        let secret = Zeroizing::new(secret.bytes().to_vec());
        let derived = tokio::task::spawn_blocking(move || {
            let mut out = Box::new(Zeroizing::new([0; 32]));
            let params = Params::new(params.memory_kib, params.passes, params.lanes, Some(32));
            let done = params.and_then(|params| {
                Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(
                    &secret,
                    &salt,
                    out.as_mut_slice(),
                )
            });
            // Given back here: a caller that goes away doesn't stop the work.
            drop(permit);
            done.map(|()| out)
        })
        .await;
        self.0.derived.fetch_add(1, Ordering::Relaxed);
        match derived {
            Ok(Ok(key)) => Ok(key),
            // Acceptable parameters leave only a lack of memory.
            Ok(Err(_)) | Err(_) => Err(Overloaded),
        }
    }

    /// The same work as a real derivation, for a name that nobody has.
    pub(crate) async fn derive_for_nobody(&self, secret: &Secret) -> Result<(), super::OpenError> {
        self.derive(secret, [0; 16], self.0.params)
            .await
            .map(drop)
            .map_err(|Overloaded| super::OpenError::Overloaded)
    }
}

/// A place among those that run or wait, given back on drop, also when the caller goes away.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(count: &'a AtomicUsize) -> Option<Self> {
        count
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |taken| {
                (taken < AT_ONCE + WAITING).then_some(taken + 1)
            })
            .ok()
            .map(|_| Self(count))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_below_the_floor_or_absurd_are_refused_before_memory_is_taken() {
        assert!(KdfParams::STANDARD.acceptable());
        for (memory_kib, passes, lanes) in [
            (8, 3, 4),
            (64 * 1024, 1, 4),
            (64 * 1024, 3, 1),
            (u32::MAX, 3, 4),
            (65536, u32::MAX, 4),
        ] {
            assert!(!KdfParams { memory_kib, passes, lanes }.acceptable());
        }
    }

    #[tokio::test]
    async fn at_most_eighteen_derive_or_wait_and_the_rest_are_told_at_once() {
        let kdf = Kdf::new(KdfParams::FLOOR);
        let all = (0..30).map(|_| {
            let kdf = kdf.clone();
            tokio::spawn(async move {
                kdf.derive(&Secret::new("x".into()), [7; 16], KdfParams::FLOOR).await.is_ok()
            })
        });
        let mut told = 0;
        for one in all.collect::<Vec<_>>() {
            told += usize::from(!one.await.unwrap());
        }
        assert!(told >= 12, "{told} of 30 were told to wait");
    }
}
