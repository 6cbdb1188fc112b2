//! AI contexts.

use algoagent_core::context as core;
pub use algoagent_core::context::{Context, ContextDraft, Template, VersionPage, Warning};
use algoagent_core::ids::ContextId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Nothing;
use crate::door::Door;
use crate::error::ApiError;

/// A context by id.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
pub struct ContextRequest {
    /// The context.
    pub context_id: ContextId,
}

/// What a context says from now on.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct UpdateContextRequest {
    /// The context.
    pub context_id: ContextId,
    /// Its new words, whole.
    pub draft: ContextDraft,
}

/// A context, and whether something is so.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
pub struct ContextOnRequest {
    /// The context.
    pub context_id: ContextId,
    /// Whether.
    pub on: bool,
}

/// A context, or none.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
pub struct DefaultContextRequest {
    /// The context that new chats are linked to; null for none.
    pub context_id: Option<ContextId>,
}

/// Some versions of a context.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
pub struct ContextVersionsRequest {
    /// The context.
    pub context_id: ContextId,
    /// The version before which they end; null for the newest ones.
    pub before: Option<u32>,
}

/// One version of a context.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
pub struct ContextVersionRequest {
    /// The context.
    pub context_id: ContextId,
    /// The version, from 1.
    pub number: u32,
}

pub(crate) async fn set_context_active(
    door: &Door,
    request: ContextOnRequest,
) -> Result<Context, ApiError> {
    Ok(core::set_active(&door.session()?, request.context_id, request.on).await?)
}

pub(crate) async fn set_default_context(
    door: &Door,
    request: DefaultContextRequest,
) -> Result<Vec<Context>, ApiError> {
    Ok(core::set_default(&door.session()?, request.context_id).await?)
}

pub(crate) async fn context_versions(
    door: &Door,
    request: ContextVersionsRequest,
) -> Result<VersionPage, ApiError> {
    Ok(core::versions(&door.session()?, request.context_id, request.before).await?)
}

pub(crate) async fn restore_context_version(
    door: &Door,
    request: ContextVersionRequest,
) -> Result<Context, ApiError> {
    Ok(core::restore_version(&door.session()?, request.context_id, request.number).await?)
}

pub(crate) async fn context_templates(door: &Door, _: Nothing) -> Result<Vec<Template>, ApiError> {
    door.session()?;
    Ok(core::templates())
}

pub(crate) async fn context_warnings(
    door: &Door,
    draft: ContextDraft,
) -> Result<Vec<Warning>, ApiError> {
    Ok(core::warnings(&door.session()?, &draft).await?)
}

pub(crate) async fn contexts(door: &Door, _: Nothing) -> Result<Vec<Context>, ApiError> {
    Ok(core::list(&door.session()?).await?)
}

pub(crate) async fn create_context(door: &Door, draft: ContextDraft) -> Result<Context, ApiError> {
    Ok(core::create(&door.session()?, draft).await?)
}

pub(crate) async fn update_context(
    door: &Door,
    request: UpdateContextRequest,
) -> Result<Context, ApiError> {
    Ok(core::update(&door.session()?, request.context_id, request.draft).await?)
}

pub(crate) async fn delete_context(
    door: &Door,
    request: ContextRequest,
) -> Result<Nothing, ApiError> {
    core::delete(&door.session()?, request.context_id).await?;
    Ok(Nothing {})
}
