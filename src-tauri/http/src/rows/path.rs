//! What the path of a call names. What can't be a name names nothing: it is answered like an id
//! that never was.

use algoagent_core::chat::Named;
use algoagent_core::ids::ChatId;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use uuid::Uuid;

use crate::refusal::Refusal;

/// A number.
pub(crate) struct Number(pub(crate) i64);

/// A UUID.
pub(crate) struct Unique(pub(crate) Uuid);

/// A chat, by its number or its session id.
pub(crate) struct ByName(pub(crate) Named);

async fn part<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<String, Refusal> {
    let part = Path::<String>::from_request_parts(parts, state).await;
    part.map(|Path(part)| part).map_err(|_| Refusal::not_found())
}

impl<S: Send + Sync> FromRequestParts<S> for Number {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        part(parts, state).await?.parse().map(Self).map_err(|_| Refusal::not_found())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Unique {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        part(parts, state).await?.parse().map(Self).map_err(|_| Refusal::not_found())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ByName {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let named = part(parts, state).await?;
        Ok(Self(match named.parse() {
            Ok(id) => Named::Id(ChatId(id)),
            Err(_) => Named::SessionId(named.to_lowercase()),
        }))
    }
}
