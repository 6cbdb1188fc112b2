//! The errors of services and of the way to them, in words for a person.
//!
//! Services and the servers that imitate them word their errors alike enough for one judge; what
//! is one service's own is named where it is judged.

use jiff::ToSpan as _;
use jiff::tz::TimeZone;
use reqwest::header::HeaderMap;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use super::said::{Said, seconds};
use crate::clock::Timestamp;
use crate::model::{Advice, Problem, ProblemCode as Code, ServiceKind};

/// A delay as long as this is told as the time at which it is over.
const FAR_OFF: u32 = 60;

/// Not a byte came.
pub(super) fn silent(name: &str, seconds: u32) -> Problem {
    timed_out(name, &format!("did not answer within {}", waited(seconds)))
}

/// The bytes stopped in the middle.
pub(super) fn stalled(name: &str, seconds: u32) -> Problem {
    let what = format!("{name} stopped sending for {}.", waited(seconds));
    Problem::new(Code::TimedOut, format!("{what} What arrived is kept; try again for a whole one."))
}

fn waited(seconds: u32) -> String {
    if seconds == 1 { "a second".to_owned() } else { format!("{seconds} seconds") }
}

/// The service did not answer in time.
fn timed_out(name: &str, what: &str) -> Problem {
    Problem::new(Code::TimedOut, format!("{name} {what}. Try again."))
}

/// No answer was begun.
pub(super) fn connection(name: &str, error: &reqwest::Error) -> Problem {
    let causes = causes(error);
    let problem = if error.is_timeout() {
        timed_out(name, "could not be reached in time")
    } else if causes.contains("certificate") {
        Problem::new(
            Code::Offline,
            format!(
                "{name} could not prove that it is {name}: its certificate isn't trusted here. Check the address, the clock of this computer and its network."
            ),
        )
    } else if causes.contains("proxy") || causes.contains("tunnel") {
        Problem::new(
            Code::Offline,
            format!(
                "{name} can't be reached through the proxy. Check it in Settings → Models, then try again."
            ),
        )
    } else {
        Problem::new(
            Code::Offline,
            format!(
                "{name} can't be reached. Check the network and the address in Settings → Models, then try again."
            ),
        )
    };
    problem.with_raw(causes)
}

/// An answer was begun and broke off.
pub(super) fn broken(error: &reqwest::Error) -> Problem {
    broke_off("The connection broke while the answer was written.").with_raw(causes(error))
}

/// An answer that has no end.
pub(super) fn broke_off(what: &str) -> Problem {
    Problem::new(
        Code::StreamBroken,
        format!("{what} What arrived is kept; try again for a whole one."),
    )
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

/// Something else answered in the place of the service.
pub(super) fn not_the_service(name: &str, body: &str) -> Problem {
    Problem::new(
        Code::NotTheService,
        format!(
            "What answered isn't {name}: perhaps the sign-in page of this network, or another server at this address. Open a web page to check the network, and check the address in Settings → Models."
        ),
    )
    .with_raw(body)
}

/// What came beside an error.
#[derive(Default)]
pub(super) struct Heading {
    retry_after: Option<u32>,
}

impl Heading {
    /// `Retry-After` in seconds or as a date, or OpenAI's `retry-after-ms`.
    pub(super) fn read(headers: &HeaderMap, now: Timestamp) -> Self {
        let text = |name| headers.get(name)?.to_str().ok().map(str::trim);
        let after = text("retry-after").and_then(|said| {
            let at = || OffsetDateTime::parse(said, &Rfc2822).ok();
            let until = || u32::try_from((at()?.unix_timestamp() - now.seconds()).max(0)).ok();
            seconds(said).or_else(until)
        });
        let millis = || Some(text("retry-after-ms")?.parse::<u32>().ok()?.div_ceil(1000));
        Self { retry_after: after.or_else(millis) }
    }
}

/// Who refused, and when.
#[derive(Clone, Copy)]
pub(super) struct Judge<'a> {
    pub(super) kind: ServiceKind,
    pub(super) name: &'a str,
    pub(super) now: Timestamp,
}

