//! The switch of the local API. What listens is the door's (`LocalServer`): nothing here knows a
//! socket. Core says who may switch.

use std::pin::Pin;

use algoagent_core::account as core;
pub use algoagent_core::account::LocalApi;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Nothing;
use crate::door::{Copied, Door};
use crate::error::{ApiError, ErrorCode};

/// What listens for programs of this computer, where a door has such a thing.
pub trait LocalServer: Send + Sync {
    /// Listens as chosen from now on, or not at all.
    fn apply(&self, chosen: LocalApi) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;

    /// Whether it listens.
    fn listening(&self) -> Listening;
}

/// Whether the local API listens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Listening {
    /// It doesn't, as chosen.
    #[default]
    Off,
    /// At this address, such as `http://127.0.0.1:8000`.
    At(String),
    /// It can't, and why, for a person.
    Refused(String),
}

/// The local API as it is chosen, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LocalApiState {
    /// What is chosen.
    #[serde(flatten)]
    pub chosen: LocalApi,
    /// Where it listens; null when it doesn't.
    pub address: Option<String>,
    /// Why it doesn't although it should.
    pub fault: Option<String>,
    /// Whether whoever asks may change it.
    pub may_change: bool,
}

pub(crate) async fn local_api(door: &Door, _: Nothing) -> Result<LocalApiState, ApiError> {
    let session = door.session()?;
    let may_change = core::administration::is_administrator(&session).await?;
    shown(door, core::local_api(door.core()).await?, may_change)
}

pub(crate) async fn set_local_api(
    door: &Door,
    wanted: LocalApi,
) -> Result<LocalApiState, ApiError> {
    let session = door.session()?;
    let server = door.host().local_server().ok_or_else(|| {
        ApiError::new(ErrorCode::NotHere, "The local API is switched in the window's settings.")
    })?;
    let chosen = core::set_local_api(&session, wanted).await?;
    server.apply(chosen.clone()).await;
    shown(door, chosen, true)
}

pub(crate) async fn copy_local_address(door: &Door, _: Nothing) -> Result<Nothing, ApiError> {
    door.session()?;
    let server = door.host().local_server();
    match server.map(|server| server.listening()) {
        Some(Listening::At(address)) => {
            door.host().copy(&address, Copied::Text)?;
            Ok(Nothing {})
        }
        _ => Err(ApiError::new(ErrorCode::NotFound, "The local API doesn't listen.")),
    }
}

fn shown(door: &Door, chosen: LocalApi, may_change: bool) -> Result<LocalApiState, ApiError> {
    let server = door.host().local_server();
    let (address, fault) = match server.map(|server| server.listening()).unwrap_or_default() {
        Listening::Off => (None, None),
        Listening::At(address) => (Some(address), None),
        Listening::Refused(why) => (None, Some(why)),
    };
    Ok(LocalApiState { chosen, address, fault, may_change })
}
