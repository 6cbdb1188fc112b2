//! What a step stands on, put in place just before the first step that needs it.
//!
//! Late rather than all at once: a misplaced comma is told before libraries are installed.

use std::collections::HashSet;

use crate::checkout::{Checkout, FEATURES};
use crate::fault::Fault;
use crate::journal::Journal;
use crate::package::Purpose;
use crate::{bundle, python, system, tool, ui};

/// Something that has to be in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Need {
    /// Node and npm, recent enough.
    Node,
    /// The interface's packages.
    Modules,
    /// The packages of other clients, for the bench.
    Peers,
    /// What runs the Postman collection.
    Newman,
    /// What tries the local API against its schema.
    Schemathesis,
    /// Django in a Python of its own, for the bench.
    Django,
    /// A built interface, of whatever age: the program doesn't compile without one.
    Interface,
    /// The interface built from the files as they are now.
    FreshInterface,
    /// The system's libraries and programs that the build uses.
    Libraries,
    /// A Python to run strategies with.
    Python,
    /// A keychain for tests.
    Keychain,
    /// What drives a real window without a screen.
    Window,
    /// What the documents call the local API with.
    Calls,
    /// The checker of licences and sources.
    Deny,
    /// The program and the generator, with a fresh interface inside.
    Program,
    /// The program as it is delivered.
    Release,
    /// What makes packages.
    Bundler,
    /// The packages of this system, made from the delivered program.
    Packages,
}

impl Need {
    fn before(self) -> &'static [Self] {
        match self {
            Self::Modules | Self::Peers | Self::Newman | Self::Bundler => &[Self::Node],
            Self::Interface | Self::FreshInterface => &[Self::Modules],
            Self::Program | Self::Release => &[Self::Libraries, Self::FreshInterface],
            Self::Packages => &[Self::Release, Self::Bundler],
            Self::Django => &[Self::Python],
            Self::Node
            | Self::Libraries
            | Self::Python
            | Self::Schemathesis
            | Self::Keychain
            | Self::Window
            | Self::Calls
            | Self::Deny => &[],
        }
    }

    fn about(self) -> &'static str {
        match self {
            Self::Node => "node and npm",
            Self::Modules => "the interface's packages",
            Self::Peers => "what others render with",
            Self::Newman => "newman",
            Self::Schemathesis => "schemathesis",
            Self::Django => "what else answers such calls",
            Self::Interface => "a built interface",
            Self::FreshInterface => "the interface",
            Self::Libraries => "system libraries",
            Self::Python => "Python",
            Self::Keychain => "a keychain",
            Self::Window => "what drives a window",
            Self::Calls => "what documents call with",
            Self::Deny => "cargo-deny",
            Self::Program => "the program",
            Self::Release => "the program as it is delivered",
            Self::Bundler => "what makes packages",
            Self::Packages => "the packages",
        }
    }
}

/// What is in place already.
#[derive(Default)]
pub(crate) struct Needs(HashSet<Need>);

impl Needs {
    /// Puts `need`, and what that stands on, in place; at most once.
    pub(crate) fn meet(
        &mut self,
        need: Need,
        checkout: &Checkout,
        journal: &mut Journal,
    ) -> Result<(), Fault> {
        if self.0.contains(&need) || (need == Need::Interface && ui::is_built(checkout)) {
            return Ok(());
        }
        for &earlier in need.before() {
            self.meet(earlier, checkout, journal)?;
        }
        journal.set_up(need.about(), || match need {
            Need::Node => ui::check_node(),
            Need::Modules => ui::install(checkout, &checkout.ui()),
            Need::Peers => ui::install(checkout, &checkout.peers()),
            Need::Newman => ui::install(checkout, &checkout.postman()),
            Need::Schemathesis => {
                system::prepare(Purpose::PythonTools)?;
                python::install(&python::schemathesis(checkout))
            }
            Need::Django => {
                system::prepare(Purpose::PythonTools)?;
                python::install(&python::django(checkout))
            }
            Need::Interface | Need::FreshInterface => ui::build(checkout),
            Need::Libraries => system::prepare(Purpose::Build),
            Need::Python => system::prepare(Purpose::Python),
            Need::Keychain => system::prepare(Purpose::Keychain),
            Need::Window => {
                system::prepare(Purpose::Window)?;
                tool::install(checkout, &tool::TAURI_DRIVER).map(|_| ())
            }
            Need::Calls => system::prepare(Purpose::Calls),
            Need::Deny => tool::install(checkout, &tool::CARGO_DENY).map(|_| ()),
            Need::Program => build_program(checkout),
            Need::Release => bundle::build(checkout),
            Need::Bundler => ui::install(checkout, &checkout.packaging()),
            Need::Packages => bundle::make(checkout, false),
        })?;
        self.met(need);
        Ok(())
    }

    /// Notes that a step has put `need` in place.
    pub(crate) fn met(&mut self, need: Need) {
        self.0.insert(need);
        if need == Need::FreshInterface {
            self.0.insert(Need::Interface);
        }
    }
}

/// Builds the program and the generator in one go, so that both share every library.
pub(crate) fn build_program(checkout: &Checkout) -> Result<(), Fault> {
    let build = ["build", "--workspace", "--exclude", "xtask", "--bins", "--examples"];
    checkout
        .cargo(build.into_iter().chain(FEATURES))
        .advice("Mend what the compiler names above.")
        .run()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_interface_is_a_built_one_too() {
        let mut needs = Needs::default();
        needs.met(Need::FreshInterface);
        assert!(needs.0.contains(&Need::Interface));
    }

    #[test]
    fn the_program_stands_on_libraries_and_on_the_interface_of_now() {
        assert_eq!(Need::Program.before(), [Need::Libraries, Need::FreshInterface]);
    }
}
