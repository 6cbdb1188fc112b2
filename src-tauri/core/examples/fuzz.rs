//! Bent answers for the framer and the four decoders: recorded bodies with bytes flipped, cut out,
//! doubled, spliced, and with words put in where they hurt.
//!
//! Whatever comes: no panic, the same outcome however it is cut, and never "whole" beside a
//! problem. `fuzz --inputs 10000000` or `fuzz --seconds 60`; a failure prints the smallest input
//! that still fails.

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use algoagent_core::model::ServiceKind;
use algoagent_core::model::probe::read;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

/// Inputs between two looks at the clock.
const BATCH: u32 = 2_000;
/// A longer body shows nothing that a piece of it doesn't.
const LONGEST: usize = 1_500;

/// What hurts where it is put in.
const WORDS: &[&str] = &[
    "data: ",
    "\r\ndata: ",
    "\n\n",
    "\r",
    "\r\n",
    "data:[DONE]\n\n",
    "{\"error\":{\"code\":503}}\n",
    "null",
    "[]",
    "{}",
    "\"",
    "\\",
    "\\ud800",
    "\u{feff}",
    "\u{2028}",
    ": ping\n",
    "event: error\n",
    "-1",
    "1e999",
    "18446744073709551616",
    "\"error\":",
    "\"finishReason\":7,",
    "\"text\":null,",
    "\"text\":[],",
    "\"done\":true,",
    "\"choices\":null,",
    "\"type\":\"message_stop\",",
    "<html>",
    "\0",
    "\"thought\":1,",
    "\"thoughtSignature\":{},",
    "\"reasoning_details\":[{}],",
    "[[[[[[[[[[",
    "{\"a\":{\"a\":{\"a\":",
];

#[derive(Clone, Debug)]
enum Bend {
    Flip(prop::sample::Index, u8),
    Insert(prop::sample::Index, prop::sample::Index),
    Remove(prop::sample::Index, u8),
    Double(prop::sample::Index, u8),
    Splice(prop::sample::Index, prop::sample::Index, prop::sample::Index),
    End(prop::sample::Index),
}

fn bend() -> impl Strategy<Value = Bend> {
    use prop::sample::Index;
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Bend::Flip(at, byte)),
        (any::<Index>(), any::<Index>()).prop_map(|(at, word)| Bend::Insert(at, word)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, length)| Bend::Remove(at, length)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, length)| Bend::Double(at, length)),
        (any::<Index>(), any::<Index>(), any::<Index>())
            .prop_map(|(at, other, from)| Bend::Splice(at, other, from)),
        any::<Index>().prop_map(Bend::End),
    ]
}

fn bent(bodies: &[Vec<u8>], start: &[u8], bends: &[Bend]) -> Vec<u8> {
    let mut body = start.to_vec();
    for bend in bends {
        let place = |at: &prop::sample::Index| at.index(body.len() + 1);
        match bend {
            Bend::Flip(at, byte) if !body.is_empty() => {
                let at = at.index(body.len());
                body[at] ^= byte;
            }
            Bend::Flip(..) => {}
            Bend::Insert(at, word) => {
                let (at, word) = (place(at), WORDS[word.index(WORDS.len())]);
                body.splice(at..at, word.bytes());
            }
            Bend::Remove(at, length) => {
                let at = place(at);
                let end = (at + usize::from(*length)).min(body.len());
                body.drain(at..end);
            }
            Bend::Double(at, length) => {
                let at = place(at);
                let end = (at + usize::from(*length)).min(body.len());
                let copy = body[at..end].to_vec();
                body.splice(at..at, copy);
            }
            Bend::Splice(at, other, from) => {
                let at = place(at);
                let other = &bodies[other.index(bodies.len())];
                let from = from.index(other.len() + 1);
                body.truncate(at);
                body.extend_from_slice(&other[from..]);
            }
            Bend::End(at) => body.truncate(place(at)),
        }
    }
    body
}

