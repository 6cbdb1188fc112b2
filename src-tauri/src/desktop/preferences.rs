//! The window's size and looks, kept in `window.json` of the data directory. Nothing of a
//! person is in it: it is read before anybody signs in.

use std::path::Path;
use std::sync::Arc;

use algoagent_api::HostError;
use algoagent_api::appearance::Appearance;
use serde::{Deserialize, Serialize};
use tauri::{AppHandle, Wry};
use tauri_plugin_store::{Store, StoreBuilder};

const APPEARANCE: &str = "appearance";
const SIZE: &str = "size";

/// The window's inner size in logical pixels.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Size {
    pub(super) width: f64,
    pub(super) height: f64,
}

#[derive(Clone)]
pub(super) struct Preferences(Arc<Store<Wry>>);

impl Preferences {
    pub(super) fn open(app: &AppHandle, data_dir: &Path) -> tauri_plugin_store::Result<Self> {
        // A damaged file costs the window's size and theme, and must cost no more.
        StoreBuilder::new(app, data_dir.join("window.json")).build().map(Self)
    }

    pub(super) fn appearance(&self) -> Appearance {
        self.0
            .get(APPEARANCE)
            .and_then(|kept| serde_json::from_value(kept).ok())
            .unwrap_or_default()
    }

    pub(super) fn set_appearance(&self, appearance: Appearance) -> Result<(), HostError> {
        self.keep(APPEARANCE, appearance)
    }

    pub(super) fn size(&self) -> Option<Size> {
        serde_json::from_value(self.0.get(SIZE)?).ok()
    }

    pub(super) fn set_size(&self, size: Size) -> Result<(), HostError> {
        self.keep(SIZE, size)
    }

    fn keep(&self, name: &str, value: impl Serialize) -> Result<(), HostError> {
        let value = serde_json::to_value(value).map_err(|fault| HostError(fault.to_string()))?;
        self.0.set(name, value);
        self.0.save().map_err(|fault| HostError(fault.to_string()))
    }
}
