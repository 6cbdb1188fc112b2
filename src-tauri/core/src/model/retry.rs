//! When to try a model again, and when not to.

use std::time::Duration;

use super::{Problem, ProblemCode};

const MOST_TRIES: u32 = 4;
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// A service that wants us to wait longer than this isn't worth waiting for.
const HOPELESS: u32 = 300;

/// Counts the tries of one question.
pub(super) struct Retry {
    failed: u32,
    silent: u32,
    unit: Duration,
}

impl Retry {
    /// The first wait that no service named is up to `unit`.
    pub(super) fn new(unit: Duration) -> Self {
        Self { failed: 0, silent: 0, unit }
    }

    /// How long to wait before the next try; `None` when there should be none.
    ///
    /// `jitter` is between 0 and 1.
    pub(super) fn after(&mut self, problem: &Problem, jitter: f64) -> Option<Duration> {
        self.failed += 1;
        let passing = matches!(
            problem.code,
            ProblemCode::RateLimited
                | ProblemCode::Overloaded
                | ProblemCode::TimedOut
                | ProblemCode::Offline
                | ProblemCode::StreamBroken
        );
        // One more try for a service that was silent: each costs half a minute and more.
        self.silent += u32::from(problem.code == ProblemCode::TimedOut);
        let silent = problem.code == ProblemCode::TimedOut && self.silent > 1;
        if !passing || silent || self.failed >= MOST_TRIES {
            return None;
        }
        match problem.retry_after {
            Some(seconds) if seconds > HOPELESS => None,
            Some(seconds) => Some(Duration::from_secs(seconds.into()).min(LONGEST_WAIT)),
            None => {
                let wait = f64::from(1_u32 << (self.failed - 1)) * (0.5 + jitter / 2.0);
                Some(self.unit.mul_f64(wait).min(LONGEST_WAIT))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_service_is_tried_four_times_with_growing_waits() {
        let mut retry = Retry::new(Duration::from_secs(1));
        let busy = Problem::new(ProblemCode::Overloaded, "busy");
        let waits: Vec<_> = std::iter::from_fn(|| retry.after(&busy, 1.0)).collect();
        assert_eq!(waits, [1, 2, 4].map(Duration::from_secs));
    }

    #[test]
    fn a_refused_key_and_a_long_delay_are_not_tried_again() {
        let retry = || Retry::new(Duration::from_secs(1));
        for code in [ProblemCode::KeyRefused, ProblemCode::QuotaExhausted, ProblemCode::ModelGone] {
            assert_eq!(retry().after(&Problem::new(code, ""), 0.0), None);
        }
        let mut long = Problem::new(ProblemCode::RateLimited, "");
        long.retry_after = Some(301);
        assert_eq!(retry().after(&long, 0.0), None);
        long.retry_after = Some(20);
        assert_eq!(retry().after(&long, 0.0), Some(Duration::from_secs(20)));
    }
}
