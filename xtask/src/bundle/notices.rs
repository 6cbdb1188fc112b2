//! The licences of everything that is built into the program: whoever passes it on has to pass
//! them on too.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::checkout::{Checkout, SHIPPED};
use crate::fault::Fault;
use crate::ui;

/// How files with licences and notices are called, in capitals.
const NAMES: [&str; 6] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"];

/// Its C sources are linked in, though Cargo takes it for a tool of the build.
const SOURCES_OF_A_TOOL: &str = "openssl-src";

/// All texts, each once, below the names of those it belongs to.
pub(super) fn gather(checkout: &Checkout) -> Result<String, Fault> {
    let mut by_text: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut bare = BTreeSet::new();
    let registries = registries();
    let mut works = Vec::new();
    for (name, licence) in crates(checkout)? {
        let folder = registries.iter().map(|place| place.join(&name)).find(|place| place.is_dir());
        let folder = folder.ok_or_else(|| {
            Fault::new(
                format!("The sources of {name} are not where Cargo usually keeps them."),
                "Set CARGO_HOME to Cargo's folder; their licences have to be in the package.",
            )
        })?;
        works.push((name, licence, folder));
    }
    let packages = ui::shipped(checkout)?.into_iter().map(|folder| {
        let name = folder.display().to_string();
        let name = name.rsplit_once("node_modules/").map_or(name.as_str(), |(_, name)| name);
        (name.to_owned(), String::new(), folder)
    });
    for (name, licence, folder) in works.into_iter().chain(packages) {
        let texts = texts(&folder);
        if texts.is_empty() {
            bare.insert(format!("{name} {licence}"));
        }
        for text in texts {
            by_text.entry(text).or_default().insert(name.clone());
        }
    }
    Ok(lay_out(&by_text, &bare))
}

fn lay_out(by_text: &BTreeMap<String, BTreeSet<String>>, bare: &BTreeSet<String>) -> String {
    let mut all = String::from(
        "AlgoAgent is built from the works named here, each under the licence below its name.\n",
    );
    let rule = "-".repeat(80);
    for (text, names) in by_text {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let _ = write!(all, "\n{rule}\n{}\n{rule}\n\n{text}\n", names.join("\n"));
    }
    let _ = write!(all, "\n{rule}\nThese name their licence, and bring no text of it:\n\n");
    for name in bare {
        let _ = writeln!(all, "{}", name.trim());
    }
    all
}

/// Names with versions, as their folders are called, and licences of the crates that are linked in.
fn crates(checkout: &Checkout) -> Result<BTreeSet<(String, String)>, Fault> {
    let tree = |edges| -> Result<String, Fault> {
        let tree = ["tree", "-p", "algoagent-app", "-e", edges, "--prefix", "none"];
        checkout
            .cargo(tree.into_iter().chain(SHIPPED).chain(["--format", "{p}|{l}"]))
            .advice("Cargo has to be able to read every crate's manifest.")
            .output()
    };
    let mut crates = read(&tree("normal")?);
    let built_with = read(&tree("normal,build")?);
    crates.extend(built_with.into_iter().filter(|(name, _)| name.starts_with(SOURCES_OF_A_TOOL)));
    Ok(crates)
}

/// Reads lines such as `serde v1.0.2 (proc-macro)|MIT (*)`. Crates of this checkout are left out.
fn read(tree: &str) -> BTreeSet<(String, String)> {
    tree.lines()
        .filter_map(|line| {
            let (package, licence) = line.trim_end_matches(" (*)").split_once('|')?;
            let mut words = package.split_whitespace();
            let (name, version) = (words.next()?, words.next()?.strip_prefix('v')?);
            let own = package.contains("(/") || package.contains(":\\");
            (!own).then(|| (format!("{name}-{version}"), licence.to_owned()))
        })
        .collect()
}

/// Where Cargo keeps the sources of crates.
fn registries() -> Vec<PathBuf> {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let entries = home.and_then(|home| fs::read_dir(home.join("registry/src")).ok());
    entries.into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

/// The licences in a folder and one level below it, where the sources of others lie.
fn texts(folder: &Path) -> BTreeSet<String> {
    let list = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect()
    };
    let (folders, mut files): (Vec<_>, Vec<_>) =
        list(folder).into_iter().partition(|path| path.is_dir());
    let below = folders.iter().filter(|folder| !folder.ends_with("node_modules"));
    files.extend(below.flat_map(|folder| list(folder)));
    files
        .iter()
        .filter(|file| file.is_file() && is_licence(file))
        .filter_map(|file| fs::read_to_string(file).ok())
        .map(|text| text.replace("\r\n", "\n").trim().to_owned())
        .filter(|text| !text.is_empty())
        .collect()
}

fn is_licence(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
    let code = [".RS", ".JS", ".TS", ".PY", ".C", ".H", ".JSON", ".HTML"];
    NAMES.iter().any(|start| name.starts_with(start)) && !code.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_is_read_once_with_its_licence_and_the_checkout_s_own_are_left_out() {
        let tree = "algoagent v0.1.0 (/src/algoagent)|MIT\nserde v1.0.2|MIT OR Apache-2.0\n\
                    serde v1.0.2|MIT OR Apache-2.0 (*)\nserde_derive v1.0.2 (proc-macro)|MIT\n\n";
        let read: Vec<_> = read(tree).into_iter().collect();
        let expected = [("serde-1.0.2", "MIT OR Apache-2.0"), ("serde_derive-1.0.2", "MIT")];
        assert_eq!(read, expected.map(|(name, licence)| (name.to_owned(), licence.to_owned())));
    }

    #[test]
    fn a_licence_is_known_by_its_name() {
        assert!(is_licence(Path::new("a/LICENSE-MIT")));
        assert!(is_licence(Path::new("a/license.md")));
        assert!(is_licence(Path::new("COPYING")));
        assert!(!is_licence(Path::new("src/license.rs")));
        assert!(!is_licence(Path::new("README.md")));
    }
}
