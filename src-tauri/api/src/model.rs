//! Which model answers, the services that are set up, what they cost.

use algoagent_core::chat as core_chat;
pub use algoagent_core::chat::{Used, UsedBy};
use algoagent_core::clock::Timestamp;
use algoagent_core::ids::ServiceId;
use algoagent_core::model::{ModelRef, Patience, ServiceKind};
use algoagent_core::settings as core;
pub use algoagent_core::settings::{
    Header, LocalServer, ModelSettings, PricedModel, ProxyChoice, ServiceTest,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use zeroize::Zeroizing;

use crate::Nothing;
use crate::door::Door;
use crate::error::ApiError;

/// What a person enters for a service. No answer holds what is secret in it.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct ServiceFields {
    /// Its name; null for a made one.
    pub name: Option<String>,
    /// Its base address; null for the usual one. Plain http only for loopback.
    pub base_url: Option<String>,
    /// A new key; null keeps the stored one, which is sent to the address it was entered for alone.
    pub key: Option<String>,
    /// Forgets the stored key.
    #[serde(default)]
    pub forget_key: bool,
    /// All headers that go with every call; null keeps the stored ones.
    pub headers: Option<Vec<Header>>,
    /// By which way it is reached.
    #[serde(default)]
    pub proxy: ProxyChoice,
    /// The proxy's address; null keeps the stored one.
    pub proxy_url: Option<String>,
    /// How long it is waited for; null as usual.
    pub patience: Option<Patience>,
}

impl From<ServiceFields> for core::ServiceDraft {
    fn from(fields: ServiceFields) -> Self {
        Self {
            name: fields.name,
            base_url: fields.base_url,
            key: fields.key.map(Zeroizing::new),
            forget_key: fields.forget_key,
            headers: fields.headers,
            proxy: fields.proxy,
            proxy_url: fields.proxy_url.map(Zeroizing::new),
            patience: fields.patience,
        }
    }
}

/// A service to be added.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct AddServiceRequest {
    /// The wire that it speaks.
    pub kind: ServiceKind,
    /// What the person entered.
    pub fields: ServiceFields,
}

/// A service to be changed.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct UpdateServiceRequest {
    /// Which.
    pub service_id: ServiceId,
    /// What the person entered.
    pub fields: ServiceFields,
}

/// Names a service.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ServiceRequest {
    /// Which.
    pub service_id: ServiceId,
}

/// A model whose entered price is to be forgotten.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct PriceRequest {
    /// The wire of its service.
    pub kind: ServiceKind,
    /// The model by its id.
    pub model: String,
}

/// What was used, and how it is counted together.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct UsedRequest {
    /// By day, model or chat.
    pub by: UsedBy,
    /// Since when.
    pub since: Timestamp,
    /// Minutes by which the person's days begin before those of UTC.
    pub offset_minutes: i32,
}

pub(crate) async fn model_settings(door: &Door, _: Nothing) -> Result<ModelSettings, ApiError> {
    Ok(core::get(&door.session()?).await?)
}

pub(crate) async fn choose_model(door: &Door, model: ModelRef) -> Result<ModelSettings, ApiError> {
    Ok(core::choose(&door.session()?, model).await?)
}

pub(crate) async fn add_service(
    door: &Door,
    request: AddServiceRequest,
) -> Result<ModelSettings, ApiError> {
    Ok(core::add(&door.session()?, request.kind, request.fields.into()).await?)
}

pub(crate) async fn update_service(
    door: &Door,
    request: UpdateServiceRequest,
) -> Result<ModelSettings, ApiError> {
    Ok(core::update(&door.session()?, request.service_id, request.fields.into()).await?)
}

pub(crate) async fn remove_service(
    door: &Door,
    request: ServiceRequest,
) -> Result<ModelSettings, ApiError> {
    Ok(core::remove(&door.session()?, request.service_id).await?)
}

pub(crate) async fn test_service(
    door: &Door,
    request: ServiceRequest,
) -> Result<ServiceTest, ApiError> {
    Ok(core::check(&door.session()?, request.service_id).await?)
}

pub(crate) async fn local_servers(door: &Door, _: Nothing) -> Result<Vec<LocalServer>, ApiError> {
    Ok(core::find_local_servers(&door.session()?).await?)
}

pub(crate) async fn prices(door: &Door, _: Nothing) -> Result<Vec<PricedModel>, ApiError> {
    Ok(core::prices(&door.session()?).await?)
}

pub(crate) async fn set_price(door: &Door, priced: PricedModel) -> Result<ModelSettings, ApiError> {
    let session = door.session()?;
    core::set_price(&session, priced).await?;
    Ok(core::get(&session).await?)
}

pub(crate) async fn forget_price(
    door: &Door,
    request: PriceRequest,
) -> Result<ModelSettings, ApiError> {
    let session = door.session()?;
    core::forget_price(&session, request.kind, &request.model).await?;
    Ok(core::get(&session).await?)
}

pub(crate) async fn used(door: &Door, request: UsedRequest) -> Result<Vec<Used>, ApiError> {
    let UsedRequest { by, since, offset_minutes } = request;
    Ok(core_chat::used(&door.session()?, by, since, offset_minutes).await?)
}
