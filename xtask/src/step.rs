//! The steps of `cargo xtask test`, in their order, and what each runs.
//!
//! The order fails early: what takes a blink comes before what takes a compiler, and the window last.

use std::fs;

use crate::call::Call;
use crate::checkout::{Checkout, FEATURES};
use crate::fault::Fault;
use crate::journal::Outcome;
use crate::need::{Need, build_program};
use crate::{bundle, directions, files, generate, http, python, tool, ui};

type Work = fn(&Checkout) -> Result<Outcome, Fault>;

/// One step of a test run.
pub(crate) struct Step {
    /// What it is called on the command line.
    pub(crate) name: &'static str,
    /// What it looks at, in a few words.
    pub(crate) about: &'static str,
    /// What has to be in place before it.
    pub(crate) needs: &'static [Need],
    /// What is in place once the step has passed.
    pub(crate) gives: Option<Need>,
    /// Left out unless asked for: it depends on more than the checkout.
    pub(crate) full: bool,
    /// Does it.
    pub(crate) work: Work,
}

const fn step(name: &'static str, about: &'static str, needs: &'static [Need], work: Work) -> Step {
    Step { name, about, needs, gives: None, full: false, work }
}

const COMPILE: &[Need] = &[Need::Libraries, Need::Interface];
const UNIT: &[Need] = &[Need::Libraries, Need::Interface, Need::Python, Need::Keychain];

/// All of them.
pub(crate) const STEPS: [Step; 19] = [
    step("fmt", "the layout of the Rust code", &[], fmt),
    step(
        "files",
        "lengths, paths and imports of the sources, links of the documents",
        &[],
        files::check,
    ),
    step("directions", "no door's library inside the core", &[], directions::check),
    step("python", "the house module that strategies import", &[Need::Python], house),
    step("ui-lint", "the interface's style", &[Need::Modules], ui_lint),
    step("ui-check", "the interface's types", &[Need::Modules], ui_check),
    step("ui-test", "the interface's tests", &[Need::Modules], ui_test),
    Step {
        gives: Some(Need::FreshInterface),
        ..step("ui-build", "the interface, built", &[Need::Modules], ui_build)
    },
    step("clippy", "the Rust code, free of warnings", COMPILE, clippy),
    step("doc", "the documentation, free of warnings", COMPILE, doc),
    step("deny", "licences, bans and sources of dependencies", &[Need::Deny], deny),
    Step {
        full: true,
        ..step("advisories", "known faults in dependencies", &[Need::Deny], advisories)
    },
    Step {
        gives: Some(Need::Program),
        ..step("build", "the program", &[Need::Libraries, Need::FreshInterface], build)
    },
    step(
        "gen",
        "the window's types, as the command table gives them",
        &[Need::Program],
        generate::check,
    ),
    step("unit", "the tests of each crate", UNIT, unit),
    step("fuzz", "bent answers of model services, for a minute", COMPILE, fuzz),
    step(
        "http",
        "the local API: its schema, the Postman collection, the flow of a client",
        &[Need::Program, Need::Newman, Need::Schemathesis],
        http::check,
    ),
    step(
        "stories",
        "stories through the doors and the real window",
        &[Need::Program, Need::Window, Need::Keychain, Need::Python, Need::Calls],
        stories,
    ),
    Step {
        full: true,
        ..step(
            "package",
            "the package, installed, driven and removed",
            &[Need::Packages, Need::Window],
            bundle::installed::check,
        )
    },
];

/// The names of all steps.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    STEPS.iter().map(|step| step.name)
}

/// Those to run: all but the ones for `full` runs, or exactly those named in `only`.
pub(crate) fn choose(full: bool, only: &[String]) -> Vec<&'static Step> {
    const { &STEPS }
        .iter()
        .filter(|step| match only {
            [] => full || !step.full,
            names => names.iter().any(|name| name == step.name),
        })
        .collect()
}

fn fmt(checkout: &Checkout) -> Result<Outcome, Fault> {
    passed(checkout.cargo(["fmt", "--all", "--check"]).advice(
        "Run `cargo fmt --all`. If Cargo knows no such command: `rustup component add rustfmt`.",
    ))
}

fn house(checkout: &Checkout) -> Result<Outcome, Fault> {
    passed(
        Call::new(python::PYTHON)
            .args(["-m", "unittest", "discover", "-s", "tests/python"])
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .within(&checkout.root)
            .advice("Mend the test named above. Python 3.10 or newer has to be installed."),
    )
}

