//! AI contexts.

use algoagent_core::context as core;
pub use algoagent_core::context::{Context, ContextDraft};
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
