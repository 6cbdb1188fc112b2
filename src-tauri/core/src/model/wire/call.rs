//! One question and its answer, with what is tried again.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;
use reqwest::Response;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};

use super::fault::{self, Heading, Judge};
use super::http::{self, Clients};
use super::reader::Reader;
use super::{Asked, wire};
use crate::clock::Sources;
use crate::model::retry::Retry;
use crate::model::service::{Endpoint, Proxy};
use crate::model::window::{self, Budget};
use crate::model::{Answer, Delta, Model, ModelInfo, Problem, ProblemCode, Request, ServiceKind};

/// How long a service may keep the connection open after it said that the answer is whole.
const AFTER_FINISH: Duration = Duration::from_secs(2);
/// A larger error body explains nothing more.
const LARGEST_ERROR: usize = 256 * 1024;
/// No service has so many models.
const LARGEST_LIST: usize = 32 * 1024 * 1024;
/// Steps that may wait for whoever reads them.
const QUEUE: usize = 64;

/// A model of a service that can be asked.
pub(crate) struct Remote {
    pub(crate) endpoint: Endpoint,
    pub(crate) model: ModelInfo,
    pub(crate) clients: Arc<Clients>,
    pub(crate) sources: Sources,
    /// What the first wait between two tries is made of.
    pub(crate) retry_unit: Duration,
}

impl Model for Remote {
    fn label(&self) -> String {
        self.endpoint.label(&self.model.id)
    }

