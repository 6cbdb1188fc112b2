//! The window's TypeScript types, written from the command table so that neither side invents a call.

use crate::call::Call;
use crate::checkout::{Checkout, FEATURES};
use crate::fault::Fault;
use crate::journal::{Journal, Outcome};
use crate::need::{Need, Needs};

const TYPES: &str = "ui/src/lib/api/gen/types.ts";

/// `cargo xtask gen`: builds the generator and writes the types.
pub(crate) fn write(checkout: &Checkout, journal: &mut Journal) -> Result<(), Fault> {
    Needs::default().meet(Need::Libraries, checkout, journal)?;
    journal.step("gen", "the window's types", || {
        // With the program's package beside it, so that the libraries are those of every other build.
        let build =
            ["build", "-p", "algoagent-app", "-p", "algoagent-api", "--example", "typescript"];
        checkout
            .cargo(build.into_iter().chain(FEATURES))
            .advice("Mend what the compiler names above.")
            .run()?;
        generator(checkout).args([TYPES]).run()?;
        Ok(Outcome::Passed)
    })
}

/// Whether the types in the checkout are those that the table gives. The generator is built already.
pub(crate) fn check(checkout: &Checkout) -> Result<Outcome, Fault> {
    generator(checkout)
        .args(["--check", TYPES])
        .advice("The command table has changed: run `cargo xtask gen` and commit what it writes.")
        .run()?;
    Ok(Outcome::Passed)
}

fn generator(checkout: &Checkout) -> Call {
    Call::new(checkout.example("typescript", false)).within(&checkout.root)
}
