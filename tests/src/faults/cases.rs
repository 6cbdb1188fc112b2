//! The faults that every wire must survive, by the numbers of the design, each with what a person
//! must have in the end.

use std::io::Write as _;

use serde_json::{Value, json};

use super::wires::{Wire, Word};
use super::{End, Play};
use Wire::{Anthropic, Gemini, Ollama, OpenAi};

/// One fault on one wire.
#[derive(Debug)]
pub struct Case {
    /// Its number in the design.
    pub number: u8,
    /// What happens.
    pub what: String,
    /// What the service answers, one after the other; the last from then on.
    pub plays: Vec<Play>,
    /// The text that must be there in the end.
    pub text: String,
    /// The reasoning that must be there.
    pub thoughts: &'static str,
    /// The problem's code; none when the answer is whole.
    pub code: Option<&'static str>,
    /// The first advice.
    pub advice: Option<&'static str>,
    /// How often the service must have been asked.
    pub asked: usize,
    /// The model that the answer must name.
    pub model: &'static str,
}

/// A list of cases on one wire.
struct Cases {
    wire: Wire,
    all: Vec<Case>,
}

/// Every fault that this wire can meet and that one question shows.
pub fn all(wire: Wire) -> Vec<Case> {
    let mut cases = Cases { wire, all: Vec::new() };
    cases.framing();
    cases.bodies();
    cases.connections();
    cases.refusals();
    cases.ends();
    cases.oddities();
    cases.all
}

const WORDS: &str = "Grün 🎉 漲 naïve";

impl Cases {
    fn add(&mut self, number: u8, what: &str, plays: Vec<Play>) -> &mut Case {
        self.all.push(Case {
            number,
            what: what.to_owned(),
            plays,
            text: String::new(),
            thoughts: "",
            code: None,
            advice: None,
            asked: 1,
            model: "",
        });
        let last = self.all.len() - 1;
        &mut self.all[last]
    }

    /// Ends whole with this text.
    fn good(&mut self, number: u8, what: &str, body: impl Into<Vec<u8>>, text: &str) {
        let play = Play::of(self.wire.kind(), body);
        self.add(number, what, vec![play]).text = text.to_owned();
    }

    /// Ends with a problem, and keeps this text.
    fn bad(
        &mut self,
        number: u8,
        what: &str,
        play: Play,
        text: &str,
        problem: (&'static str, &'static str),
        asked: usize,
    ) {
        let case = self.add(number, what, vec![play]);
        case.text = text.to_owned();
        (case.code, case.advice) = (Some(problem.0), Some(problem.1));
        case.asked = asked;
    }

    fn stream(&self, body: impl Into<Vec<u8>>) -> Play {
        Play::of(self.wire.kind(), body)
    }

    fn framing(&mut self) {
        let wire = self.wire;
        self.good(
            1,
            "letters of several bytes",
            wire.answer(&["Grün ", "🎉 ", "漲 ", "naïve"]),
            WORDS,
        );
        let values = wire.values(&["One ", "two"]);
        self.good(
            2,
            "lines that end with CRLF",
            wire.framed_with(&values, "\r\n", "data: "),
            "One two",
        );
        let noise: &[u8] = match wire {
            Ollama => b"\n\n\r\n",
            Anthropic => b": keep-alive\n\n\n\nevent: ping\ndata: {\"type\":\"ping\"}\n\n",
            Gemini | OpenAi => {
                b": OPENROUTER PROCESSING\n\n\n\nevent: ping\n\nid: 7\nretry: 100\n\n"
            }
        };
        let noisy = values
            .iter()
            .flat_map(|value| [noise.to_vec(), wire.framed(std::slice::from_ref(value))].concat());
        self.good(3, "comments, blanks and pings", noisy.collect::<Vec<u8>>(), "One two");
        self.good(4, "a list in the place of a stream", json!(values).to_string(), "One two");
        self.good(4, "the whole in one piece", wire.unstreamed("One two").to_string(), "One two");
        let packed =
            self.stream(packed(&wire.answer(&["One ", "two"]))).header("content-encoding", "gzip");
        self.add(5, "gzip that is flushed now and then", vec![packed]).text = "One two".to_owned();
        let body = wire.framed(&values);
        let end = body.trim_ascii_end().len();
        self.good(6, "a last line without its end", &body[..end], "One two");
        let long = [wire.begun(&["Half "]), b"data: ".to_vec(), vec![b'x'; 9 << 20]].concat();
        let play = self.stream(long);
        self.bad(
            7,
            "a line of nine million bytes",
            play,
            "Half ",
            ("not_the_service", "check_network"),
            1,
        );
        if wire.has_events() {
            self.good(
                8,
                "no blank after `data:`",
                wire.framed_with(&values, "\n", "data:"),
                "One two",
            );
            let spread = values.iter().map(|value| {
                let lines = serde_json::to_string_pretty(value).unwrap_or_default();
                let lines: String = lines.lines().map(|line| format!("data: {line}\n")).collect();
                format!("{lines}\n")
            });
            self.good(8, "data over several lines", spread.collect::<String>(), "One two");
        }
    }

