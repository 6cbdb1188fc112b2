//! Which model answers, and the keys it needs.

use algoagent_core::settings as core;
pub use algoagent_core::settings::{GeminiTest, ModelChoice, ModelSettings};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use zeroize::Zeroizing;

use crate::Nothing;
use crate::door::Door;
use crate::error::ApiError;

/// The model that answers from now on.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ChooseModelRequest {
    /// Built-in or Gemini.
    pub choice: ModelChoice,
    /// Gemini's model by its id; null for the newest flash model that the service names.
    pub gemini_model: Option<String>,
}

/// A key and the address it belongs to.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct SetGeminiRequest {
    /// The service's base address; null for Google's. Plain http only for loopback.
    pub base_url: Option<String>,
    /// A new key; null keeps the stored one, which is only possible at the same address.
    pub key: Option<String>,
}

pub(crate) async fn model_settings(door: &Door, _: Nothing) -> Result<ModelSettings, ApiError> {
    Ok(core::get(&door.session()?).await?)
}

pub(crate) async fn choose_model(
    door: &Door,
    request: ChooseModelRequest,
) -> Result<ModelSettings, ApiError> {
    Ok(core::choose(&door.session()?, request.choice, request.gemini_model).await?)
}

pub(crate) async fn set_gemini(
    door: &Door,
    request: SetGeminiRequest,
) -> Result<ModelSettings, ApiError> {
    let key = request.key.map(Zeroizing::new);
    Ok(core::set_gemini(&door.session()?, request.base_url, key).await?)
}

pub(crate) async fn forget_gemini_key(door: &Door, _: Nothing) -> Result<ModelSettings, ApiError> {
    Ok(core::forget_gemini_key(&door.session()?).await?)
}

pub(crate) async fn test_gemini(door: &Door, _: Nothing) -> Result<GeminiTest, ApiError> {
    Ok(core::test_gemini(&door.session()?).await?)
}
