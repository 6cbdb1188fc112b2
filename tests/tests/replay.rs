//! The replay server itself: that it does to a client what the stories say it does.

use std::io::Read;
use std::time::Duration;

use algoagent_tests::gemini::{Gemini, Reply};
use algoagent_tests::recordings::{expected, recording};
use reqwest::blocking::{Client, Response};

const KEY: &str = "replay-key-of-the-server";

fn client() -> Client {
    let builder = Client::builder().no_proxy().timeout(Duration::from_secs(20));
    builder.build().expect("a client")
}

fn ask(gemini: &Gemini, key: &str) -> reqwest::Result<Response> {
    let model = "v1beta/models/gemini-3.7-flash:streamGenerateContent?alt=sse";
    client()
        .post(format!("{}/{model}", gemini.base_address()))
        .header("x-goog-api-key", key)
        .json(&serde_json::json!({"contents": [{"role": "user", "parts": [{"text": "hello"}]}]}))
        .send()
}

#[test]
fn a_recording_arrives_byte_for_byte_however_it_is_cut() {
    let gemini = Gemini::start(KEY);
    let body = recording("strategy-stream").body;
    gemini.answers([
        Reply::recorded("strategy-stream"),
        Reply::recorded("strategy-stream").by_byte(),
        Reply::recorded("strategy-stream").in_random_pieces(5),
    ]);
    for _ in 0..3 {
        let answer = ask(&gemini, KEY).expect("an answer");
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        assert_eq!(answer.bytes().expect("a body"), body);
    }
    assert_eq!(gemini.last_question().turns(), [("user".to_owned(), "hello".to_owned())]);
    let now = std::time::Instant::now();
    assert_eq!(gemini.text_sent_by(now), expected("strategy-stream").text);
    gemini.assert_no_faults();
}

#[test]
fn the_models_come_in_two_pages_and_compressed_as_recorded() {
    let gemini = Gemini::start(KEY);
    let get = |query: &str| -> serde_json::Value {
        let url = format!("{}/v1beta/models?pageSize=1000{query}", gemini.base_address());
        let answer = client().get(url).header("x-goog-api-key", KEY).send().expect("an answer");
        answer.json().expect("JSON")
    };
    let first = get("");
    assert_eq!(first["models"].as_array().map(Vec::len), Some(50));
    let token = first["nextPageToken"].as_str().expect("a token");
    let second = get(&format!("&pageToken={token}"));
    assert_eq!(second["models"].as_array().map(Vec::len), Some(0));
    gemini.assert_no_faults();
}

#[test]
fn a_wrong_key_is_refused_as_the_service_refused_it() {
    let gemini = Gemini::start(KEY);
    let answer = ask(&gemini, "another-key").expect("an answer");
    assert_eq!(answer.status(), 400);
    assert!(answer.text().expect("a body").contains("API_KEY_INVALID"));
}

#[test]
#[should_panic(expected = "x-goog-api-key must come exactly once")]
fn a_key_in_the_address_is_a_fault() {
    let gemini = Gemini::start(KEY);
    let url = format!("{}/v1beta/models?key={KEY}", gemini.base_address());
    client().get(url).send().expect("an answer");
    gemini.assert_no_faults();
}

#[test]
fn a_short_answer_ends_well_and_a_reset_one_does_not() {
    let gemini = Gemini::start(KEY);
    let words = ["one ", "two ", "three ", "four ", "five "];
    let slow = || Reply::saying(words).by_event().every(Duration::from_millis(5));
    gemini.answers([slow().ends_half_way(), slow().resets_half_way()]);
    let text = ask(&gemini, KEY).and_then(Response::text).expect("a good end");
    assert!(text.contains("three") && !text.contains("five") && !text.contains("STOP"), "{text}");

    let mut read = Vec::new();
    let end = ask(&gemini, KEY).expect("a head").read_to_end(&mut read);
    assert!(end.is_err(), "a reset looked like an end");
    assert!(String::from_utf8_lossy(&read).contains("three"), "the beginning got lost");
}

#[test]
fn a_stall_and_a_silence_last_and_a_hang_up_is_noticed() {
    let gemini = Gemini::start(KEY);
    gemini.answers([Reply::saying(["one ", "two ", "three "]).stalls_half_way(), Reply::silence()]);
    let patient = Client::builder().no_proxy().timeout(Duration::from_millis(700));
    let patient = patient.build().expect("a client");
    let url = format!("{}/v1beta/models/m:streamGenerateContent?alt=sse", gemini.base_address());
    let post = || patient.post(&url).header("x-goog-api-key", KEY).body("{}").send();
    assert!(post().expect("a head").bytes().is_err_and(|why| why.is_timeout()));
    gemini.expects_hang_up();
    assert!(post().is_err_and(|why| why.is_timeout()));
    gemini.expects_hang_up();
}

#[test]
fn a_closed_server_refuses_and_comes_back_at_the_same_address() {
    let mut gemini = Gemini::start(KEY);
    let address = gemini.base_address();
    gemini.close();
    assert!(ask(&gemini, KEY).is_err_and(|why| why.is_connect()));
    gemini.open();
    assert_eq!(gemini.base_address(), address);
    gemini.answers([Reply::recorded("short")]);
    assert!(ask(&gemini, KEY).expect("an answer").status().is_success());
}
