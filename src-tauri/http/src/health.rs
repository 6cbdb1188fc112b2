//! Whether the server lives, and for whom.

use algoagent_core::clock::Timestamp;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Api;
use crate::caller::Anybody;
use crate::refusal::Refusal;

#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    #[schema(example = "healthy")]
    status: &'static str,
    #[schema(example = "AlgoAgent")]
    service: &'static str,
    version: &'static str,
    /// Who calls; `anonymous` without a token.
    #[schema(example = "anonymous")]
    user: String,
    #[schema(value_type = String, format = DateTime)]
    timestamp: Timestamp,
}

/// Whether the server lives
#[utoipa::path(get, path = "/api/auth/health/", tag = "health",
    security((), ("token" = []), ("cookie" = [])),
    responses((status = 200, body = Health)))]
pub(crate) async fn health(
    State(api): State<Api>,
    Anybody(session): Anybody,
) -> Result<Json<Health>, Refusal> {
    let user = session
        .map_or_else(|| "anonymous".to_owned(), |session| session.account().username.clone());
    Ok(Json(Health {
        status: "healthy",
        service: "AlgoAgent",
        version: env!("CARGO_PKG_VERSION"),
        user,
        timestamp: api.core.now(),
    }))
}
