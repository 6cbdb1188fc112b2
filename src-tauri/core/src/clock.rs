//! Time and randomness for everything in core, so that a test can hold both still.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};
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
        // What can't be written again in UTC isn't taken.
        if at.checked_to_offset(UtcOffset::UTC).is_none_or(|at| !(0..=9999).contains(&at.year())) {
            return Err(serde::de::Error::custom("a year that no calendar here has"));
        }
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
    /// The latest time that [`Sources::steady`] told, and when, by what can't be set.
    latest: Arc<Mutex<Option<(Timestamp, Instant)>>>,
    /// Whether time passes by itself; a test's clock stands still.
    ticks: bool,
}

impl Sources {
    /// The computer's clock and its cryptographic random numbers.
    ///
    /// # Panics
    /// When the operating system gives no random numbers: no key may be made then.
    pub fn system() -> Self {
        Self {
            now: Arc::new(wall_clock),
            latest: Arc::default(),
            ticks: true,
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
        Self { now: Arc::new(now), latest: Arc::default(), ticks: false, ..self }
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

    /// The time now for what expires: it goes on from what was told before, and never back. When
    /// somebody sets the clock back, nothing revives, lasts longer or stands still.
    pub fn steady(&self) -> Timestamp {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.now();
        let told = latest.map_or(now, |(at, then)| {
            let passed = if self.ticks { then.elapsed().as_millis() } else { 0 };
            Timestamp(at.0.saturating_add(i64::try_from(passed).unwrap_or(i64::MAX)).max(now.0))
        });
        *latest = Some((told, Instant::now()));
        told
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};
    use std::time::Duration;

    use super::*;

    const DAY_MS: i64 = 24 * 3600 * 1000;

    #[test]
    fn a_clock_that_jumped_ahead_and_was_set_back_stops_no_time() {
        let set = Arc::new(AtomicI64::new(0));
        let mut sources = Sources::system();
        let clock = Arc::clone(&set);
        sources.now = Arc::new(move || Timestamp(wall_clock().0 + clock.load(Ordering::Relaxed)));
        let before = sources.steady();
        set.store(DAY_MS, Ordering::Relaxed);
        let ahead = sources.steady();
        assert!(ahead.0 >= before.0 + DAY_MS);
        set.store(-DAY_MS, Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(20));
        assert!(sources.steady().0 >= ahead.0 + 20, "it goes on from there");
    }

    #[test]
    fn a_moment_that_cannot_be_written_again_is_not_read() {
        for text in ["0000-01-01T00:00:00+23:59", "9999-12-31T23:59:59-00:01", "yesterday"] {
            assert!(serde_json::from_value::<Timestamp>(text.into()).is_err(), "{text}");
        }
        for text in ["0000-01-01T00:00:00Z", "2026-02-28T23:59:59.5+01:00"] {
            let read: Timestamp = serde_json::from_value(text.into()).unwrap();
            let again = serde_json::to_value(read).unwrap();
            assert_eq!(serde_json::from_value::<Timestamp>(again).unwrap(), read, "{text}");
        }
    }
}
