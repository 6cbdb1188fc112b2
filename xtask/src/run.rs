//! `cargo xtask run`: from a fresh checkout to the open window.

use std::process::ExitCode;

use crate::call::Call;
use crate::checkout::{Checkout, SHIPPED};
use crate::fault::Fault;
use crate::journal::{Journal, Outcome};
use crate::need::{Need, Needs};
use crate::system;

/// Builds the program and starts it with `args`; ends with its exit code.
pub(crate) fn run(
    checkout: &Checkout,
    journal: &mut Journal,
    release: bool,
    args: &[String],
) -> Result<ExitCode, Fault> {
    let mut needs = Needs::default();
    for need in [Need::Node, Need::Libraries, Need::FreshInterface] {
        needs.meet(need, checkout, journal)?;
    }
    let about = if release { "the optimised program" } else { "the program" };
    journal.step("build", about, || {
        let build = ["build", "-p", "algoagent-app"].into_iter().chain(SHIPPED);
        checkout
            .cargo(build.chain(release.then_some("--release")))
            .advice("Mend what the compiler names above.")
            .run()?;
        Ok(Outcome::Passed)
    })?;
    println!("==> start: ready after {}", journal.whole());
    let program = Call::new(checkout.program(release)).interactive();
    let program = if system::has_display() {
        program
    } else {
        println!(
            "    There is no display (DISPLAY and WAYLAND_DISPLAY are unset), so no window can open."
        );
        println!("    A chat in this terminal is opened instead.");
        // Whoever named the chat already gets it once.
        let named = args.first().is_some_and(|first| first == "chat");
        program.args((!named).then_some("chat"))
    };
    let status = program.args(args).status()?;
    Ok(status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .map_or(ExitCode::FAILURE, ExitCode::from))
}