impl Judge<'_> {
    /// The body of a refusal with a status of its own.
    pub(super) fn refused(self, status: u16, body: &str, heading: &Heading) -> Problem {
        let parsed: Option<Value> = serde_json::from_str(body).ok();
        let said = parsed.as_ref().map(Said::read).unwrap_or_default();
        let page = body.trim_start().starts_with('<') && status < 500;
        let strange = !said.is_error && page && ![408, 429].contains(&status);
        // Without a word of the service's own there is no such address rather than no such model.
        if (300..400).contains(&status)
            || strange
            || (status == 404 && !said.is_error)
            || said.is_no_such_path()
        {
            return not_the_service(self.name, body);
        }
        self.judge(status, said, body, heading)
    }

    /// An error in the place of an answer or in the middle of one.
    pub(super) fn interjected(self, error: &Value) -> Problem {
        let said = Said::read(error);
        if said.is_no_such_path() {
            return not_the_service(self.name, &said.message);
        }
        let status = said.status.unwrap_or(0);
        self.judge(status, said, &error.to_string(), &Heading::default())
    }

    fn judge(self, status: u16, said: Said, body: &str, heading: &Heading) -> Problem {
        let name = self.name;
        let code = said.code(status);
        let mut problem = Problem::new(code, self.words(code, &said));
        problem.retry_after = said.delay.or(heading.retry_after);
        problem.window = said.window;
        problem.until = match (code, self.kind, problem.retry_after) {
            (Code::QuotaExhausted, ServiceKind::Gemini, _) if said.per_day && !said.none => {
                midnight_at_google(self.now)
            }
            (Code::QuotaExhausted | Code::RateLimited | Code::Overloaded, _, Some(seconds))
                if seconds > FAR_OFF =>
            {
                Some(self.now.plus_seconds(seconds.into()))
            }
            _ => None,
        };
        if code == Code::QuotaExhausted && (said.none || !said.per_day) {
            // No waiting brings it.
            problem.advice = vec![Advice::ChooseModel, Advice::OpenSettings];
        }
        tracing::debug!(service = name, status, ?code, "a model service refused");
        problem.with_raw(if said.message.is_empty() { body } else { &said.message })
    }

    fn words(self, code: Code, said: &Said) -> String {
        let name = self.name;
        match code {
            Code::KeyRefused => {
                format!(
                    "{name} refused the key. Check it in Settings → Models, or enter another one."
                )
            }
            Code::RegionRefused => format!(
                "{name} isn't offered where this computer is, or not without billing. Choose another model; its words are below."
            ),
            Code::QuotaExhausted if said.none => format!(
                "{name} gives this key no quota for this model. Choose another model, or see to the plan of the key there."
            ),
            Code::QuotaExhausted if said.per_day => format!(
                "Today's quota of this key is used up at {name}. Wait until it comes back, or choose another model."
            ),
            Code::QuotaExhausted => format!(
                "The credit or the quota of this key is used up at {name}. Add credit there, or choose another model."
            ),
            Code::RateLimited => format!("Too many calls for this key at {name} at the moment."),
            Code::ModelGone => {
                format!("{name} doesn't have this model (any more). Choose another one.")
            }
            Code::Blocked => {
                format!("{name} refused the question for its content. Put it differently.")
            }
            Code::ContextTooLong => format!(
                "The conversation is longer than this model of {name} takes. Begin a new chat, or choose a model with a larger window."
            ),
            Code::TimedOut => format!("{name} did not answer in time. Try again."),
            Code::StreamBroken => format!(
                "{name} broke the answer off. What arrived is kept; try again for a whole one."
            ),
            Code::Overloaded => {
                format!("{name} is overloaded at the moment. Try again in a while.")
            }
            _ => format!("{name} found fault with the request. Its words are below."),
        }
    }
}

