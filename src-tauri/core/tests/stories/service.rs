//! What answers in the place of Gemini: it says what the story wants, and remembers what it was
//! asked.

use std::sync::{Arc, Mutex};

use algoagent_core::account::Session;
use algoagent_core::ids::ServiceId;
use algoagent_core::model::{ModelRef, ServiceKind};
use algoagent_core::settings::{self, ServiceDraft, SettingsError};
use algoagent_tests::faults::{Asked, read};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::sync::watch;
use zeroize::Zeroizing;

use crate::house::secret;

pub(crate) const KEY: &str = "AIzaCanary-0123456789-abcdefghijklmnopqr";

/// One reply: bytes, then the end of the connection, or no end at all.
#[derive(Clone)]
pub(crate) struct Reply {
    bytes: Vec<u8>,
    held: bool,
}

impl Reply {
    pub(crate) fn new(status: &str, kind: &str, body: &str) -> Self {
        let head = format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\nconnection: close\r\n");
        Self { bytes: format!("{head}\r\n{body}").into_bytes(), held: false }
    }

    /// The pieces of an answer, and the word for its end unless that is missing.
    pub(crate) fn saying(pieces: &[&str], finish: Option<&str>) -> Self {
        let mut chunks: Vec<Value> = pieces
            .iter()
            .map(|piece| json!({ "candidates": [{ "content": { "parts": [{ "text": piece }] } }] }))
            .collect();
        if let Some(finish) = finish {
            chunks.push(json!({ "candidates": [{ "finishReason": finish }] }));
        }
        let body: String = chunks.iter().map(|chunk| format!("data: {chunk}\r\n\r\n")).collect();
        Self::new("200 OK", "text/event-stream", &body)
    }

    /// An error as Google words it.
    pub(crate) fn error(code: u16, status: &str, message: &str, details: Value) -> Self {
        let error =
            json!({ "code": code, "status": status, "message": message, "details": details });
        Self::new(&format!("{code} X"), "application/json", &json!({ "error": error }).to_string())
    }

    pub(crate) fn redirect(to: &str) -> Self {
        let head = "HTTP/1.1 307 Temporary Redirect\r\ncontent-length: 0\r\n";
        Self { bytes: format!("{head}location: {to}\r\n\r\n").into_bytes(), held: false }
    }

    /// The same, of a length that never comes.
    pub(crate) fn cut(self) -> Self {
        let text = String::from_utf8(self.bytes).expect("text");
        let bytes = text.replacen("connection: close", "content-length: 1000000", 1).into_bytes();
        Self { bytes, ..self }
    }

    /// The same, and then silence.
    pub(crate) fn held(self) -> Self {
        Self { held: true, ..self }
    }
}

/// A service on this computer.
pub(crate) struct Service {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    count: watch::Receiver<usize>,
}

impl Service {
    /// Gives the replies in their order, the last one from then on.
    pub(crate) async fn start(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (counter, count) = watch::channel(0);
        let log = Arc::clone(&asked);
        tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(request) = read(&mut stream).await else { continue };
                let number = {
                    let mut log = log.lock().expect("no panic");
                    log.push(request);
                    log.len()
                };
                let reply = &replies[number.min(replies.len()) - 1];
                stream.write_all(&reply.bytes).await.ok();
                counter.send_replace(number);
                if reply.held {
                    held.push(stream);
                }
            }
        });
        Self { url, asked, count }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("no panic").clone()
    }

    /// Waits until it was asked `count` times and replied.
    pub(crate) async fn has_replied(&self, count: usize) {
        self.count.clone().wait_for(|now| *now >= count).await.expect("the service lives");
    }

    /// A service that says one thing, chosen by `session` with the key.
    pub(crate) async fn chosen_by(session: &Session, replies: Vec<Reply>) -> Self {
        let service = Self::start(replies).await;
        let added = add_gemini(session, Some(service.url.clone()), secret(KEY)).await;
        choose(session, added.expect("stored"), Some("gemini-9.1-flash")).await;
        service
    }
}

/// Adds Gemini with a key, at Google's own address unless another is named.
pub(crate) async fn add_gemini(
    session: &Session,
    base_url: Option<String>,
    key: Zeroizing<String>,
) -> Result<ServiceId, SettingsError> {
    let draft = ServiceDraft { base_url, key: Some(key), ..ServiceDraft::default() };
    let settings = settings::add(session, ServiceKind::Gemini, draft).await?;
    Ok(settings.services.last().expect("it is there").id)
}

/// Chooses a model of a service as the default.
pub(crate) async fn choose(session: &Session, service: ServiceId, model: Option<&str>) {
    let choice = ModelRef { service: Some(service), model: model.map(str::to_owned) };
    settings::choose(session, choice).await.expect("chosen");
}
