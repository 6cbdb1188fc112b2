//! `cargo xtask bench`: the figures that the README reports, each beside what it is compared with,
//! in one run of an optimised build.

use crate::call::Call;
use crate::checkout::{Checkout, FEATURES};
use crate::fault::Fault;
use crate::journal::{Journal, Outcome};
use crate::need::{Need, Needs};
use crate::tool;

const CORE: [&str; 8] =
    ["run", "--release", "-p", "algoagent-core", "--features", "measure", "--example", "bench"];

/// Builds and runs what measures. Its tables go to standard output.
pub(crate) fn run(checkout: &Checkout, journal: &mut Journal) -> Result<(), Fault> {
    journal.step("bench", "reading answers, sign-in, and a vault beside plain SQLite", || {
        checkout.cargo(CORE).advice("Mend what the compiler names above.").interactive().run()?;
        Ok(Outcome::Passed)
    })?;
    let mut needs = Needs::default();
    for need in [Need::Libraries, Need::FreshInterface, Need::Window] {
        needs.meet(need, checkout, journal)?;
    }
    journal.step("paint", "from a service's first byte to the painted text", || {
        let build = ["build", "--release", "-p", "algoagent", "-p", "algoagent-tests"];
        checkout
            .cargo(
                build
                    .into_iter()
                    .chain(["--bin", "algoagent", "--example", "paint"])
                    .chain(FEATURES),
            )
            .advice("Mend what the compiler names above.")
            .interactive()
            .run()?;
        let driver = tool::find(checkout, &tool::TAURI_DRIVER).ok_or_else(|| {
            Fault::new("tauri-driver has gone.", "Run the command again: it installs it.")
        })?;
        Call::new(checkout.example("paint", true))
            .within(&checkout.root)
            .env("ALGOAGENT_BIN", checkout.program(true))
            .env("TAURI_DRIVER", driver)
            .env("ALGOAGENT_ARTIFACTS", checkout.artifacts())
            .interactive()
            .run()?;
        Ok(Outcome::Passed)
    })
}
