//! `cargo xtask bench`: the figures that the README reports, each beside what it is compared with,
//! in one run of an optimised build.

use crate::call::Call;
use crate::checkout::{Checkout, FEATURES};
use crate::fault::Fault;
use crate::journal::{Journal, Outcome};
use crate::need::{Need, Needs};
use crate::{python, tool};

/// The examples of the core that measure, and what.
const CORE: [(&str, &str); 3] = [
    ("bench", "reading answers, sign-in, and a vault beside plain SQLite"),
    ("rendering", "an answer that grows, beside how others show it"),
    ("chats", "lists, long chats and search in 200,000 and 1,000,000 messages"),
];

/// The examples that measure in the real window, and what.
const WINDOW: [(&str, &str); 2] = [
    ("paint", "from a service's first byte to the painted text"),
    ("window", "start, memory, long chats and a growing answer, in vaults of both sizes"),
];

/// The example that measures the local API, and what.
const HTTP: (&str, &str) = ("http", "the local API beside Django, and 200 answers at once");

/// Builds and runs what measures. Its tables go to standard output.
pub(crate) fn run(checkout: &Checkout, journal: &mut Journal) -> Result<(), Fault> {
    let mut needs = Needs::default();
    needs.meet(Need::Peers, checkout, journal)?;
    for (name, about) in CORE {
        journal.step(name, about, || {
            let run = ["run", "--release", "-p", "algoagent-core", "--features", "measure"];
            checkout
                .cargo(run.into_iter().chain(["--example", name]))
                .advice("Mend what the compiler names above.")
                .interactive()
                .run()?;
            Ok(Outcome::Passed)
        })?;
    }
    for need in [Need::Libraries, Need::FreshInterface, Need::Window] {
        needs.meet(need, checkout, journal)?;
    }
    journal.step("build", "the program as it is delivered, and what measures it", || {
        let build = ["build", "--release", "-p", "algoagent-app", "-p", "algoagent-tests"];
        let parts = ["--bins", "--example", "empty"];
        let measuring = WINDOW.iter().chain([&HTTP]).flat_map(|(name, _)| ["--example", *name]);
        checkout
            .cargo(build.into_iter().chain(parts).chain(measuring).chain(FEATURES))
            .advice("Mend what the compiler names above.")
            .interactive()
            .run()?;
        Ok(Outcome::Passed)
    })?;
    needs.meet(Need::Django, checkout, journal)?;
    let (name, about) = HTTP;
    journal.step(name, about, || {
        Call::new(checkout.example(name, true))
            .within(&checkout.root)
            .env("ALGOAGENT_BIN", checkout.program(true))
            .env("ALGOAGENT_DJANGO", python::django(checkout).folder())
            .interactive()
            .run()?;
        Ok(Outcome::Passed)
    })?;
    for (name, about) in WINDOW {
        journal.step(name, about, || {
            let driver = tool::find(checkout, &tool::TAURI_DRIVER).ok_or_else(|| {
                Fault::new("tauri-driver has gone.", "Run the command again: it installs it.")
            })?;
            Call::new(checkout.example(name, true))
                .within(&checkout.root)
                .env("ALGOAGENT_BIN", checkout.program(true))
                .env("ALGOAGENT_EMPTY", checkout.example("empty", true))
                .env("ALGOAGENT_CHATS", checkout.example("chats", true))
                .env("TAURI_DRIVER", driver)
                .env("ALGOAGENT_ARTIFACTS", checkout.artifacts())
                .interactive()
                .run()?;
            Ok(Outcome::Passed)
        })?;
    }
    Ok(())
}
