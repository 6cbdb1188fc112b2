//! `cargo xtask test`: everything that has to pass before a change is taken in.

use std::process::ExitCode;

use crate::checkout::Checkout;
use crate::fault::Fault;
use crate::journal::Journal;
use crate::need::Needs;
use crate::step::{STEPS, Step, choose};

/// Runs the steps up to the first that fails. `only`, unless empty, names those to run.
pub(crate) fn test(
    checkout: &Checkout,
    mut journal: Journal,
    full: bool,
    only: &[String],
) -> Result<ExitCode, Fault> {
    let chosen = choose(full, only);
    let mut needs = Needs::default();
    for (done, step) in chosen.iter().enumerate() {
        if let Err(fault) = take(step, checkout, &mut needs, &mut journal) {
            println!("{fault}\n");
            let unreached = chosen.len() - done - 1;
            println!("{}", journal.closing(unreached));
            return Ok(ExitCode::FAILURE);
        }
    }
    println!("{}", journal.closing(0));
    Ok(ExitCode::SUCCESS)
}

/// Prints the steps in their order.
pub(crate) fn list() {
    for step in &STEPS {
        let note = if step.full { " (only with --full, or by its name)" } else { "" };
        println!("{:<11} {}{note}", step.name, step.about);
    }
}

fn take(
    step: &Step,
    checkout: &Checkout,
    needs: &mut Needs,
    journal: &mut Journal,
) -> Result<(), Fault> {
    for &need in step.needs {
        needs.meet(need, checkout, journal)?;
    }
    journal.step(step.name, step.about, || (step.work)(checkout))?;
    if let Some(given) = step.gives {
        needs.met(given);
    }
    Ok(())
}
