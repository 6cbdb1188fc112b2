//! What lies beside the program in a Linux package: manual, completions, metadata, licences.

use std::fs;
use std::path::{Path, PathBuf};

use super::{VERSION, notices, unwritable};
use crate::call::{Call, find_program};
use crate::checkout::Checkout;
use crate::fault::Fault;

/// Files of the checkout, and where they go below `/usr/share`.
const KEPT: [(&str, &str); 3] = [
    ("icons/algoagent.svg", "icons/hicolor/scalable/apps/algoagent-window.svg"),
    ("packaging/org.algoagent.desktop.metainfo.xml", "metainfo/org.algoagent.desktop.metainfo.xml"),
    ("packaging/copyright", "doc/algoagent/copyright"),
];

/// Completions that every system keeps in the same place below `/usr/share`.
const COMPLETIONS: [(&str, &str); 2] = [
    ("bash", "bash-completion/completions/algoagent"),
    ("fish", "fish/vendor_completions.d/algoagent.fish"),
];

/// Where zsh looks, which Debian and Fedora see differently.
const ZSH_OF_DEBIAN: &str = "/usr/share/zsh/vendor-completions";
const ZSH_OF_FEDORA: &str = "/usr/share/zsh/site-functions";

/// Fedora keeps licences apart from other papers.
const LICENCES_OF_FEDORA: &str = "/usr/share/licenses/algoagent";

/// Lays everything out in the target folder and writes the configuration that names it to the
/// bundler; returns that configuration's file.
pub(super) fn stage(checkout: &Checkout) -> Result<PathBuf, Fault> {
    let stage = checkout.target.join("package");
    let share = stage.join("share");
    if stage.exists() {
        fs::remove_dir_all(&stage).map_err(|error| unwritable(&stage, &error))?;
    }
    for (from, to) in KEPT {
        let from = checkout.root.join(from);
        let text = fs::read(&from).map_err(|error| unwritable(&from, &error))?;
        write(&share.join(to), &text)?;
    }
    for (shell, to) in COMPLETIONS {
        write(&share.join(to), completions(checkout, shell)?.as_bytes())?;
    }
    let zsh = stage.join("zsh");
    write(&zsh.join("_algoagent"), completions(checkout, "zsh")?.as_bytes())?;
    let licences = stage.join("licences");
    for name in ["LICENSE", "LICENSE-APACHE", "LICENSE-MIT"] {
        let from = checkout.root.join(name);
        let text = fs::read(&from).map_err(|error| unwritable(&from, &error))?;
        write(&licences.join(name), &text)?;
    }
    let papers = share.join("doc/algoagent");
    write(&papers.join("changelog"), changelog(checkout)?.as_bytes())?;
    write(&papers.join("third-party-licences.txt"), notices::gather(checkout)?.as_bytes())?;
    let manual = share.join("man/man1");
    program(checkout).args([Path::new("manual"), &manual]).run()?;
    compress(&papers.join("changelog"))?;
    compress(&papers.join("third-party-licences.txt"))?;
    compress(&manual)?;

    let all = ("/usr/share", share.as_path());
    let config = stage.join("config.json");
    write(
        &config,
        format!(
            r#"{{"bundle":{{"linux":{{"deb":{{"files":{}}},"rpm":{{"files":{}}},"appimage":{{"files":{}}}}}}}}}"#,
            json(&[all, (ZSH_OF_DEBIAN, &zsh)]),
            json(&[all, (ZSH_OF_FEDORA, &zsh), (LICENCES_OF_FEDORA, &licences)]),
            json(&[all]),
        )
        .as_bytes(),
    )?;
    Ok(config)
}

/// The delivered program: it knows its own commands best.
fn program(checkout: &Checkout) -> Call {
    Call::new(checkout.program(true))
        .advice("Run the command by itself: the built program has to start.")
}

fn completions(checkout: &Checkout, shell: &str) -> Result<String, Fault> {
    program(checkout).args(["completions", shell]).output()
}

/// The changelog that Debian wants of every package: a version and its day.
fn changelog(checkout: &Checkout) -> Result<String, Fault> {
    let day = Call::new("git")
        .args(["log", "-1", "--format=%aD"])
        .within(&checkout.root)
        .advice("git has to be installed, and this folder has to be a checkout that it trusts.")
        .output()?;
    Ok(format!(
        "algoagent ({VERSION}) unstable; urgency=medium\n\n  * Version {VERSION}.\n\n -- The AlgoAgent contributors  {}\n",
        day.trim()
    ))
}

/// Papers and manuals as Debian wants them: as small as can be, and the same every time.
fn compress(place: &Path) -> Result<(), Fault> {
    Call::new("gzip")
        .args(["-9", "-n", "-r"])
        .args([place])
        .advice("gzip has to be installed.")
        .run()
}

/// Compresses a .deb anew: the bundler knows only gzip. With xz, which at its strongest looks back
/// far enough to find the second program's code in the first, it is half as heavy. Where the system
/// has no tool for Debian's packages, it stays as it is.
pub(super) fn lighten(checkout: &Checkout, package: &Path) -> Result<(), Fault> {
    if find_program("dpkg-deb").is_none() {
        return Ok(());
    }
    let folder = unpack(checkout, package)?;
    pack(&folder, &["-Zxz", "-z9"], package)
}

/// A .deb as a folder.
pub(super) fn unpack(checkout: &Checkout, package: &Path) -> Result<PathBuf, Fault> {
    let folder = checkout.target.join("package/unpacked");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| unwritable(&folder, &error))?;
    }
    Call::new("dpkg-deb").args([Path::new("-R"), package, &folder]).run()?;
    Ok(folder)
}

/// The folder as a .deb again.
pub(super) fn pack(folder: &Path, compression: &[&str], package: &Path) -> Result<(), Fault> {
    Call::new("dpkg-deb")
        .args(compression)
        .args(["--root-owner-group", "-b"])
        .args([folder, package])
        .run()
}

fn write(file: &Path, text: &[u8]) -> Result<(), Fault> {
    let folder = file.parent().unwrap_or(file);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(file, text))
        .map_err(|error| unwritable(file, &error))
}

/// An object of JSON: what goes where.
fn json(files: &[(&str, &Path)]) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let pairs: Vec<String> = files
        .iter()
        .map(|(to, from)| format!("{}:{}", quoted(to), quoted(&from.display().to_string())))
        .collect();
    format!("{{{}}}", pairs.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_a_quote_in_its_name_is_still_json() {
        let files = [("/usr/share", Path::new("/a \"b\"/c")), ("/x", Path::new("/y"))];
        assert_eq!(json(&files), r#"{"/usr/share":"/a \"b\"/c","/x":"/y"}"#);
    }
}
