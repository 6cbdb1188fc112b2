//! A client that holds every answer against the OpenAPI document.

use std::net::SocketAddr;

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::described;

pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    pub(crate) token: Option<String>,
    pub(crate) refresh: Option<String>,
}

/// An answer; a body that is no JSON is its text.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn text(&self, pointer: &str) -> &str {
        self.body.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| {
            panic!("{pointer} is text in {}", self.body);
        })
    }

    pub(crate) fn number(&self, pointer: &str) -> i64 {
        self.body.pointer(pointer).and_then(Value::as_i64).unwrap_or_else(|| {
            panic!("{pointer} is a number in {}", self.body);
        })
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    /// That it is this refusal, in both of the words that clients read.
    #[track_caller]
    pub(crate) fn is(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.text("/code")), (status, code), "{}", self.body);
        assert_eq!(self.body["detail"], self.body["error"]);
        assert!(!self.text("/detail").is_empty());
    }

    /// That this field can't be taken.
    #[track_caller]
    pub(crate) fn refuses(&self, field: &str) {
        assert_eq!(self.status, 400, "{}", self.body);
        assert!(self.body[field][0].is_string(), "{field} in {}", self.body);
    }
}

impl Client {
    /// What many clients send by: making one takes long.
    pub(crate) fn line() -> reqwest::Client {
        reqwest::Client::builder().no_proxy().build().expect("a client")
    }

    pub(crate) fn new(http: reqwest::Client, address: SocketAddr) -> Self {
        Self { http, base: format!("http://{address}"), token: None, refresh: None }
    }

    /// Takes the tokens of an answer.
    pub(crate) fn carry(&mut self, answer: &Answer) {
        self.token = Some(answer.text("/tokens/access").to_owned());
        self.refresh = Some(answer.text("/tokens/refresh").to_owned());
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends what the document doesn't describe.
    pub(crate) async fn http_send(&self, request: reqwest::RequestBuilder) -> reqwest::Response {
        self.http.execute(request.build().expect("a request")).await.expect("an answer")
    }

    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let request = request.build().expect("a request");
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let response = self.http.execute(request).await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.expect("a whole answer");
        let text = String::from_utf8(bytes.to_vec()).expect("text");
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        let answer = Answer { status, headers, body };
        described::check(&method, &path, &answer);
        answer
    }

    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.send(request).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn act(&self, path: &str) -> Answer {
        self.call(Method::POST, path, None).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, None).await
    }

    /// Asks the built-in model and gets the whole answer.
    pub(crate) async fn ask(&self, body: Value) -> Answer {
        let answer = self.post("/api/auth/chat/", body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer
    }
}
