//! Who is let in at all.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use reqwest::Method;
use tokio::net::{TcpSocket, TcpStream};

use crate::house::{House, ORIGIN, PASSWORD};
use crate::raw::{call, status};

const HEALTH: &str = "GET /api/auth/health/ HTTP/1.1";

async fn health(house: &House, headers: &[&str]) -> String {
    call(house.serving.address(), HEALTH, headers, b"").await
}

#[tokio::test]
async fn a_loopback_name_with_the_right_port_is_let_in() {
    let house = House::open().await;
    let port = house.port();
    for host in ["127.0.0.1", "localhost", "LocalHost", "[::1]"] {
        let answer = health(&house, &[&format!("Host: {host}:{port}")]).await;
        assert_eq!(status(&answer), 200, "{host}: {answer}");
        assert!(answer.contains("cache-control: no-store"), "{answer}");
        assert!(answer.contains("x-content-type-options: nosniff"), "{answer}");
    }
}

#[tokio::test]
async fn any_other_host_a_missing_one_and_two_are_refused() {
    let house = House::open().await;
    let (address, port) = (house.serving.address(), house.port());
    let good = format!("Host: 127.0.0.1:{port}");
    let evil = format!("Host: evil.example:{port}");
    for headers in [
        vec![],
        vec!["Host:".to_owned()],
        vec![evil.clone()],
        vec![format!("Host: 0.0.0.0:{port}")],
        vec![format!("Host: 127.0.0.1.evil.example:{port}")],
        vec![format!("Host: localhost.evil.example:{port}")],
        vec![format!("Host: evil@127.0.0.1:{port}")],
        vec!["Host: 127.0.0.1".to_owned()],
        vec!["Host: localhost".to_owned()],
        vec![format!("Host: 127.0.0.1:{}", port ^ 1)],
        vec![format!("Host: [::]:{port}")],
        vec![format!("Host: 2130706433:{port}")],
        vec![good.clone(), evil.clone()],
        vec![evil, format!("X-Forwarded-Host: 127.0.0.1:{port}")],
    ] {
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        let answer = call(address, HEALTH, &headers, b"").await;
        assert_eq!(status(&answer), 403, "{headers:?}: {answer}");
        assert!(!answer.contains("healthy") && answer.contains("no-store"), "{answer}");
    }
    let old = call(address, "GET /api/auth/health/ HTTP/1.0", &[], b"").await;
    assert_eq!(status(&old), 403, "{old}");
}

#[tokio::test]
async fn a_whole_address_in_the_place_of_a_path_is_refused() {
    let house = House::open().await;
    let (address, port) = (house.serving.address(), house.port());
    let host = format!("Host: 127.0.0.1:{port}");
    for line in [
        format!("GET http://127.0.0.1:{port}/api/auth/health/ HTTP/1.1"),
        "GET http://evil.example/api/auth/health/ HTTP/1.1".to_owned(),
        format!("CONNECT 127.0.0.1:{port} HTTP/1.1"),
    ] {
        let answer = call(address, &line, &[&host], b"").await;
        assert_eq!(status(&answer), 403, "{line}: {answer}");
    }
}

#[tokio::test]
async fn it_is_bound_to_the_loopback_address_alone() {
    let house = House::open().await;
    assert_eq!(house.serving.address().ip(), IpAddr::V4(Ipv4Addr::LOCALHOST));
    // The same port of every other address of this computer is free.
    for other in [Ipv4Addr::new(127, 0, 0, 2), Ipv4Addr::new(127, 1, 1, 1)] {
        let answer = TcpStream::connect(SocketAddr::from((other, house.port()))).await;
        assert!(answer.is_err(), "{other}");
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(SocketAddr::from((other, house.port()))).expect("free");
    }
}

#[tokio::test]
async fn an_origin_that_is_not_on_the_list_is_refused_without_a_cors_header() {
    let house = House::open().await;
    let port = house.port();
    let host = format!("Host: 127.0.0.1:{port}");
    for origin in [
        "http://evil.example",
        "null",
        "*",
        "",
        "http://localhost:3001",
        "https://localhost:3000",
        "http://localhost:3000.evil.example",
        "http://localhost:3000/",
        "HTTP://LOCALHOST:3000",
        "http://127.0.0.1",
    ] {
        let origin = format!("Origin: {origin}");
        for line in [HEALTH, "OPTIONS /api/auth/health/ HTTP/1.1"] {
            let asks = "Access-Control-Request-Method: GET";
            let headers = [&*host, &*origin, asks];
            let answer = call(house.serving.address(), line, &headers, b"").await;
            assert_eq!(status(&answer), 403, "{origin}: {answer}");
            assert!(!answer.to_lowercase().contains("access-control-"), "{answer}");
        }
    }
    let listed = format!("Origin: {ORIGIN}");
    let two = health(&house, &[&host, &listed, "Origin: http://evil.example"]).await;
    assert_eq!(status(&two), 403, "{two}");
    let own = health(&house, &[&host, &format!("Origin: http://127.0.0.1:{port}")]).await;
    assert_eq!(status(&own), 200, "{own}");
}

