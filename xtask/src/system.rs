//! What the computer itself has to bring. On Linux it is installed; elsewhere it is told exactly.

use std::path::Path;

use crate::call::{Call, find_program};
use crate::fault::Fault;
use crate::package::{Installer, Manager, Purpose};

/// The registry entry under which Microsoft's browser component names its version.
const WEBVIEW2: &str = r"Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}";

/// Makes sure that the computer has what `purpose` takes.
pub(crate) fn prepare(purpose: Purpose) -> Result<(), Fault> {
    match (std::env::consts::OS, purpose) {
        ("macos", Purpose::Build) => mac(),
        ("windows", Purpose::Build) => windows(),
        // The tests that take one are for Linux: elsewhere it is the person's own.
        ("macos" | "windows", Purpose::Keychain) => Ok(()),
        ("macos" | "windows", Purpose::Environment) => Err(Fault::new(
            "Servers are measured on Linux, each on a core of its own.",
            "Run the bench there.",
        )),
        ("macos" | "windows", Purpose::Window) => Err(Fault::new(
            "The window's tests run on Linux: they drive WebKitGTK on a screen of their own.",
            "Run them on Linux, or leave them out here: `cargo xtask test --list` names the steps.",
        )),
        _ => linux(purpose),
    }
}

/// Whether this computer has a screen to open a window on.
pub(crate) fn has_display() -> bool {
    std::env::consts::OS != "linux"
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

fn linux(purpose: Purpose) -> Result<(), Fault> {
    let Some(manager) = Manager::find() else {
        println!(
            "    This Linux has neither apt, dnf nor pacman, so nothing is checked or installed."
        );
        println!("    On Debian it would be: {}", Manager::Apt.packages(purpose).join(" "));
        return Ok(());
    };
    let missing = manager.missing(manager.packages(purpose));
    if missing.is_empty() {
        println!("    nothing is missing");
        return Ok(());
    }
    println!("    missing: {}", missing.join(" "));
    Installer::find().install(&manager.commands(&missing))
}

fn mac() -> Result<(), Fault> {
    if Call::new("xcode-select").args(["-p"]).answer().is_some() {
        return Ok(());
    }
    Err(Fault::new(
        "Apple's command line tools are missing.",
        "Run `xcode-select --install`, then try again.",
    ))
}

fn windows() -> Result<(), Fault> {
    let mut advice = Vec::new();
    if !has_visual_c() {
        advice.push(
            "Install the Build Tools for Visual Studio with \"Desktop development with C++\": \
             https://visualstudio.microsoft.com/visual-cpp-build-tools/",
        );
    }
    if !has_webview2() {
        advice.push(
            "Install the WebView2 Runtime (Evergreen): \
             https://developer.microsoft.com/microsoft-edge/webview2/",
        );
    }
    if find_program("perl").is_none() {
        advice.push("Install Perl, which SQLCipher's OpenSSL is configured with: https://strawberryperl.com/");
    }
    if advice.is_empty() {
        return Ok(());
    }
    Err(Fault::new("Windows lacks something that the build needs.", advice.join("\n")))
}

fn has_visual_c() -> bool {
    let Some(programs) = std::env::var_os("ProgramFiles(x86)") else {
        return false;
    };
    let finder = Path::new(&programs).join(r"Microsoft Visual Studio\Installer\vswhere.exe");
    Call::new(finder)
        .args(["-latest", "-products", "*", "-property", "installationPath", "-requires"])
        .args(["Microsoft.VisualStudio.Component.VC.Tools.x86.x64"])
        .answer()
        .is_some_and(|folder| !folder.is_empty())
}

fn has_webview2() -> bool {
    [r"HKLM\SOFTWARE\WOW6432Node\", r"HKLM\SOFTWARE\", r"HKCU\SOFTWARE\"].iter().any(|hive| {
        Call::new("reg")
            .args(["query", &format!("{hive}{WEBVIEW2}"), "/v", "pv"])
            .answer()
            .is_some()
    })
}
