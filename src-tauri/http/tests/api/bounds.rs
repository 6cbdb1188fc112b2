//! More of anything than a call needs: it is refused, and the server lives.

use algoagent_http::Limits;
use reqwest::Method;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::house::House;
use crate::raw::{DEADLINE, call, exchange, read_all, status};

#[tokio::test]
async fn a_body_over_one_mebibyte_is_refused_however_its_length_is_told() {
    let house = House::open().await;
    let client = house.person("ada").await;
    let fits = json!({ "first": "x".repeat(1024 * 1024 - 12) });
    assert_eq!(fits.to_string().len(), 1024 * 1024);
    assert_eq!(client.patch("/api/auth/profiles/update_me/", fits).await.status, 200);
    let large = json!({ "first": "x".repeat(1024 * 1024 - 11) }).to_string();
    let request = client.request(Method::PATCH, "/api/auth/profiles/update_me/");
    let request = request.header("content-type", "application/json");
    client.send(request.body(large.clone())).await.is(413, "too_large");
    let host = format!("Host: 127.0.0.1:{}", house.port());
    let token = format!("Authorization: Bearer {}", client.token.as_deref().expect("a token"));
    let headers = [&*host, &token, "Content-Type: application/json", "Transfer-Encoding: chunked"];
    let mut chunked = Vec::new();
    for piece in large.as_bytes().chunks(64 * 1024) {
        chunked.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        chunked.extend_from_slice(piece);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    let line = "PATCH /api/auth/profiles/update_me/ HTTP/1.1";
    let answer = call(house.serving.address(), line, &headers, &chunked).await;
    assert_eq!(status(&answer), 413, "{answer}");
    let announced = [&*host, "Content-Type: application/json", "Content-Length: 99999999999"];
    let line = "POST /api/auth/login/ HTTP/1.1";
    let answer = call(house.serving.address(), line, &announced, b"{").await;
    assert_eq!(status(&answer), 413, "{answer}");
}

fn impatient() -> Limits {
    let short = std::time::Duration::from_millis(300);
    Limits { head: short, body: short, ..Limits::default() }
}

#[tokio::test]
async fn a_body_that_never_comes_is_not_waited_for() {
    let house = House::with(impatient()).await;
    let host = format!("Host: 127.0.0.1:{}", house.port());
    let headers = [&*host, "Content-Type: application/json", "Content-Length: 100"];
    let line = "POST /api/auth/login/ HTTP/1.1";
    let answer = call(house.serving.address(), line, &headers, b"{\"user").await;
    assert_eq!(status(&answer), 408, "{answer}");
    assert_eq!(house.anybody().get("/api/auth/health/").await.status, 200);
}

#[tokio::test]
async fn a_head_that_never_ends_is_not_waited_for() {
    let house = House::with(impatient()).await;
    for start in ["", "GET", "GET /api/auth/health/ HTTP/1.1\r\nHost: 127"] {
        let answer = exchange(house.serving.address(), start.as_bytes()).await;
        assert!(matches!(status(&answer), 0 | 408), "{answer}");
    }
    // One byte at a time, for longer than a head may take.
    let mut stream = TcpStream::connect(house.serving.address()).await.expect("it listens");
    let hung_up = async {
        loop {
            if stream.write_all(b"x").await.is_err() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(DEADLINE, hung_up).await.expect("hung up on");
}

#[tokio::test]
async fn a_thousand_connections_that_ask_nothing_keep_nobody_out() {
    let house = House::open().await;
    let mut idle = Vec::new();
    for _ in 0..1000 {
        idle.push(TcpStream::connect(house.serving.address()).await.expect("it listens"));
    }
    for _ in 0..20 {
        assert_eq!(house.anybody().get("/api/auth/health/").await.status, 200);
    }
    // The oldest gave way.
    let first = idle.first_mut().expect("one of them");
    assert_eq!(read_all(first).await, "");
}

#[tokio::test]
async fn calls_sent_at_once_on_one_connection_are_answered_in_their_order() {
    let house = House::open().await;
    let host = format!("Host: 127.0.0.1:{}\r\n", house.port());
    let one = |path: &str| format!("GET {path} HTTP/1.1\r\n{host}\r\n");
    let mut all = String::new();
    for _ in 0..50 {
        all.push_str(&one("/api/auth/health/"));
        all.push_str(&one("/api/auth/user/me/"));
    }
    let last = format!("GET /api/nothing/ HTTP/1.1\r\n{host}Connection: close\r\n\r\n");
    let answer = exchange(house.serving.address(), format!("{all}{last}").as_bytes()).await;
    let statuses: Vec<_> = answer
        .split("HTTP/1.1 ")
        .skip(1)
        .map(|answer| answer[..3].parse::<u16>().expect("a status"))
        .collect();
    let mut expected = [200, 401].repeat(50);
    expected.push(404);
    assert_eq!(statuses, expected);
}

#[tokio::test]
async fn a_call_hidden_in_the_body_of_another_is_none() {
    let house = House::open().await;
    let host = format!("Host: 127.0.0.1:{}", house.port());
    let hidden = "GET /api/schema/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    let both = format!(
        "POST /api/auth/login/ HTTP/1.1\r\n{host}\r\nContent-Type: application/json\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n{hidden}"
    );
    let answer = exchange(house.serving.address(), both.as_bytes()).await;
    assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
    assert!(!answer.contains("openapi"), "{answer}");
    let two_lengths = format!(
        "POST /api/auth/login/ HTTP/1.1\r\n{host}\r\nContent-Type: application/json\r\nContent-Length: 2\r\nContent-Length: 60\r\n\r\n{{}}{hidden}"
    );
    let answer = exchange(house.serving.address(), two_lengths.as_bytes()).await;
    assert_eq!(status(&answer), 400, "{answer}");
}

#[tokio::test]
async fn a_flood_of_headers_is_refused_and_the_server_lives() {
    let house = House::open().await;
    let host = format!("Host: 127.0.0.1:{}", house.port());
    let many: String = (0..10_000).map(|n| format!("X-{n}: y\r\n")).collect();
    let long = format!("X: {}\r\n", "y".repeat(1_000_000));
    let path = "a".repeat(1_000_000);
    for text in [
        format!("GET / HTTP/1.1\r\n{host}\r\n{many}\r\n"),
        format!("GET / HTTP/1.1\r\n{host}\r\n{long}\r\n"),
        format!("GET /{path} HTTP/1.1\r\n{host}\r\n\r\n"),
    ] {
        let answer = exchange(house.serving.address(), text.as_bytes()).await;
        // Who sends on after the refusal may lose it on the way.
        assert!(matches!(status(&answer), 0 | 400 | 414 | 431), "{answer}");
        assert_eq!(house.anybody().get("/api/auth/health/").await.status, 200);
    }
}
