//! A server that answers as Gemini did, from recordings, on the loopback.
//!
//! It is written on the bare socket, because the stories are about where chunks end and how
//! connections break. It keeps every request, and holds the program to the rules of the wire:
//! the key comes in `x-goog-api-key`, once, and is never in an address or a body.

mod http;
mod reply;

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

pub use http::Request;
pub use reply::Reply;

use crate::{LIVENESS, eventually};
use reply::Ending;

/// How one answer went.
struct Delivery {
    question: bool,
    body: Vec<u8>,
    /// When how many bytes had been sent.
    sent: Vec<(Instant, usize)>,
    /// The client hung up before the end.
    abandoned: bool,
}

#[derive(Default)]
struct State {
    key: String,
    queue: VecDeque<Reply>,
    always: Option<Reply>,
    requests: Vec<Request>,
    faults: Vec<String>,
    deliveries: Vec<Delivery>,
}

impl State {
    /// The newest answer to a question.
    fn answer(&self) -> Option<&Delivery> {
        self.deliveries.iter().rfind(|one| one.question)
    }
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<State>>);

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The server.
pub struct Gemini {
    shared: Shared,
    address: SocketAddr,
    runtime: Option<Runtime>,
}

impl Gemini {
    /// Starts it. This key is good, every other is refused as the service refused one.
    pub fn start(key: &str) -> Self {
        let shared = Shared::default();
        shared.state().key = key.to_owned();
        let mut server =
            Self { shared, address: SocketAddr::from(([127, 0, 0, 1], 0)), runtime: None };
        server.open();
        server
    }

    /// What a person enters as the base address.
    pub fn base_address(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next questions get these answers, in this order.
    pub fn answers(&self, replies: impl IntoIterator<Item = Reply>) {
        self.shared.state().queue.extend(replies);
    }

    /// Every question gets this answer while the queue is empty.
    pub fn always_answers(&self, reply: Reply) {
        self.shared.state().always = Some(reply);
    }

    /// From now on this is the only good key.
    pub fn change_key(&self, key: &str) {
        key.clone_into(&mut self.shared.state().key);
    }

    /// Closes the port and every connection: no network.
    pub fn close(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(5));
        }
    }

    /// Listens again, at the same address.
    pub fn open(&mut self) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind(self.address)).expect("the port is free");
        self.address = listener.local_addr().expect("a bound port");
        let shared = self.shared.clone();
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, shared.clone()));
            }
        });
        self.runtime = Some(runtime);
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.state().requests.clone()
    }

    /// Every question so far.
    pub fn questions(&self) -> Vec<Request> {
        let requests = self.requests();
        requests.into_iter().filter(|one| one.method == "POST").collect()
    }

    /// The newest question.
    pub fn last_question(&self) -> Request {
        self.questions().pop().expect("a question was asked")
    }

    /// Waits until so many questions were asked.
    pub fn expects_questions(&self, count: usize) {
        let asked = eventually(LIVENESS, || (self.questions().len() >= count).then_some(()));
        assert!(asked.is_some(), "{} questions came, not {count}", self.questions().len());
    }

    /// The text that a client could know from the newest answer at a moment.
    pub fn text_sent_by(&self, moment: Instant) -> String {
        let state = self.shared.state();
        let Some(delivery) = state.answer() else {
            return String::new();
        };
        let sent = delivery.sent.iter().rfind(|(when, _)| *when <= moment);
        reply::text_in(&delivery.body[..sent.map_or(0, |(_, bytes)| *bytes)])
    }

    /// When the first byte of the newest answer had been given to the system.
    pub fn first_byte(&self) -> Option<Instant> {
        self.shared.state().answer()?.sent.first().map(|(when, _)| *when)
    }

    /// Waits until the client has hung up on the newest answer.
    pub fn expects_hang_up(&self) {
        let gone = eventually(LIVENESS, || {
            let state = self.shared.state();
            state.answer().filter(|one| one.abandoned).map(|_| ())
        });
        assert!(gone.is_some(), "the program still reads an answer that it has stopped");
    }

    /// Fails with every rule of the wire that was broken.
    pub fn assert_no_faults(&self) {
        let faults = self.shared.state().faults.clone();
        assert!(faults.is_empty(), "on the wire:\n{}", faults.join("\n"));
    }
}