/// Bodies of each wire.
type Corpus = Vec<(ServiceKind, Vec<Vec<u8>>)>;

/// The recorded bodies of a wire, the long ones from their start and their end.
fn recorded() -> Result<Corpus, Box<dyn std::error::Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/recordings/all");
    let rows: Vec<Value> = serde_json::from_str(&fs::read_to_string(folder.join("index.json"))?)?;
    let kinds =
        [ServiceKind::Gemini, ServiceKind::OpenAi, ServiceKind::Ollama, ServiceKind::Anthropic];
    let mut all = Vec::new();
    for kind in kinds {
        let mut bodies = Vec::new();
        for row in &rows {
            let ours = serde_json::to_value(kind)? == row["wire"];
            let packed = row["headers"].to_string().contains("gzip");
            if ours
                && !packed
                && let Some(file) = row["file"].as_str()
            {
                let body = fs::read(folder.join(file))?;
                let (start, end) = (body.len().min(LONGEST), body.len().saturating_sub(LONGEST));
                bodies.push(body[..start].to_vec());
                bodies.push(body[end..].to_vec());
            }
        }
        all.push((kind, bodies));
    }
    Ok(all)
}

/// The same bytes in pieces whose lengths these bytes choose.
fn cut<'a>(body: &'a [u8], lengths: &[u8]) -> Vec<&'a [u8]> {
    let mut rest = body;
    let mut pieces = Vec::new();
    for length in lengths.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, left) = rest.split_at((usize::from(*length) + 1).min(rest.len()));
        pieces.push(piece);
        rest = left;
    }
    pieces
}

fn holds(kind: ServiceKind, body: &[u8], lengths: &[u8]) -> Result<(), TestCaseError> {
    let whole = read(kind, [body]);
    prop_assert_eq!(whole.whole, whole.problem.is_none());
    prop_assert!(!whole.whole || !whole.text.is_empty(), "whole without a word");
    let pieces = read(kind, cut(body, lengths));
    prop_assert_eq!(&whole, &pieces, "{:?}", String::from_utf8_lossy(body));
    Ok(())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let named = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)?.parse::<u64>().ok()
    };
    let (most, seconds) = (named("--inputs"), named("--seconds"));
    if most.is_none() == seconds.is_none() {
        report("usage: fuzz --inputs COUNT | --seconds COUNT");
        return ExitCode::from(2);
    }
    let Ok(corpus) = recorded() else {
        report("the recordings can't be read");
        return ExitCode::from(2);
    };
    let begun = Instant::now();
    let over = |inputs: u64| {
        most.is_some_and(|most| inputs >= most)
            || seconds.is_some_and(|seconds| begun.elapsed() >= Duration::from_secs(seconds))
    };
    let config = Config { cases: BATCH, failure_persistence: None, ..Config::default() };
    let mut inputs = 0;
    while !over(inputs) {
        for (kind, bodies) in &corpus {
            let strategy = (
                any::<prop::sample::Index>(),
                prop::collection::vec(bend(), 0..6),
                prop::collection::vec(any::<u8>(), 1..8),
            );
            let mut runner = TestRunner::new(config.clone());
            let failed = runner.run(&strategy, |(start, bends, lengths)| {
                let body = bent(bodies, &bodies[start.index(bodies.len())], &bends);
                holds(*kind, &body, &lengths)
            });
            if let Err(fault) = failed {
                report(&format!("{kind:?} after {inputs} inputs: {fault}"));
                return ExitCode::FAILURE;
            }
            inputs += u64::from(BATCH);
        }
    }
    report(&format!("{inputs} bent answers in {:.0} s: no fault", begun.elapsed().as_secs_f64()));
    ExitCode::SUCCESS
}

#[expect(clippy::print_stdout, reason = "it is a program of its own")]
fn report(words: &str) {
    println!("{words}");
}
