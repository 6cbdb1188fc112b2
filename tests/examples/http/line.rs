//! One connection to a server, opened again where the server closes it after each answer.

use std::convert::Infallible;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{ACCEPT, AUTHORIZATION, CONNECTION, CONTENT_TYPE, HOST};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

type Body = Full<Bytes>;

/// A connection.
pub(crate) struct Line {
    port: u16,
    sender: Option<SendRequest<Body>>,
}

/// What is asked.
#[derive(Clone, Copy)]
pub(crate) struct Ask<'a> {
    pub(crate) path: &'a str,
    pub(crate) token: Option<&'a str>,
    pub(crate) body: Option<&'a Value>,
    /// Whether the answer is wanted as it is written.
    pub(crate) events: bool,
}

impl<'a> Ask<'a> {
    pub(crate) fn get(path: &'a str, token: Option<&'a str>) -> Self {
        Self { path, token, body: None, events: false }
    }

    pub(crate) fn post(path: &'a str, token: Option<&'a str>, body: &'a Value) -> Self {
        Self { path, token, body: Some(body), events: false }
    }
}

impl Line {
    pub(crate) fn to(port: u16) -> Self {
        Self { port, sender: None }
    }

    /// Asks, and gives the head of the answer; its body follows.
    pub(crate) async fn begin(&mut self, ask: Ask<'_>) -> Response<Incoming> {
        let Ask { path, token, body, events } = ask;
        let mut request =
            Request::builder().uri(path).header(HOST, format!("127.0.0.1:{}", self.port));
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        if events {
            request = request.header(ACCEPT, "text/event-stream");
        }
        let request = match body {
            None => request.body(Body::default()),
            Some(body) => request
                .method(Method::POST)
                .header(CONTENT_TYPE, "application/json")
                .body(body.to_string().into()),
        };
        let sender = self.sender().await;
        sender.ready().await.expect("the server keeps the connection");
        let answer = sender.send_request(request.expect("a request")).await;
        let answer = answer.unwrap_or_else(|why| panic!("no answer to {path}: {why}"));
        if answer.headers().get(CONNECTION).is_some_and(|word| word == "close") {
            self.sender = None;
        }
        answer
    }

    /// Asks, and reads the answer to its end; its body is kept where it is wanted.
    pub(crate) async fn ask(&mut self, ask: Ask<'_>, wanted: bool) -> (u16, Vec<u8>) {
        let answer = self.begin(ask).await;
        let status = answer.status().as_u16();
        let mut body = answer.into_body();
        let mut kept = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.unwrap_or_else(|why| panic!("{} broke off: {why}", ask.path));
            if let Some(data) = frame.data_ref().filter(|_| wanted || status != 200) {
                kept.extend_from_slice(data);
            }
        }
        (status, kept)
    }

    /// Asks for what has to be there.
    pub(crate) async fn json(&mut self, ask: Ask<'_>) -> Value {
        let (status, body) = self.ask(ask, true).await;
        assert!(status == 200, "{} answered {status}", ask.path);
        serde_json::from_slice(&body).expect("JSON")
    }

    async fn sender(&mut self) -> &mut SendRequest<Body> {
        if self.sender.as_ref().is_none_or(SendRequest::is_closed) {
            let stream = TcpStream::connect(("127.0.0.1", self.port)).await;
            let stream = stream.expect("the server listens");
            stream.set_nodelay(true).expect("a socket of TCP");
            let shaken = handshake::<_, Body>(TokioIo::new(stream)).await;
            let (sender, connection) = shaken.expect("a connection");
            tokio::spawn(async { Ok::<_, Infallible>(connection.await.ok()) });
            self.sender = Some(sender);
        }
        self.sender.as_mut().expect("it was opened above")
    }
}
