//! `algoagent model`: the services with models, and which one answers.
//!
//! A key comes from the standard input or a prompt, goes to the vault, and is never shown.

use std::io::{self, IsTerminal as _};

use algoagent_api::Nothing;
use algoagent_api::model::{ModelSettings, ProxyChoice, ServiceRequest, ServiceTest};
use algoagent_core::model::ServiceKind;
use algoagent_core::settings::{KeyOrigin, Service};
use serde::Serialize;
use serde_json::json;
use zeroize::Zeroizing;

use crate::cli::{
    AddServiceOptions, DeleteNamedOptions, ModelCommand, ModelOptions, SignInOptions,
};
use crate::exit::Failure;
use crate::line::Line;
use crate::named::{self, Kind, Names};
use crate::output::{json_line, moment, print, table};
use crate::signing_in::{enter, sign_in_named, sign_out};
use crate::{model_choice, person};

const KIND: Kind =
    Kind { one: "service", many: "services", listed_by: "model list", by_beginning: false };

/// A service to be added, borrowed: its key is copied to nowhere where it isn't wiped.
#[derive(Serialize)]
struct Add<'a> {
    kind: ServiceKind,
    fields: Fields<'a>,
}

#[derive(Serialize)]
struct Fields<'a> {
    name: Option<&'a str>,
    base_url: Option<&'a str>,
    key: Option<&'a str>,
    headers: Option<()>,
    proxy: ProxyChoice,
    proxy_url: Option<()>,
    patience: Option<()>,
}

pub(crate) async fn run(line: &Line, options: ModelOptions) -> Result<(), Failure> {
    let ModelOptions { sign_in, json, command } = options;
    if let ModelCommand::Add(options) = &command {
        return add(line, &sign_in, options, json).await;
    }
    enter(line, &sign_in).await?;
    let told = match command {
        ModelCommand::List => list(line, json).await,
        ModelCommand::Test(named) => test(line, &named.name, json).await,
        ModelCommand::Default(named) => choose(line, &named.name, json).await,
        ModelCommand::Delete(options) => delete(line, &options, json).await,
        ModelCommand::Add(_) => Ok(Told::well(String::new())),
    };
    let left = sign_out(line).await;
    let told = told?;
    left?;
    print(&told.text)?;
    told.ended
}

/// What is printed, and how it ends then.
struct Told {
    text: String,
    ended: Result<(), Failure>,
}

impl Told {
    fn well(text: String) -> Self {
        Self { text, ended: Ok(()) }
    }
}

async fn settings(line: &Line) -> Result<ModelSettings, Failure> {
    line.ask("model_settings", Nothing {}).await
}

async fn list(line: &Line, as_json: bool) -> Result<Told, Failure> {
    let settings = settings(line).await?;
    if as_json {
        return json_line(&settings).map(Told::well);
    }
    let mut text = format!("{} answers.\n", settings.label);
    if settings.services.is_empty() {
        text.push_str("There is no service yet. Add one with: algoagent model add --provider gemini --user NAME\n");
        return Ok(Told::well(text));
    }
    let row = |service: &Service| {
        [
            service.id.to_string(),
            service.name.clone(),
            service.kind.code().to_owned(),
            service.base_url.clone(),
            key(service),
            service.models_at.map_or_else(|| "never".to_owned(), moment),
        ]
    };
    let heading = ["ID", "NAME", "PROVIDER", "ADDRESS", "KEY", "TESTED (UTC)"];
    text.push('\n');
    text.push_str(&table(heading, settings.services.iter().map(row).collect()));
    for service in settings.services.iter().filter(|service| !service.models.is_empty()) {
        text.push_str(&format!("\nModels of {}:\n", service.name));
        for listed in &service.models {
            let usual = service.default_model.as_ref() == Some(&listed.model.id);
            let usual = if usual { "  (its default)" } else { "" };
            text.push_str(&format!("  {}{usual}\n", listed.model.id));
        }
    }
    Ok(Told::well(text))
}

/// Where its key comes from; never the key.
fn key(service: &Service) -> String {
    match &service.key {
        Some(KeyOrigin::Vault) => "in the vault".to_owned(),
        Some(KeyOrigin::Computer { place }) => format!("the computer's, of {place}"),
        None => "none".to_owned(),
    }
}

