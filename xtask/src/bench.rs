//! `cargo xtask bench`: the figures that the README reports, each beside what it is compared with,
//! in one run of an optimised build.

use crate::checkout::Checkout;
use crate::fault::Fault;
use crate::journal::{Journal, Outcome};

const CORE: [&str; 8] =
    ["run", "--release", "-p", "algoagent-core", "--features", "measure", "--example", "bench"];

/// Builds and runs what measures. Its tables go to standard output.
pub(crate) fn run(checkout: &Checkout, journal: &mut Journal) -> Result<(), Fault> {
    journal.step("bench", "sign-in, and a vault beside plain SQLite", || {
        checkout.cargo(CORE).advice("Mend what the compiler names above.").interactive().run()?;
        Ok(Outcome::Passed)
    })
}
