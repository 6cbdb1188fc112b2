//! What a service's error says: the words by which it classifies it, delays, quotas, windows.

use serde_json::Value;

use crate::model::ProblemCode as Code;

/// What a service's error says, as far as it says it.
#[derive(Default)]
pub(super) struct Said {
    pub(super) is_error: bool,
    pub(super) message: String,
    /// Every word by which the service classifies it, in lower case: type, code, status, reason.
    words: Vec<String>,
    pub(super) status: Option<u16>,
    pub(super) delay: Option<u32>,
    pub(super) per_day: bool,
    /// There is no quota at all.
    pub(super) none: bool,
    /// Found at fault by a moderator.
    flagged: bool,
    pub(super) window: Option<u32>,
}

impl Said {
    /// Reads the object, the list of one object, or the text that services send.
    pub(super) fn read(body: &Value) -> Self {
        let body = match body {
            Value::Array(items) => items.first().unwrap_or(body),
            body => body,
        };
        // vLLM's own form has no `error`; FastAPI calls it `detail`.
        let inner = ["error", "detail"].iter().find_map(|name| body.get(name));
        let inner = inner.filter(|inner| !inner.is_null());
        let alone = (body.get("object").or(body.get("type"))).is_some_and(|kind| kind == "error");
        let Some(error) = inner.or(alone.then_some(body)) else { return Self::default() };
        let mut said = Self { is_error: true, ..Self::default() };
        let metadata = error.pointer("/metadata/raw").and_then(Value::as_str);
        let message = error.as_str().or_else(|| error.get("message").and_then(Value::as_str));
        said.message = [message, metadata].into_iter().flatten().collect::<Vec<_>>().join("\n");
        for name in ["code", "type", "status", "reason"] {
            match error.get(name) {
                Some(Value::String(word)) => said.words.push(word.to_ascii_lowercase()),
                Some(Value::Number(code)) => {
                    let code = code.as_u64().and_then(|code| u16::try_from(code).ok());
                    said.status = said.status.or(code.filter(|code| (400..600).contains(code)));
                }
                _ => {}
            }
        }
        said.flagged = error.pointer("/metadata/flagged_input").is_some();
        let window = error.get("n_ctx").and_then(Value::as_u64).and_then(|n| n.try_into().ok());
        said.window = window.or_else(|| window_in(&said.message));
        said.delay = delay_in(&said.message);
        for detail in error.get("details").and_then(Value::as_array).into_iter().flatten() {
            said.detail(detail);
        }
        said.none = said.says(&["limit: 0"]);
        said.per_day |= said.says(&["per day", "daily"]);
        said
    }

    /// One of Google's `details`.
    fn detail(&mut self, detail: &Value) {
        if let Some(reason) = detail.get("reason").and_then(Value::as_str) {
            self.words.push(reason.to_ascii_lowercase());
        }
        if let Some(delay) = detail.get("retryDelay").and_then(Value::as_str) {
            self.delay = duration(delay);
        }
        for violation in detail.get("violations").and_then(Value::as_array).into_iter().flatten() {
            let quota = violation.get("quotaId").and_then(Value::as_str).unwrap_or_default();
            self.per_day |= quota.contains("PerDay") || quota.contains("Daily");
        }
    }

    fn says(&self, phrases: &[&str]) -> bool {
        let message = self.message.to_lowercase();
        phrases.iter().any(|phrase| message.contains(phrase))
    }

    fn is(&self, words: &[&str]) -> bool {
        self.words.iter().any(|word| words.contains(&word.as_str()))
    }

    /// Whether the server has nothing at this path, and says so in words of its framework.
    pub(super) fn is_no_such_path(&self) -> bool {
        self.message == "Not Found" || self.says(&["unexpected endpoint", "invalid url"])
    }

