//! Gemini's errors and those of the way to it, in words for a person.

use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::model::{Problem, ProblemCode as Code};

/// The start of a key tells something from this length on.
const TELLING: usize = 6;

impl Problem {
    /// The same problem with every copy of `key` taken out of the service's words.
    pub(super) fn without(mut self, key: &str) -> Self {
        if !key.is_empty() {
            self.raw = self.raw.map(|raw| raw.replace(key, "[key]"));
            self.message = self.message.replace(key, "[key]");
            // The service's words may have been cut in the middle of the key.
            if let Some(raw) = &mut self.raw
                && let Some(start) = (TELLING..key.len())
                    .rev()
                    .filter_map(|length| key.get(..length))
                    .find(|start| raw.ends_with(start))
            {
                raw.truncate(raw.len() - start.len());
            }
        }
        self
    }
}

pub(super) fn timed_out(message: &str) -> Problem {
    Problem::new(Code::TimedOut, format!("{message} Try again."))
}

/// No answer was begun.
pub(super) fn connection(error: &reqwest::Error) -> Problem {
    let (code, message) = if error.is_timeout() {
        (Code::TimedOut, "Gemini could not be reached in time. Check the network, then try again.")
    } else {
        (
            Code::Offline,
            "Gemini can't be reached. Check the network and the base address in Settings → Models, then try again.",
        )
    };
    Problem::new(code, message).with_raw(causes(error))
}

/// An answer was begun and broke off.
pub(super) fn broken(error: &reqwest::Error) -> Problem {
    Problem::new(
        Code::StreamBroken,
        "The connection broke while the answer was written. What arrived is kept; try again for a whole one.",
    )
    .with_raw(causes(error))
}

fn causes(error: &reqwest::Error) -> String {
    // The address is left out: it says nothing new and could be private.
    let mut causes = Vec::new();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        causes.push(cause.to_string());
        source = cause.source();
    }
    causes.join(": ")
}

pub(super) fn not_the_service(body: &str) -> Problem {
    Problem::new(
        Code::NotTheService,
        "What answered isn't Gemini: perhaps the sign-in page of this network, or another server at the base address. Open a web page to check the network, then try again.",
    )
    .with_raw(body)
}

pub(super) fn retry_after(headers: &HeaderMap) -> Option<u32> {
    headers.get("retry-after")?.to_str().ok()?.trim().parse().ok()
}

/// An answer with an error status, or an error in the place of a chunk.
pub(super) fn refused(status: u16, body: &str, retry_after: Option<u32>) -> Problem {
    let parsed: Option<Value> = serde_json::from_str(body).ok();
    let error = parsed.as_ref().and_then(|body| match body {
        Value::Array(items) => items.first()?.get("error"),
        body => body.get("error"),
    });
    let said = Said::read(error);
    let problem = match status {
        300..=399 => return not_the_service(body),
        _ if error.is_none() && body.trim_start().starts_with('<') && status < 500 => {
            return not_the_service(body);
        }
        400 if said.reason == "API_KEY_INVALID" || said.message.contains("API key") => {
            key_refused()
        }
        401 | 403 => key_refused(),
        400 if said.status == "FAILED_PRECONDITION" => Problem::new(
            Code::RegionRefused,
            "Gemini isn't offered where this computer is, or not without billing. Google's words are below.",
        ),
        402 => Problem::new(
            Code::QuotaExhausted,
            "The credit of this key is used up. Add credit at Google, or choose another model.",
        ),
        404 => Problem::new(
            Code::ModelGone,
            "Gemini doesn't have this model (any more). Choose another in Settings → Models.",
        ),
        429 if said.per_day => Problem::new(
            Code::QuotaExhausted,
            "Today's quota of this key is used up. It comes back at midnight Pacific time; until then choose another model.",
        ),
        429 => Problem::new(Code::RateLimited, "Too many calls for this key at the moment."),
        408 | 504 => timed_out("Gemini did not answer in time."),
        499 => Problem::new(
            Code::StreamBroken,
            "Gemini broke the answer off. What arrived is kept; try again for a whole one.",
        ),
        500..=599 => Problem::new(
            Code::Overloaded,
            "Gemini is overloaded at the moment. Try again in a while.",
        ),
        _ => Problem::new(
            Code::RequestRefused,
            "Gemini found fault with the request. Its words are below.",
        ),
    };
    let mut problem = problem.with_raw(if said.message.is_empty() { body } else { &said.message });
    problem.retry_after = said.retry_delay.or(retry_after);
    problem
}

fn key_refused() -> Problem {
    Problem::new(
        Code::KeyRefused,
        "Gemini refused the key. Check it in Settings → Models, or enter another one.",
    )
}

/// What the service's error says, as far as it says it.
#[derive(Default)]
struct Said {
    message: String,
    status: String,
    reason: String,
    retry_delay: Option<u32>,
    per_day: bool,
}

impl Said {
    fn read(error: Option<&Value>) -> Self {
        let Some(error) = error else { return Self::default() };
        let text =
            |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut said = Self {
            message: text(error.get("message")),
            status: text(error.get("status")),
            ..Self::default()
        };
        said.per_day = said.message.contains("limit: 0");
        said.retry_delay = said
            .message
            .split_once("retry in ")
            .and_then(|(_, rest)| seconds(rest.split(['s', ' ']).next()?));
        for detail in error.get("details").and_then(Value::as_array).into_iter().flatten() {
            if let Some(reason) = detail.get("reason").and_then(Value::as_str) {
                said.reason = reason.to_owned();
            }
            if let Some(delay) = detail.get("retryDelay").and_then(Value::as_str) {
                said.retry_delay = seconds(delay.trim_end_matches('s'));
            }
            for violation in
                detail.get("violations").and_then(Value::as_array).into_iter().flatten()
            {
                let quota = text(violation.get("quotaId"));
                said.per_day |= quota.contains("PerDay") || quota.contains("Daily");
            }
        }
        said
    }
}

/// Whole seconds, rounded up, of `12` or `12.3`.
fn seconds(text: &str) -> Option<u32> {
    let seconds: f64 = text.parse().ok()?;
    (seconds.is_finite() && (0.0..1e9).contains(&seconds)).then(|| seconds.ceil() as u32)
}
