//! Search in everything that a person wrote and was answered.

pub use algoagent_core::search::{Found, Query};

use crate::door::Door;
use crate::error::ApiError;

pub(crate) async fn search(door: &Door, query: Query) -> Result<Found, ApiError> {
    Ok(algoagent_core::search::search(&door.session()?, &query).await?)
}
