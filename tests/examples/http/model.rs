//! A model server of this computer that answers each question by a script, and notes when it sent
//! each piece.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use algoagent_tests::desktop::World;
use algoagent_tests::steps::ADA;
use algoagent_tests::terminal::Terminal;
use futures_util::stream::unfold;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::Instant as At;

const KEY: &str = "key-of-the-measuring";
const MODEL: &str = "scripted";
/// What the service is called.
pub(crate) const SERVICE: &str = "Scripted";

type Body = BoxBody<Bytes, Infallible>;

/// What is answered to a question.
#[derive(Clone)]
pub(crate) struct Script {
    pub(crate) pieces: Vec<String>,
    /// Between two of them.
    pub(crate) every: Duration,
}

impl Script {
    pub(crate) fn at_once(text: &str) -> Self {
        Self { pieces: vec![text.to_owned()], every: Duration::ZERO }
    }

    pub(crate) fn text(&self) -> String {
        self.pieces.concat()
    }
}

/// The scripts by question, with when each of their pieces was sent.
type Scripts = Mutex<HashMap<String, (Script, Vec<Instant>)>>;

/// The server. Clones are the same.
#[derive(Clone)]
pub(crate) struct Models {
    port: u16,
    scripts: Arc<Scripts>,
}

impl Models {
    /// Listens.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let models = Self { port, scripts: Arc::default() };
        let own = models.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                stream.set_nodelay(true).expect("a socket of TCP");
                let models = own.clone();
                let service = service_fn(move |request| models.clone().answer(request));
                let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                tokio::spawn(async { served.await.ok() });
            }
        });
        models
    }

    /// Enters it as the service that answers Ada.
    pub(crate) fn enter(&self, world: &World) {
        let address = format!("http://127.0.0.1:{}/v1", self.port);
        let words = ["model", "add", "--provider", "openai", "--key-stdin", "--name", SERVICE];
        let words = [&words[..], &["--base-url", &address]].concat();
        Terminal::reads(world, &words, &format!("{KEY}\n"), &ADA.signs_in()).done();
    }

    /// From now on, answers this question so.
    pub(crate) fn answers(&self, question: &str, script: Script) {
        let mut scripts = self.scripts.lock().unwrap_or_else(PoisonError::into_inner);
        scripts.insert(question.to_owned(), (script, Vec::new()));
    }

    /// When each piece of the answer to this question was sent.
    pub(crate) fn sent(&self, question: &str) -> Vec<Instant> {
        let scripts = self.scripts.lock().unwrap_or_else(PoisonError::into_inner);
        scripts.get(question).map(|(_, sent)| sent.clone()).unwrap_or_default()
    }

    async fn answer(self, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
        let path = request.uri().path().to_owned();
        let body = request.into_body().collect().await.map(|body| body.to_bytes());
        let asked: Value = serde_json::from_slice(&body.unwrap_or_default()).unwrap_or_default();
        if path == "/v1/models" {
            // A window into which every chat fits.
            let models = json!({ "data": [{ "id": MODEL, "context_length": 1_000_000 }] });
            return Ok(Response::new(Full::from(models.to_string()).boxed()));
        }
        let question = asked["messages"].as_array().and_then(|all| all.last()?["content"].as_str());
        let question = question.unwrap_or_default().to_owned();
        let script = {
            let scripts = self.scripts.lock().unwrap_or_else(PoisonError::into_inner);
            scripts.get(&question).map(|(script, _)| script.clone())
        };
        let Some(script) = script else {
            let mut unknown = Response::new(Full::from("unknown question").boxed());
            *unknown.status_mut() = StatusCode::BAD_REQUEST;
            return Ok(unknown);
        };
        let mut answer = Response::new(self.stream(question, script));
        let kind = hyper::header::HeaderValue::from_static("text/event-stream");
        answer.headers_mut().insert(hyper::header::CONTENT_TYPE, kind);
        Ok(answer)
    }

    fn stream(self, question: String, script: Script) -> Body {
        let begin = At::now();
        let events = unfold(
            (self, question, script, 0_u32),
            move |(models, question, script, at)| async move {
                let data = match script.pieces.get(at as usize) {
                    Some(piece) => {
                        // By the clock, so that a late piece makes none of those after it late.
                        tokio::time::sleep_until(begin + script.every * at).await;
                        let delta = json!({ "index": 0, "delta": { "content": piece } });
                        let mut scripts =
                            models.scripts.lock().unwrap_or_else(PoisonError::into_inner);
                        if let Some((_, sent)) = scripts.get_mut(&question) {
                            sent.push(Instant::now());
                        }
                        drop(scripts);
                        event(&json!({ "id": "a", "model": MODEL, "choices": [delta] }))
                    }
                    None if at as usize == script.pieces.len() => {
                        let end = json!({ "index": 0, "delta": {}, "finish_reason": "stop" });
                        let usage = json!({ "prompt_tokens": 100, "completion_tokens": 200 });
                        let end =
                            json!({ "id": "a", "model": MODEL, "choices": [end], "usage": usage });
                        event(&end) + "data: [DONE]\n\n"
                    }
                    None => return None,
                };
                let frame = Ok::<_, Infallible>(Frame::data(Bytes::from(data)));
                Some((frame, (models, question, script, at + 1)))
            },
        );
        StreamBody::new(Box::pin(events)).boxed()
    }
}

fn event(data: &Value) -> String {
    format!("data: {data}\n\n")
}