fn ui_lint(checkout: &Checkout) -> Result<Outcome, Fault> {
    ui::script(checkout, "lint", "Mend what is named above; `npm run lint` in ui/ repeats it.")
        .map(|()| Outcome::Passed)
}

fn ui_check(checkout: &Checkout) -> Result<Outcome, Fault> {
    ui::script(checkout, "check", "Mend what is named above; `npm run check` in ui/ repeats it.")
        .map(|()| Outcome::Passed)
}

fn ui_test(checkout: &Checkout) -> Result<Outcome, Fault> {
    ui::script(checkout, "test", "Mend the test named above; `npm test` in ui/ repeats it.")
        .map(|()| Outcome::Passed)
}

fn ui_build(checkout: &Checkout) -> Result<Outcome, Fault> {
    ui::build(checkout).map(|()| Outcome::Passed)
}

fn clippy(checkout: &Checkout) -> Result<Outcome, Fault> {
    let clippy = ["clippy", "--workspace", "--all-targets"].into_iter().chain(FEATURES);
    let clippy = clippy.chain(["--features", "algoagent-core/measure"]);
    passed(checkout.cargo(clippy.chain(["--", "-D", "warnings"])).advice(
        "Mend what is named above. If Cargo knows no such command: `rustup component add clippy`.",
    ))
}

fn doc(checkout: &Checkout) -> Result<Outcome, Fault> {
    let doc = ["doc", "--workspace", "--no-deps"].into_iter().chain(FEATURES);
    passed(
        checkout
            .cargo(doc)
            .env("RUSTDOCFLAGS", "-Dwarnings")
            .advice("Mend the documentation named above."),
    )
}

fn deny(checkout: &Checkout) -> Result<Outcome, Fault> {
    // Offline below means offline: every crate of the lock file has to be here, also other systems'.
    checkout
        .cargo(["fetch"])
        .advice("The crates registry has to be reachable, and Cargo.lock has to fit the manifests.")
        .run()?;
    passed(
        cargo_deny(checkout)?
            .args(["--offline", "check", "licenses", "bans", "sources"])
            .advice("Choose another dependency, or change deny.toml and say why in it."),
    )
}

fn advisories(checkout: &Checkout) -> Result<Outcome, Fault> {
    if !cargo_deny(checkout)?.args(["fetch", "db"]).status()?.success() {
        return Ok(Outcome::Skipped("the advisory database can't be fetched from here".to_owned()));
    }
    passed(cargo_deny(checkout)?.args(["--offline", "check", "advisories"]).advice(
        "Update the dependency: `cargo update -p NAME`. If there is no mended one, see deny.toml.",
    ))
}

fn cargo_deny(checkout: &Checkout) -> Result<Call, Fault> {
    let program = tool::find(checkout, &tool::CARGO_DENY).ok_or_else(|| {
        Fault::new("cargo-deny has gone.", "Run the command again: it installs it.")
    })?;
    Ok(Call::new(program).within(&checkout.root))
}

fn build(checkout: &Checkout) -> Result<Outcome, Fault> {
    build_program(checkout).map(|()| Outcome::Passed)
}

fn unit(checkout: &Checkout) -> Result<Outcome, Fault> {
    let test = ["test", "--workspace", "--exclude", "algoagent-tests"];
    passed(
        checkout
            .cargo(test.into_iter().chain(FEATURES))
            .advice("Mend the test named above; `cargo xtask test --only unit` repeats it."),
    )
}

fn fuzz(checkout: &Checkout) -> Result<Outcome, Fault> {
    // With the program's package the libraries have the features of every other build.
    let build = ["build", "-p", "algoagent-app", "-p", "algoagent-core", "--example", "fuzz"];
    checkout
        .cargo(build.into_iter().chain(FEATURES).chain(["--features", "algoagent-core/measure"]))
        .advice("Mend what the compiler names above.")
        .run()?;
    passed(Call::new(checkout.example("fuzz", false)).args(["--seconds", "60"]).within(&checkout.root).advice(
        "The smallest answer that shows the fault stands above: make it a test of its wire, then mend the wire.",
    ))
}