/// The moment at which Google counts a new day: midnight Pacific time.
fn midnight_at_google(now: Timestamp) -> Option<Timestamp> {
    let pacific = TimeZone::get("America/Los_Angeles").ok()?;
    let now = jiff::Timestamp::from_millisecond(now.0).ok()?.to_zoned(pacific);
    let midnight = now.date().checked_add(1.day()).ok()?.to_zoned(now.time_zone().clone()).ok()?;
    Some(Timestamp(midnight.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::said::{delay_in, duration, window_in};
    use super::*;

    fn judge(status: u16, body: &str) -> Problem {
        // 2026-11-25 12:00 UTC, 04:00 Pacific.
        let now = Timestamp(1_795_608_000_000);
        let judge = Judge { kind: ServiceKind::Gemini, name: "Gemini", now };
        judge.refused(status, body, &Heading::default())
    }

    #[test]
    fn durations_are_read_as_services_write_them() {
        for (text, seconds) in [
            ("12s", Some(12)),
            ("12.3s", Some(13)),
            ("7m12s", Some(432)),
            ("1h2m", Some(3720)),
            ("120ms", Some(1)),
            ("0s", Some(0)),
            ("", Some(0)),
            ("soon", None),
            ("3 days", None),
            ("1e99h", None),
        ] {
            assert_eq!(duration(text), seconds, "{text}");
        }
        assert_eq!(delay_in("Please retry in 18.5s. Thank you"), Some(19));
        assert_eq!(delay_in("Please try again in 7m12s."), Some(432));
    }

    #[test]
    fn a_daily_quota_says_until_midnight_pacific() {
        let details =
            json!([{ "violations": [{ "quotaId": "GenerateRequestsPerDayPerProject" }] }]);
        let body = json!({ "error": { "code": 429, "message": "quota", "details": details } });
        let problem = judge(429, &body.to_string());
        assert_eq!(problem.code, Code::QuotaExhausted);
        // 2026-11-26 00:00 Pacific is 08:00 UTC.
        assert_eq!(problem.until, Some(Timestamp(1_795_680_000_000)));
    }

    #[test]
    fn a_date_after_which_to_retry_is_a_delay_from_now() {
        let now = Timestamp(1_795_608_000_000);
        let read = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("retry-after", value.parse().unwrap());
            Heading::read(&headers, now).retry_after
        };
        assert_eq!(read("17"), Some(17));
        assert_eq!(read("Wed, 25 Nov 2026 12:01:40 GMT"), Some(100));
        assert_eq!(read("Wed, 25 Nov 2020 12:01:40 GMT"), Some(0));
        assert_eq!(read("later"), None);
    }

    #[test]
    fn the_delay_of_the_details_comes_before_the_words_and_those_before_the_header() {
        let heading = Heading { retry_after: Some(7) };
        let now = Timestamp(1_795_608_000_000);
        let judge = Judge { kind: ServiceKind::Gemini, name: "Gemini", now };
        let delay = |message: &str, details: Value| {
            let body = json!({ "error": { "code": 429, "message": message, "details": details } });
            judge.refused(429, &body.to_string(), &heading).retry_after
        };
        let details = json!([{ "retryDelay": "21s" }]);
        assert_eq!(delay("Please retry in 14.2s.", details), Some(21));
        assert_eq!(delay("Please retry in 14.2s.", json!([])), Some(15));
        assert_eq!(delay("Slow down.", json!([])), Some(7));
    }

    #[test]
    fn the_window_is_read_from_words_too() {
        for (words, window) in [
            (
                "This model's maximum context length is 4096 tokens. However, you requested 9000",
                Some(4096),
            ),
            ("loaded with context length of only 4,096 tokens", Some(4096)),
            ("exceeds the maximum number of tokens allowed (1048576).", Some(1_048_576)),
            ("prompt is too long", None),
        ] {
            assert_eq!(window_in(words), window, "{words}");
        }
    }

    #[test]
    fn one_judge_knows_the_words_of_all_services() {
        for (status, body, code) in [
            (
                401,
                r#"{"error":{"message":"Incorrect API key","code":"invalid_api_key"}}"#,
                Code::KeyRefused,
            ),
            (
                400,
                r#"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low"}}"#,
                Code::QuotaExhausted,
            ),
            (
                400,
                r#"{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error","n_prompt_tokens":9000,"n_ctx":4096}}"#,
                Code::ContextTooLong,
            ),
            (404, r#"{"error":"model 'llama9' not found"}"#, Code::ModelGone),
            (404, "404 page not found", Code::NotTheService),
            (
                400,
                r#"{"error":{"message":"foo/bar is not a valid model ID","code":400}}"#,
                Code::ModelGone,
            ),
            (
                429,
                r#"{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}"#,
                Code::QuotaExhausted,
            ),
            (
                529,
                r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
                Code::Overloaded,
            ),
            (
                500,
                r#"{"error":"model requires more system memory (5.6 GiB) than is available"}"#,
                Code::RequestRefused,
            ),
            (502, "<html>Bad Gateway</html>", Code::Overloaded),
            (403, "<html>Just a moment...</html>", Code::NotTheService),
            (
                400,
                r#"{"object":"error","message":"This model's maximum context length is 4096 tokens.","type":"BadRequestError","code":400}"#,
                Code::ContextTooLong,
            ),
            (422, r#"{"detail":[{"msg":"field required"}]}"#, Code::RequestRefused),
            (404, r#"{"detail":"Not Found"}"#, Code::NotTheService),
            (
                200,
                r#"{"error":"Unexpected endpoint or method. (POST /chat/completions)"}"#,
                Code::NotTheService,
            ),
            (
                403,
                r#"{"error":{"code":403,"message":"Input was flagged","metadata":{"flagged_input":"x"}}}"#,
                Code::Blocked,
            ),
            (429, "<html>Too Many Requests</html>", Code::RateLimited),
            (408, "Request Timeout", Code::Overloaded),
        ] {
            let problem = judge(status, body);
            assert_eq!(problem.code, code, "{body}");
            assert!(problem.raw.is_some() && problem.message.len() > 20, "{problem:?}");
        }
    }
}
