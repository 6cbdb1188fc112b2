//! How the window looks. Kept with the window's size, outside every vault: nothing secret.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Nothing;
use crate::door::Door;
use crate::error::ApiError;

/// Light, dark, or as the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// The appearance of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Appearance {
    /// Light, dark, or as the system says.
    pub theme: Theme,
}

pub(crate) async fn appearance(door: &Door, _: Nothing) -> Result<Appearance, ApiError> {
    Ok(door.host().appearance())
}

pub(crate) async fn set_appearance(
    door: &Door,
    appearance: Appearance,
) -> Result<Appearance, ApiError> {
    door.host().set_appearance(appearance)?;
    Ok(appearance)
}
