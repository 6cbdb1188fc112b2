//! Strategies and their versions, whichever chat they were made in.

use algoagent_core::ids::StrategyId;
use algoagent_core::strategy as core;
pub use algoagent_core::strategy::{Strategy, StrategyFile, StrategyVersion};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Nothing;
use crate::door::Door;
use crate::error::ApiError;

/// A version of a strategy.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
pub struct StrategyRequest {
    /// The strategy.
    pub strategy_id: StrategyId,
    /// The version, from 1; null for the newest.
    pub version: Option<u32>,
}

pub(crate) async fn strategies(door: &Door, _: Nothing) -> Result<Vec<Strategy>, ApiError> {
    Ok(core::list(&door.session()?).await?)
}

pub(crate) async fn strategy_file(
    door: &Door,
    request: StrategyRequest,
) -> Result<StrategyFile, ApiError> {
    Ok(core::file(&door.session()?, request.strategy_id, request.version).await?)
}