    fn bodies(&mut self) {
        let wire = self.wire;
        let begun = wire.begun(&["Half "]);
        let field = if wire.has_events() { "data: " } else { "" };
        let end = if wire.has_events() { "\n\n" } else { "\n" };
        let and = |more: &str| [begun.clone(), more.as_bytes().to_vec()].concat();
        let rest = wire.framed(&[wire.text("lost")]);
        let broken = [and(&format!("{field}{{\"model\": \"x{end}")), rest].concat();
        let play = self.stream(broken);
        self.bad(9, "broken JSON in the middle", play, "Half ", ("stream_broken", "go_on"), 1);
        let mut invalid = wire.answer(&["caf@ au lait"]);
        let at = invalid.iter().position(|byte| *byte == b'@').unwrap_or_default();
        invalid[at] = 0xe9;
        self.good(10, "bytes that are no UTF-8", invalid, "caf\u{fffd} au lait");
        let error = wire.error(503, "overloaded_error", "The model is overloaded.");
        let code = match wire {
            // Ollama's errors have no class.
            Ollama => ("stream_broken", "go_on"),
            _ => ("overloaded", "go_on"),
        };
        let play = self.stream(and(&format!("{error}\n")));
        self.bad(11, "a bare error in the middle", play, "Half ", code, 1);
        let after = [wire.answer(&["All of it."]), format!("{error}\n").into_bytes()].concat();
        let play = self.stream(after);
        self.bad(11, "a bare error after the end", play, "All of it.", code, 1);
        let play = self.stream(and(&format!("{field}{error}{end}")));
        self.bad(12, "an error as an event", play, "Half ", code, 1);
        let refused = wire.error(401, "authentication_error", "No such key.");
        let wrapped = Play::of("application/json", json!([refused]).to_string()).status(401);
        self.bad(13, "an error in a list", wrapped, "", ("key_refused", "open_settings"), 1);
        let plain = Play::of("text/plain", refused.to_string()).status(401);
        self.bad(13, "an error as plain text", plain, "", ("key_refused", "open_settings"), 1);
        let refused = wire.error(401, "invalid_api_key", "No such API key.");
        let play = Play::of("application/json", refused.to_string());
        let (code, asked) = match wire {
            Ollama => (("stream_broken", "try_again"), 4),
            _ => (("key_refused", "open_settings"), 1),
        };
        self.bad(14, "200 with an error for a body", play, "", code, asked);
        let page = "<!doctype html>\n<title>Sign in to this network</title>\n<p>Welcome";
        let stranger = ("not_the_service", "check_network");
        self.bad(15, "the sign-in page of a network", Play::of("text/html", page), "", stranger, 1);
        let gateway = Play::of("text/html", "<html>502 Bad Gateway</html>").status(502);
        self.bad(15, "502 of a gateway", gateway, "", ("overloaded", "wait"), 4);
        let other = Play::of("application/json", r#"{"status":"ok","uptime":12}"#);
        self.bad(15, "JSON of another server", other, "", stranger, 1);
        let empty = self.stream("");
        self.bad(17, "200 and nothing", empty, "", ("empty_answer", "try_again"), 1);
    }

    fn connections(&mut self) {
        let half = self.wire.begun(&["Half ", "a sentence"]);
        let broken = ("stream_broken", "go_on");
        let play = self.stream(half.clone());
        self.bad(18, "an end without a word for it", play.clone(), "Half a sentence", broken, 1);
        let cut = play.clone().ends(End::Closed);
        self.bad(19, "a closed connection", cut, "Half a sentence", broken, 1);
        let reset = play.clone().ends(End::Reset);
        self.bad(19, "a reset connection", reset, "Half a sentence", broken, 1);
        let silent = ("timed_out", "try_again");
        let stall = play.ends(End::Stall);
        self.bad(20, "silence in the middle", stall, "Half a sentence", ("timed_out", "go_on"), 1);
        let never = self.stream("").ends(End::Silence);
        self.bad(21, "headers that never come", never, "", silent, 2);
        let first = self.stream("").ends(End::Stall);
        self.bad(21, "a first byte that never comes", first, "", silent, 2);
        let reset = self.stream("").ends(End::Reset);
        let broken = ("stream_broken", "try_again");
        self.bad(19, "a reset before the first byte", reset, "", broken, 4);
        let late =
            [reset_once(self.wire), vec![self.stream(self.wire.answer(&["Here."]))]].concat();
        let case = self.add(19, "a reset before the first byte, and then the answer", late);
        (case.text, case.asked) = ("Here.".to_owned(), 2);
    }

    fn refusals(&mut self) {
        let wire = self.wire;
        let answer = self.stream(wire.answer(&["Here."]));
        let json = |status: u16, error: Value| {
            Play::of("application/json", error.to_string()).status(status)
        };
        let busy = json(429, wire.error(429, "rate_limit_error", "Slow down."));
        let case = self.add(
            23,
            "429 with Retry-After",
            vec![
                busy.clone().header("retry-after", "0"),
                busy.clone().header("retry-after-ms", "5"),
                answer.clone(),
            ],
        );
        (case.text, case.asked) = ("Here.".to_owned(), 3);
        let asks = json(429, wire.error(429, "rate_limit_error", "Please try again in 20ms."));
        let case = self.add(23, "429 that says when in words", vec![asks, answer.clone()]);
        (case.text, case.asked) = ("Here.".to_owned(), 2);
        let far = busy.clone().header("retry-after", "301");
        self.bad(23, "429 with a delay that isn't worth it", far, "", ("rate_limited", "wait"), 1);
        let day = match wire {
            Gemini => {
                json!({ "error": { "code": 429, "message": "quota", "status": "RESOURCE_EXHAUSTED", "details": [
                { "violations": [{ "quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier" }] },
                { "retryDelay": "1s" } ] } })
            }
            _ => wire.error(
                429,
                "requests",
                "Rate limit reached on requests per day. Try again later.",
            ),
        };
        self.bad(24, "the quota of the day", json(429, day), "", ("quota_exhausted", "wait"), 1);
        let nothing = json(429, wire.error(429, "insufficient_quota", "Quota exceeded, limit: 0."));
        self.bad(24, "a quota of nothing", nothing, "", ("quota_exhausted", "choose_model"), 1);
        let credit = json(402, wire.error(402, "billing_error", "Insufficient credits."));
        self.bad(24, "no credit", credit, "", ("quota_exhausted", "choose_model"), 1);
        for (status, code) in [(429, "rate_limited"), (503, "overloaded"), (500, "overloaded")] {
            let bare = Play::of("text/plain", "").status(status);
            self.bad(25, &format!("{status} without a word"), bare.clone(), "", (code, "wait"), 4);
            let case = self.add(25, &format!("{status} once"), vec![bare, answer.clone()]);
            (case.text, case.asked) = ("Here.".to_owned(), 2);
        }
        let key = ("key_refused", "open_settings");
        for status in [401, 403] {
            let body = wire.error(status, "permission_error", "Not with this key.");
            self.bad(26, &format!("a bad key as {status}"), json(status, body), "", key, 1);
        }
        let body = match wire {
            Gemini => {
                json!({ "error": { "code": 400, "message": "bad", "status": "INVALID_ARGUMENT",
                "details": [{ "reason": "API_KEY_INVALID" }] } })
            }
            _ => wire.error(400, "authentication_error", "The API key is invalid."),
        };
        self.bad(26, "a bad key as 400", json(400, body), "", key, 1);
        let gone = wire.error(404, "not_found_error", "model m not found");
        self.bad(
            27,
            "a model that is gone",
            json(404, gone),
            "",
            ("model_gone", "choose_model"),
            1,
        );
        if matches!(wire, Gemini | OpenAi) {
            let word = if wire == Gemini {
                "FAILED_PRECONDITION"
            } else {
                "unsupported_country_region_territory"
            };
            let status = if wire == Gemini { 400 } else { 403 };
            let region = wire.error(status, word, "User location is not supported.");
            self.bad(
                28,
                "a region",
                json(status, region),
                "",
                ("region_refused", "choose_model"),
                1,
            );
        }
        let long = wire.error(
            400,
            "invalid_request_error",
            "prompt is too long: it exceeds the context window",
        );
        self.bad(
            40,
            "a question that is too long",
            json(400, long),
            "",
            ("context_too_long", "new_chat"),
            2,
        );
        let strange =
            wire.error(400, "invalid_request_error", "temperature must be between 0 and 2");
        self.bad(
            26,
            "a request that was refused",
            json(400, strange),
            "",
            ("request_refused", "choose_model"),
            1,
        );
    }

    fn ends(&mut self) {
        let wire = self.wire;
        if wire == Gemini {
            let blocked =
                json!({ "promptFeedback": { "blockReason": "SAFETY" }, "usageMetadata": {} });
            let play = self.stream(wire.framed(&[blocked]));
            self.bad(29, "a blocked question", play, "", ("blocked", "rephrase"), 1);
        }
        let empty = match wire {
            Gemini => vec![
                json!({ "candidates": [] }),
                json!({ "candidates": [{}] }),
                json!({ "candidates": [{ "content": {} }] }),
                json!({ "candidates": [{ "content": { "parts": null } }] }),
            ],
            OpenAi => vec![
                json!({ "id": "c", "choices": [] }),
                json!({ "id": "c", "choices": null }),
                json!({ "id": "c", "choices": [{}] }),
                json!({ "id": "c", "choices": [{ "delta": null }] }),
            ],
            Ollama => vec![
                json!({ "model": "m", "done": false }),
                json!({ "model": "m", "message": null, "done": false }),
            ],
            Anthropic => vec![
                json!({ "type": "content_block_delta" }),
                json!({ "type": "content_block_delta", "delta": null }),
                json!({ "type": "content_block_start" }),
                json!({ "type": "content_block_stop", "index": 9 }),
            ],
        };
        let values: Vec<Value> = wire
            .start()
            .into_iter()
            .chain(empty.clone())
            .chain([wire.text("Here.")])
            .chain(empty)
            .chain(wire.whole())
            .collect();
        self.good(30, "pieces with nothing in them", wire.framed(&values), "Here.");
        let with_end = |texts: &[&str], word: Word| {
            let texts = texts.iter().map(|text| wire.text(text));
            let end = wire.end(&json!(wire.word(word)));
            let values: Vec<Value> = wire.start().into_iter().chain(texts).chain(end).collect();
            wire.framed(&values)
        };
        if wire != Ollama {
            let play = self.stream(with_end(&["Half "], Word::Refusal));
            self.bad(
                31,
                "a refusal after the first words",
                play,
                "Half ",
                ("blocked", "rephrase"),
                1,
            );
            let play = self.stream(with_end(&[], Word::Refusal));
            self.bad(29, "a refusal and nothing else", play, "", ("blocked", "rephrase"), 1);
        }
        let play = self.stream(with_end(&[], Word::Length));
        self.bad(32, "the longest length without a word", play, "", ("too_long", "rephrase"), 1);
        let play = self.stream(with_end(&["Half "], Word::Length));
        self.bad(32, "the longest length", play, "Half ", ("too_long", "go_on"), 1);
        let values: Vec<Value> = wire
            .start()
            .into_iter()
            .chain([wire.text("One ")])
            .chain(wire.whole())
            .chain([wire.text("two")])
            .chain(wire.whole())
            .collect();
        self.good(33, "two ends with text between them", wire.framed(&values), "One two");
    }

    fn oddities(&mut self) {
        let wire = self.wire;
        for word in [json!("SOMETHING_NEW"), json!(42)] {
            let mut values = wire.start();
            values.push(wire.text("Here."));
            values.extend(wire.end(&word));
            for value in &mut values {
                value["brandNew"] = json!({ "deep": [1, { "x": null }] });
            }
            self.good(
                34,
                &format!("an unknown word and fields: {word}"),
                wire.framed(&values),
                "Here.",
            );
        }
        if let Some(both) = wire.both("Hm.", "Here.") {
            let values: Vec<Value> = [both].into_iter().chain(wire.whole()).collect();
            self.good(35, "reasoning and answer in one piece", wire.framed(&values), "Here.");
            self.thinks("Hm.");
        }
        let values: Vec<Value> = wire
            .start()
            .into_iter()
            .chain([wire.thought("H"), wire.thought("m."), wire.text("Here.")])
            .chain(wire.whole())
            .collect();
        self.good(35, "reasoning before the answer", wire.framed(&values), "Here.");
        self.thinks("Hm.");
        let mut bare = wire.values(&["Here."]);
        for value in &mut bare {
            for name in ["usageMetadata", "usage", "prompt_eval_count", "eval_count"] {
                value.as_object_mut().and_then(|value| value.remove(name));
            }
        }
        self.good(36, "no count at all", wire.framed(&bare), "Here.");
        if wire == OpenAi {
            let values = [
                json!({ "id": "c", "choices": [{ "delta": { "role": "assistant", "content": null } }] }),
                wire.text("One "),
                json!({ "id": "c", "choices": [{ "delta": { "content": null }, "finish_reason": "stop" }] }),
                wire.text("two"),
            ];
            let body: String = values.iter().map(|value| format!("data: {value}\n\n")).collect();
            self.good(37, "null for text, no [DONE], text after the end", body, "One two");
        }
        if wire == Ollama {
            let body =
                [wire.begun(&["Half "]), b"{\"error\":\"unexpected EOF\"}\n".to_vec()].concat();
            let play = self.stream(body);
            self.bad(
                38,
                "an error on a line of its own",
                play,
                "Half ",
                ("stream_broken", "go_on"),
                1,
            );
            let memory =
                json!({ "error": "model requires more system memory (5.6 GiB) than is available" });
            let play = Play::of("application/json", memory.to_string()).status(500);
            self.bad(38, "too little memory", play, "", ("request_refused", "choose_model"), 1);
            let mut values = wire.values(&["Here."]);
            if let Some(last) = values.last_mut() {
                last["prompt_eval_count"] = json!(11);
            }
            let play = self.stream(wire.framed(&values));
            let case = self.add(39, "a conversation that was cut without a word", vec![play]);
            (case.text, case.code) = ("Here.".to_owned(), Some("context_cut"));
            case.advice = Some("choose_model");
        }
        let other = String::from_utf8(wire.answer(&["Here."])).expect("text");
        self.good(41, "another model than was asked", other.replace("\"m\"", "\"m-2\""), "Here.");
        if let Some(case) = self.all.last_mut() {
            case.model = "m-2";
        }
    }

    fn thinks(&mut self, thoughts: &'static str) {
        if let Some(case) = self.all.last_mut() {
            case.thoughts = thoughts;
        }
    }
}

fn reset_once(wire: Wire) -> Vec<Play> {
    vec![Play::of(wire.kind(), "").ends(End::Reset)]
}

/// Packed with a flush after every 20 bytes.
fn packed(body: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    for piece in body.chunks(20) {
        packer.write_all(piece).and_then(|()| packer.flush()).expect("memory takes it");
    }
    packer.finish().expect("memory takes it")
}