    fn stream(&self, request: Request) -> Answer {
        let (deltas, receiver) = mpsc::channel(QUEUE);
        let sent = window::estimate(&request);
        let num_ctx = Budget::of(&self.model).asked_window(sent);
        let call = Call {
            asked: wire(self.endpoint.kind).asked(&self.model, &request, num_ctx),
            bytes: request.bytes(),
            endpoint: self.endpoint.clone(),
            clients: Arc::clone(&self.clients),
            sources: self.sources.clone(),
            retry: Retry::new(self.retry_unit),
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

impl Endpoint {
    /// Takes key, headers and proxy out of a problem's words.
    pub(super) fn cleaned(&self, mut problem: Problem) -> Problem {
        let proxy = match &self.proxy {
            Proxy::Manual(address) => Some(address),
            _ => None,
        };
        let headers = self.headers.iter().map(|(_, value)| value);
        for secret in self.key.iter().chain(headers).chain(proxy) {
            problem = problem.without(secret);
        }
        problem
    }

    pub(super) fn first_byte(&self) -> Duration {
        Duration::from_secs(self.patience.first_byte.into())
    }

    fn idle(&self) -> Duration {
        Duration::from_secs(self.patience.idle.into())
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
    asked: Asked,
    /// Bytes of text in the question.
    bytes: usize,
    endpoint: Endpoint,
    clients: Arc<Clients>,
    sources: Sources,
    retry: Retry,
    deltas: mpsc::Sender<Result<Delta, Problem>>,
    /// Whether anything of the answer was passed on: then nothing is retried.
    said: bool,
}

impl Call {
    async fn run(mut self) {
        loop {
            let Err(problem) = self.once().await else { return };
            let problem = self.endpoint.cleaned(problem);
            if !self.said
                && problem.code == ProblemCode::RequestRefused
                && let Some(said) = &problem.raw
                && wire(self.endpoint.kind).spare(&mut self.asked.body, said)
            {
                continue;
            }
            let mut jitter = [0];
            self.sources.fill(&mut jitter);
            let wait = match self.said {
                true => None,
                false => self.retry.after(&problem, f64::from(jitter[0]) / 255.0),
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

    fn judge(&self) -> Judge<'_> {
        let now = self.sources.now();
        Judge { kind: self.endpoint.kind, name: &self.endpoint.name, now }
    }

    fn silent(&self) -> Problem {
        fault::silent(&self.endpoint.name, self.endpoint.patience.first_byte)
    }

    async fn once(&mut self) -> Result<(), Problem> {
        let deadline = Instant::now() + self.endpoint.first_byte();
        let response = self.ask(deadline).await?;
        let status = response.status();
        if !status.is_success() {
            let heading = Heading::read(response.headers(), self.sources.now());
            let body = error_body(response, self.endpoint.first_byte()).await;
            return Err(self.judge().refused(status.as_u16(), &body, &heading));
        }
        self.send(Ok(Delta::Parameters(parameters(&self.asked.body)))).await;
        self.read(response, deadline).await
    }

    async fn ask(&self, deadline: Instant) -> Result<Response, Problem> {
        let wire = wire(self.endpoint.kind);
        let url = http::address(&self.endpoint, &self.asked.path, self.asked.query)?;
        let sent = self
            .clients
            .to(&self.endpoint, &url)?
            .post(url)
            .headers(http::headers(&self.endpoint, wire.key_header(), wire.headers())?)
            .json(&self.asked.body)
            .send();
        let response = timeout_at(deadline, sent).await.map_err(|_| self.silent())?;
        response.map_err(|error| fault::connection(&self.endpoint.name, &error))
    }

    async fn read(&mut self, response: Response, deadline: Instant) -> Result<(), Problem> {
        let endpoint = self.endpoint.clone();
        let judge = Judge { kind: endpoint.kind, name: &endpoint.name, now: self.sources.now() };
        let mut reader = Reader::new(judge);
        let mut bytes = response.bytes_stream();
        let mut deltas = Vec::new();
        let mut patience = deadline;
        let mut begun = false;
        let mut finished = false;
        loop {
            let chunk = match timeout_at(patience, bytes.next()).await {
                Ok(Some(Ok(chunk))) => chunk,
                Ok(None) => break,
                _ if finished => break,
                Ok(Some(Err(error))) => {
                    return Err(self.last_words(reader, fault::broken(&error)).await);
                }
                Err(_) if !begun => return Err(self.silent()),
                Err(_) => {
                    let stalled = fault::stalled(&endpoint.name, endpoint.patience.idle);
                    return Err(self.last_words(reader, stalled).await);
                }
            };
            begun = true;
            let read = reader.push(&chunk, &mut deltas);
            self.pass(&mut deltas).await;
            read?;
            // Once: what keeps a connection open after the end keeps no answer open.
            if !finished {
                finished = reader.finished();
                let wait = if finished { AFTER_FINISH } else { endpoint.idle() };
                patience = Instant::now() + wait;
            }
        }
        let usage = reader.usage();
        let ended = reader.finish(&mut deltas);
        let finish = deltas.pop_if(|last| *last == Delta::Finish);
        self.pass(&mut deltas).await;
        ended?;
        if let Some(cut) = self.cut_by_ollama(usage.map(|usage| usage.input)) {
            self.send(Ok(Delta::Notice(cut))).await;
        }
        deltas.extend(finish);
        self.pass(&mut deltas).await;
        Ok(())
    }

    /// What had come when the connection broke, and why it did: the service's own words for it
    /// count more than the network's.
    async fn last_words(&mut self, reader: Reader<'_>, broke: Problem) -> Problem {
        let mut deltas = Vec::new();
        let ended = reader.finish(&mut deltas);
        deltas.retain(|delta| {
            matches!(
                delta,
                Delta::Text(_) | Delta::Thought(_) | Delta::Anew { .. } | Delta::Usage(_)
            )
        });
        self.pass(&mut deltas).await;
        match ended {
            Err(said) if said.is_of_the_service() => said,
            _ => broke,
        }
    }

    async fn pass(&mut self, deltas: &mut Vec<Delta>) {
        for delta in deltas.drain(..) {
            self.said |= matches!(delta, Delta::Text(_) | Delta::Anew { .. });
            self.deltas.send(Ok(delta)).await.ok();
        }
    }

    /// Ollama drops the start of what is too long for its window, and says nothing.
    fn cut_by_ollama(&self, read: Option<u32>) -> Option<Problem> {
        /// No text has so few tokens.
        const MOST_BYTES_OF_A_TOKEN: usize = 6;
        let read = read.filter(|_| self.endpoint.kind == ServiceKind::Ollama)?;
        let least = self.bytes / MOST_BYTES_OF_A_TOKEN;
        (usize::try_from(read).ok()? < least).then(|| {
            let name = &self.endpoint.name;
            Problem::new(
                ProblemCode::ContextCut,
                format!(
                    "{name} read only {read} tokens of the conversation and left out the rest: its window is too small. Begin a new chat, or choose a model with a larger window."
                ),
            )
        })
    }
}

/// A question without its words.
fn parameters(body: &Value) -> Value {
    let words = ["contents", "systemInstruction", "messages", "system"];
    match body {
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, _)| !words.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        _ => Value::Null,
    }
}

/// A body up to a length, within one deadline; what comes later is left out.
async fn body_of(response: Response, longest: usize, patience: Duration) -> Result<Vec<u8>, Cut> {
    let deadline = Instant::now() + patience;
    let mut body = Vec::new();
    let mut bytes = response.bytes_stream();
    loop {
        match timeout_at(deadline, bytes.next()).await {
            Ok(Some(Ok(chunk))) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Ok(Some(Err(error))) => return Err(Cut::Broken(error, body)),
            Err(_) => return Err(Cut::Late(body)),
        }
        if body.len() > longest {
            return Err(Cut::TooLong(body));
        }
    }
}

/// Why a body isn't whole, and what there is of it.
enum Cut {
    Broken(reqwest::Error, Vec<u8>),
    Late(Vec<u8>),
    TooLong(Vec<u8>),
}

/// The body of an error, as far as it explains something.
async fn error_body(response: Response, patience: Duration) -> String {
    let body = body_of(response, LARGEST_ERROR, patience).await;
    let body = body.unwrap_or_else(|cut| match cut {
        Cut::Broken(_, body) | Cut::Late(body) | Cut::TooLong(body) => body,
    });
    String::from_utf8_lossy(&body).into_owned()
}

/// The JSON that a service answers to a call that isn't streamed.
pub(super) async fn json(
    endpoint: &Endpoint,
    sources: &Sources,
    sent: reqwest::RequestBuilder,
) -> Result<Value, Problem> {
    let silent = || fault::silent(&endpoint.name, endpoint.patience.first_byte);
    let response = timeout(endpoint.first_byte(), sent.send()).await.map_err(|_| silent())?;
    let response = response.map_err(|error| fault::connection(&endpoint.name, &error))?;
    let status = response.status();
    if !status.is_success() {
        let heading = Heading::read(response.headers(), sources.now());
        let body = error_body(response, endpoint.first_byte()).await;
        let judge = Judge { kind: endpoint.kind, name: &endpoint.name, now: sources.now() };
        return Err(judge.refused(status.as_u16(), &body, &heading));
    }
    let body = body_of(response, LARGEST_LIST, endpoint.first_byte()).await;
    let stranger =
        |body: &[u8]| fault::not_the_service(&endpoint.name, &String::from_utf8_lossy(body));
    let body = body.map_err(|cut| match cut {
        Cut::Broken(error, _) => fault::broken(&error),
        Cut::Late(_) => silent(),
        Cut::TooLong(body) => stranger(&body[..LARGEST_ERROR]),
    })?;
    serde_json::from_slice(&body).map_err(|_| stranger(&body))
}
