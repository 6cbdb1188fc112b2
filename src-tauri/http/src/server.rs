//! The server: bound to 127.0.0.1, with a bound on everything that a connection can ask for.
//!
//! Who gives way when all places are taken, `places.rs` says.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use algoagent_core::Core;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::places::{Arriving, Call, Leaving, Place, Places};
use crate::socket::Socket;
use crate::{Api, Cookies, schema};

/// Bytes of a call's head.
const LONGEST_HEAD: usize = 32 * 1024;
const MOST_HEADERS: usize = 64;
/// How long to wait where the system has no more room for a connection.
const PAUSE: Duration = Duration::from_millis(50);

/// What a connection may ask for.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once.
    pub connections: usize,
    /// How long the head of a call may take to arrive, and a connection may rest between two.
    pub head: Duration,
    /// How long a body may take to arrive.
    pub body: Duration,
    /// How long a client may take nothing of its answer.
    pub write: Duration,
    /// Sessions of one account over HTTP: the one that was used longest ago gives way.
    pub sessions: usize,
    /// How long calls under way may go on when the server stops.
    pub goodbye: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            head: Duration::from_secs(20),
            body: Duration::from_secs(20),
            write: Duration::from_secs(20),
            sessions: 100,
            goodbye: Duration::from_secs(10),
        }
    }
}

/// How a server is started.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The port of 127.0.0.1; 0 for any that is free.
    pub port: u16,
    /// Origins of web pages that may call, as `algoagent_core::account::check_origin` writes them.
    pub origins: Vec<String>,
    /// What a connection may ask for.
    pub limits: Limits,
    /// The cookie sessions of the server before this one.
    pub cookies: Cookies,
}

/// A server that listens, until it is stopped.
pub struct Serving {
    address: SocketAddr,
    stop: CancellationToken,
    closed: CancellationToken,
    hurry: CancellationToken,
    accepting: JoinHandle<()>,
}

/// Listens, and answers out of `core`.
///
/// # Errors
/// What the system says of the port.
pub async fn start(core: Core, options: Options) -> io::Result<Serving> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
    let address = listener.local_addr()?;
    let [stop, closed, hurry] = std::array::from_fn(|_| CancellationToken::new());
    let Options { origins, limits, cookies, .. } = options;
    let shop = Shop {
        router: schema::router(&Api::new(core, limits, cookies), address.port(), &origins),
        limits,
        places: Places::new(limits.connections),
        closed: closed.clone(),
        hurry: hurry.clone(),
    };
    let accepting = tokio::spawn(shop.accept(listener, stop.clone()));
    Ok(Serving { address, stop, closed, hurry, accepting })
}

impl Serving {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Listens no more. Calls under way are waited for, up to the limit for that.
    pub async fn stop(self) {
        self.stop.cancel();
        if let Err(fault) = self.accepting.await {
            tracing::warn!(%fault, "the local API did not end cleanly");
        }
    }

    /// Listens no more: the port is free when this returns. Calls under way may end by themselves,
    /// up to the limit for that.
    pub async fn close(self) {
        self.stop.cancel();
        self.closed.cancelled().await;
    }

    /// Ends calls under way at once, where [`Serving::stop`] waits for them.
    pub fn hurry(&self) -> impl Fn() + Send + Sync + 'static {
        let hurry = self.hurry.clone();
        move || hurry.cancel()
    }
}

struct Shop {
    router: Router,
    limits: Limits,
    places: Arc<Places>,
    closed: CancellationToken,
    hurry: CancellationToken,
}

impl Shop {
    async fn accept(self, listener: TcpListener, stop: CancellationToken) {
        let graceful = GracefulShutdown::new();
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => break,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) => match self.places.take() {
                    Some(place) => self.serve(stream, place, graceful.watcher()),
                    // Everybody is being served: whoever comes now is hung up on.
                    None => drop(stream),
                },
                Err(fault) => {
                    tracing::warn!(%fault, "a program could not be let in");
                    sleep(PAUSE).await;
                }
            }
        }
        drop(listener);
        self.closed.cancel();
        let ended = timeout(self.limits.goodbye, graceful.shutdown());
        tokio::select! {
            ended = ended => if ended.is_err() {
                self.hurry.cancel();
            },
            () = self.hurry.cancelled() => {}
        }
    }

    fn serve(&self, stream: TcpStream, place: Arc<Place>, watcher: Watcher) {
        let (router, hurry) = (self.router.clone(), self.hurry.clone());
        // An event of a stream must not wait until the one before it was acknowledged.
        stream.set_nodelay(true).ok();
        let socket = Socket::new(stream, Arc::clone(&place), self.limits.write);
        let leave = place.leave.clone();
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let (router, call) = (router.clone(), Call::new(Arc::clone(&place)));
            let arriving = |body| Body::new(Arriving { body, call: Arc::clone(&call) });
            let request = slashed(request.map(arriving));
            async {
                let answer = router.oneshot(request).await?;
                Ok::<_, Infallible>(answer.map(|body| Leaving { body, _call: call }))
            }
        });
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.head)
            .max_headers(MOST_HEADERS)
            .max_buf_size(LONGEST_HEAD)
            .half_close(true);
        let connection = watcher.watch(builder.serve_connection(TokioIo::new(socket), service));
        tokio::spawn(async move {
            tokio::select! {
                () = hurry.cancelled() => {}
                () = leave.cancelled() => {}
                // A client that went away or spoke no HTTP: nothing to tell anyone.
                _ = connection => {}
            }
        });
    }
}

/// The same call with the slash at the end of its path that clients may leave out.
fn slashed(mut request: Request) -> Request {
    let uri = request.uri();
    if !uri.path().ends_with('/') && uri.authority().is_none() && uri.path().starts_with('/') {
        let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        if let Ok(slashed) = format!("{}/{query}", uri.path()).parse() {
            *request.uri_mut() = slashed;
        }
    }
    request
}
