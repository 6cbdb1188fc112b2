//! Answers as they are written, and clients that go away.

use std::time::Duration;

use algoagent_core::model::ServiceKind;
use algoagent_http::Limits;
use algoagent_tests::faults::cases;
use algoagent_tests::faults::wires::Wire;
use algoagent_tests::faults::{Cut, End, FaultServer, Play};
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::client::Client;
use crate::faults::{add, add_of};
use crate::house::House;
use crate::raw::DEADLINE;

const CHAT: &str = "/api/auth/chat/";

/// Events as they come.
pub(crate) struct Events {
    bytes: futures_util::stream::BoxStream<'static, reqwest::Result<Vec<u8>>>,
    text: String,
}

impl Events {
    fn of(response: Response) -> Self {
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let bytes = response.bytes_stream().map(|piece| piece.map(|piece| piece.to_vec()));
        Self { bytes: bytes.boxed(), text: String::new() }
    }

    /// The next event; none at the end.
    pub(crate) async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| {
                    let line = event.lines().find_map(|line| line.strip_prefix(name));
                    line.map(|value| value.trim().to_owned())
                };
                if let (Some(name), Some(data)) = (field("event:"), field("data:")) {
                    return Some((name, serde_json::from_str(&data).expect("JSON")));
                }
                continue;
            }
            let next = tokio::time::timeout(DEADLINE, self.bytes.next()).await.expect("in time");
            self.text.push_str(&String::from_utf8(next?.ok()?).expect("whole letters"));
        }
    }

    async fn all(mut self) -> Vec<(String, Value)> {
        let mut all = Vec::new();
        while let Some(event) = self.next().await {
            all.push(event);
        }
        all
    }
}

async fn open(client: &Client, body: &Value) -> Events {
    let request = client.request(Method::POST, CHAT).header("accept", "text/event-stream");
    Events::of(client.http_send(request.json(body)).await)
}

fn deltas(events: &[(String, Value)]) -> String {
    let deltas = events.iter().filter(|(name, _)| name == "delta");
    deltas.map(|(_, data)| data["text"].as_str().expect("text")).collect()
}

#[tokio::test]
async fn an_answer_streams_its_words_its_strategy_and_its_end() {
    let house = House::open().await;
    let client = house.person("ada").await;
    let events = open(&client, &json!({ "message": "Create a momentum strategy for AAPL" })).await;
    let events = events.all().await;
    let (last, done) = events.last().expect("events");
    assert_eq!(last, "done");
    assert_eq!(deltas(&events), done["ai_response"].as_str().expect("text"));
    let strategies: Vec<_> = events.iter().filter(|(name, _)| name == "strategy").collect();
    assert_eq!(strategies.len(), 1);
    assert_eq!(strategies[0].1["strategy_id"], done["generated_strategy_id"]);
    assert_eq!(strategies[0].1["version"], 1);
    let known = ["delta", "strategy", "done"];
    assert!(events.iter().all(|(name, _)| known.contains(&&**name)));
    let first = events.iter().find(|(name, _)| name == "delta").expect("a delta");
    assert_eq!(first.1["session_id"], done["session_id"]);
}

#[tokio::test]
async fn a_stream_is_refused_before_it_begins_like_any_other_call() {
    let house = House::open().await;
    let client = house.person("ada").await;
    let request = client.request(Method::POST, CHAT).header("accept", "text/event-stream");
    let request = request.json(&json!({ "message": "Hi", "session_id": "nothing" }));
    client.send(request).await.is(404, "not_found");
}

#[tokio::test]
async fn a_model_that_fails_ends_the_stream_with_its_word_and_what_was_written() {
    let house = House::open().await;
    let client = house.person("ada").await;
    let cases = cases::all(Wire::Gemini);
    let broken = |case: &&cases::Case| case.code == Some("stream_broken") && !case.text.is_empty();
    let case = cases.iter().find(broken).expect("a case");
    let server = FaultServer::start(case.plays.clone(), Cut::Bytes).await;
    let (_, name) = add(&house.session_of(&client), &server.url, 30).await;
    let events = open(&client, &json!({ "message": "Hi", "model": format!("{name}/m") })).await;
    let events = events.all().await;
    let (last, error) = events.last().expect("events");
    assert_eq!((&**last, &error["code"]), ("error", &json!("stream_broken")));
    assert_eq!(error["detail"], error["error"]);
    assert_eq!((&error["ai_response"], &*deltas(&events)), (&json!(case.text), &*case.text));
    assert!(error["session_id"].is_string());
}

