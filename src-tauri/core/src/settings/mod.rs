//! What a person set up: the services with AI models, the model that answers, prices, locking.
//! Keys go in and never come out.

mod checks;
mod local;
mod locking;
mod models;
mod naming;
mod prices;
mod services;
mod store;
mod values;

pub use local::{LocalServer, find_local_servers};
pub(crate) use locking::write_code_noted;
pub use locking::{IDLE_MINUTES, idle_minutes, is_code_noted, set_code_noted, set_idle_minutes};
pub(crate) use models::{Chosen, check_choice, known_model, resolve};
pub use models::{ModelSettings, choose, get};
pub use naming::{BUILT_IN, named_model};
pub(crate) use prices::price_of;
pub use prices::{PricedModel, forget_price, prices, set_price};
pub use services::{
    Header, KeyOrigin, Listed, ProxyChoice, Service, ServiceDraft, ServiceTest, add, check, models,
    remove, update,
};
pub(crate) use store::{move_keys, remember_window};
pub(crate) use values::{set_value, value};

use crate::Invalid;
use crate::account::Locked;
use crate::model::Problem;
use crate::vault::StoreError;

/// Why a setting was refused.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// No such service in this vault.
    #[error("there is no such service")]
    NotFound,
    /// A field can't be taken.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Nobody is signed in.
    #[error(transparent)]
    Locked(#[from] Locked),
    /// The model's settings don't work.
    #[error(transparent)]
    Model(#[from] Problem),
    /// The vault.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for SettingsError {
    fn from(fault: sqlx::Error) -> Self {
        Self::Store(fault.into())
    }
}
