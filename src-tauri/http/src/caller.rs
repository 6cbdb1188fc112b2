//! Who calls: the bearer of an access token, or the browser of a cookie session.

use algoagent_core::account::{self, AccountError, Session};
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};

use crate::Api;
use crate::guard::CSRF;
use crate::refusal::Refusal;

/// Somebody who signed in.
pub(crate) struct Caller(pub(crate) Session);

/// Somebody who signed in, or nobody.
pub(crate) struct Anybody(pub(crate) Option<Session>);

impl FromRequestParts<Api> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Refusal> {
        find(parts, api)?.map(Self).ok_or_else(Refusal::not_authenticated)
    }
}

impl FromRequestParts<Api> for Anybody {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Refusal> {
        find(parts, api).map(Self)
    }
}

fn find(parts: &Parts, api: &Api) -> Result<Option<Session>, Refusal> {
    let session = match bearer(&parts.headers) {
        Some(token) => match account::authenticate(&api.core, token) {
            Ok(session) => session,
            Err(AccountError::InvalidToken) => return Err(Refusal::bad_token()),
            Err(fault) => return Err(fault.into()),
        },
        None => match api.cookies.find(&parts.headers) {
            None => return Ok(None),
            Some(known) => {
                let repeated = parts.headers.get(CSRF).map(|csrf| csrf.as_bytes());
                let changes = !matches!(parts.method, Method::GET | Method::HEAD);
                if changes && repeated != Some(known.csrf.as_bytes()) {
                    return Err(Refusal::new(
                        StatusCode::FORBIDDEN,
                        "csrf_failed",
                        "Repeat the cookie csrftoken in the header X-CSRFToken.",
                    ));
                }
                known.session
            }
        },
    };
    session.touch()?;
    Ok(Some(session))
}

/// The token of the header `Authorization: Bearer …`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
