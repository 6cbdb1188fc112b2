//! Google's Gemini: `streamGenerateContent` with server-sent events.
//!
//! An answer is whole only when the service names a finish reason. The key goes in one header
//! and never into an address; a redirect to another host is refused.

mod decode;
mod fault;
mod models;

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;
use reqwest::header::HeaderValue;
use reqwest::{Client, Response, Url};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use super::retry::Retry;
use super::sse::Framer;
use super::{Answer, Delta, Model, Problem, ProblemCode, Request, Speaker, Turn};
use crate::clock::Sources;
use decode::Decoder;
pub(crate) use models::{default_model, list, none_offered};

/// Google's own address.
pub const DEFAULT_BASE_URL: &str = "https://generativelanguage.googleapis.com";

const FIRST_BYTE: Duration = Duration::from_secs(30);
const IDLE: Duration = Duration::from_secs(60);
/// How long a service may keep the connection open after it said that the answer is whole.
const AFTER_FINISH: Duration = Duration::from_secs(2);
/// A larger error body explains nothing more.
const LARGEST_ERROR: usize = 256 * 1024;

/// Where and with which key Gemini is asked.
#[derive(Clone)]
pub(crate) struct Access {
    pub(crate) base_url: String,
    pub(crate) key: Zeroizing<String>,
}

const KEY_HEADER: &str = "x-goog-api-key";

impl Access {
    /// The key as a header that is neither printed nor compressed.
    fn header(&self) -> Result<HeaderValue, Problem> {
        let mut value = HeaderValue::from_str(&self.key).map_err(|_| {
            Problem::new(
                ProblemCode::KeyRefused,
                "The key holds signs that no key has. Enter it again in Settings → Models.",
            )
        })?;
        value.set_sensitive(true);
        Ok(value)
    }
}

/// A Gemini model that can be asked.
pub(crate) struct Gemini {
    pub(crate) access: Access,
    pub(crate) model: String,
    pub(crate) sources: Sources,
}

impl Model for Gemini {
    fn label(&self) -> String {
        format!("Gemini · {}", self.model)
    }

    fn stream(&self, request: Request) -> Answer {
        let (deltas, receiver) = mpsc::channel(64);
        let call = Call {
            access: self.access.clone(),
            model: self.model.clone(),
            body: body(&request),
            sources: self.sources.clone(),
            deltas,
            said: false,
        };
        let task = AbortOnDrop(tokio::spawn(call.run()));
        stream::unfold((receiver, task), |(mut receiver, task)| async {
            let delta = receiver.recv().await?;
            Some((delta, (receiver, task)))
        })
        .boxed()
    }
}

