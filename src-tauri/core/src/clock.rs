//! Time and randomness for everything in core, so that a test can hold both still.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use ts_rs::TS;

/// A moment in UTC, milliseconds since 1970. On every wire it is RFC 3339 text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, TS)]
#[ts(type = "string")]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// This moment and `seconds` more (or less, when negative).
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1000)))
    }

    /// Whole seconds since 1970, as JWT claims count them.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .ok()
            .and_then(|at| at.format(&Rfc3339).ok())
            .ok_or(fmt::Error)?;
        f.write_str(&text)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let at = OffsetDateTime::parse(&text, &Rfc3339).map_err(serde::de::Error::custom)?;
        i64::try_from(at.unix_timestamp_nanos() / 1_000_000)
            .map(Timestamp)
            .map_err(serde::de::Error::custom)
    }
}

type Now = dyn Fn() -> Timestamp + Send + Sync;
type Fill = dyn Fn(&mut [u8]) + Send + Sync;
type Step = dyn Fn(&'static str) + Send + Sync;

/// Where core takes time and randomness from.
#[derive(Clone)]
pub struct Sources {
    now: Arc<Now>,
    fill: Arc<Fill>,
    step: Arc<Step>,
    /// When the program started, by the clock and by what can't be set.
    started: Option<(Timestamp, Instant)>,
    /// The latest time that [`Sources::steady`] told.
    latest: Arc<AtomicI64>,
}

impl Sources {
    /// The computer's clock and its cryptographic random numbers.
    ///
    /// # Panics
    /// When the operating system gives no random numbers: no key may be made then.
    pub fn system() -> Self {
        Self {
            now: Arc::new(wall_clock),
            started: Some((wall_clock(), Instant::now())),
            latest: Arc::new(AtomicI64::new(i64::MIN)),
            step: Arc::new(|_| {}),
            fill: Arc::new(|buffer| {
                #[expect(
                    clippy::expect_used,
                    clippy::disallowed_methods,
                    reason = "the one place that asks for randomness; a key without it must never exist"
                )]
                getrandom::fill(buffer).expect("the operating system gives random numbers");
            }),
        }
    }

    /// The same randomness, another clock.
    pub fn with_clock(self, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        let latest = Arc::new(AtomicI64::new(i64::MIN));
        Self { now: Arc::new(now), started: None, latest, ..self }
    }

    /// Calls `step` before each change of a vault's files, with what is about to happen.
    pub fn with_steps(self, step: impl Fn(&'static str) + Send + Sync + 'static) -> Self {
        Self { step: Arc::new(step), ..self }
    }

    /// The same clock, other randomness.
    pub fn with_randomness(self, fill: impl Fn(&mut [u8]) + Send + Sync + 'static) -> Self {
        Self { fill: Arc::new(fill), ..self }
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        (self.now)()
    }

    /// The time now for what expires: never earlier than it was told before, nor than what has
    /// passed since the start. When somebody sets the clock back, nothing revives or lasts longer.
    pub fn steady(&self) -> Timestamp {
        let passed = self.started.map(|(at, ticking)| {
            at.0.saturating_add(i64::try_from(ticking.elapsed().as_millis()).unwrap_or(i64::MAX))
        });
        let now = self.now().0.max(passed.unwrap_or(i64::MIN));
        Timestamp(self.latest.fetch_max(now, Ordering::AcqRel).max(now))
    }

    /// Says that a vault's files are about to change.
    pub(crate) fn step(&self, what: &'static str) {
        (self.step)(what);
    }

    /// Fills `buffer` with random bytes, in place, so that a secret has one copy.
    pub fn fill(&self, buffer: &mut [u8]) {
        (self.fill)(buffer);
    }

    /// A random version-4 UUID.
    pub fn uuid(&self) -> uuid::Uuid {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that asks the clock")]
fn wall_clock() -> Timestamp {
    Timestamp((OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000) as i64)
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sources")
    }
}
