//! `algoagent context`: standing instructions for chats.

use std::io::{self, IsTerminal as _, Read as _};
use std::path::Path;

use algoagent_api::Nothing;
use algoagent_api::context::{Context, ContextDraft, Template};
use serde_json::{Value, json};

use crate::cli::{AddOptions, ContextCommand, ContextOptions, DeleteNamedOptions};
use crate::exit::Failure;
use crate::line::Line;
use crate::named::{self, Kind, Names};
use crate::output::{json_line, moment, print, remark, table};
use crate::person;
use crate::signing_in::{enter, sign_out};

const KIND: Kind =
    Kind { one: "context", many: "contexts", listed_by: "context list", by_beginning: false };
/// More than core takes, so that it is core that says what is too long.
const LONGEST: u64 = 1024 * 1024;

pub(crate) async fn run(line: &Line, options: ContextOptions) -> Result<(), Failure> {
    let ContextOptions { sign_in, json, command } = options;
    enter(line, &sign_in).await?;
    let text = match command {
        ContextCommand::List => list(line, json).await,
        ContextCommand::Show(named) => show(line, &named.name, json).await,
        ContextCommand::Add(options) => add(line, options, json).await,
        ContextCommand::Activate(named) => set_active(line, &named.name, true, json).await,
        ContextCommand::Deactivate(named) => set_active(line, &named.name, false, json).await,
        ContextCommand::Delete(options) => delete(line, options, json).await,
        ContextCommand::Templates => templates(line, json).await,
    };
    let left = sign_out(line).await;
    let text = text?;
    left?;
    print(&text)
}

/// The context of this name or id.
pub(crate) async fn find(line: &Line, wanted: &str) -> Result<Context, Failure> {
    let contexts: Vec<Context> = line.ask("contexts", Nothing {}).await?;
    let found = named::find(&contexts, wanted, KIND, |context| Names {
        id: context.id.to_string(),
        other_id: None,
        name: &context.draft.name,
        beside: format!("changed {} UTC", moment(context.updated_at)),
    });
    found.cloned()
}

async fn list(line: &Line, as_json: bool) -> Result<String, Failure> {
    let contexts: Vec<Context> = line.ask("contexts", Nothing {}).await?;
    if as_json {
        return json_line(&contexts);
    }
    if contexts.is_empty() {
        return Ok(
            "There is no context yet. Make one with: algoagent context add NAME\n".to_owned()
        );
    }
    let row = |context: &Context| {
        let used = context.last_used_at.map_or_else(|| "never".to_owned(), moment);
        [
            context.id.to_string(),
            context.draft.name.clone(),
            state(context).to_owned(),
            context.version.to_string(),
            used,
            moment(context.updated_at),
        ]
    };
    let heading = ["ID", "NAME", "STATE", "VERSION", "LAST USED (UTC)", "CHANGED (UTC)"];
    Ok(table(heading, contexts.iter().map(row).collect()))
}

fn state(context: &Context) -> &'static str {
    match (context.default, context.draft.active) {
        (true, _) => "default",
        (false, true) => "active",
        (false, false) => "inactive",
    }
}

async fn show(line: &Line, name: &str, as_json: bool) -> Result<String, Failure> {
    let context = find(line, name).await?;
    if as_json {
        return json_line(&context);
    }
    let mut text = format!(
        "{} (id {}, {}, version {})\n\n{}\n",
        context.draft.name,
        context.id,
        state(&context),
        context.version,
        context.draft.instructions.trim_end()
    );
    if !context.draft.data.is_empty() {
        let facts = serde_json::to_string_pretty(&context.draft.data);
        text.push_str(&format!(
            "\n{}\n",
            facts.map_err(|fault| Failure::Other(fault.to_string()))?
        ));
    }
    for warning in &context.warnings {
        text.push_str(&format!("\nIt and your profile disagree: {}\n", warning.why));
    }
    Ok(text)
}