    pub(super) fn code(&self, status: u16) -> Code {
        if self.is_too_long(status) {
            return Code::ContextTooLong;
        }
        if self.is(&["unsupported_country_region_territory", "failed_precondition"])
            || self.says(&["location is not supported", "country, region, or territory"])
        {
            return Code::RegionRefused;
        }
        if status == 402
            || self.is(&["insufficient_quota", "billing_error", "billing_hard_limit_reached"])
            || self.says(&["credit balance is too low", "insufficient credits"])
        {
            return Code::QuotaExhausted;
        }
        if self.flagged
            || self.is(&["content_policy_violation", "content_filter", "invalid_prompt"])
        {
            return Code::Blocked;
        }
        if self.is(&[
            "api_key_invalid",
            "invalid_api_key",
            "authentication_error",
            "permission_error",
        ]) || (status == 400 && self.says(&["api key"]))
        {
            return Code::KeyRefused;
        }
        if self.is(&["model_not_found", "not_found_error"])
            || (status == 400
                && self.says(&["not a valid model", "model not found", "invalid model"]))
        {
            return Code::ModelGone;
        }
        if self.is(&["overloaded_error"]) {
            return Code::Overloaded;
        }
        match status {
            401 | 403 => Code::KeyRefused,
            404 => Code::ModelGone,
            429 if self.per_day || self.none => Code::QuotaExhausted,
            429 => Code::RateLimited,
            499 => Code::StreamBroken,
            // Ollama: no waiting makes the memory larger.
            500..=599 if self.says(&["system memory"]) => Code::RequestRefused,
            408 | 500..=599 => Code::Overloaded,
            // In the middle of a stream and without a number: it broke.
            0 if self.is(&["rate_limit_error", "rate_limit_exceeded"]) => Code::RateLimited,
            0 => Code::StreamBroken,
            _ => Code::RequestRefused,
        }
    }

    fn is_too_long(&self, status: u16) -> bool {
        let refused = status == 0 || (400..500).contains(&status) && status != 429;
        refused
            && (status == 413
                || self.is(&["context_length_exceeded", "exceed_context_size_error"])
                || self.says(&[
                    "context length",
                    "context_length",
                    "context size",
                    "context window",
                    "context limit",
                    "prompt is too long",
                    "maximum number of tokens allowed",
                    "input is too long",
                ]))
            // llama.cpp gives this one as its own fault.
            || status == 500 && self.says(&["too large to process"])
    }
}

/// Whole seconds, rounded up, of `12` or `12.3`.
pub(super) fn seconds(text: &str) -> Option<u32> {
    let seconds: f64 = text.parse().ok()?;
    // A cast from a float stops at the largest value.
    (seconds.is_finite() && (0.0..1e9).contains(&seconds)).then(|| seconds.ceil() as u32)
}

/// "maximum context length is 4096 tokens", "with context length of only 4,096".
pub(super) fn window_in(message: &str) -> Option<u32> {
    let words = message.to_lowercase();
    let after =
        ["context length is ", "context length of only ", "context length of ", "tokens allowed ("];
    let rest = after.iter().find_map(|phrase| Some(words.split_once(phrase)?.1))?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != ',').unwrap_or(rest.len());
    rest[..end].replace(',', "").parse().ok().filter(|window| *window > 0)
}

/// "Please retry in 12.3s", "try again in 7m12s".
pub(super) fn delay_in(message: &str) -> Option<u32> {
    let (_, rest) =
        message.split_once("retry in ").or_else(|| message.split_once("try again in "))?;
    duration(rest.split([' ', ',']).next()?.trim_end_matches('.'))
}

/// Whole seconds, rounded up, of `12s`, `7m12.5s`, `1h2m`, `120ms`.
pub(super) fn duration(text: &str) -> Option<u32> {
    let mut rest = text;
    let mut total = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, unit) = rest.split_at(end);
        let number: f64 = number.parse().ok()?;
        let length = unit.find(|c: char| c.is_ascii_digit()).unwrap_or(unit.len());
        let (unit, after) = unit.split_at(length);
        total += number
            * match unit {
                "ms" => 0.001,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3600.0,
                _ => return None,
            };
        rest = after;
    }
    seconds(&total.to_string())
}
