//! Programs that Cargo installs for the tests, each at one version, inside the target folder.

use std::fs;
use std::path::PathBuf;

use crate::checkout::Checkout;
use crate::fault::Fault;

/// A program from the crates registry.
pub(crate) struct Tool {
    /// Crate and program: both carry this name.
    pub(crate) name: &'static str,
    /// The only version that will do.
    pub(crate) version: &'static str,
}

/// Passes WebDriver on to the window. A newer one may speak to another Tauri than ours.
pub(crate) const TAURI_DRIVER: Tool = Tool { name: "tauri-driver", version: "2.1.0" };

/// Checks licences, bans and sources. A newer one may need a newer compiler than this project.
pub(crate) const CARGO_DENY: Tool = Tool { name: "cargo-deny", version: "0.20.2" };

/// Where `tool` is, after installing it where it wasn't.
pub(crate) fn install(checkout: &Checkout, tool: &Tool) -> Result<PathBuf, Fault> {
    let Tool { name, version } = tool;
    if let Some(program) = find(checkout, tool) {
        println!("    {name} {version} is there: {}", program.display());
        return Ok(program);
    }
    let root = checkout.tools();
    let build = root.join("build");
    let install =
        ["install", name, "--version", version, "--locked", "--debug", "--force", "--root"];
    checkout
        .cargo(install)
        .args([&root])
        // Unoptimised and without debug information: built ten times as fast, and fast enough.
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_TARGET_DIR", &build)
        .advice("The crates registry has to be reachable, and rustc as new as the tool's crate asks for.")
        .run()?;
    // Hundreds of megabytes that nothing needs again.
    let _ = fs::remove_dir_all(&build);
    find(checkout, tool).ok_or_else(|| {
        Fault::new(
            format!("{name} {version} was installed, but is not in {}.", root.display()),
            format!("Delete {} and try again.", root.display()),
        )
    })
}

/// The installed `tool`: this checkout's, or else the one of this account.
pub(crate) fn find(checkout: &Checkout, tool: &Tool) -> Option<PathBuf> {
    let root = checkout.tools();
    let own = checkout.cargo(["install", "--list", "--root"]).args([&root]).answer();
    let shared = || {
        let root = std::env::var_os("CARGO_INSTALL_ROOT")
            .or_else(|| std::env::var_os("CARGO_HOME"))
            .map(PathBuf::from)
            .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))?;
        let list = checkout.cargo(["install", "--list", "--root"]).args([&root]).answer()?;
        lists(&list, tool).then_some(root)
    };
    let root = if own.is_some_and(|list| lists(&list, tool)) { root } else { shared()? };
    let program = root.join("bin").join(format!("{}{}", tool.name, std::env::consts::EXE_SUFFIX));
    program.is_file().then_some(program)
}

/// Whether `cargo install --list` names the tool at exactly its version.
fn lists(list: &str, tool: &Tool) -> bool {
    let wanted = format!("{} v{}:", tool.name, tool.version);
    list.lines().any(|line| line.trim_end() == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str =
        "cargo-deny v0.20.2:\n    cargo-deny\ntauri-driver v2.1.0:\n    tauri-driver\n";

    #[test]
    fn a_listed_tool_of_the_right_version_is_found() {
        assert!(lists(LIST, &TAURI_DRIVER));
        assert!(lists(LIST, &CARGO_DENY));
    }

    #[test]
    fn another_version_another_name_or_an_own_build_won_t_do() {
        assert!(!lists(LIST, &Tool { name: "tauri-driver", version: "2.1" }));
        assert!(!lists(LIST, &Tool { name: "driver", version: "2.1.0" }));
        assert!(!lists("tauri-driver v2.1.0 (/home/me/driver):\n", &TAURI_DRIVER));
        assert!(!lists("", &TAURI_DRIVER));
    }
}
