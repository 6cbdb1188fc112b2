//! Services with AI models: adding, changing, testing and forgetting them.

use reqwest::Url;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use zeroize::Zeroizing;

use super::checks::{check_base_url, check_headers, check_key, check_proxy};
use super::models::{ModelSettings, get};
use super::store::{self, COMPUTER, Kept, Secrets};
use super::{SettingsError, prices};
use crate::Invalid;
use crate::account::Session;
use crate::clock::Timestamp;
use crate::ids::ServiceId;
use crate::model::service::{Endpoint, Proxy};
use crate::model::wire::{self, is_loopback};
use crate::model::{ModelInfo, Patience, Price, Problem, ServiceKind, catalog};
use crate::vault::Transaction;

/// Where a key comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum KeyOrigin {
    /// Entered by the person; kept in the vault.
    Vault,
    /// `GEMINI_API_KEY` of this computer.
    Computer {
        /// "the environment", or the file that it stands in.
        place: String,
    },
}

/// By which way a service is reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ProxyChoice {
    /// As the system says.
    #[default]
    System,
    /// Directly.
    Direct,
    /// By a proxy that the person named.
    Manual,
}

impl ProxyChoice {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Direct => "direct",
            Self::Manual => "manual",
        }
    }
}

/// A model of a service, with its price where that is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Listed {
    /// The model.
    #[serde(flatten)]
    pub model: ModelInfo,
    /// What it costs; none for models of this computer and where nobody knows.
    pub price: Option<Price>,
}

/// A service as it is set up. It holds no secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// The wire that it speaks.
    pub kind: ServiceKind,
    /// As the person calls it.
    pub name: String,
    /// Its base address.
    pub base_url: String,
    /// Whether that is the address of the service that first spoke this wire.
    pub base_url_is_default: bool,
    /// Whether it is on this computer.
    pub local: bool,
    /// Whether it is of the computer's own key: it can't be changed or removed.
    pub fixed: bool,
    /// Where the key in force comes from; none when there is none for this address.
    pub key: Option<KeyOrigin>,
    /// The names of the headers that are sent with every call.
    pub headers: Vec<String>,
    /// By which way it is reached.
    pub proxy: ProxyChoice,
    /// How long it is waited for.
    pub patience: Patience,
    /// Whether the person chose that.
    pub patience_is_own: bool,
    /// Its chat models, as it listed them last.
    pub models: Vec<Listed>,
    /// When it listed them.
    pub models_at: Option<Timestamp>,
    /// The model that is asked when none is chosen, by its id.
    pub default_model: Option<String>,
}

/// A header that is sent with every call.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// Its value; null keeps the stored one of this name.
    pub value: Option<String>,
}

/// What a person enters for a service.
#[derive(Clone, Default)]
pub struct ServiceDraft {
    /// Its name, 1 to 60 characters; none for a made one.
    pub name: Option<String>,
    /// Its base address; none for the usual one. Plain http only for this computer.
    pub base_url: Option<String>,
    /// A new key; none keeps the stored one, which is sent to the address it was entered for alone.
    pub key: Option<Zeroizing<String>>,
    /// Forgets the stored key.
    pub forget_key: bool,
    /// All headers; none keeps the stored ones.
    pub headers: Option<Vec<Header>>,
    /// By which way it is reached.
    pub proxy: ProxyChoice,
    /// The proxy's address; none keeps the stored one.
    pub proxy_url: Option<Zeroizing<String>>,
    /// How long it is waited for; none as usual.
    pub patience: Option<Patience>,
}

/// What the test of key and address found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum ServiceTest {
    /// The service answered with its list of models.
    Works {
        /// The service with that list.
        service: Service,
    },
    /// It doesn't work, and why.
    Fails {
        /// Why, and what to do.
        problem: Problem,
    },
}

const LONGEST_NAME: usize = 60;
const LONGEST_WAIT: u32 = 3600;

/// Adds a service.
///
/// # Errors
/// [`SettingsError::Invalid`] with the first field that can't be taken.
pub async fn add(
    session: &Session,
    kind: ServiceKind,
    draft: ServiceDraft,
) -> Result<ModelSettings, SettingsError> {
    let kept = Kept {
        id: ServiceId(-1),
        kind,
        name: String::new(),
        base_url: kind.default_base_url().to_owned(),
        proxy: ProxyChoice::System,
        patience: None,
        models: Vec::new(),
        models_at: None,
    };
    put(session, kept, draft, true).await
}

