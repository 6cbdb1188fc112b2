//! AI contexts: instructions for one kind of strategy.

use algoagent_core::Counted;
use algoagent_core::clock::Timestamp;
use algoagent_core::context::{self, ContextDraft};
use algoagent_core::ids::ContextId;
use axum::Json;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::path::Number;
use crate::body::Body;
use crate::caller::Caller;
use crate::numbered::{Asked, Numbered, Paging};
use crate::refusal::Refusal;

/// An AI context.
#[derive(Serialize, ToSchema)]
pub(crate) struct Context {
    id: i64,
    username: String,
    session_name: String,
    instructions: String,
    /// Structured facts, told to the model as JSON.
    #[schema(value_type = Object)]
    context_data: Map<String, Value>,
    /// Whether it is offered to new chats.
    is_active: bool,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// When an answer last used it.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    last_used: Option<Timestamp>,
}

impl Context {
    fn of(session: &algoagent_core::account::Session, kept: context::Context) -> Self {
        Self {
            id: kept.id.0,
            username: session.account().username.clone(),
            session_name: kept.draft.name,
            instructions: kept.draft.instructions,
            context_data: kept.draft.data,
            is_active: kept.draft.active,
            created_at: kept.created_at,
            updated_at: kept.updated_at,
            last_used: kept.last_used_at,
        }
    }
}

/// A context as it is to be.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ContextRequest {
    /// 1 to 200 characters.
    #[schema(max_length = 200, pattern = r"\S")]
    session_name: String,
    /// What the model is told, at most 64 KiB.
    #[serde(default)]
    #[schema(max_length = 65536)]
    instructions: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    context_data: Option<Map<String, Value>>,
    #[serde(default)]
    is_active: Option<bool>,
}

/// What changes; everything else stays.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ContextChange {
    /// 1 to 200 characters.
    #[serde(default)]
    #[schema(max_length = 200, pattern = r"\S")]
    session_name: Option<String>,
    /// What the model is told, at most 64 KiB.
    #[serde(default)]
    #[schema(max_length = 65536)]
    instructions: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    context_data: Option<Map<String, Value>>,
    #[serde(default)]
    is_active: Option<bool>,
}

impl From<ContextRequest> for ContextChange {
    fn from(request: ContextRequest) -> Self {
        Self {
            session_name: Some(request.session_name),
            instructions: request.instructions,
            context_data: request.context_data,
            is_active: request.is_active,
        }
    }
}

impl ContextChange {
    fn made_to(self, draft: ContextDraft) -> ContextDraft {
        ContextDraft {
            name: self.session_name.unwrap_or(draft.name),
            instructions: self.instructions.unwrap_or(draft.instructions),
            data: self.context_data.unwrap_or(draft.data),
            active: self.is_active.unwrap_or(draft.active),
            model: draft.model,
        }
    }
}

/// The contexts, the last changed first
#[utoipa::path(get, path = "/api/auth/ai-contexts/", tag = "contexts", params(Paging),
    operation_id = "contexts_list",
    responses((status = 200, body = Numbered<Context>),
        (status = 404, body = crate::refusal::Error, description = "No such page")))]
pub(crate) async fn list(
    Caller(session): Caller,
    asked: Asked,
) -> Result<Json<Numbered<Context>>, Refusal> {
    let all = Counted::of(context::list(&session).await?, asked.slice());
    asked.answer(all.map(|kept| Context::of(&session, kept)))
}

/// Makes a context
#[utoipa::path(post, path = "/api/auth/ai-contexts/", tag = "contexts",
    operation_id = "contexts_create",
    request_body = ContextRequest, responses((status = 201, body = Context)))]
pub(crate) async fn create(
    Caller(session): Caller,
    Body(request): Body<ContextRequest>,
) -> Result<(StatusCode, Json<Context>), Refusal> {
    let empty = ContextDraft {
        name: String::new(),
        instructions: String::new(),
        data: Map::new(),
        active: true,
        model: None,
    };
    let draft = ContextChange::from(request).made_to(empty);
    let kept = context::create(&session, draft).await?;
    Ok((StatusCode::CREATED, Json(Context::of(&session, kept))))
}

/// A context
#[utoipa::path(get, path = "/api/auth/ai-contexts/{id}/", tag = "contexts",
    operation_id = "contexts_get",
    params(("id" = i64, Path)), responses((status = 200, body = Context)))]
pub(crate) async fn get(
    Caller(session): Caller,
    Number(id): Number,
) -> Result<Json<Context>, Refusal> {
    let kept = context::get(&session, ContextId(id)).await?;
    Ok(Json(Context::of(&session, kept)))
}

async fn change(
    session: &algoagent_core::account::Session,
    id: i64,
    change: ContextChange,
) -> Result<Json<Context>, Refusal> {
    let made = |draft| change.made_to(draft);
    let kept = context::change(session, ContextId(id), made).await?;
    Ok(Json(Context::of(session, kept)))
}

/// Changes a context; what is left out stays
#[utoipa::path(put, path = "/api/auth/ai-contexts/{id}/", tag = "contexts",
    operation_id = "contexts_put", params(("id" = i64, Path)),
    request_body = ContextRequest, responses((status = 200, body = Context)))]
pub(crate) async fn put(
    Caller(session): Caller,
    Number(id): Number,
    Body(request): Body<ContextRequest>,
) -> Result<Json<Context>, Refusal> {
    change(&session, id, request.into()).await
}

/// Changes some of a context
#[utoipa::path(patch, path = "/api/auth/ai-contexts/{id}/", tag = "contexts",
    operation_id = "contexts_patch", params(("id" = i64, Path)),
    request_body = ContextChange, responses((status = 200, body = Context)))]
pub(crate) async fn patch(
    Caller(session): Caller,
    Number(id): Number,
    Body(request): Body<ContextChange>,
) -> Result<Json<Context>, Refusal> {
    change(&session, id, request).await
}

/// Deletes a context; its chats stay and lose the link
#[utoipa::path(delete, path = "/api/auth/ai-contexts/{id}/", tag = "contexts",
    operation_id = "contexts_delete",
    params(("id" = i64, Path)), responses((status = 204)))]
pub(crate) async fn delete(
    Caller(session): Caller,
    Number(id): Number,
) -> Result<StatusCode, Refusal> {
    context::delete(&session, ContextId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Offers a context to new chats
#[utoipa::path(post, path = "/api/auth/ai-contexts/{id}/activate/", tag = "contexts",
    operation_id = "contexts_activate",
    params(("id" = i64, Path)), responses((status = 200, body = Context)))]
pub(crate) async fn activate(caller: Caller, id: Number) -> Result<Json<Context>, Refusal> {
    set_active(caller, id, true).await
}

/// Offers a context to new chats no longer
#[utoipa::path(post, path = "/api/auth/ai-contexts/{id}/deactivate/", tag = "contexts",
    operation_id = "contexts_deactivate",
    params(("id" = i64, Path)), responses((status = 200, body = Context)))]
pub(crate) async fn deactivate(caller: Caller, id: Number) -> Result<Json<Context>, Refusal> {
    set_active(caller, id, false).await
}

async fn set_active(
    Caller(session): Caller,
    Number(id): Number,
    active: bool,
) -> Result<Json<Context>, Refusal> {
    let kept = context::set_active(&session, ContextId(id), active).await?;
    Ok(Json(Context::of(&session, kept)))
}
