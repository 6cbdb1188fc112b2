//! The way to a service: addresses, clients, proxies.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, NoProxy, Url};

use super::fault;
use crate::model::service::{Endpoint, Proxy};
use crate::model::{Problem, ProblemCode, ServiceKind};

const CONNECT: Duration = Duration::from_secs(15);
/// A connection that a sleeping computer lost is noticed after this long.
const ALIVE: Duration = Duration::from_secs(20);
const MOST_REDIRECTS: usize = 4;

/// The clients of one open vault: a connection that is open is used again. They end with it.
#[derive(Default)]
pub(crate) struct Clients(Mutex<Vec<(Proxy, Client)>>);

impl Clients {
    /// The client that reaches `url` as the endpoint says.
    pub(super) fn to(&self, endpoint: &Endpoint, url: &Url) -> Result<Client, Problem> {
        let proxy = if is_loopback(url) { Proxy::Direct } else { endpoint.proxy.clone() };
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, client)) = clients.iter().find(|(way, _)| *way == proxy) {
            return Ok(client.clone());
        }
        let client = client(&proxy).map_err(|error| fault::connection(&endpoint.name, &error))?;
        clients.push((proxy, client.clone()));
        Ok(client)
    }

    /// Gives up every connection: what was sent over them is still in their buffers.
    pub(crate) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

fn client(proxy: &Proxy) -> Result<Client, reqwest::Error> {
    let builder = Client::builder()
        .connect_timeout(CONNECT)
        .tcp_keepalive(ALIVE)
        .http2_keep_alive_interval(ALIVE)
        .http2_keep_alive_timeout(ALIVE)
        .user_agent(concat!("AlgoAgent/", env!("CARGO_PKG_VERSION")))
        // Key and question must not follow to another host.
        .redirect(reqwest::redirect::Policy::custom(|attempt| {
            let previous = attempt.previous();
            if previous.len() <= MOST_REDIRECTS && same_service(&previous[0], attempt.url()) {
                attempt.follow()
            } else {
                attempt.stop()
            }
        }));
    match proxy {
        Proxy::System => builder,
        Proxy::Direct => builder.no_proxy(),
        Proxy::Manual(address) => builder.no_proxy().proxy(
            reqwest::Proxy::all(address.as_str())?.no_proxy(NoProxy::from_string("localhost")),
        ),
    }
    .build()
}

/// Whether the usual address of `kind` answers, whatever it says. No key and no word of a person
/// is sent.
///
/// # Errors
/// Why it doesn't.
pub async fn reach(kind: ServiceKind) -> Result<(), Problem> {
    let (name, address) = (kind.name(), kind.default_base_url());
    let asked = async { client(&Proxy::System)?.get(address).timeout(CONNECT).send().await };
    asked.await.map(drop).map_err(|error| fault::connection(name, &error))
}

fn same_service(one: &Url, other: &Url) -> bool {
    let place = |url: &Url| (url.host_str().map(str::to_owned), url.port_or_known_default());
    place(one) == place(other) && one.scheme() == other.scheme()
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

/// `path` under the endpoint's address, with a query that never holds a key.
pub(super) fn address<Q: AsRef<str>>(
    endpoint: &Endpoint,
    path: &str,
    query: &[(&str, Q)],
) -> Result<Url, Problem> {
    let wrong = || {
        let name = &endpoint.name;
        Problem::new(
            ProblemCode::NotTheService,
            format!("The address of {name} is not an address. Correct it in Settings → Models."),
        )
    };
    let base = endpoint.base_url.trim_end_matches('/');
    let mut url = Url::parse(&format!("{base}/{path}")).map_err(|_| wrong())?;
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    Ok(url)
}

/// The endpoint's own headers: the key, which is neither printed nor compressed, what the wire
/// wants, and what the person added.
pub(super) fn headers(
    endpoint: &Endpoint,
    key_header: &'static str,
    fixed: &[(&'static str, &'static str)],
) -> Result<HeaderMap, Problem> {
    let strange = |what: &str| {
        Problem::new(
            ProblemCode::KeyRefused,
            format!("{what} holds signs that can't be sent. Enter it again in Settings → Models."),
        )
    };
    let mut headers = HeaderMap::new();
    for (name, value) in fixed {
        headers.insert(*name, HeaderValue::from_static(value));
    }
    for (name, value) in &endpoint.headers {
        let named = HeaderName::from_bytes(name.as_bytes()).ok();
        let value = HeaderValue::from_str(value).ok();
        let (name, mut value) =
            named.zip(value).ok_or_else(|| strange(&format!("The header {name}")))?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    if let Some(key) = &endpoint.key {
        let key = match (endpoint.kind, key_header) {
            (ServiceKind::OpenAi | ServiceKind::Ollama, _) => {
                HeaderValue::from_str(&zeroize::Zeroizing::new(format!("Bearer {}", key.as_str())))
            }
            _ => HeaderValue::from_str(key),
        };
        let mut key = key.map_err(|_| strange("The key"))?;
        key.set_sensitive(true);
        headers.insert(key_header, key);
    }
    Ok(headers)
}
