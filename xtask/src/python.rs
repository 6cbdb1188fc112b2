//! Python, and schemathesis in an environment of its own inside the target folder.

use std::fs;
use std::path::PathBuf;

use crate::call::Call;
use crate::checkout::Checkout;
use crate::fault::Fault;

/// What Python is called here.
pub(crate) const PYTHON: &str = if cfg!(windows) { "python" } else { "python3" };

/// The oldest minor version of Python 3 that schemathesis runs on.
const OLDEST: u32 = 11;

/// Installs exactly what `tests/http/requirements.txt` names, unless that is what is installed.
pub(crate) fn install(checkout: &Checkout) -> Result<(), Fault> {
    check_version()?;
    let list = checkout.http().join("requirements.txt");
    let wanted = fs::read(&list).map_err(|error| {
        Fault::new(format!("{} can't be read: {error}.", list.display()), "Restore it from git.")
    })?;
    let environment = environment(checkout);
    let stamp = environment.join("installed-from.txt");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) && python(checkout).is_file() {
        println!("    unchanged since the last time");
        return Ok(());
    }
    Call::new(PYTHON)
        .args(["-m", "venv", "--clear"])
        .args([&environment])
        .advice(
            "Python's own modules venv and ensurepip are needed; Debian's package is python3-venv.",
        )
        .run()?;
    Call::new(python(checkout))
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"])
        .args(["--require-hashes", "--only-binary", ":all:", "--requirement"])
        .args([&list])
        .advice("The Python package index has to be reachable.")
        .run()?;
    fs::write(&stamp, wanted).map_err(|error| {
        Fault::new(
            format!("{} can't be written: {error}.", stamp.display()),
            format!("Delete {} and try again.", environment.display()),
        )
    })
}

/// The Python that has what was installed.
pub(crate) fn python(checkout: &Checkout) -> PathBuf {
    let folder = if cfg!(windows) { "Scripts" } else { "bin" };
    environment(checkout).join(folder).join(format!("{PYTHON}{}", std::env::consts::EXE_SUFFIX))
}

fn environment(checkout: &Checkout) -> PathBuf {
    checkout.tools().join("schemathesis")
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
