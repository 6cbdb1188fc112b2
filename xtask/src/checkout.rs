//! Where things lie in this checkout.

use std::path::{Path, PathBuf};

use crate::call::Call;
use crate::fault::Fault;

/// The feature under which the window shows the built interface instead of asking a development
/// server for it. Every build names it: leaving it out once compiles the window library twice.
pub(crate) const SHIPPED: [&str; 2] = ["--features", "algoagent-app/custom-protocol"];

/// The same, and a window that WebDriver can drive: what the stories start. The second feature
/// is the program's own, so only the program itself is compiled for it.
pub(crate) const FEATURES: [&str; 2] =
    ["--features", "algoagent-app/custom-protocol,algoagent-app/automation"];

/// The folders of one checkout, all absolute.
pub(crate) struct Checkout {
    /// The folder of the workspace's `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// Where Cargo builds.
    pub(crate) target: PathBuf,
}

impl Checkout {
    /// The checkout that this program was started from.
    pub(crate) fn find() -> Result<Self, Fault> {
        let root = std::env::var_os("CARGO_MANIFEST_DIR")
            .and_then(|xtask| Path::new(&xtask).parent().map(Path::to_owned))
            .ok_or_else(|| {
                Fault::new(
                    "This program does not know which checkout it belongs to.",
                    "Start it as `cargo xtask …` from inside the checkout.",
                )
            })?;
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .filter(|folder| !folder.is_empty())
            .and_then(|folder| std::path::absolute(folder).ok())
            .unwrap_or_else(|| root.join("target"));
        Ok(Self { root, target })
    }

    /// Cargo, started at the root, building where this checkout builds.
    pub(crate) fn cargo<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Call {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        self.building(Call::new(cargo).args(args).within(&self.root))
    }

    /// Tells a program that asks Cargo where this checkout builds.
    pub(crate) fn building(&self, call: Call) -> Call {
        match std::env::var_os("CARGO_TARGET_DIR") {
            Some(_) => call.env("CARGO_TARGET_DIR", &self.target),
            None => call,
        }
    }

    /// The interface's folder.
    pub(crate) fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }

    /// What packages are made with and of.
    pub(crate) fn packaging(&self) -> PathBuf {
        self.root.join("packaging")
    }

    /// Where the bench has what it compares with.
    pub(crate) fn peers(&self) -> PathBuf {
        self.root.join("tests/peers")
    }

    /// Where the Postman collection lies, and what runs it.
    pub(crate) fn postman(&self) -> PathBuf {
        self.root.join("tests/postman")
    }

    /// Where the programs lie that try the local API from outside.
    pub(crate) fn http(&self) -> PathBuf {
        self.root.join("tests/http")
    }

    /// Where tests leave pictures and logs for people to look at.
    pub(crate) fn artifacts(&self) -> PathBuf {
        self.root.join("artifacts")
    }

    /// Where the tools that this checkout pins are installed.
    pub(crate) fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// The built program: the command line, which opens the window too.
    pub(crate) fn program(&self, release: bool) -> PathBuf {
        self.target
            .join(if release { "release" } else { "debug" })
            .join(format!("algoagent{}", std::env::consts::EXE_SUFFIX))
    }

    /// A built example: the generator of the TypeScript types, the fuzzer.
    pub(crate) fn example(&self, name: &str, release: bool) -> PathBuf {
        let folder = if release { "release/examples" } else { "debug/examples" };
        self.target.join(folder).join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }
}
