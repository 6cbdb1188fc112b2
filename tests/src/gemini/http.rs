//! Just enough HTTP/1.1 to decide where each chunk of an answer ends.

use std::io;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::tcp::OwnedWriteHalf;

/// What the program sent.
#[derive(Clone, Debug)]
pub struct Request {
    /// GET or POST.
    pub method: String,
    /// The path, without what follows a question mark.
    pub path: String,
    /// What follows the question mark.
    pub query: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The JSON body; null when there is none.
    pub body: Value,
}

impl Request {
    /// Every value of a header.
    pub fn header(&self, name: &str) -> Vec<&str> {
        let same = self.headers.iter().filter(|(key, _)| key == name);
        same.map(|(_, value)| value.as_str()).collect()
    }

    /// Whether the query holds this pair.
    pub fn asks(&self, pair: &str) -> bool {
        self.query.split('&').any(|one| one == pair)
    }

    /// The system instruction's text.
    pub fn system(&self) -> String {
        text_of(&self.body["systemInstruction"])
    }

    /// The conversation as (role, text), oldest first.
    pub fn turns(&self) -> Vec<(String, String)> {
        let contents = self.body["contents"].as_array();
        contents.map_or_else(Vec::new, |contents| {
            contents
                .iter()
                .map(|turn| {
                    let role = turn["role"].as_str().unwrap_or_default();
                    (role.to_owned(), text_of(turn))
                })
                .collect()
        })
    }
}

fn text_of(content: &Value) -> String {
    let parts = content["parts"].as_array();
    parts.map_or_else(String::new, |parts| {
        parts
            .iter()
            .filter(|part| part["thought"] != true)
            .filter_map(|part| part["text"].as_str())
            .collect()
    })
}

/// Reads the next request; `None` when the client hangs up.
pub(super) async fn read(from: &mut BufReader<OwnedReadHalf>) -> io::Result<Option<Request>> {
    let mut line = String::new();
    if from.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let method = words.next().unwrap_or_default().to_owned();
    let target = words.next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let (path, query) = (path.to_owned(), query.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        from.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let length = headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .and_then(|(_, value)| value.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    from.read_exact(&mut body).await?;
    Ok(Some(Request {
        method,
        path,
        query,
        headers,
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    }))
}

/// Writes the head of an answer whose body comes in chunks.
pub(super) async fn write_head(
    to: &mut OwnedWriteHalf,
    status: u16,
    headers: &[(String, String)],
) -> io::Result<()> {
    let mut head = format!("HTTP/1.1 {status} Recorded\r\ntransfer-encoding: chunked\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    to.write_all(head.as_bytes()).await
}

/// Writes one chunk, which is one piece for whoever reads it.
pub(super) async fn write_chunk(to: &mut OwnedWriteHalf, piece: &[u8]) -> io::Result<()> {
    let mut chunk = format!("{:x}\r\n", piece.len()).into_bytes();
    chunk.extend_from_slice(piece);
    chunk.extend_from_slice(b"\r\n");
    to.write_all(&chunk).await
}

/// Writes the end of the body.
pub(super) async fn write_end(to: &mut OwnedWriteHalf) -> io::Result<()> {
    to.write_all(b"0\r\n\r\n").await
}