#[tokio::test]
async fn reasoning_that_was_taken_for_the_answer_is_taken_back() {
    let house = House::open().await;
    let client = house.person("ada").await;
    let pieces = ["Hm.\n\nA cross it is.\n</th", "ink>\n", "\nA slow ", "cross."];
    let play = Play::of(Wire::OpenAi.kind(), Wire::OpenAi.answer(&pieces));
    let server = FaultServer::start(vec![play], Cut::Bytes).await;
    let session = house.session_of(&client);
    let (_, name) = add_of(&session, ServiceKind::OpenAi, &server.url, 30).await;
    let body = json!({ "message": "Which?", "model": format!("{name}/m") });
    let events = open(&client, &body).await.all().await;
    let begins_anew = events.iter().rposition(|(name, _)| name == "anew").expect("it is told");
    assert_eq!(events[begins_anew].1, json!({}));
    let (last, done) = events.last().expect("events");
    assert_eq!((&**last, &done["ai_response"]), ("done", &json!("A slow cross.")));
    assert_eq!(deltas(&events[begins_anew..]), "A slow cross.");
    // Who waits for the whole of it hears nothing of that.
    assert_eq!(client.ask(body).await.text("/ai_response"), "A slow cross.");
}

/// A model that says a few words and then nothing more.
pub(crate) async fn stalling() -> FaultServer {
    let words = json!({ "candidates": [{ "content": { "parts": [{ "text": "Half a word" }] } }] });
    let body = format!("data: {words}\r\n\r\n");
    FaultServer::start(vec![Play::of("text/event-stream", body).ends(End::Stall)], Cut::Whole).await
}

/// A chat whose answer has begun and doesn't end.
pub(crate) async fn begun(house: &House, client: &Client, server: &FaultServer) -> (Events, Value) {
    let (_, name) = add(&house.session_of(client), &server.url, 60).await;
    let body = json!({ "message": "Hi", "model": format!("{name}/m") });
    let mut events = open(client, &body).await;
    let (name, first) = events.next().await.expect("the first words");
    assert_eq!((&*name, &first["text"]), ("delta", &json!("Half a word")));
    (events, first["session_id"].clone())
}

#[tokio::test]
async fn a_question_while_an_answer_is_written_is_refused_until_it_has_ended() {
    let house = House::open().await;
    let client = house.person("ada").await;
    let server = stalling().await;
    let (mut events, session_id) = begun(&house, &client, &server).await;
    let next = json!({ "message": "And?", "session_id": session_id });
    client.post(CHAT, next).await.is(409, "busy");
    let path = format!("/api/auth/chat-sessions/{}/", session_id.as_str().expect("text"));
    let writing = client.get(&path).await;
    assert_eq!(writing.text("/chat_messages/1/metadata/state"), "writing");
    assert_eq!(
        client.ask(json!({ "message": "Elsewhere?", "model": "built-in" })).await.status,
        200
    );
    assert_eq!(client.delete(&path).await.status, 204);
    let (name, error) = events.next().await.expect("its end");
    assert_eq!((&*name, &error["code"]), ("error", &json!("not_found")));
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn of_questions_at_once_in_one_chat_the_refused_ones_change_nothing() {
    let house = House::open().await;
    let client = house.person("ada").await;
    let server = stalling().await;
    let (_, name) = add(&house.session_of(&client), &server.url, 60).await;
    let chats = "/api/auth/chat-sessions/";
    let contexts = "/api/auth/ai-contexts/";
    let empty = client.post(chats, json!({ "title": "Before" })).await;
    let session_id = empty.text("/session_id");
    let mut questions = Vec::new();
    for n in 0..4 {
        let title = format!("Question {n}");
        let context = client.post(contexts, json!({ "session_name": title })).await.number("/id");
        questions.push(json!({
            "message": title, "title": title, "session_id": session_id,
            "ai_context_id": context, "model": format!("{name}/m"),
        }));
    }
    let ask = async |question: &Value| {
        let request = client.request(Method::POST, CHAT).header("accept", "text/event-stream");
        let response = client.http_send(request.json(question)).await;
        (response.status().as_u16(), response, question.clone())
    };
    let answers = join_all(questions.iter().map(ask)).await;
    let (taken, refused): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|(status, ..)| *status == 200);
    assert_eq!(taken.len(), 1, "one is answered");
    assert!(refused.iter().all(|(status, ..)| *status == 409), "{refused:?}");
    let chat = client.get(&format!("{chats}{session_id}/")).await;
    let (_, _answer, question) = &taken[0];
    assert_eq!(chat.body["title"], question["title"]);
    assert_eq!(chat.body["ai_context"], question["ai_context_id"]);
    assert_eq!(chat.body["chat_messages"][0]["content"], question["message"]);
    assert_eq!(chat.number("/message_count"), 2);
}

