//! A server that does to a client whatever services and networks do to one, on the loopback.
//!
//! It is written on the bare socket: what it plays are bytes, the places where they are cut, and
//! the ways in which a connection ends.

pub mod cases;
pub mod wires;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// How a body is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// In one piece.
    Whole,
    /// Byte by byte; a body of over 256 KiB in pieces of 64 KiB.
    Bytes,
    /// In pieces of 1 to 64 bytes; the same seed cuts at the same places.
    Random(u64),
}

/// How an answer ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// In good order.
    Whole,
    /// The connection is closed without the end of the body.
    Closed,
    /// The connection is reset.
    Reset,
    /// Nothing more comes.
    Stall,
    /// Not even headers come.
    Silence,
}

/// One answer.
#[derive(Clone, Debug)]
pub struct Play {
    /// The status.
    pub status: u16,
    /// Headers beside those of the framing.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// How it ends.
    pub end: End,
}

impl Play {
    /// A body of this type with status 200 that ends in good order.
    pub fn of(kind: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type".to_owned(), kind.to_owned())];
        Self { status: 200, headers, body: body.into(), end: End::Whole }
    }

    /// The same with another status.
    pub fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// The same with another end.
    pub fn ends(self, end: End) -> Self {
        Self { end, ..self }
    }

    /// The same with one more header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// A body in pieces.
pub fn cut(body: &[u8], cut: Cut) -> Vec<&[u8]> {
    const LARGE: usize = 256 * 1024;
    let mut seed = match cut {
        Cut::Whole => return vec![body],
        Cut::Bytes if body.len() <= LARGE => return body.chunks(1).collect(),
        Cut::Bytes => return body.chunks(64 * 1024).collect(),
        Cut::Random(_) if body.len() > LARGE => return body.chunks(50_021).collect(),
        Cut::Random(seed) => seed,
    };
    let mut rest = body;
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        let length = usize::try_from(seed % 64).unwrap_or(0) + 1;
        let (piece, left) = rest.split_at(length.min(rest.len()));
        pieces.push(piece);
        rest = left;
    }
    pieces
}

/// One request as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The request line and the headers.
    pub head: String,
    /// The JSON body; null when there is none.
    pub body: Value,
}

/// The server. It ends when it is dropped.
pub struct FaultServer {
    /// Its address, such as `http://127.0.0.1:1234`.
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    task: JoinHandle<()>,
}

impl Drop for FaultServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl FaultServer {
    /// Gives the answers in their order, the last one from then on, cut like this.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn start(plays: Vec<Play>, cut: Cut) -> Self {
        let list = Play::of("application/json", r#"{"models":[],"data":[]}"#);
        Self::listing(list, plays, cut).await
    }

    /// The same, with a list of models for whoever asks for it.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn listing(list: Play, plays: Vec<Play>, cut: Cut) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let task = tokio::spawn(async move {
            let script = Arc::new(Script { list, plays, cut });
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&log)));
            }
        });
        Self { url, asked, task }
    }

    /// Every question so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

struct Script {
    list: Play,
    plays: Vec<Play>,
    cut: Cut,
}

async fn serve(mut stream: TcpStream, script: Arc<Script>, log: Arc<Mutex<Vec<Asked>>>) {
    let Script { list, plays, cut } = &*script;
    let _ = stream.set_nodelay(true);
    while let Some(request) = read(&mut stream).await {
        // What is said of models is no part of the play.
        let nothing = Play::of("application/json", "{}");
        let about = match request.head.starts_with("GET") {
            true => Some(list),
            false => request.head.contains("/api/show").then_some(&nothing),
        };
        if let Some(about) = about {
            if perform(&mut stream, about, Cut::Whole).await.is_none() {
                return;
            }
            continue;
        }
        let number = {
            let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
            log.push(request);
            log.len()
        };
        let play = &plays[number.min(plays.len()) - 1];
        if perform(&mut stream, play, *cut).await.is_none() {
            return;
        }
    }
}

/// Plays an answer; nothing when the connection is over with it.
async fn perform(stream: &mut TcpStream, play: &Play, how: Cut) -> Option<()> {
    if play.end == End::Silence {
        hung_up(stream).await;
        return None;
    }
    let mut head = format!("HTTP/1.1 {} X\r\ntransfer-encoding: chunked\r\n", play.status);
    for (name, value) in &play.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).await.ok()?;
    for piece in cut(&play.body, how) {
        if piece.is_empty() {
            continue;
        }
        let chunk = [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat();
        stream.write_all(&chunk).await.ok()?;
        tokio::task::yield_now().await;
    }
    match play.end {
        End::Whole => return stream.write_all(b"0\r\n\r\n").await.ok(),
        End::Closed | End::Silence => {}
        End::Stall => hung_up(stream).await,
        End::Reset => {
            // What was written must arrive before the reset overtakes it.
            tokio::time::sleep(Duration::from_millis(100)).await;
            stream.set_zero_linger().ok()?;
        }
    }
    None
}

/// Waits until the client hangs up.
async fn hung_up(stream: &mut TcpStream) {
    let mut byte = [0];
    let _ = stream.read(&mut byte).await;
}

/// One request of a client; none when it has hung up.
pub async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    while bytes.len() < end + length.unwrap_or(0) {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let body = serde_json::from_slice(&bytes[end..]).unwrap_or(Value::Null);
    Some(Asked { head, body })
}