async fn add(
    line: &Line,
    sign_in: &SignInOptions,
    options: &AddServiceOptions,
    as_json: bool,
) -> Result<(), Failure> {
    let AddServiceOptions { provider, name, base_url, key_stdin } = options;
    let on_stdin = sign_in.password.password_stdin;
    let owner = sign_in_named(line, sign_in.user.as_deref(), "--user", on_stdin).await?;
    let kind = provider.0;
    let base_url = base_url.as_deref().filter(|url| *url != kind.default_base_url());
    let done = async {
        let key = key_for(kind, base_url.is_some(), *key_stdin)?;
        let before = settings(line).await?;
        let (name, key) = (name.as_deref(), key.as_ref().map(|key| key.as_str()));
        if let Some(there) = before.services.iter().find(|one| Some(one.name.as_str()) == name) {
            return Err(Failure::Other(format!(
                "There is a service {} already (id {}). Choose another --name.",
                there.name, there.id
            )));
        }
        let fields = Fields {
            name,
            base_url,
            key,
            headers: None,
            proxy: ProxyChoice::System,
            proxy_url: None,
            patience: None,
        };
        let after: ModelSettings = line.ask("add_service", Add { kind, fields }).await?;
        let known = |one: &&Service| !before.services.iter().any(|other| other.id == one.id);
        let added = after.services.iter().find(known).cloned();
        added.ok_or_else(|| Failure::Other("the service was removed meanwhile".to_owned()))
    };
    let added = done.await;
    let left = sign_out(line).await;
    let added = added?;
    left?;
    if as_json {
        return print(&json_line(&added)?);
    }
    let Service { name, id, .. } = added;
    let who = &owner.account.username;
    print(&format!(
        "The service {name} is added (id {id}). See whether it works: algoagent model test {id} --user {who}\nLet it answer: algoagent model default {id} --user {who}\n"
    ))
}

/// The key: of the standard input, else of the person. A server of one's own may need none.
fn key_for(
    kind: ServiceKind,
    own_address: bool,
    on_stdin: bool,
) -> Result<Option<Zeroizing<String>>, Failure> {
    if on_stdin {
        return person::secret_line("Key", "The standard input holds no key.").map(Some);
    }
    let needs_none = own_address || kind == ServiceKind::Ollama;
    let how = "There is no key. Pass it with --key-stdin, or run this in a terminal.";
    if !io::stdin().is_terminal() {
        return if needs_none { Ok(None) } else { Err(Failure::Usage(how.to_owned())) };
    }
    let hint = if needs_none { " (Enter for none)" } else { "" };
    let typed = person::secret(&format!("Key of {}{hint}", kind.name()), how)?;
    match (typed.is_empty(), needs_none) {
        (true, true) => Ok(None),
        (true, false) => Err(Failure::Usage(how.to_owned())),
        (false, _) => Ok(Some(typed)),
    }
}

/// The service of this name or id.
async fn find(line: &Line, wanted: &str) -> Result<Service, Failure> {
    let services = settings(line).await?.services;
    let found = named::find(&services, wanted, KIND, |service| Names {
        id: service.id.to_string(),
        other_id: None,
        name: &service.name,
        beside: service.base_url.clone(),
    });
    found.cloned()
}

async fn test(line: &Line, name: &str, as_json: bool) -> Result<Told, Failure> {
    let service_id = find(line, name).await?.id;
    let outcome: ServiceTest = line.ask("test_service", ServiceRequest { service_id }).await?;
    let text = if as_json { json_line(&outcome)? } else { String::new() };
    Ok(match outcome {
        ServiceTest::Works { .. } if as_json => Told::well(text),
        ServiceTest::Works { service } => {
            let count = service.models.len();
            Told::well(format!("{} works: it lists {count} models.\n", service.name))
        }
        ServiceTest::Fails { .. } if as_json => Told { text, ended: Err(Failure::Shown) },
        ServiceTest::Fails { problem } => {
            Told { text, ended: Err(Failure::Other(problem.message)) }
        }
    })
}

async fn choose(line: &Line, name: &str, as_json: bool) -> Result<Told, Failure> {
    let settings = model_choice::choose(line, name).await?;
    if as_json {
        return json_line(&json!({ "choice": settings.choice, "label": settings.label }))
            .map(Told::well);
    }
    Ok(Told::well(format!("From now on {} answers.\n", settings.label)))
}

async fn delete(line: &Line, options: &DeleteNamedOptions, as_json: bool) -> Result<Told, Failure> {
    let Service { id, name, fixed, .. } = find(line, &options.named.name).await?;
    if fixed {
        return Err(Failure::Other(format!(
            "{name} is this computer’s own: an administrator gives it with the key. Nothing was deleted."
        )));
    }
    let before = settings(line).await?.label;
    person::agrees_to_delete(&format!("the service {name} with its key"), options.yes)?;
    let settings: ModelSettings =
        line.ask("remove_service", ServiceRequest { service_id: id }).await?;
    if as_json {
        let deleted = json!({ "id": id, "name": name, "deleted": true, "label": settings.label });
        return json_line(&deleted).map(Told::well);
    }
    let mut text = format!("The service {name} is deleted.\n");
    if settings.label != before {
        text.push_str(&format!("From now on {} answers.\n", settings.label));
    }
    Ok(Told::well(text))
}