/// Cancels the call when nobody listens any more.
struct AbortOnDrop(tokio::task::JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

struct Call {
    access: Access,
    model: String,
    body: Value,
    sources: Sources,
    deltas: mpsc::Sender<Result<Delta, Problem>>,
    /// Whether anything of the answer was passed on: then nothing is retried.
    said: bool,
}

impl Call {
    async fn run(mut self) {
        let mut retry = Retry::default();
        loop {
            let Err(problem) = self.once().await else { return };
            let mut jitter = [0];
            self.sources.fill(&mut jitter);
            let wait = match self.said {
                true => None,
                false => retry.after(&problem, f64::from(jitter[0]) / 255.0),
            };
            let Some(wait) = wait else {
                self.send(Err(problem)).await;
                return;
            };
            let seconds = u32::try_from(wait.as_secs().max(1)).unwrap_or(60);
            self.send(Ok(Delta::Waiting { seconds, reason: problem.message })).await;
            tokio::time::sleep(wait).await;
        }
    }

    async fn send(&self, delta: Result<Delta, Problem>) {
        // When nobody listens this task is about to be aborted.
        self.deltas.send(delta).await.ok();
    }

    async fn once(&mut self) -> Result<(), Problem> {
        let path = format!("v1beta/models/{}:streamGenerateContent", self.model);
        let url = address(&self.access.base_url, &path, &[("alt", "sse")])?;
        let sent = client(&url)?
            .post(url)
            .header(KEY_HEADER, self.access.header()?)
            .json(&self.body)
            .send();
        let response = tokio::time::timeout(FIRST_BYTE, sent)
            .await
            .map_err(|_| fault::timed_out("Gemini did not answer within 30 seconds."))?
            .map_err(|error| fault::connection(&error))?;
        let read = self.read(response).await;
        read.map_err(|problem| problem.without(&self.access.key))
    }

    async fn read(&mut self, response: Response) -> Result<(), Problem> {
        let status = response.status();
        if !status.is_success() {
            let retry_after = fault::retry_after(response.headers());
            let body = error_body(response).await;
            return Err(fault::refused(status.as_u16(), &body, retry_after));
        }
        let mut framer = Framer::default();
        let mut decoder = Decoder::default();
        let mut bytes = response.bytes_stream();
        loop {
            let patience = if decoder.finished() { AFTER_FINISH } else { IDLE };
            let chunk = match tokio::time::timeout(patience, bytes.next()).await {
                Ok(Some(Ok(chunk))) => chunk,
                Ok(None) => break,
                _ if decoder.finished() => break,
                Ok(Some(Err(error))) => return Err(fault::broken(&error)),
                Err(_) => return Err(fault::timed_out("Gemini stopped sending for 60 seconds.")),
            };
            let events = framer.push(&chunk).map_err(|_| {
                Problem::new(
                    ProblemCode::NotTheService,
                    "What answers at this address sends lines of over 8 MB; that isn't Gemini.",
                )
            })?;
            for event in events {
                self.take(&mut decoder, &event).await?;
            }
        }
        let (last, stray) = framer.finish();
        if let Some(last) = last {
            self.take(&mut decoder, &last).await?;
        }
        if !stray.trim().is_empty() {
            let deltas = decoder.stray(&stray)?;
            self.pass(deltas).await;
        }
        let ending = decoder.end()?;
        self.pass(ending).await;
        Ok(())
    }

    async fn take(&mut self, decoder: &mut Decoder, event: &str) -> Result<(), Problem> {
        // A service that says [DONE] although Gemini never does ends its answer there.
        if event.trim().is_empty() || event.trim() == "[DONE]" {
            return Ok(());
        }
        let deltas = decoder.event(event)?;
        self.pass(deltas).await;
        Ok(())
    }

    async fn pass(&mut self, deltas: Vec<Delta>) {
        for delta in deltas {
            self.said |= matches!(delta, Delta::Text(_));
            self.send(Ok(delta)).await;
        }
    }
}

/// The body of a question.
fn body(request: &Request) -> Value {
    let contents: Vec<Value> = request.turns.iter().map(content).collect();
    json!({
        "systemInstruction": { "parts": [{ "text": request.system }] },
        "contents": contents,
    })
}

fn content(turn: &Turn) -> Value {
    let role = match turn.speaker {
        Speaker::Person => "user",
        Speaker::Model => "model",
    };
    let parts = turn.opaque.as_ref().and_then(|opaque| opaque.get("gemini")).cloned();
    let parts = parts.unwrap_or_else(|| json!([{ "text": turn.text }]));
    json!({ "role": role, "parts": parts })
}

async fn error_body(response: Response) -> String {
    let mut body = Vec::new();
    let mut bytes = response.bytes_stream();
    while let Ok(Some(Ok(chunk))) = tokio::time::timeout(FIRST_BYTE, bytes.next()).await {
        body.extend_from_slice(&chunk);
        if body.len() > LARGEST_ERROR {
            break;
        }
    }
    String::from_utf8_lossy(&body).into_owned()
}

/// `path` under `base`, with a query that never holds a key.
fn address(base: &str, path: &str, query: &[(&str, &str)]) -> Result<Url, Problem> {
    let url = Url::parse_with_params(&format!("{}/{path}", base.trim_end_matches('/')), query);
    url.map_err(|_| {
        Problem::new(
            ProblemCode::NotTheService,
            "Gemini's base address is not an address. Correct it in Settings → Models.",
        )
    })
}

/// A client that follows no redirect to another host: the key must not follow.
fn client(url: &Url) -> Result<Client, Problem> {
    let (host, port, scheme) =
        (url.host_str().map(str::to_owned), url.port_or_known_default(), url.scheme().to_owned());
    let same = move |other: &Url| {
        other.host_str() == host.as_deref()
            && other.port_or_known_default() == port
            && other.scheme() == scheme
    };
    let mut builder = Client::builder().connect_timeout(Duration::from_secs(15)).redirect(
        reqwest::redirect::Policy::custom(move |attempt| {
            if same(attempt.url()) && attempt.previous().len() < 4 {
                attempt.follow()
            } else {
                attempt.stop()
            }
        }),
    );
    if is_loopback(url) {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| fault::connection(&error))
}

/// Whether `url` stays on this computer.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost") => true,
        Some(host) => host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback()),
        None => false,
    }
}
