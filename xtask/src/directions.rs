//! Proves that dependencies point inwards: no door's library is reachable from the core.

use std::collections::BTreeSet;

use crate::checkout::Checkout;
use crate::fault::Fault;
use crate::journal::Outcome;

/// The libraries of the doors: the window, the socket, the command line.
const DOORS: [&str; 3] = ["tauri", "axum", "clap"];

/// The crates that know no door.
const INNER: [&str; 2] = ["algoagent-core", "algoagent-api"];

/// Looks through everything that the inner crates are built from, on every system.
pub(crate) fn check(checkout: &Checkout) -> Result<Outcome, Fault> {
    for package in INNER {
        let tree =
            ["tree", "-p", package, "-e", "normal,build", "--prefix", "none", "--target", "all"];
        let call =
            checkout.cargo(tree).advice("Cargo has to be able to read every crate's manifest.");
        println!("    {call}");
        let found = doors(&call.output()?);
        if !found.is_empty() {
            let found: Vec<_> = found.into_iter().collect();
            return Err(Fault::new(
                format!("{package} depends on {}.", found.join(", ")),
                format!(
                    "Move what needs it out to the door. `cargo tree -p {package} -i {}` shows the way it came in.",
                    found[0]
                ),
            ));
        }
    }
    Ok(Outcome::Passed)
}

fn doors(tree: &str) -> BTreeSet<String> {
    tree.lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| DOORS.iter().any(|door| belongs(name, door)))
        .map(str::to_owned)
        .collect()
}

/// `tauri` and `tauri-utils` belong to tauri, `taurine` doesn't.
fn belongs(name: &str, family: &str) -> bool {
    name.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_door_s_library_and_its_parts_are_found_once_each() {
        let tree = "algoagent-core v0.1.0 (/src)\nserde v1.0.0\nclap_builder v4.6.0\ntauri v2.12.0 (*)\n\ntauri v2.12.0\n";
        let expected = ["clap_builder", "tauri"].map(str::to_owned);
        assert_eq!(doors(tree), BTreeSet::from(expected));
    }

    #[test]
    fn names_that_only_begin_alike_are_left_alone() {
        assert!(doors("taurine v1.0.0\nclaptrap v0.1.0\n").is_empty());
    }
}
