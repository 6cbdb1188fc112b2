//! Django and what it runs under, which the bench compares the local API with: in an environment of
//! its own inside the target folder, at exactly the versions that are named beside the project.

use std::fs;
use std::path::PathBuf;

use crate::call::Call;
use crate::checkout::Checkout;
use crate::fault::Fault;

/// Where it is installed.
pub(crate) fn environment(checkout: &Checkout) -> PathBuf {
    checkout.tools().join("django")
}

/// Installs what `requirements.txt` names, unless that is what is installed.
pub(crate) fn install(checkout: &Checkout) -> Result<(), Fault> {
    let list = checkout.peers().join("django/requirements.txt");
    let wanted = fs::read(&list).map_err(|error| {
        Fault::new(format!("{} can't be read: {error}.", list.display()), "Restore it from git.")
    })?;
    let environment = environment(checkout);
    // Inside the folder that it speaks of: whoever deletes that deletes the stamp with it.
    let stamp = environment.join(".installed-from.txt");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        println!("    unchanged since the last time");
        return Ok(());
    }
    Call::new("python3")
        .args(["-m", "venv", "--clear"])
        .args([&environment])
        .advice("Python 3.10 or newer with its module venv has to be installed.")
        .run()?;
    let pip = || Call::new(environment.join("bin/pip"));
    // Every package is named in the list: none comes in unnamed.
    pip()
        .args(["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--requirement"])
        .args([&list])
        .advice("The registry of Python packages has to be reachable.")
        .run()?;
    pip()
        .args(["check", "--disable-pip-version-check"])
        .advice("Name the missing package in tests/peers/django/requirements.txt.")
        .run()?;
    fs::write(&stamp, wanted).map_err(|error| {
        Fault::new(
            format!("{} can't be written: {error}.", stamp.display()),
            "Make the target folder writable.",
        )
    })
}
