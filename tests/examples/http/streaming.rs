//! Programs that follow answers of a local model server, all at once: whether each gets its own
//! answer whole, and how long what the model sent is under way.

use std::time::{Duration, Instant};

use algoagent_tests::steps::ADA;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use crate::line::{Ask, Line};
use crate::model::{Models, SERVICE, Script};
use crate::ours::CHAT;
use crate::people::Words;
use crate::servers::Server;
use crate::{Row, at};

const CLIENTS: usize = 200;
const PIECES: usize = 100;
const EVERY: Duration = Duration::from_millis(30);
/// After which an answer is given up.
const LONGEST: Duration = Duration::from_secs(120);

/// What a program heard.
struct Heard {
    question: String,
    script: Script,
    /// Bytes of the answer, and when there were so many.
    grown: Vec<(usize, Instant)>,
    text: String,
    done: Value,
}

pub(crate) async fn measured(server: &Server, models: &Models) -> Row {
    let token = server.sign_in(&ADA).await.access;
    let mut clients = Vec::new();
    for number in 0..CLIENTS {
        let question = format!("What does client {number} of {CLIENTS} ask?");
        let script = script(number);
        models.answers(&question, script.clone());
        clients.push(tokio::spawn(follows(server.line(), token.clone(), question, script)));
    }
    let mut delays = Vec::new();
    let (mut lost, mut changed) = (0, 0);
    let mut line = server.line();
    for client in clients {
        let heard = tokio::time::timeout(LONGEST, client).await;
        let heard = heard.expect("the answer ends").expect("no program gave up");
        let text = heard.script.text();
        lost += usize::from(heard.text != text || heard.done["ai_response"] != *text);
        changed += usize::from(!is_kept(&mut line, &token, &heard, &text).await);
        let sent = models.sent(&heard.question);
        assert_eq!(sent.len(), PIECES, "the model was asked twice");
        delays.extend(under_way(&heard, &sent));
    }
    assert_eq!(
        (lost, changed),
        (0, 0),
        "answers that came or were kept otherwise than they were sent"
    );
    Row {
        what: format!(
            "{CLIENTS} answers at once, {PIECES} pieces each in {:.0} s",
            (EVERY * 100).as_secs_f64()
        ),
        ours: format!(
            "none lost or mixed; a piece is under way p50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms",
            at(&mut delays, 50),
            at(&mut delays, 99),
            at(&mut delays, 100)
        ),
        theirs: "–".to_owned(),
        beside: "–".to_owned(),
        goal: "none lost or mixed, p99 50 ms",
    }
}

/// An answer that no other client gets.
fn script(number: usize) -> Script {
    let mut words = Words(0x2545_f491_4f6c_dd1d ^ (number as u64 + 1));
    let pieces = (0..PIECES).map(|piece| {
        let end = if piece % 12 == 11 { ".\n\n" } else { ", " };
        format!("{number}/{piece} {}{end}", words.phrase())
    });
    let mut pieces: Vec<String> = pieces.collect();
    pieces.push(format!("The end of {number}."));
    pieces.remove(0);
    Script { pieces, every: EVERY }
}

/// Asks, and follows the answer to its end.
async fn follows(mut line: Line, token: String, question: String, script: Script) -> Heard {
    let body = json!({ "message": question, "model": SERVICE });
    let ask = Ask { events: true, ..Ask::post(CHAT, Some(&token), &body) };
    let answer = line.begin(ask).await;
    assert_eq!(answer.status(), 200, "no answer begins");
    let mut body = answer.into_body();
    let mut heard =
        Heard { question, script, grown: Vec::new(), text: String::new(), done: Value::Null };
    let mut rest = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.expect("the stream goes on");
        let Some(data) = frame.data_ref() else { continue };
        let now = Instant::now();
        rest.extend_from_slice(data);
        while let Some(end) = rest.windows(2).position(|two| two == b"\n\n") {
            let event: Vec<u8> = rest.drain(..end + 2).collect();
            heard.take(&String::from_utf8(event).expect("UTF-8"), now);
        }
    }
    assert!(heard.done.is_object(), "it ended without an end");
    heard
}

impl Heard {
    fn take(&mut self, event: &str, now: Instant) {
        let field = |name: &str| {
            event.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
        };
        let data = || serde_json::from_str(field("data").expect("data")).expect("JSON");
        match field("event") {
            Some("delta") => {
                let data: Value = data();
                self.text.push_str(data["text"].as_str().expect("text"));
                self.grown.push((self.text.len(), now));
            }
            Some("done") => self.done = data(),
            // What only keeps the connection alive.
            None => {}
            other => panic!("{other:?}: {event}"),
        }
    }
}

/// Whether the chat holds the question and the answer as they were.
async fn is_kept(line: &mut Line, token: &str, heard: &Heard, text: &str) -> bool {
    let id = heard.done["session_id"].as_str().expect("a session id");
    let path = format!("/api/auth/chat-sessions/{id}/");
    let chat = line.json(Ask::get(&path, Some(token))).await;
    let kept: Vec<_> = chat["chat_messages"].as_array().into_iter().flatten().collect();
    kept.len() == 2 && kept[0]["content"] == *heard.question && kept[1]["content"] == *text
}

/// Milliseconds that each piece was under way.
fn under_way(heard: &Heard, sent: &[Instant]) -> Vec<f64> {
    let mut end = 0;
    let pieces = heard.script.pieces.iter().zip(sent);
    pieces
        .map(|(piece, sent)| {
            end += piece.len();
            let came = heard.grown.iter().find(|(length, _)| *length >= end);
            came.map_or(f64::INFINITY, |(_, came)| came.duration_since(*sent).as_secs_f64() * 1e3)
        })
        .collect()
}
