//! Every recorded answer of the four wires, however it is cut, gives what a script that shares no
//! line with the decoders says it means.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use algoagent_tests::faults::{Cut, cut};
use serde::Deserialize;

use super::probe::{Outcome, read, refused};
use crate::model::ServiceKind;

#[derive(Deserialize)]
struct Recording {
    id: u32,
    file: String,
    wire: ServiceKind,
    kind: String,
    status: u16,
    headers: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct Expected {
    #[serde(default)]
    text: String,
    #[serde(default)]
    reasoning: String,
    #[serde(default)]
    refusal: String,
    usage: Option<Tokens>,
    finish: Option<String>,
    blocked: Option<String>,
    /// What came instead of the rest.
    error: Option<serde_json::Value>,
    #[serde(default)]
    whole: bool,
    /// Of an error.
    code: Option<String>,
}

#[derive(Deserialize)]
struct Tokens {
    input: u32,
    output: u32,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/recordings/all")
}

fn json<T: serde::de::DeserializeOwned>(name: &str) -> T {
    let text = fs::read_to_string(folder().join(name)).expect("it is there");
    serde_json::from_str(&text).expect("it has the shape")
}

/// The recordings with their bodies, unpacked, and what is expected of them.
fn all() -> Vec<(Recording, Vec<u8>, Option<Expected>)> {
    let mut expected: BTreeMap<String, Expected> = json("expected.json");
    let rows: Vec<Recording> = json("index.json");
    let with_body = |row: Recording| {
        let mut body = fs::read(folder().join(&row.file)).expect("it is there");
        let packed = row
            .headers
            .iter()
            .any(|(name, value)| name.eq_ignore_ascii_case("content-encoding") && value == "gzip");
        if packed {
            let mut unpacked = Vec::new();
            let mut decoder = flate2::read::GzDecoder::new(body.as_slice());
            std::io::Read::read_to_end(&mut decoder, &mut unpacked).expect("gzip");
            body = unpacked;
        }
        let expected = expected.remove(&row.id.to_string());
        (row, body, expected)
    };
    rows.into_iter().map(with_body).collect()
}

#[test]
fn every_stream_gives_its_text_and_its_usage_however_it_is_cut() {
    let mut streams = 0;
    for (row, body, expected) in all() {
        if row.kind != "stream" && row.kind != "whole" {
            continue;
        }
        streams += 1;
        let expected = expected.expect("a meaning");
        let whole = read(row.wire, [body.as_slice()]);
        let what = format!("recording {} ({})", row.id, row.file);
        assert_eq!(whole.text, format!("{}{}", expected.text, expected.refusal), "{what}");
        assert_eq!(whole.thoughts, expected.reasoning, "{what}");
        let usage = whole.usage.map(|usage| (usage.input, usage.output));
        assert_eq!(usage, expected.usage.map(|usage| (usage.input, usage.output)), "{what}");
        if expected.error.is_none() {
            assert_eq!(whole.ended, expected.finish.or(expected.blocked), "{what}");
        }
        // A whole answer without a word, such as one that only calls a tool, is none for a chat.
        let text = !whole.text.is_empty();
        assert_eq!(whole.whole, expected.whole && text, "{what}: {:?}", whole.problem);
        assert_eq!(whole.problem.is_none(), whole.whole, "{what}");
        let same = |how: &str, other: Outcome| assert_eq!(other, whole, "{what}, {how}");
        same("by bytes", read(row.wire, body.chunks(1)));
        for seed in 1..=8 {
            same(&format!("cut with seed {seed}"), read(row.wire, cut(&body, Cut::Random(seed))));
        }
    }
    assert!(streams >= 130, "{streams} streams");
}

#[test]
fn every_error_body_has_its_code() {
    let mut errors = 0;
    for (row, body, expected) in all() {
        if row.kind == "error" {
            errors += 1;
            let body = String::from_utf8_lossy(&body);
            let problem = refused(row.wire, row.status, &body);
            let code = serde_json::to_value(problem.code).expect("a word");
            let expected = expected.and_then(|expected| expected.code).expect("a code");
            assert_eq!(code, expected.as_str(), "recording {}: {body}", row.id);
            assert!(problem.raw.is_some() && !problem.advice.is_empty(), "recording {}", row.id);
        }
    }
    assert!(errors >= 35, "{errors} errors");
}

#[test]
fn an_answer_of_another_api_ends_cleanly() {
    for (row, body, _) in all() {
        if row.kind == "other" || row.kind == "models" {
            let outcome = read(row.wire, body.chunks(7));
            let what = format!("recording {}: {outcome:?}", row.id);
            assert!(outcome.problem.is_some() && !outcome.whole, "{what}");
        }
    }
}
