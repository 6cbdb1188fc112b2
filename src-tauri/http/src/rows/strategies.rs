//! Strategies, their versions, and the file.

use algoagent_core::account::Session;
use algoagent_core::clock::Timestamp;
use algoagent_core::ids::StrategyId;
use algoagent_core::strategy::reading as strategy;
use axum::Json;
use axum::http::Uri;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::path::Number;
use crate::caller::Caller;
use crate::numbered::{Asked, Numbered, Paging, query};
use crate::refusal::Refusal;

/// A strategy.
#[derive(Serialize, ToSchema)]
pub(crate) struct Strategy {
    id: i64,
    username: String,
    /// The name of its class.
    #[schema(example = "MomentumCross")]
    name: String,
    /// The chat it was made in, while that is there.
    #[schema(required)]
    chat_session: Option<i64>,
    #[schema(required, format = Uuid)]
    session_id: Option<String>,
    /// The number of its newest version.
    version: u32,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

/// A strategy with its newest version.
#[derive(Serialize, ToSchema)]
pub(crate) struct StrategyDetails {
    #[serde(flatten)]
    strategy: Strategy,
    newest: Version,
}

/// A version of a strategy.
#[derive(Serialize, ToSchema)]
pub(crate) struct Version {
    /// Its number, from 1.
    version: u32,
    /// The context it was asked in, while that is there.
    #[schema(required)]
    ai_context: Option<i64>,
    /// The model that wrote it.
    model: String,
    code: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl Strategy {
    fn of(session: &Session, kept: strategy::Strategy) -> Self {
        Self {
            id: kept.id.0,
            username: session.account().username.clone(),
            name: kept.name,
            chat_session: kept.chat_id.map(|id| id.0),
            session_id: kept.session_id,
            version: kept.versions,
            created_at: kept.created_at,
            updated_at: kept.updated_at,
        }
    }
}

impl From<strategy::StrategyVersion> for Version {
    fn from(kept: strategy::StrategyVersion) -> Self {
        Self {
            version: kept.number,
            ai_context: kept.context_id.map(|id| id.0),
            model: kept.model,
            code: kept.code,
            created_at: kept.created_at,
        }
    }
}

/// The strategies, the last changed first
#[utoipa::path(get, path = "/api/strategies/", tag = "strategies", params(Paging),
    operation_id = "strategies_list",
    responses((status = 200, body = Numbered<Strategy>),
        (status = 404, body = crate::refusal::Error, description = "No such page")))]
pub(crate) async fn list(
    Caller(session): Caller,
    asked: Asked,
) -> Result<Json<Numbered<Strategy>>, Refusal> {
    let found = strategy::list(&session, asked.slice()).await?;
    asked.answer(found.map(|kept| Strategy::of(&session, kept)))
}

/// A strategy with its newest version
#[utoipa::path(get, path = "/api/strategies/{id}/", tag = "strategies",
    operation_id = "strategies_get",
    params(("id" = i64, Path)), responses((status = 200, body = StrategyDetails)))]
pub(crate) async fn get(
    Caller(session): Caller,
    Number(id): Number,
) -> Result<Json<StrategyDetails>, Refusal> {
    let kept = strategy::get(&session, StrategyId(id)).await?;
    let newest = strategy::version(&session, kept.id, None).await?.into();
    Ok(Json(StrategyDetails { strategy: Strategy::of(&session, kept), newest }))
}

/// The versions of a strategy, the newest first
#[utoipa::path(get, path = "/api/strategies/{id}/versions/", tag = "strategies",
    operation_id = "strategies_versions",
    params(("id" = i64, Path), Paging), responses((status = 200, body = Numbered<Version>)))]
pub(crate) async fn versions(
    Caller(session): Caller,
    Number(id): Number,
    asked: Asked,
) -> Result<Json<Numbered<Version>>, Refusal> {
    let found = strategy::versions(&session, StrategyId(id), asked.slice()).await?;
    asked.answer(found.map(Version::from))
}

/// Which version.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the schema reads it; what is sent is read leniently")]
pub(crate) struct Which {
    /// The number of a version; the newest without it.
    #[param(minimum = 1, required = false)]
    version: u32,
}

/// A strategy as a Python file
#[utoipa::path(get, path = "/api/strategies/{id}/export/", tag = "strategies",
    operation_id = "strategies_export",
    params(("id" = i64, Path), Which),
    responses((status = 200, body = String, content_type = "text/x-python")))]
pub(crate) async fn export(
    Caller(session): Caller,
    Number(id): Number,
    uri: Uri,
) -> Result<Response, Refusal> {
    let asked = query(&uri).into_iter().find(|(name, _)| name == "version");
    let number = asked.map(|(_, number)| number.parse().map_err(|_| Refusal::not_found()));
    let file = strategy::file(&session, StrategyId(id), number.transpose()?).await?;
    let name = format!("attachment; filename=\"{}\"", ascii(&file.name));
    let kind = "text/x-python; charset=utf-8";
    Ok(([(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, &*name)], file.code).into_response())
}

/// A header holds no other letters; a class may have any.
fn ascii(name: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    name.chars().map(|c| if safe(c) { c } else { '_' }).collect()
}
