//! Places that are all taken: whoever waits for nothing gives way, and nobody who comes is kept out.

use std::time::Duration;

use algoagent_http::Limits;
use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::house::House;
use crate::raw::{DEADLINE, read_all};
use crate::streams::{begun, stalling};

/// One connection, kept open.
struct Line {
    stream: TcpStream,
    host: String,
}

impl Line {
    async fn to(house: &House) -> Self {
        let stream = TcpStream::connect(house.serving.address()).await.expect("it listens");
        Self { stream, host: format!("Host: 127.0.0.1:{}\r\n", house.port()) }
    }

    /// Asks whether the server lives; whether it said so.
    async fn ask(&mut self) -> bool {
        let call = format!("GET /api/auth/health/ HTTP/1.1\r\n{}\r\n", self.host);
        if self.stream.write_all(call.as_bytes()).await.is_err() {
            return false;
        }
        let mut answer = Vec::new();
        let mut buffer = [0; 4096];
        while !answer.ends_with(b"}") {
            match timeout(DEADLINE, self.stream.read(&mut buffer)).await.expect("in time") {
                Ok(0) | Err(_) => return false,
                Ok(read) => answer.extend_from_slice(&buffer[..read]),
            }
        }
        answer.starts_with(b"HTTP/1.1 200")
    }

    /// Asks for more and more, and takes nothing of it, until it is hung up on.
    async fn gorge(mut self) {
        let call = format!("GET /api/schema/ HTTP/1.1\r\n{}\r\n", self.host);
        let calls = call.repeat(100);
        while self.stream.write_all(calls.as_bytes()).await.is_ok() {}
    }
}

fn few(connections: usize) -> Limits {
    // No place becomes free by itself.
    let long = Duration::from_secs(600);
    Limits { connections, head: long, body: long, write: long, ..Limits::default() }
}

/// Waits until somebody who comes is served.
async fn is_served(house: &House) {
    let served = async {
        while !Line::to(house).await.ask().await {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(DEADLINE, served).await.expect("nobody is kept out");
}

#[tokio::test]
async fn whoever_rests_longest_between_two_calls_gives_way() {
    let house = House::with(few(3)).await;
    let mut lines = Vec::new();
    for _ in 0..3 {
        let mut line = Line::to(&house).await;
        assert!(line.ask().await);
        lines.push(line);
    }
    assert!(lines[0].ask().await, "the first has asked last");
    let mut next = Line::to(&house).await;
    assert!(next.ask().await, "whoever comes is served");
    assert_eq!(read_all(&mut lines[1].stream).await, "", "the second gave way");
    assert!(lines[0].ask().await && lines[2].ask().await && next.ask().await);
}

#[tokio::test]
async fn whoever_was_refused_keeps_nobody_out() {
    let house = House::with(few(8)).await;
    let mut lines = Vec::new();
    for _ in 0..16 {
        let mut line = Line::to(&house).await;
        line.host = "Host: example.org\r\n".to_owned();
        assert!(!line.ask().await, "it is refused");
        lines.push(line);
    }
    assert!(Line::to(&house).await.ask().await);
}

#[tokio::test]
async fn an_answer_that_is_being_written_keeps_its_place() {
    let house = House::with(few(6)).await;
    let client = house.person("ada").await;
    let server = stalling().await;
    let (mut events, session_id) = begun(&house, &client, &server).await;
    let mut lines = Vec::new();
    for n in 0..20 {
        let mut line = Line::to(&house).await;
        assert!(line.ask().await, "number {n} is served");
        lines.push(line);
    }
    let path = format!("/api/auth/chat-sessions/{}/", session_id.as_str().expect("text"));
    let delete = || client.request(Method::DELETE, &path).send();
    // The connection that the client kept may have given way.
    let deleted = match delete().await {
        Ok(deleted) => deleted,
        Err(_) => delete().await.expect("an answer"),
    };
    assert_eq!(deleted.status(), 204);
    let (name, error) = events.next().await.expect("its end");
    assert_eq!((&*name, &error["code"]), ("error", &json!("not_found")));
}

#[tokio::test]
async fn bodies_that_never_come_keep_nobody_out() {
    let house = House::with(few(4)).await;
    let mut lines = Vec::new();
    for _ in 0..4 {
        let mut line = Line::to(&house).await;
        assert!(line.ask().await);
        let call = format!(
            "POST /api/auth/login/ HTTP/1.1\r\n{}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{",
            line.host
        );
        line.stream.write_all(call.as_bytes()).await.expect("it listens");
        lines.push(line);
    }
    is_served(&house).await;
}

#[tokio::test]
async fn whoever_takes_nothing_of_its_answers_keeps_nobody_out() {
    let house = House::with(few(4)).await;
    let mut crowd = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let mut line = Line::to(&house).await;
        assert!(line.ask().await);
        crowd.spawn(line.gorge());
    }
    is_served(&house).await;
}

#[tokio::test]
async fn whoever_takes_nothing_of_its_answers_is_hung_up_on() {
    let house =
        House::with(Limits { write: Duration::from_millis(300), ..Limits::default() }).await;
    let line = Line::to(&house).await;
    timeout(DEADLINE, line.gorge()).await.expect("hung up on");
    assert_eq!(house.anybody().get("/api/auth/health/").await.status, 200);
}
