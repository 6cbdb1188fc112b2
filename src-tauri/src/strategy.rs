//! `algoagent strategy`: the strategies that were found in answers, as a list, a text or a file.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use algoagent_api::Nothing;
use algoagent_api::saving::{self, Readers};
use algoagent_api::strategy::{Strategy, StrategyFile, StrategyRequest};
use algoagent_core::strategy::{HOUSE_MODULE, HOUSE_MODULE_FILE};
use serde_json::json;

use crate::cli::{ExportOptions, StrategyCommand, StrategyOptions, VersionOptions};
use crate::exit::Failure;
use crate::line::Line;
use crate::markdown::{self, Look};
use crate::named::{self, Kind, Names};
use crate::output::{json_line, moment, print, print_as_it_is, print_json, table};
use crate::signing_in::{enter, sign_out};

const KIND: Kind =
    Kind { one: "strategy", many: "strategies", listed_by: "strategy list", by_beginning: false };

pub(crate) async fn run(line: &Line, options: StrategyOptions) -> Result<(), Failure> {
    let StrategyOptions { sign_in, json, command } = options;
    enter(line, &sign_in).await?;
    let asked = async {
        match &command {
            StrategyCommand::List => list(line, json).await.map(Found::List),
            StrategyCommand::Show(which) => file(line, which).await.map(Found::One),
            StrategyCommand::Export(options) => file(line, &options.which).await.map(Found::One),
        }
    };
    let asked = asked.await;
    let left = sign_out(line).await;
    let found = asked?;
    left?;
    match (found, command) {
        (Found::List(text), _) => print(&text),
        (Found::One(file), StrategyCommand::Export(options)) => export(&file, &options, json),
        (Found::One(file), _) if json => print_json(&file),
        (Found::One(file), _) => match Look::of_output() {
            Some(look) => print_as_it_is(&markdown::highlighted("python", &file.code, look)),
            None => print(&file.code),
        },
    }
}

enum Found {
    List(String),
    One(StrategyFile),
}

async fn list(line: &Line, as_json: bool) -> Result<String, Failure> {
    let strategies: Vec<Strategy> = line.ask("strategies", Nothing {}).await?;
    if as_json {
        return json_line(&strategies);
    }
    if strategies.is_empty() {
        return Ok("There is no strategy yet. Ask for one with: algoagent chat\n".to_owned());
    }
    let row = |strategy: &Strategy| {
        let numbers: Vec<_> = strategy.versions.iter().map(|one| one.number.to_string()).collect();
        [
            strategy.id.to_string(),
            strategy.name.clone(),
            numbers.join(" "),
            moment(strategy.updated_at),
            strategy.chat_title.clone().unwrap_or_default(),
        ]
    };
    let heading = ["ID", "NAME", "VERSIONS", "CHANGED (UTC)", "CHAT"];
    Ok(table(heading, strategies.iter().map(row).collect()))
}

async fn file(line: &Line, which: &VersionOptions) -> Result<StrategyFile, Failure> {
    let strategies: Vec<Strategy> = line.ask("strategies", Nothing {}).await?;
    let found = named::find(&strategies, &which.named.name, KIND, |strategy| Names {
        id: strategy.id.to_string(),
        other_id: None,
        name: &strategy.name,
        beside: strategy.chat_title.clone().unwrap_or_default(),
    })?;
    if let Some(number) = which.version
        && !found.versions.iter().any(|one| one.number == number)
    {
        let known: Vec<_> = found.versions.iter().map(|one| one.number.to_string()).collect();
        return Err(Failure::Other(format!(
            "{} has no version {number}. It has: {}",
            found.name,
            known.join(", ")
        )));
    }
    let request = StrategyRequest { strategy_id: found.id, version: which.version };
    line.ask("strategy_file", request).await
}

fn export(file: &StrategyFile, options: &ExportOptions, json: bool) -> Result<(), Failure> {
    let to = match &options.to {
        Some(to) if to.as_os_str() == "-" && json => {
            return Err(Failure::Usage(
                "The code goes to the standard output with --to -; strategy show --json prints it as JSON.".to_owned(),
            ));
        }
        Some(to) if to.as_os_str() == "-" => return print(&file.code),
        Some(to) if to.is_dir() => to.join(&file.file),
        Some(to) => to.clone(),
        None => PathBuf::from(&file.file),
    };
    write(&to, &file.code, options.force)?;
    let module = if file.needs_module { add_module(&to)? } else { None };
    if json {
        return print_json(&json!({
            "strategy_id": file.strategy_id,
            "name": file.name,
            "version": file.version.number,
            "path": to.display().to_string(),
            "module": module.map(|path| path.display().to_string()),
        }));
    }
    let (name, number) = (&file.name, file.version.number);
    let mut text = format!("{name}, version {number}: {}\n", to.display());
    if let Some(module) = module {
        text.push_str(&format!("The module that it needs: {}\n", module.display()));
    }
    print(&text)
}

/// Writes the house module beside a strategy, unless a file of that name is there: it may be
/// another version, or the person's own.
fn add_module(strategy: &Path) -> Result<Option<PathBuf>, Failure> {
    let beside = strategy.with_file_name(HOUSE_MODULE_FILE);
    if beside == strategy || beside.try_exists().unwrap_or(true) {
        return Ok(None);
    }
    write(&beside, HOUSE_MODULE, false)?;
    Ok(Some(beside))
}

fn write(to: &Path, text: &str, replace: bool) -> Result<(), Failure> {
    let there = || {
        let place = to.display();
        Failure::Other(format!(
            "There is a file at {place}; it is left as it is. Name another place with --to, or replace it with --force."
        ))
    };
    if !replace && to.symlink_metadata().is_ok() {
        return Err(there());
    }
    let written = saving::beside(to, Readers::Usual).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        saving::take_place(file, to, replace)
    });
    written.map_err(|fault| match fault.kind() {
        io::ErrorKind::AlreadyExists => there(),
        _ => Failure::Other(format!(
            "{} could not be written: {fault}. Choose another place with --to.",
            to.display()
        )),
    })
}
