//! Who may speak at all: programs of this computer, and web pages whose origin is on the list.
//!
//! A web page of a stranger reaches 127.0.0.1 through the browser of whoever looks at it: by a name
//! of its own that it lets point here (`Host`), or by a call across origins (`Origin`). Both are
//! refused before anything is looked at.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::header::{
    ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN, REFERRER_POLICY, RETRY_AFTER,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::body;
use crate::refusal::Refusal;

/// The header that a cookie session's changes carry.
pub(crate) const CSRF: HeaderName = HeaderName::from_static("x-csrftoken");
const NAMES: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];
/// How long a browser may remember what it may send.
const REMEMBERED: Duration = Duration::from_secs(600);

/// The names of this server, and the origins that may call it.
pub(crate) struct Guard {
    hosts: Vec<String>,
    origins: Vec<String>,
}

impl Guard {
    pub(crate) fn new(port: u16, listed: &[String]) -> Self {
        let mut hosts: Vec<_> = NAMES.iter().map(|name| format!("{name}:{port}")).collect();
        if port == 80 {
            hosts.extend(NAMES.map(str::to_owned));
        }
        let own = hosts.iter().map(|host| format!("http://{host}"));
        let origins = own.chain(listed.iter().cloned()).collect();
        Self { hosts, origins }
    }

    fn check(&self, request: &Request) -> Result<(), Refusal> {
        let refuse = |code: &str, why: &str| Err(Refusal::new(StatusCode::FORBIDDEN, code, why));
        if request.uri().authority().is_some() {
            return refuse("absolute_address", "This is no proxy: ask for a path.");
        }
        let headers = request.headers();
        if !single(headers, &HOST).is_some_and(|host| self.knows(host)) {
            return refuse(
                "host_refused",
                "Call this server by 127.0.0.1 or localhost, and the port at which it listens.",
            );
        }
        let origin = single(headers, &ORIGIN);
        let good = origin.is_some_and(|origin| self.origins.iter().any(|known| known == origin));
        if headers.contains_key(ORIGIN) && !good {
            return refuse(
                "origin_refused",
                "Web pages of this origin may not call. An administrator can allow it in the settings, or --allow-origin.",
            );
        }
        body::check_headers(headers)
    }

    fn knows(&self, host: &str) -> bool {
        self.hosts.iter().any(|known| known.eq_ignore_ascii_case(host))
    }
}

/// The value of a header that is there once.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())?.to_str().ok()
}

/// Lets a call in or not. No answer is kept by anyone.
pub(crate) async fn guard(
    State(guard): State<Arc<Guard>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = match guard.check(&request) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    response
}

/// What web pages of the listed origins are told that they may do.
pub(crate) fn cors(listed: &[String]) -> CorsLayer {
    let origins = listed.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([ACCEPT, AUTHORIZATION, CONTENT_TYPE, CSRF])
        .expose_headers([CONTENT_DISPOSITION, RETRY_AFTER])
        .max_age(REMEMBERED)
}
