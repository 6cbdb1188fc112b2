//! Which model answers.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::services::{KeyOrigin, Service};
use super::store::{self, COMPUTER, Kept};
use super::{SettingsError, prices};
use crate::Invalid;
use crate::account::{Locked, Session};
use crate::ids::ServiceId;
use crate::model::service::short_name;
use crate::model::wire::{self, Remote};
use crate::model::{
    Model as _, ModelInfo, ModelRef, Problem, ProblemCode, ServiceKind, builtin, catalog,
};

/// What is set up. It holds no secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ModelSettings {
    /// The model that answers from now on, where no chat or context says otherwise.
    pub choice: ModelRef,
    /// Its name for a person, such as "Gemini · gemini-3.8-flash".
    pub label: String,
    /// The built-in model's name.
    pub built_in: String,
    /// The services, in the order in which they were added.
    pub services: Vec<Service>,
    /// Where this computer has a key for all, although this account may not use it.
    pub computer_key_withheld: Option<KeyOrigin>,
    /// The day of the prices that come with the program.
    pub prices_date: String,
}

/// What is set up.
///
/// # Errors
/// [`SettingsError::Locked`] and those of the store.
pub async fn get(session: &Session) -> Result<ModelSettings, SettingsError> {
    let sealer = session.sealer()?;
    let own = session.computer_key().is_some();
    let mut db = session.vault().await?;
    if own {
        store::keep_computer(&mut db, session.core().sources.now()).await?;
    }
    let prices = prices::own(&mut db).await?;
    let mut services = Vec::new();
    for kept in store::services(&mut db).await? {
        if kept.id != COMPUTER || own {
            let secrets = store::secrets_of(&mut db, &sealer, kept.id).await?;
            services.push(kept.shown(session, &secrets, &prices));
        }
    }
    let choice = store::choice(&mut db).await?;
    drop(db);
    let withheld = session.core().computer_key.as_ref().filter(|_| !own);
    Ok(ModelSettings {
        label: label(&choice, &services),
        choice,
        built_in: builtin::BuiltIn::default().label(),
        services,
        computer_key_withheld: withheld.map(|key| KeyOrigin::Computer { place: key.place.clone() }),
        prices_date: catalog::date().to_owned(),
    })
}

/// "Gemini · gemini-3.8-flash", "Ollama · its default".
fn label(choice: &ModelRef, services: &[Service]) -> String {
    let found = services.iter().find(|service| Some(service.id) == choice.service);
    let Some(service) = found else { return builtin::BuiltIn::default().label() };
    let model = choice.model.as_deref().or(service.default_model.as_deref());
    model.map_or_else(
        || service.name.clone(),
        |model| format!("{} · {}", service.name, short_name(model)),
    )
}

/// Chooses the model that answers from now on.
///
/// # Errors
/// [`SettingsError::NotFound`] for a service that isn't there; [`SettingsError::Model`] when it
/// lacks its key; [`SettingsError::Invalid`] for an id that no model has.
pub async fn choose(session: &Session, choice: ModelRef) -> Result<ModelSettings, SettingsError> {
    let mut db = session.vault().await?;
    check_choice(session, &mut db, &choice).await?;
    store::choose(&mut db, &choice).await?;
    drop(db);
    get(session).await
}

/// Whether this can be chosen.
pub(crate) async fn check_choice(
    session: &Session,
    db: &mut sqlx::SqliteConnection,
    choice: &ModelRef,
) -> Result<(), SettingsError> {
    let named = |id: &String| {
        !id.is_empty()
            && id.len() <= 200
            && id.chars().all(|c| c.is_ascii_graphic())
            && !id.contains(['?', '#', '\\'])
            && !id.contains("..")
    };
    let refused = || Invalid::new("model", "This is not the id of a model.");
    let Some(id) = choice.service else {
        return choice.model.is_none().then_some(()).ok_or_else(|| refused().into());
    };
    let kept = store::service(db, id).await?.ok_or(SettingsError::NotFound)?;
    let listed = |id: &String| kept.models.iter().any(|model| model.id == *id);
    if !choice.model.as_ref().is_none_or(|id| named(id) || listed(id)) {
        return Err(refused().into());
    }
    let secrets = store::secrets_of(db, &session.sealer()?, id).await?;
    kept.endpoint(session, &secrets)?;
    Ok(())
}

pub(super) fn key_missing(name: &str) -> Problem {
    Problem::new(
        ProblemCode::KeyMissing,
        format!("{name} needs a key. Enter one in Settings → Models, or choose another model."),
    )
}

/// The model that answers, ready to be asked.
pub(crate) enum Chosen {
    /// The offline one.
    BuiltIn,
    /// One of a service.
    Remote {
        /// What asks it.
        remote: Box<Remote>,
        /// Its service.
        service: ServiceId,
        /// The models that the service listed last.
        listed: Vec<ModelInfo>,
        /// Whether it is on this computer.
        local: bool,
    },
}