async fn serve(stream: TcpStream, shared: Shared) {
    let _ = stream.set_nodelay(true);
    let (from, mut to) = stream.into_split();
    let mut from = BufReader::new(from);
    while let Ok(Some(request)) = http::read(&mut from).await {
        let reply = answer_to(&request, &shared);
        let number = {
            let mut state = shared.state();
            state.deliveries.push(Delivery {
                question: request.method == "POST",
                body: reply.body.clone(),
                sent: Vec::new(),
                abandoned: false,
            });
            state.requests.push(request);
            state.deliveries.len() - 1
        };
        let delivered = deliver(&reply, &mut from, &mut to, &shared, number).await;
        if delivered.is_err() {
            shared.state().deliveries[number].abandoned = true;
        }
        if delivered.is_err() || reply.ending != Ending::Whole {
            return;
        }
    }
}

async fn deliver(
    reply: &Reply,
    from: &mut BufReader<OwnedReadHalf>,
    to: &mut OwnedWriteHalf,
    shared: &Shared,
    number: usize,
) -> io::Result<()> {
    if reply.ending == Ending::Silence {
        return hung_up(from).await;
    }
    http::write_head(to, reply.status, &reply.headers).await?;
    let mut bytes = 0;
    for piece in reply.pieces() {
        if reply.delay.is_zero() {
            tokio::task::yield_now().await;
        } else {
            // A client that hangs up is noticed at once, not at the next write but one.
            tokio::select! {
                gone = hung_up(from) => return gone,
                () = tokio::time::sleep(reply.delay) => {}
            }
        }
        http::write_chunk(to, piece).await?;
        bytes += piece.len();
        shared.state().deliveries[number].sent.push((Instant::now(), bytes));
    }
    match reply.ending {
        Ending::Whole | Ending::Short(_) | Ending::Silence => http::write_end(to).await,
        Ending::Stall(_) => hung_up(from).await,
        Ending::Reset(_) => {
            // What was written must arrive before the reset overtakes it.
            tokio::time::sleep(Duration::from_millis(200)).await;
            to.as_ref().set_zero_linger()
        }
    }
}

/// Waits until the client hangs up; it says nothing while it is being answered.
async fn hung_up(from: &mut BufReader<OwnedReadHalf>) -> io::Result<()> {
    let mut byte = [0];
    let _ = from.read(&mut byte).await;
    Err(io::ErrorKind::ConnectionAborted.into())
}

fn answer_to(request: &Request, shared: &Shared) -> Reply {
    let mut state = shared.state();
    let line = format!("{} {}?{}", request.method, request.path, request.query);
    let given = request.header("x-goog-api-key");
    let given = given.first().copied().unwrap_or_default().to_owned();
    let mut faults = Vec::new();
    if request.header("x-goog-api-key").len() != 1 {
        faults.push(format!("{line}: x-goog-api-key must come exactly once"));
    }
    if !request.header("authorization").is_empty() || request.query.contains("key=") {
        faults.push(format!("{line}: the key came in a second place"));
    }
    let written = format!("{line} {}", request.body);
    if !given.is_empty() && written.contains(&given) {
        faults.push(format!("{line}: the key stands in the address or in the body"));
    }
    let reply = if given != state.key {
        Reply::recorded("key-refused")
    } else if request.method == "GET" && request.path == "/v1beta/models" {
        models(request, &line, &mut faults)
    } else if request.method == "POST" && request.path.ends_with(":streamGenerateContent") {
        if !request.asks("alt=sse") {
            faults.push(format!("{line}: without alt=sse the answer is a JSON array"));
        }
        let next = state.queue.pop_front().or_else(|| state.always.clone());
        next.unwrap_or_else(|| {
            faults.push(format!("{line}: no answer was prepared for this question"));
            Reply::recorded("model-gone")
        })
    } else {
        faults.push(format!("{line}: the service has no such address"));
        Reply::recorded("model-gone")
    };
    state.faults.append(&mut faults);
    reply
}

/// The recorded list is a first page. The second was not recorded: it is empty here.
fn models(request: &Request, line: &str, faults: &mut Vec<String>) -> Reply {
    const NEXT: &str = "pageToken=Ch9tb2RlbHMvdmVvLTMuMS1nZW5lcmF0ZS1wcmV2aWV3";
    if !request.query.contains("pageToken=") {
        return Reply::recorded("models");
    }
    if !request.asks(NEXT) {
        faults.push(format!("{line}: that isn't the page token that was given"));
    }
    Reply::json(r#"{"models": []}"#)
}