#[tokio::test]
async fn a_listed_origin_gets_exact_cors_answers_to_the_call_and_to_the_preflight() {
    let house = House::open().await;
    let client = house.anybody();
    let answer = client.request(Method::GET, "/api/auth/health/").header("origin", ORIGIN);
    let answer = client.send(answer).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), ORIGIN);
    assert_eq!(answer.header("access-control-allow-credentials"), "true");
    assert!(answer.header("vary").to_lowercase().contains("origin"));
    // A refusal can be read by the page too.
    let refused = client.request(Method::GET, "/api/auth/user/me/").header("origin", ORIGIN);
    let refused = client.send(refused).await;
    refused.is(401, "not_authenticated");
    assert_eq!(refused.header("access-control-allow-origin"), ORIGIN);

    let preflight = client
        .request(Method::OPTIONS, "/api/auth/chat/")
        .header("origin", ORIGIN)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type,x-csrftoken");
    let preflight = client.http_send(preflight).await;
    assert_eq!(preflight.status(), 200);
    let header = |name: &str| preflight.headers()[name].to_str().expect("text").to_lowercase();
    assert_eq!(header("access-control-allow-origin"), ORIGIN);
    assert_eq!(header("access-control-allow-credentials"), "true");
    for method in ["get", "post", "put", "patch", "delete"] {
        assert!(header("access-control-allow-methods").contains(method));
    }
    for allowed in ["authorization", "content-type", "x-csrftoken"] {
        assert!(header("access-control-allow-headers").contains(allowed));
    }
    assert_eq!(header("cache-control"), "no-store");
}

#[tokio::test]
async fn whatever_is_not_json_is_refused() {
    let house = House::open().await;
    let client = house.anybody();
    let body = format!("username=ada&password={PASSWORD}");
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "application/xml",
    ] {
        let request = client.request(Method::POST, "/api/auth/login/");
        let answer = client.send(request.header("content-type", kind).body(body.clone())).await;
        answer.is(415, "unsupported_media_type");
        // Also where no body is needed.
        let request = client.request(Method::POST, "/api/auth/logout/");
        let answer = client.send(request.header("content-type", kind).body("{}")).await;
        answer.is(415, "unsupported_media_type");
    }
    let untyped = client.request(Method::POST, "/api/auth/login/").body("{}");
    client.send(untyped).await.is(415, "unsupported_media_type");
}

#[tokio::test]
async fn json_that_is_too_deep_doubled_broken_or_no_utf_8_is_refused() {
    let house = House::open().await;
    let client = house.anybody();
    let deep = format!("{{\"username\": {}{}}}", "[".repeat(50_000), "]".repeat(50_000));
    for body in [
        deep.as_bytes(),
        br#"{"username": "ada", "username": "eve", "password": "x"}"#,
        br#"{"username": "ada", "user\u006eame": "eve", "password": "x"}"#,
        b"{\"username\": \"a\xffda\", \"password\": \"x\"}",
        b"{\"username\": \"\\ud800\", \"password\": \"x\"}",
        b"{\"username\": \"ada\"",
        b"{\"username\": \"ada\"} x",
        b"[]",
        b"null",
        b"\"ada\"",
        b"\xef\xbb\xbf{}",
        b"{\"username\": 1e999, \"password\": \"x\"}",
    ] {
        let request = client.request(Method::POST, "/api/auth/login/");
        let request = request.header("content-type", "application/json").body(body.to_vec());
        client.send(request).await.is(400, "parse_error");
    }
}

#[tokio::test]
async fn a_path_without_its_slash_and_a_method_that_is_none_are_answered_in_json() {
    let house = House::open().await;
    let client = house.anybody();
    assert_eq!(client.get("/api/auth/health").await.status, 200);
    assert_eq!(client.get("/api/auth/health?x=1").await.status, 200);
    client.get("/api/auth/nothing").await.is(404, "not_found");
    client.get("/").await.is(404, "not_found");
    client.get("/api/auth/../auth//health/%00").await.is(404, "not_found");
    client.delete("/api/auth/health/").await.is(405, "method_not_allowed");
    client.get("/api/auth/login/").await.is(405, "method_not_allowed");
}

#[tokio::test]
async fn a_stopped_server_listens_no_more() {
    let house = House::open().await;
    let address = house.serving.address();
    house.serving.stop().await;
    assert!(TcpStream::connect(address).await.is_err());
}
