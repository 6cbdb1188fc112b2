//! Python, and what is installed for it beside the build.

use std::fs;
use std::path::{Path, PathBuf};

use crate::call::Call;
use crate::checkout::Checkout;
use crate::fault::Fault;

/// What Python is called here.
pub(crate) const PYTHON: &str = if cfg!(windows) { "python" } else { "python3" };

/// The oldest minor version of Python 3 that schemathesis runs on.
const OLDEST: u32 = 11;

/// Packages of Python in an environment of their own inside the target folder.
pub(crate) struct Environment {
    folder: PathBuf,
    /// What is in it, every package at one version and with its hashes.
    list: PathBuf,
}

/// What tries the local API against its schema.
pub(crate) fn schemathesis(checkout: &Checkout) -> Environment {
    Environment {
        folder: checkout.tools().join("schemathesis"),
        list: checkout.http().join("requirements.txt"),
    }
}

/// Django and what it runs under, which the bench compares the local API with.
pub(crate) fn django(checkout: &Checkout) -> Environment {
    Environment {
        folder: checkout.tools().join("django"),
        list: checkout.peers().join("django/requirements.txt"),
    }
}

impl Environment {
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The Python that has what was installed.
    pub(crate) fn python(&self) -> PathBuf {
        let programs = if cfg!(windows) { "Scripts" } else { "bin" };
        self.folder.join(programs).join(format!("{PYTHON}{}", std::env::consts::EXE_SUFFIX))
    }
}

/// Installs exactly what is listed, unless that is what is installed.
pub(crate) fn install(environment: &Environment) -> Result<(), Fault> {
    check_version()?;
    let Environment { folder, list } = environment;
    let wanted = fs::read(list).map_err(|error| {
        Fault::new(format!("{} can't be read: {error}.", list.display()), "Restore it from git.")
    })?;
    // Inside the folder that it speaks of: whoever deletes that deletes the stamp with it.
    let stamp = folder.join("installed-from.txt");
    let python = environment.python();
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) && python.is_file() {
        println!("    unchanged since the last time");
        return Ok(());
    }
    Call::new(PYTHON)
        .args(["-m", "venv", "--clear"])
        .args([folder])
        .advice(
            "Python's own modules venv and ensurepip are needed; Debian's package is python3-venv.",
        )
        .run()?;
    Call::new(python)
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"])
        .args(["--require-hashes", "--only-binary", ":all:", "--requirement"])
        .args([list])
        .advice("The Python package index has to be reachable.")
        .run()?;
    fs::write(&stamp, wanted).map_err(|error| {
        Fault::new(
            format!("{} can't be written: {error}.", stamp.display()),
            format!("Delete {} and try again.", folder.display()),
        )
    })
}

fn check_version() -> Result<(), Fault> {
    let answer = Call::new(PYTHON).args(["--version"]).answer();
    if answer.as_deref().and_then(minor).is_some_and(|minor| minor >= OLDEST) {
        return Ok(());
    }
    Err(Fault::new(
        format!(
            "Python 3.{OLDEST} or newer is needed; here it is: {}.",
            answer.as_deref().unwrap_or("none")
        ),
        format!("Install one from https://www.python.org/downloads/ so that `{PYTHON}` starts it."),
    ))
}

/// The second number of a version such as `Python 3.11.2`.
fn minor(version: &str) -> Option<u32> {
    version.trim().strip_prefix("Python 3.")?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_tells_its_minor_version() {
        assert_eq!(minor("Python 3.11.2\n"), Some(11));
        assert_eq!(minor("Python 3.9.18"), Some(9));
        assert_eq!(minor("Python 2.7.18"), None);
        assert_eq!(minor(""), None);
    }
}
