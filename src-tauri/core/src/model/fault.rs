//! What can go wrong with a model, in words for a person.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why a model gave no whole answer. Doors branch on this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// No key is stored for a service that needs one.
    KeyMissing,
    /// The service refused the key.
    KeyRefused,
    /// The quota is used up; waiting a little doesn't help.
    QuotaExhausted,
    /// Too many calls, also after waiting.
    RateLimited,
    /// The service doesn't have the model (any more).
    ModelGone,
    /// The service isn't offered where this computer is.
    RegionRefused,
    /// The service refused the question or broke the answer off for its content.
    Blocked,
    /// The answer reached the model's longest length.
    TooLong,
    /// The service is overloaded or out of order, also after waiting.
    Overloaded,
    /// The service didn't answer in time.
    TimedOut,
    /// The service can't be reached: no network, no such host, no such port, bad certificate.
    Offline,
    /// The answer broke off.
    StreamBroken,
    /// What answered isn't the service: a sign-in page of a network, a proxy, another server.
    NotTheService,
    /// The service answered with no text at all.
    EmptyAnswer,
    /// The service found fault with the request.
    RequestRefused,
    /// The answer could not be saved.
    NotSaved,
}

/// A model's failure: what happened, what to do, and what the service said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Problem {
    /// What doors branch on.
    pub code: ProblemCode,
    /// What happened and what to do next, for a person.
    pub message: String,
    /// The service's own words, keys removed.
    pub raw: Option<String>,
    /// Seconds after which trying again makes sense, when the service said so.
    pub retry_after: Option<u32>,
}

impl Problem {
    /// A problem without the service's own words.
    pub fn new(code: ProblemCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), raw: None, retry_after: None }
    }

    /// The same problem with the service's own words (cut to 4 KiB).
    pub fn with_raw(mut self, raw: impl Into<String>) -> Self {
        let mut raw: String = raw.into();
        if raw.len() > 4096 {
            let mut end = 4096;
            while !raw.is_char_boundary(end) {
                end -= 1;
            }
            raw.truncate(end);
        }
        self.raw = Some(raw).filter(|raw| !raw.trim().is_empty());
        self
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}