#[tokio::test]
async fn a_client_that_goes_away_does_not_stop_its_answer() {
    let house = House::open().await;
    let client = house.person("ada").await;
    let mut titles = Vec::new();
    for stream in [true, false] {
        let accept = if stream { "text/event-stream" } else { "application/json" };
        let body = json!({ "message": "Create a momentum strategy for AAPL" });
        let request = client.request(Method::POST, CHAT).header("accept", accept).json(&body);
        let request = request.timeout(Duration::from_millis(50)).send();
        // Gone before the answer is whole, or just after.
        if let Ok(response) = request.await {
            response.bytes().await.ok();
        }
    }
    let deadline = tokio::time::Instant::now() + DEADLINE;
    while titles.len() < 2 {
        assert!(tokio::time::Instant::now() < deadline, "both end");
        tokio::time::sleep(Duration::from_millis(50)).await;
        titles.clear();
        let listed = client.get("/api/auth/chat-sessions/").await;
        for row in listed.body["results"].as_array().expect("rows") {
            let details = client.get(&format!("/api/auth/chat-sessions/{}/", row["id"])).await;
            if details.body["chat_messages"][1]["metadata"]["state"] == "done" {
                titles.push(details.text("/title").to_owned());
            }
        }
    }
}

#[tokio::test]
async fn signing_out_ends_a_stream_at_once() {
    let house = House::open().await;
    let client = house.person("ada").await;
    let server = stalling().await;
    let (mut events, _) = begun(&house, &client, &server).await;
    assert_eq!(client.act("/api/auth/logout/").await.status, 200);
    let (name, error) = events.next().await.expect("its end");
    assert_eq!(name, "error");
    assert!(matches!(error["code"].as_str(), Some("token_not_valid" | "stopped")), "{error}");
}

#[tokio::test]
async fn a_server_that_stops_waits_no_longer_than_it_may_and_keeps_what_was_written() {
    let goodbye = Duration::from_millis(300);
    let house = House::with(Limits { goodbye, ..Limits::default() }).await;
    let client = house.person("ada").await;
    let session = house.session_of(&client);
    let server = stalling().await;
    let (events, session_id) = begun(&house, &client, &server).await;
    let House { serving, core, .. } = house;
    tokio::time::timeout(DEADLINE, serving.stop()).await.expect("it stops");
    assert!(!events.all().await.iter().any(|(name, _)| name == "done"));
    let named = algoagent_core::chat::Named::SessionId(session_id.as_str().expect("text").into());
    let record = algoagent_core::chat::find(&session, &named).await.expect("there");
    let kept = algoagent_core::chat::whole_branch(&session, record.chat.id).await.expect("there");
    assert_eq!(kept[1].text, "Half a word");
    core.shut_down().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn forty_streams_at_once_lose_and_mix_nothing() {
    let house = House::open().await;
    let client = house.person("ada").await;
    let all = (0..40).map(async |n: usize| {
        let symbol = format!("{}{}", ["AAPL", "MSFT", "TSLA", "GOOGL"][n % 4], "");
        let body = json!({ "message": format!("Create a momentum strategy for {symbol}") });
        let events = open(&client, &body).await.all().await;
        let (name, done) = events.last().expect("events").clone();
        assert_eq!(name, "done", "{done}");
        let answer = done["ai_response"].as_str().expect("text");
        assert_eq!(deltas(&events), answer);
        assert!(answer.contains(&symbol), "{symbol}: {answer}");
        done["session_id"].clone()
    });
    let mut ids: Vec<_> = join_all(all).await.iter().map(Value::to_string).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 40);
}
