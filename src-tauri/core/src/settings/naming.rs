//! A model by the name that a person or a script gives it: `built-in`, a service, a service and
//! one of its models.

use super::ModelSettings;
use crate::model::{ModelRef, ServiceKind};

/// The offline model's name.
pub const BUILT_IN: &str = "built-in";

/// The model that is called so, as in `built-in`, `Gemini` or `Gemini/gemini-3.8-flash`.
pub fn named_model(settings: &ModelSettings, named: &str) -> Option<ModelRef> {
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
