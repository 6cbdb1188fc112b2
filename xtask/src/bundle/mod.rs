//! `cargo xtask package`: what people install, made by Tauri's bundler for the system it runs on.

pub(crate) mod installed;
mod linux;
mod notices;

use std::fs;
use std::path::{Path, PathBuf};

use crate::call::Call;
use crate::checkout::{Checkout, SHIPPED};
use crate::fault::Fault;
use crate::journal::{Journal, Outcome};
use crate::need::{Need, Needs};

/// The one version there is: that of the workspace.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Packages of this system, by the names that the bundler has for them and for their folders.
const KINDS: &[&str] = if cfg!(target_os = "macos") {
    &["dmg"]
} else if cfg!(windows) {
    &["msi", "nsis"]
} else {
    &["deb", "rpm"]
};

/// Its tools come from the network while it is made, so it is made only where that is asked for.
const APPIMAGE: &str = "appimage";

/// Builds the program and makes the packages of this system.
pub(crate) fn run(checkout: &Checkout, journal: &mut Journal, appimage: bool) -> Result<(), Fault> {
    let mut needs = Needs::default();
    for need in [Need::Release, Need::Bundler] {
        needs.meet(need, checkout, journal)?;
    }
    journal.step("package", "what people install", || {
        make(checkout, appimage)?;
        Ok(Outcome::Passed)
    })?;
    println!("==> altogether {}", journal.whole());
    Ok(())
}

/// Builds the program as it is delivered: optimised, and with nothing in it for tests.
pub(crate) fn build(checkout: &Checkout) -> Result<(), Fault> {
    checkout
        .cargo(["build", "--release", "-p", "algoagent-app"].into_iter().chain(SHIPPED))
        .advice("Mend what the compiler names above.")
        .run()
}

/// Packs the built program and says what came of it.
pub(crate) fn make(checkout: &Checkout, appimage: bool) -> Result<(), Fault> {
    let appimage = appimage && cfg!(target_os = "linux");
    let kinds: Vec<&str> = KINDS.iter().copied().chain(appimage.then_some(APPIMAGE)).collect();
    for kind in &kinds {
        // A package of an earlier version would be taken for one of this.
        let _ = fs::remove_dir_all(folder(checkout, kind));
    }
    let mut call = Call::new("node")
        .args([checkout.packaging().join("node_modules/@tauri-apps/cli/tauri.js")])
        // There is no updater to tell the packages apart by what is patched into the program.
        .args(["bundle", "--ci", "--no-binary-patching", "--bundles", &kinds.join(",")])
        .within(&checkout.root.join("src-tauri"))
        .advice(
            "Read the bundler's words above; what it packs is named in src-tauri/tauri.conf.json.",
        );
    if cfg!(target_os = "linux") {
        call = call.args([Path::new("--config"), &linux::stage(checkout)?]);
    }
    checkout.building(call).run()?;
    for kind in kinds {
        let package = find(checkout, kind)?;
        if kind == "deb" {
            linux::lighten(checkout, &package)?;
        }
        println!("    {} ({})", package.display(), megabytes(size(&package)?));
    }
    Ok(())
}

/// Where packages of this kind are laid.
fn folder(checkout: &Checkout, kind: &str) -> PathBuf {
    checkout.target.join("release/bundle").join(kind)
}

/// The one package of this kind.
fn find(checkout: &Checkout, kind: &str) -> Result<PathBuf, Fault> {
    let folder = folder(checkout, kind);
    let ending = match kind {
        "nsis" => "exe",
        APPIMAGE => "AppImage",
        same => same,
    };
    let entries = fs::read_dir(&folder).map_err(|error| lost(&folder, &error.to_string()))?;
    entries
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.is_file() && path.extension().is_some_and(|one| one == ending))
        .ok_or_else(|| lost(&folder, &format!("no file ends with .{ending}")))
}

fn lost(folder: &Path, why: &str) -> Fault {
    Fault::new(
        format!("The bundler has ended, but there is no package in {}: {why}.", folder.display()),
        "Read the bundler's words above.",
    )
}

fn size(file: &Path) -> Result<u64, Fault> {
    fs::metadata(file).map(|metadata| metadata.len()).map_err(|error| unwritable(file, &error))
}

/// A size in the millions of bytes that shops and download pages count in.
fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
}

/// A fault of the disk while packages are put together.
fn unwritable(path: &Path, error: &std::io::Error) -> Fault {
    Fault::new(
        format!("{} can't be read or written: {error}.", path.display()),
        "Make the checkout and its target folder readable and writable, and see that the disk has room.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_in_megabytes() {
        assert_eq!(megabytes(18_649_999), "18.6 MB");
        assert_eq!(megabytes(90_000), "0.0 MB");
    }
}
