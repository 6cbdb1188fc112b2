//! The interface in `ui/`: Node, its packages, its build. And the packages of other clients that
//! the bench compares with.

use std::fs;
use std::path::{Path, PathBuf};

use crate::call::Call;
use crate::checkout::Checkout;
use crate::fault::Fault;

/// The oldest major version of Node that builds the interface.
const OLDEST_NODE: u32 = 20;

const GET_NODE: &str = "Install Node 20 or newer, which brings npm, from https://nodejs.org/en/download, \
                        or with a version manager: `nvm install 20`.";

/// Makes sure of Node and npm.
pub(crate) fn check_node() -> Result<(), Fault> {
    let answer = Call::new("node").args(["--version"]).answer();
    let Some(version) = answer else {
        return Err(Fault::new("Node is missing.", GET_NODE));
    };
    if major(&version).is_none_or(|major| major < OLDEST_NODE) {
        return Err(Fault::new(
            format!("Node is {version}; {OLDEST_NODE} or newer is needed."),
            GET_NODE,
        ));
    }
    let Some(npm) = Call::new(NPM).args(["--version"]).answer() else {
        return Err(Fault::new(
            "npm is missing.",
            format!(
                "{GET_NODE}\nDebian and Ubuntu keep npm in a package of its own: `apt-get install npm`."
            ),
        ));
    };
    println!("    node {version}, npm {npm}");
    Ok(())
}

/// Installs exactly what the lock file of a folder names, unless that is what is installed.
pub(crate) fn install(checkout: &Checkout, folder: &Path) -> Result<(), Fault> {
    let lock = folder.join("package-lock.json");
    let wanted = fs::read(&lock).map_err(|error| {
        Fault::new(
            format!("{} can't be read: {error}.", lock.display()),
            "Restore it from git, or run `npm install` there and commit what it writes.",
        )
    })?;
    // Inside the folder that it speaks of: whoever deletes the packages deletes the stamp with them.
    let stamp = folder.join("node_modules/.installed-from.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        println!("    unchanged since the last time");
        return Ok(());
    }
    npm(checkout, ["ci", "--no-audit", "--no-fund"])
        .within(folder)
        .advice("If the lock file and package.json differ, run `npm install` beside them and commit the lock file.")
        .run()?;
    fs::write(&stamp, wanted).map_err(|error| {
        Fault::new(
            format!("{} can't be written: {error}.", stamp.display()),
            "Delete the folder node_modules beside the lock file and try again.",
        )
    })
}

/// Whether there is a built interface, old or new.
pub(crate) fn is_built(checkout: &Checkout) -> bool {
    checkout.ui().join("dist/index.html").is_file()
}

/// Builds the interface.
pub(crate) fn build(checkout: &Checkout) -> Result<(), Fault> {
    script(checkout, "build", "Mend what is named above; `npm run build` in ui/ repeats it.")
}

/// The folders of the packages that the built interface is made of.
pub(crate) fn shipped(checkout: &Checkout) -> Result<Vec<PathBuf>, Fault> {
    let list = npm(checkout, ["ls", "--omit=dev", "--all", "--parseable"])
        .advice("Run `npm ci` in ui/: what is installed there has to be what the lock file names.")
        .output()?;
    // The interface itself comes first.
    Ok(list.lines().skip(1).map(PathBuf::from).collect())
}

/// Runs one of the scripts of `ui/package.json`.
pub(crate) fn script(checkout: &Checkout, name: &str, advice: &str) -> Result<(), Fault> {
    npm(checkout, ["run", name]).advice(advice).run()
}

const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

fn npm<const N: usize>(checkout: &Checkout, args: [&str; N]) -> Call {
    let call = Call::new(NPM).args(args).within(&checkout.ui());
    if std::env::var_os("npm_config_cache").is_some() || home_takes_files() {
        return call;
    }
    call.env("npm_config_cache", checkout.target.join("npm-cache"))
}

/// Whether npm can keep its cache where it usually does. A service account's home is often unset,
/// missing, or somebody else's.
fn home_takes_files() -> bool {
    std::env::home_dir().is_some_and(|home| takes_files(&home.join(".npm")))
}

fn takes_files(folder: &Path) -> bool {
    let probe = folder.join(format!(".probe-{}", std::process::id()));
    let written = fs::create_dir_all(folder).and_then(|()| fs::write(&probe, b""));
    let _ = fs::remove_file(&probe);
    written.is_ok()
}

/// The first number of a version such as `v20.20.2`.
fn major(version: &str) -> Option<u32> {
    version.trim().trim_start_matches('v').split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_tells_its_major_version() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("18.19.0"), Some(18));
        assert_eq!(major("v23.0.0-nightly2024"), Some(23));
        assert_eq!(major("nonsense"), None);
        assert_eq!(major(""), None);
    }

    #[test]
    fn a_file_in_the_way_of_the_cache_is_noticed() {
        let file = std::env::temp_dir().join(format!("xtask-probe-{}", std::process::id()));
        fs::write(&file, b"").unwrap();
        assert!(!takes_files(&file.join(".npm")));
        fs::remove_file(&file).unwrap();
    }
}
