//! A model by the name that a person or a script gives it: `built-in`, a service, a service and
//! one of its models.

use algoagent_api::Nothing;
use algoagent_api::model::ModelSettings;
use algoagent_core::model::{ModelRef, ServiceKind};

use crate::exit::Failure;
use crate::line::Line;

/// The offline model's name.
const BUILT_IN: &str = "built-in";

/// Chooses the model that answers from now on.
pub(crate) async fn choose(line: &Line, named: &str) -> Result<ModelSettings, Failure> {
    let settings: ModelSettings = line.ask("model_settings", Nothing {}).await?;
    let choice = find(&settings, named).ok_or_else(|| {
        let services = settings.services.iter().map(|service| service.name.as_str());
        let known: Vec<_> = std::iter::once(BUILT_IN).chain(services).collect();
        let known = known.join(", ");
        Failure::Other(format!(
            "There is no model {named} in this account. Choose one of: {known}; a service's model as in \"Gemini/gemini-3.8-flash\". Services are added with algoagent model add or in the window; GEMINI_API_KEY adds Gemini."
        ))
    })?;
    line.ask("choose_model", choice).await
}

fn find(settings: &ModelSettings, named: &str) -> Option<ModelRef> {
    if named == BUILT_IN {
        return Some(ModelRef::default());
    }
    let service = |name: &str| {
        let by_id = settings.services.iter().find(|one| one.id.to_string() == name);
        let called = settings.services.iter().find(|one| one.name.eq_ignore_ascii_case(name));
        // The person's own before the computer's.
        let of_kind = || {
            let same = |kind: ServiceKind| kind.name().eq_ignore_ascii_case(name);
            let own = settings.services.iter().filter(|one| same(one.kind));
            own.min_by_key(|one| one.fixed)
        };
        by_id.or(called).or_else(of_kind).map(|service| service.id)
    };
    let alone = || Some(ModelRef { service: Some(service(named)?), model: None });
    let both = || {
        let (name, model) = named.split_once('/')?;
        Some(ModelRef { service: Some(service(name)?), model: Some(model.to_owned()) })
    };
    alone().or_else(both)
}