async fn add(line: &Line, options: AddOptions, as_json: bool) -> Result<String, Failure> {
    let template = match &options.template {
        Some(wanted) => Some(template(line, wanted).await?),
        None => None,
    };
    let said = match (&options.instructions, &options.file) {
        (Some(text), _) => Some(text.clone()),
        (None, Some(file)) if file.as_os_str() != "-" => Some(read(file)?),
        (None, None) if template.is_some() => None,
        _ => Some(read_stdin()?),
    };
    let (words, data) = template.map(|one| (one.instructions, one.data)).unwrap_or_default();
    let draft = ContextDraft {
        name: options.name,
        instructions: said.unwrap_or(words),
        data,
        active: !options.inactive,
        model: None,
    };
    let made: Context = line.ask("create_context", draft).await?;
    if as_json {
        return json_line(&made);
    }
    Ok(format!("The context {} is made (id {}).\n", made.draft.name, made.id))
}

async fn template(line: &Line, wanted: &str) -> Result<Template, Failure> {
    let templates: Vec<Template> = line.ask("context_templates", Nothing {}).await?;
    let is = |one: &&Template| {
        one.id.eq_ignore_ascii_case(wanted) || one.name.eq_ignore_ascii_case(wanted)
    };
    templates.iter().find(is).cloned().ok_or_else(|| {
        let known: Vec<&str> = templates.iter().map(|one| one.id.as_str()).collect();
        Failure::Other(format!(
            "There is no template {wanted}. Choose one of: {}",
            known.join(", ")
        ))
    })
}

fn read(file: &Path) -> Result<String, Failure> {
    let fault = |fault: io::Error| Failure::Other(format!("{}: {fault}", file.display()));
    to_end(std::fs::File::open(file).map_err(fault)?).map_err(fault)
}

fn read_stdin() -> Result<String, Failure> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        remark("Write what the model is told, and end with Ctrl-D on a line of its own.");
    }
    let fault = |fault| Failure::Other(format!("the input can't be read: {fault}"));
    let text = to_end(stdin.lock()).map_err(fault)?;
    if text.trim().is_empty() {
        return Err(Failure::Usage(
            "The standard input holds no instructions. Pass them there, or with --instructions TEXT, --file FILE or --template TEMPLATE.".to_owned(),
        ));
    }
    Ok(text)
}

fn to_end(from: impl io::Read) -> io::Result<String> {
    let mut text = String::new();
    from.take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}

async fn set_active(line: &Line, name: &str, on: bool, as_json: bool) -> Result<String, Failure> {
    let id = find(line, name).await?.id;
    let request = json!({ "context_id": id, "on": on });
    let context: Context = line.ask("set_context_active", request).await?;
    if as_json {
        return json_line(&context);
    }
    let what = if on { "is offered to new chats" } else { "is offered to new chats no longer" };
    Ok(format!("The context {} {what}.\n", context.draft.name))
}

async fn delete(
    line: &Line,
    options: DeleteNamedOptions,
    as_json: bool,
) -> Result<String, Failure> {
    let context = find(line, &options.named.name).await?;
    let name = &context.draft.name;
    person::agrees_to_delete(&format!("the context {name}"), options.yes)?;
    line.ask::<Value>("delete_context", json!({ "context_id": context.id })).await?;
    if as_json {
        return json_line(&json!({ "id": context.id, "name": name, "deleted": true }));
    }
    Ok(format!("The context {name} is deleted.\n"))
}

async fn templates(line: &Line, as_json: bool) -> Result<String, Failure> {
    let templates: Vec<Template> = line.ask("context_templates", Nothing {}).await?;
    if as_json {
        return json_line(&templates);
    }
    let row = |one: &Template| [one.id.clone(), one.name.clone(), one.about.clone()];
    Ok(table(["TEMPLATE", "NAME", "WHAT FOR"], templates.iter().map(row).collect()))
}