/// The model that answers, also behind a lock: of the first of these that is there, else the
/// person's default.
pub(crate) async fn resolve(
    session: &Session,
    wishes: impl IntoIterator<Item = ModelRef>,
) -> Result<Chosen, SettingsError> {
    let sealer = session.sealer()?;
    let mut db = session.unlocked().connection().await.ok_or(Locked)?;
    let Some((kept, choice)) = wished(session, &mut db, wishes).await? else {
        return Ok(Chosen::BuiltIn);
    };
    let id = kept.id;
    let secrets = store::secrets_of(&mut db, &sealer, id).await?;
    drop(db);
    let endpoint = kept.endpoint(session, &secrets)?;
    let core = session.core();
    let clients = Arc::clone(&session.unlocked().clients);
    let mut models = kept.models.clone();
    if models.is_empty() && choice.is_none() {
        models = wire::list(&endpoint, &clients, &core.sources).await?;
        keep(session, id, &kept.base_url, &models).await?;
    }
    let by_id = |id: &String| {
        let known = models.iter().find(|model| model.id == *id).cloned();
        known.unwrap_or_else(|| named(id))
    };
    let default = || wire::default_model(kept.kind, &models).cloned();
    let mut model = choice.as_ref().map(by_id).or_else(default).ok_or_else(|| {
        Problem::new(
            ProblemCode::ModelGone,
            format!("{} names no model that can chat. Choose one in Settings → Models.", kept.name),
        )
    })?;
    if model.window.is_none() {
        // Without it the question is asked all the same.
        match wire::details(&endpoint, &clients, &core.sources, &mut model).await {
            Ok(()) if model.window.is_some() => {
                if let Some(known) = models.iter_mut().find(|known| known.id == model.id) {
                    known.clone_from(&model);
                    keep(session, id, &kept.base_url, &models).await?;
                }
            }
            Ok(()) => {}
            Err(problem) => tracing::debug!(%problem, "no more is known about a model"),
        }
    }
    catalog::complete(kept.kind, &mut model);
    let remote = Remote {
        endpoint,
        model,
        clients,
        sources: core.sources.clone(),
        retry_unit: core.retry_unit,
    };
    Ok(Chosen::Remote {
        remote: Box::new(remote),
        service: id,
        listed: models,
        local: kept.is_local(),
    })
}

/// The model that would answer, as far as it is known without asking; none for the built-in one.
pub(crate) async fn known_model(
    session: &Session,
    db: &mut sqlx::SqliteConnection,
    wishes: Vec<ModelRef>,
) -> Result<Option<(ServiceKind, ModelInfo)>, sqlx::Error> {
    let Some((kept, model)) = wished(session, db, wishes).await? else { return Ok(None) };
    let by_id = |id: &String| kept.models.iter().find(|model| model.id == *id).cloned();
    let found = match &model {
        Some(id) => by_id(id).or_else(|| Some(named(id))),
        None => wire::default_model(kept.kind, &kept.models).cloned(),
    };
    Ok(found.map(|mut model| {
        catalog::complete(kept.kind, &mut model);
        (kept.kind, model)
    }))
}

fn named(id: &str) -> ModelInfo {
    ModelInfo { id: id.to_owned(), name: id.to_owned(), ..ModelInfo::default() }
}

/// The service and the model of the first wish that is there, else of the person's default; none
/// for the built-in model.
async fn wished(
    session: &Session,
    db: &mut sqlx::SqliteConnection,
    wishes: impl IntoIterator<Item = ModelRef>,
) -> Result<Option<(Kept, Option<String>)>, sqlx::Error> {
    for wish in wishes {
        let Some(id) = wish.service else { return Ok(None) };
        // A service that was removed is no wish any more.
        if let Some(kept) = there(session, db, id).await? {
            return Ok(Some((kept, wish.model)));
        }
    }
    let choice = store::choice(db).await?;
    let Some(id) = choice.service else { return Ok(None) };
    Ok(there(session, db, id).await?.map(|kept| (kept, choice.model)))
}

/// The service of this id. That of the computer's own key is there while the key may be used.
async fn there(
    session: &Session,
    db: &mut sqlx::SqliteConnection,
    id: ServiceId,
) -> Result<Option<Kept>, sqlx::Error> {
    if id == COMPUTER && session.computer_key().is_none() {
        return Ok(None);
    }
    store::service(db, id).await
}

async fn keep(
    session: &Session,
    id: ServiceId,
    base_url: &str,
    models: &[ModelInfo],
) -> Result<(), SettingsError> {
    let mut db = session.unlocked().connection().await.ok_or(Locked)?;
    Ok(store::set_models(&mut db, id, base_url, models, session.core().sources.now()).await?)
}
