//! Answers that are kept as they were sent, until something in the person's vault changes. Whoever
//! asks again and again gets what core has at hand, and no vault is read for it.

use axum::body::Bytes;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use std::sync::Arc;

use algoagent_core::account::Session;

use crate::refusal::Refusal;

/// The answer that is kept under this name, or else what is made now. The name says all that the
/// answer hangs on beside the vault and the account.
pub(crate) async fn answer<T: Serialize>(
    session: &Session,
    name: String,
    make: impl Future<Output = Result<T, Refusal>>,
) -> Result<Response, Refusal> {
    let name = format!("http {} {name}", session.account().username);
    if let Some(kept) = session.kept::<Bytes>(&name)? {
        return Ok(json(Bytes::clone(&kept)));
    }
    // Before anything is read: what changes meanwhile makes the answer one of yesterday's.
    let changes = session.changes();
    let made = make.await?;
    let body = Bytes::from(written(&made)?);
    session.keep(name, changes, body.len(), Arc::new(body.clone()));
    Ok(json(body))
}

fn written(made: &impl Serialize) -> Result<Vec<u8>, Refusal> {
    serde_json::to_vec(made).map_err(|fault| {
        tracing::error!(%fault, "an answer can't be written");
        Refusal::broken()
    })
}

fn json(body: Bytes) -> Response {
    let kind = HeaderValue::from_static("application/json");
    ([(CONTENT_TYPE, kind)], body).into_response()
}