fn stories(checkout: &Checkout) -> Result<Outcome, Fault> {
    let artifacts = checkout.artifacts();
    fs::create_dir_all(&artifacts).map_err(|error| {
        Fault::new(
            format!("{} can't be made: {error}.", artifacts.display()),
            "Make the checkout writable.",
        )
    })?;
    let driver = tool::find(checkout, &tool::TAURI_DRIVER).ok_or_else(|| {
        Fault::new("tauri-driver has gone.", "Run the command again: it installs it.")
    })?;
    // The program's own package is named too, though its few tests have run before: with it the
    // libraries get the features of every other build, instead of being compiled once more.
    let test = ["test", "-p", "algoagent-tests", "-p", "algoagent-app"];
    let tests = |which: &[&str], after: &[&str]| {
        let words = test.into_iter().chain(which.iter().copied()).chain(FEATURES);
        checkout
            .cargo(words.chain(after.iter().copied()))
            .env("ALGOAGENT_BIN", checkout.program(false))
            .env("TAURI_DRIVER", &driver)
            .env("ALGOAGENT_ARTIFACTS", &artifacts)
            .advice(format!(
                "Read the story named above; pictures of the window are in {}.",
                artifacts.display()
            ))
    };
    tests(&["--lib", "--test", "*"], &["--no-run"]).run()?;
    let names = story_files(checkout)?;
    let (mut one, mut other) = (vec!["--lib"], Vec::new());
    for name in &names {
        let lane = if name.as_str() < HALF { &mut one } else { &mut other };
        lane.extend(["--test", name]);
    }
    let one_by_one = ["--", "--test-threads=1"];
    // Two at a time, each window on a display of its own: a story waits more than it works.
    let (beside, result) = std::thread::scope(|scope| {
        let beside = scope.spawn(|| tests(&other, &one_by_one).held());
        let result = tests(&one, &one_by_one).run();
        (beside.join(), result)
    });
    let Ok((told, beside)) = beside else {
        return Err(Fault::new("Half of the stories broke off.", "Run it again."));
    };
    println!("{told}");
    result.and(beside).map(|()| Outcome::Passed)
}

/// The stories that are called before this take about as long as the others.
const HALF: &str = "window_l";

/// The names of all story files.
fn story_files(checkout: &Checkout) -> Result<Vec<String>, Fault> {
    let folder = checkout.root.join("tests/tests");
    let unreadable = |error: std::io::Error| {
        Fault::new(format!("{} can't be read: {error}.", folder.display()), "Restore it from git.")
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|ending| ending == "rs") {
            names.extend(path.file_stem().and_then(|stem| Some(stem.to_str()?.to_owned())));
        }
    }
    names.sort_unstable();
    Ok(names)
}

fn passed(call: Call) -> Result<Outcome, Fault> {
    call.run().map(|()| Outcome::Passed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(full: bool, only: &[&str]) -> Vec<&'static str> {
        let only: Vec<String> = only.iter().map(|&name| name.to_owned()).collect();
        choose(full, &only).iter().map(|step| step.name).collect()
    }

    #[test]
    fn what_depends_on_more_than_the_checkout_waits_until_it_is_asked_for() {
        for name in ["advisories", "package"] {
            assert!(!chosen(false, &[]).contains(&name));
            assert!(chosen(true, &[]).contains(&name));
            assert_eq!(chosen(false, &[name]), [name]);
        }
    }

    #[test]
    fn chosen_steps_keep_their_usual_order() {
        assert_eq!(chosen(false, &["stories", "fmt", "clippy"]), ["fmt", "clippy", "stories"]);
    }

    #[test]
    fn no_two_steps_share_a_name() {
        let mut sorted: Vec<_> = names().collect();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), STEPS.len());
    }

    #[test]
    fn the_page_for_contributors_tells_every_step() {
        let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../CONTRIBUTING.md"));
        let page = page.unwrap();
        let (_, table) = page.split_once("| step | what it runs |").unwrap();
        let rows = table.lines().skip(1).take_while(|line| line.starts_with('|'));
        let cells = rows.filter_map(|row| row.split('|').nth(1));
        // What stands between two marks: every second part.
        let mut told: Vec<_> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
        told.sort_unstable();
        let mut known: Vec<_> = names().collect();
        known.sort_unstable();
        assert_eq!(told, known, "the table of CONTRIBUTING.md and the steps differ");
    }

    #[test]
    fn the_program_is_built_before_the_stories_open_it() {
        let position = |wanted| names().position(|name| name == wanted);
        assert!(position("ui-build") < position("build"));
        assert!(position("build") < position("http"));
        assert!(position("build") < position("stories"));
    }
}