/// Changes a service.
///
/// # Errors
/// [`SettingsError::NotFound`]; [`SettingsError::Invalid`] with the first bad field.
pub async fn update(
    session: &Session,
    id: ServiceId,
    draft: ServiceDraft,
) -> Result<ModelSettings, SettingsError> {
    let kept = store::service(&mut *session.vault().await?, id).await?;
    let kept = kept.filter(|kept| kept.id != COMPUTER).ok_or(SettingsError::NotFound)?;
    put(session, kept, draft, false).await
}

async fn put(
    session: &Session,
    mut kept: Kept,
    draft: ServiceDraft,
    new: bool,
) -> Result<ModelSettings, SettingsError> {
    let sealer = session.sealer()?;
    let mut secrets = match new {
        true => Secrets::default(),
        false => store::secrets_of(&mut *session.vault().await?, &sealer, kept.id).await?,
    };
    take(&mut kept, &mut secrets, draft)?;
    let sources = &session.core().sources;
    let mut db = session.vault().await?;
    if kept.name.is_empty() {
        kept.name = free_name(&store::services(&mut db).await?, &kept);
    }
    let mut all = Transaction::begin(&mut db).await?;
    let id = match new {
        true => Some(store::insert(&mut all, &kept, sources.now()).await?),
        // Removed meanwhile, it stays removed.
        false => store::update(&mut all, &kept).await?.then_some(kept.id),
    };
    let id = id.ok_or(SettingsError::NotFound)?;
    store::put_secrets(&mut all, sources, &sealer, id, &secrets).await?;
    all.commit().await?;
    drop(db);
    get(session).await
}

/// The service's name, with a number where that is taken.
fn free_name(others: &[Kept], kept: &Kept) -> String {
    let local = Url::parse(&kept.base_url).is_ok_and(|url| is_loopback(&url));
    let name = match (kept.kind, local) {
        (ServiceKind::OpenAi, true) => "Local server",
        (kind, _) => kind.name(),
    };
    let taken = |name: &str| others.iter().any(|other| other.name == name);
    let numbered = (2..).map(|number| format!("{name} {number}"));
    std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
}

fn take(kept: &mut Kept, secrets: &mut Secrets, draft: ServiceDraft) -> Result<(), Invalid> {
    let name = draft.name.unwrap_or_default().trim().to_owned();
    if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(Invalid::new("name", format!("At most {LONGEST_NAME} characters.")));
    }
    if !name.is_empty() {
        kept.name = name;
    }
    kept.base_url = match draft.base_url.as_deref().map(str::trim).filter(|url| !url.is_empty()) {
        Some(url) => check_base_url(url)?,
        None => kept.kind.default_base_url().to_owned(),
    };
    if draft.forget_key {
        secrets.set_key(&kept.base_url, None);
    }
    if let Some(key) = draft.key {
        secrets.set_key(&kept.base_url, Some(check_key(&key)?));
    }
    if let Some(headers) = draft.headers {
        // A value that was entered for another address doesn't follow to this one.
        let stored = secrets.headers(&kept.base_url);
        secrets.set_headers(&kept.base_url, check_headers(headers, &stored)?);
    }
    if let Some(proxy) = draft.proxy_url {
        secrets.set_proxy(Some(check_proxy(&proxy)?));
    }
    if draft.proxy == ProxyChoice::Manual && secrets.proxy().is_none() {
        return Err(Invalid::new("proxy_url", "Enter the proxy's address."));
    }
    kept.proxy = draft.proxy;
    let bad = |seconds: u32| !(1..=LONGEST_WAIT).contains(&seconds);
    if let Some(patience) = draft.patience {
        for (field, seconds) in [("first_byte", patience.first_byte), ("idle", patience.idle)] {
            if bad(seconds) {
                return Err(Invalid::new(field, format!("Choose 1 to {LONGEST_WAIT} seconds.")));
            }
        }
    }
    kept.patience = draft.patience;
    Ok(())
}

/// Removes a service with its key. Whatever was set to its models goes back to the default, and
/// the default to the built-in model.
///
/// # Errors
/// [`SettingsError::NotFound`].
pub async fn remove(session: &Session, id: ServiceId) -> Result<ModelSettings, SettingsError> {
    let mut db = session.vault().await?;
    if !store::remove(&mut db, id).await? {
        return Err(SettingsError::NotFound);
    }
    if store::choice(&mut db).await?.service == Some(id) {
        store::choose(&mut db, &Default::default()).await?;
    }
    drop(db);
    get(session).await
}

