//! Nothing that can be called is left out of the documents, and nothing stands in them that can't.

use std::collections::BTreeSet;
use std::fs;

use algoagent_tests::desktop::World;
use algoagent_tests::local_api;
use algoagent_tests::terminal::Terminal;
use algoagent_tests::{LIVENESS, eventually, workspace};
use serde_json::Value;

const COMMANDS: &str = "docs/command-line.md";
const CALLS: &str = "docs/local-api.md";

fn page(path: &str) -> String {
    fs::read_to_string(workspace().join(path)).unwrap_or_else(|why| panic!("{path}: {why}"))
}

/// The pages for people who use the program.
fn pages() -> Vec<(String, String)> {
    let docs = fs::read_dir(workspace().join("docs")).expect("the folder of pages");
    let names = docs.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let pages = names.filter(|name| name.ends_with(".md")).map(|name| format!("docs/{name}"));
    pages
        .chain(["README.md".to_owned()])
        .map(|path| (page(&path), path))
        .map(|(text, path)| (path, text))
        .collect()
}

/// What `algoagent … --help` prints.
fn help(world: &World, command: &[String]) -> String {
    let words: Vec<&str> = command.iter().map(String::as_str).chain(["--help"]).collect();
    let outcome = world.terminal(&words, &[]);
    assert!(outcome.status.success(), "{outcome:?}");
    outcome.stdout
}

/// The commands under this one, itself among them, each with its help.
fn commands(world: &World, command: Vec<String>) -> Vec<(Vec<String>, String)> {
    let help = help(world, &command);
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = listed.take_while(|line| !line.is_empty()).filter_map(|line| {
        line.strip_prefix("  ")?
            .split(' ')
            .next()
            .filter(|name| !name.is_empty() && *name != "help")
    });
    let under = names.map(|name| [&command[..], &[name.to_owned()]].concat()).collect::<Vec<_>>();
    let under = under.into_iter().flat_map(|command| commands(world, command));
    let under: Vec<_> = under.collect();
    std::iter::once((command, help)).chain(under).collect()
}

#[test]
fn every_command_and_option_is_on_its_page_and_no_other_is_named() {
    let world = World::without_display("documents-commands");
    let all = commands(&world, Vec::new());
    assert!(all.len() > 30, "the help is read wrongly: {}", all.len());
    let text = page(COMMANDS);
    for (command, help) in &all {
        let name =
            ["algoagent".to_owned()].iter().chain(command).cloned().collect::<Vec<_>>().join(" ");
        let named =
            [format!("`{name}`"), format!("`{name} ")].iter().any(|name| text.contains(name));
        assert!(named, "{COMMANDS} has no `{name}`");
        let options = help.split_whitespace().filter(|word| word.starts_with("--"));
        for option in
            options.map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '-'))
        {
            assert!(text.contains(option), "{COMMANDS} has no {option} of `{name}`");
        }
    }
    let known: BTreeSet<String> = all.iter().map(|(command, _)| command.join(" ")).collect();
    for (path, text) in pages() {
        // In Python it is a module that is imported.
        let text = text.replace("from algoagent import", "");
        for named in text.split("algoagent ").skip(1).filter_map(command_of) {
            assert!(
                known.contains(&named),
                "{path} names the command `algoagent {named}`, which isn't there"
            );
        }
    }
}

/// The command that stands behind `algoagent `, up to its first option or argument.
fn command_of(text: &str) -> Option<String> {
    const WITH_COMMANDS: [&str; 5] = ["context", "strategy", "model", "user", "backup"];
    let end = text.find(|c: char| !c.is_ascii_lowercase() && !matches!(c, '-' | ' '));
    let mut words = text[..end.unwrap_or(text.len())].split(' ').filter(|word| !word.is_empty());
    let first = words.next().filter(|word| !word.starts_with('-'))?;
    let second = words.next().filter(|word| !word.starts_with('-'));
    match second {
        Some(second) if WITH_COMMANDS.contains(&first) => Some(format!("{first} {second}")),
        _ => Some(first.to_owned()),
    }
}

#[test]
fn every_call_of_the_local_api_is_on_its_page_and_no_other_is_named() {
    let world = World::without_display("documents-calls");
    let server = Terminal::open(&world, &["serve", "--port", "0"], &[]);
    let address = eventually(LIVENESS, || {
        let (printed, _) = server.said();
        let line = printed.lines().find(|_| printed.ends_with('\n'))?;
        Some(line.rsplit(' ').next()?.to_owned())
    });
    let address = address.expect("it listens");
    let client = local_api::client();
    let schema = client.get(format!("{address}/api/schema/")).send().expect("an answer");
    let schema: Value = schema.json().expect("the document");
    let paths = schema["paths"].as_object().expect("its paths");
    let calls = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().expect("its calls").keys();
        methods.map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    let calls: BTreeSet<String> = calls.collect();
    assert!(calls.len() > 30, "the document is read wrongly: {calls:?}");
    let text = page(CALLS);
    let named: BTreeSet<String> = text
        .split('`')
        .filter(|span| {
            let method = span.split(' ').next().unwrap_or_default();
            ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method) && span.contains(" /api/")
        })
        .map(str::to_owned)
        .collect();
    let missing: Vec<_> = calls.difference(&named).collect();
    let made_up: Vec<_> = named.difference(&calls).collect();
    assert!(missing.is_empty(), "{CALLS} lacks {missing:?}");
    assert!(made_up.is_empty(), "{CALLS} names what isn't answered: {made_up:?}");
}
