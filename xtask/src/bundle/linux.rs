//! What lies beside the program in a Linux package: manual, completions, metadata, licences.

use std::fs;
use std::path::{Path, PathBuf};

use super::{VERSION, notices, unwritable};
use crate::call::Call;
use crate::checkout::Checkout;
use crate::fault::Fault;

/// Files of the checkout, and where they go below `/usr/share`.
const KEPT: [(&str, &str); 3] = [
    ("icons/algoagent.svg", "icons/hicolor/scalable/apps/algoagent.svg"),
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
    pack([&papers.join("changelog"), &papers.join("third-party-licences.txt")])?;
    pack(&files(&manual)?)?;

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

/// Packs files as Debian wants papers and manuals: as small as can be, the same every time.
fn pack<P: AsRef<Path>>(files: impl IntoIterator<Item = P>) -> Result<(), Fault> {
    Call::new("gzip")
        .args(["-9", "-n", "-f"])
        .args(files.into_iter().map(|file| file.as_ref().to_owned()))
        .advice("gzip has to be installed.")
        .run()
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Fault> {
    let entries = fs::read_dir(folder).map_err(|error| unwritable(folder, &error))?;
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort_unstable();
    Ok(files)
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