/// Asks a service for its models: proves key and address, and costs nothing.
///
/// # Errors
/// [`SettingsError::NotFound`] and those of the store; a failed test is no error.
pub async fn check(session: &Session, id: ServiceId) -> Result<ServiceTest, SettingsError> {
    Ok(match models(session, id).await {
        Ok(_) => {
            let found = get(session).await?.services.into_iter().find(|service| service.id == id);
            ServiceTest::Works { service: found.ok_or(SettingsError::NotFound)? }
        }
        Err(SettingsError::Model(problem)) => ServiceTest::Fails { problem },
        Err(fault) => return Err(fault),
    })
}

/// Asks a service for its models, and keeps the list.
///
/// # Errors
/// [`SettingsError::Model`] when it doesn't give one; [`SettingsError::NotFound`].
pub async fn models(session: &Session, id: ServiceId) -> Result<Vec<ModelInfo>, SettingsError> {
    let mut db = session.vault().await?;
    let kept = store::service(&mut db, id).await?.ok_or(SettingsError::NotFound)?;
    let secrets = store::secrets_of(&mut db, &session.sealer()?, id).await?;
    drop(db);
    let endpoint = kept.endpoint(session, &secrets).map_err(SettingsError::Model)?;
    let (clients, sources) = (&session.unlocked().clients, &session.core().sources);
    let mut models = wire::list(&endpoint, clients, sources).await?;
    // What was learned of a model beside the list stays.
    for model in &mut models {
        if let Some(known) = kept.models.iter().find(|known| known.id == model.id) {
            model.window = model.window.or(known.window);
            model.thinking = model.thinking.or(known.thinking);
        }
    }
    let mut db = session.vault().await?;
    store::set_models(&mut db, id, &kept.base_url, &models, sources.now()).await?;
    Ok(models)
}

impl Kept {
    pub(super) fn is_local(&self) -> bool {
        Url::parse(&self.base_url).is_ok_and(|url| is_loopback(&url))
    }

    fn is_default(&self) -> bool {
        self.base_url == self.kind.default_base_url()
    }

    fn patience(&self) -> Patience {
        let usual = if self.is_local() { Patience::LOCAL } else { Patience::REMOTE };
        self.patience.unwrap_or(usual)
    }

    /// The key that belongs to its address. The computer's goes to Google's own address alone, for
    /// whoever entered none.
    fn key(&self, session: &Session, secrets: &Secrets) -> Option<(Zeroizing<String>, KeyOrigin)> {
        let own = || secrets.key(&self.base_url).map(|key| (key, KeyOrigin::Vault));
        let computer = || {
            let key = session.computer_key()?;
            let origin = KeyOrigin::Computer { place: key.place.clone() };
            let google = self.kind == ServiceKind::Gemini && self.is_default();
            google.then(|| (key.key.clone(), origin))
        };
        own().or_else(computer)
    }

    /// How it is asked.
    pub(super) fn endpoint(
        &self,
        session: &Session,
        secrets: &Secrets,
    ) -> Result<Endpoint, Problem> {
        let key = self.key(session, secrets).map(|(key, _)| key);
        // A server elsewhere may need none, or one in a header of the person's own.
        if key.is_none() && self.is_default() && self.kind != ServiceKind::Ollama {
            return Err(super::models::key_missing(&self.name));
        }
        Ok(Endpoint {
            kind: self.kind,
            name: self.name.clone(),
            base_url: self.base_url.clone(),
            key,
            headers: secrets.headers(&self.base_url),
            proxy: match self.proxy {
                ProxyChoice::System => Proxy::System,
                ProxyChoice::Direct => Proxy::Direct,
                ProxyChoice::Manual => secrets.proxy().map_or(Proxy::System, Proxy::Manual),
            },
            patience: self.patience(),
        })
    }

    /// As the person sees it.
    pub(super) fn shown(
        self,
        session: &Session,
        secrets: &Secrets,
        own: &[prices::Own],
    ) -> Service {
        let default_model = wire::default_model(self.kind, &self.models).map(|one| one.id.clone());
        let local = self.is_local();
        let listed = |mut model: ModelInfo| {
            catalog::complete(self.kind, &mut model);
            let price = prices::find(own, self.kind, &model.id, local, 0);
            Listed { model, price }
        };
        Service {
            id: self.id,
            kind: self.kind,
            base_url_is_default: self.is_default(),
            local,
            fixed: self.id == COMPUTER,
            key: self.key(session, secrets).map(|(_, origin)| origin),
            headers: secrets.headers(&self.base_url).into_iter().map(|(name, _)| name).collect(),
            proxy: self.proxy,
            patience: self.patience(),
            patience_is_own: self.patience.is_some(),
            default_model,
            models_at: self.models_at,
            models: self.models.into_iter().map(listed).collect(),
            name: self.name,
            base_url: self.base_url,
        }
    }
}
