//! The trading profile.

use algoagent_core::profile as core;
pub use algoagent_core::profile::{Profile, ProfileDraft};

use crate::Nothing;
use crate::door::Door;
use crate::error::ApiError;

pub(crate) async fn profile(door: &Door, _: Nothing) -> Result<Profile, ApiError> {
    Ok(core::get(&door.session()?).await?)
}

pub(crate) async fn update_profile(door: &Door, draft: ProfileDraft) -> Result<Profile, ApiError> {
    Ok(core::update(&door.session()?, draft).await?)
}
