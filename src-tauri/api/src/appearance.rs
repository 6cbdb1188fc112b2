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

/// How strongly text and lines stand out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Contrast {
    /// As the system says.
    #[default]
    System,
    /// As strongly as can be.
    High,
}

/// The appearance of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Appearance {
    /// Light, dark, or as the system says.
    pub theme: Theme,
    /// How strongly text and lines stand out.
    pub contrast: Contrast,
    /// The size of all that is shown, in percent: 80 to 200.
    pub size: u16,
}

impl Default for Appearance {
    fn default() -> Self {
        Self { theme: Theme::default(), contrast: Contrast::default(), size: 100 }
    }
}

impl Appearance {
    /// The sizes that a window can be read at.
    pub const SIZES: std::ops::RangeInclusive<u16> = 80..=200;
}

pub(crate) async fn appearance(door: &Door, _: Nothing) -> Result<Appearance, ApiError> {
    Ok(door.host().appearance())
}

pub(crate) async fn set_appearance(
    door: &Door,
    appearance: Appearance,
) -> Result<Appearance, ApiError> {
    let (smallest, largest) = Appearance::SIZES.into_inner();
    let appearance = Appearance { size: appearance.size.clamp(smallest, largest), ..appearance };
    door.host().set_appearance(appearance)?;
    Ok(appearance)
}
