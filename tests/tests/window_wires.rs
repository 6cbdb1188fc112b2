//! The four wires in the real window: recorded answers of real services, cut in single bytes, and
//! what a person then reads.

use std::fs;

use algoagent_tests::desktop::World;
use algoagent_tests::faults::{Cut, FaultServer, Play};
use algoagent_tests::steps::ADA;
use algoagent_tests::window::Window;
use algoagent_tests::workspace;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const KEY: &str = "replay-key-of-the-four-wires";

/// A recording of `tests/recordings/all` by its number: its body, and what it means.
fn recorded(number: u32) -> (Vec<u8>, Value) {
    let folder = workspace().join("tests/recordings/all");
    let read = |name: &str| fs::read(folder.join(name)).expect("it is there");
    let rows: Vec<Value> = serde_json::from_slice(&read("index.json")).expect("a list");
    let row = rows.into_iter().find(|row| row["id"] == number).expect("it is listed");
    let body = read(row["file"].as_str().expect("a file"));
    let all: Value = serde_json::from_slice(&read("expected.json")).expect("an object");
    (body, all[number.to_string()].clone())
}

/// A server that lists one model and gives recordings, byte by byte.
fn replaying(runtime: &Runtime, kind: &str, list: Value, bodies: Vec<Vec<u8>>) -> FaultServer {
    let list = Play::of("application/json", list.to_string());
    let plays = bodies.into_iter().map(|body| Play::of(kind, body)).collect();
    runtime.block_on(FaultServer::listing(list, plays, Cut::Bytes))
}

fn reads(window: &Window<'_>, meant: &Value) {
    window.answer_becomes(1, "done");
    let hands = window.world().hands();
    hands.empty_clipboard();
    window.button("Copy message").within(window.answer()).click();
    let text = meant["text"].as_str().expect("a text");
    assert_eq!(hands.clipboard().trim_end(), text.trim_end());
    let thought = meant["reasoning"].as_str().expect("a text");
    let fold = window.find("button", "Thought for").holding().within(window.answer());
    assert_eq!(fold.exists(), !thought.is_empty(), "the reasoning of {text}");
    if fold.exists() {
        // It is shown as Markdown: the marks at its beginning aren't.
        let words = thought.trim().trim_start_matches(['*', '#', ' ']);
        let start: String = words.chars().take_while(|c| !"*`_\n".contains(*c)).take(20).collect();
        assert!(!window.answer().text().contains(&start), "it stands open");
        fold.click();
        window.answer_says(&start);
    }
}

#[test]
fn recorded_answers_of_every_wire_are_read_whole_with_their_reasoning_apart() {
    let world = World::new("window-wires");
    let runtime = Runtime::new().expect("a runtime");
    let window = world.open();
    window.create_account(&ADA);
    let events = "text/event-stream";
    let gemini = json!({ "models": [{ "name": "models/m", "supportedGenerationMethods": ["generateContent"] }] });
    let data = json!({ "data": [{ "id": "m" }] });
    let tags = json!({ "models": [{ "model": "m" }] });
    for (kind, content, list, numbers) in [
        ("Google Gemini", events, gemini, [2, 4]),
        ("OpenAI", events, data.clone(), [396, 428]),
        ("Ollama", "application/x-ndjson", tags, [212, 534]),
        ("Anthropic", events, data, [205, 295]),
    ] {
        let recordings = numbers.map(recorded);
        let bodies = recordings.iter().map(|(body, _)| body.clone()).collect();
        let server = replaying(&runtime, content, list, bodies);
        window.connect_service(kind, KEY, &server.url);
        for (number, (_, meant)) in numbers.iter().zip(&recordings) {
            window.new_chat();
            window.ask(&format!("the recording {number} of {kind}"));
            reads(&window, meant);
        }
        assert_eq!(server.asked().len(), 2, "{kind}");
        window.screenshot(&format!("wire-{}", kind.to_lowercase().replace(' ', "-")));
    }
    window.close();
}
