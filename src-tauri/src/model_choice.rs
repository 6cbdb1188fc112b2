//! A model by the name that a person or a script gives it: `built-in`, a service, a service and
//! one of its models.

use algoagent_api::Nothing;
use algoagent_api::model::ModelSettings;
use algoagent_core::settings::{BUILT_IN, named_model};

use crate::exit::Failure;
use crate::line::Line;

/// Chooses the model that answers from now on.
pub(crate) async fn choose(line: &Line, named: &str) -> Result<ModelSettings, Failure> {
    let settings: ModelSettings = line.ask("model_settings", Nothing {}).await?;
    let choice = named_model(&settings, named).ok_or_else(|| {
        let services = settings.services.iter().map(|service| service.name.as_str());
        let known: Vec<_> = std::iter::once(BUILT_IN).chain(services).collect();
        let known = known.join(", ");
        Failure::Other(format!(
            "There is no model {named} in this account. Choose one of: {known}; a service's model as in \"Gemini/gemini-3.8-flash\". Services are added with algoagent model add or in the window; GEMINI_API_KEY adds Gemini."
        ))
    })?;
    line.ask("choose_model", choice).await
}
