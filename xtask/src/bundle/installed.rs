//! The step `package`: the .deb as a person gets it, installed on this computer, driven, removed.

use std::fs;
use std::path::{Path, PathBuf};

use super::{VERSION, find, linux, megabytes, size, unwritable};
use crate::call::Call;
use crate::checkout::{Checkout, FEATURES};
use crate::fault::Fault;
use crate::journal::Outcome;
use crate::package::{Installer, Manager, Purpose};
use crate::system;

const PACKAGE: &str = "algoagent";

/// The most that the package may weigh.
const HEAVIEST: u64 = 20_000_000;

/// Stories that need nothing inside the program: what is delivered can't be driven from within.
const STORIES: [&str; 3] = ["window_plain", "terminal_serve", "terminal_doctor"];

const PROGRAM: &str = "/usr/bin/algoagent";
const WINDOW: &str = "/usr/bin/algoagent-window";
const ENTRY: &str = "/usr/share/applications/algoagent.desktop";
const METADATA: &str = "/usr/share/metainfo/org.algoagent.desktop.metainfo.xml";
const COMPLETIONS: &str = "/usr/share/bash-completion/completions/algoagent";

/// What has to lie on the computer afterwards, among others.
const FILES: [&str; 22] = [
    PROGRAM,
    WINDOW,
    ENTRY,
    METADATA,
    COMPLETIONS,
    "/usr/share/icons/hicolor/16x16/apps/algoagent-window.png",
    "/usr/share/icons/hicolor/24x24/apps/algoagent-window.png",
    "/usr/share/icons/hicolor/32x32/apps/algoagent-window.png",
    "/usr/share/icons/hicolor/48x48/apps/algoagent-window.png",
    "/usr/share/icons/hicolor/64x64/apps/algoagent-window.png",
    "/usr/share/icons/hicolor/128x128/apps/algoagent-window.png",
    "/usr/share/icons/hicolor/256x256/apps/algoagent-window.png",
    "/usr/share/icons/hicolor/512x512/apps/algoagent-window.png",
    "/usr/share/icons/hicolor/scalable/apps/algoagent-window.svg",
    "/usr/share/zsh/vendor-completions/_algoagent",
    "/usr/share/fish/vendor_completions.d/algoagent.fish",
    "/usr/share/man/man1/algoagent.1.gz",
    "/usr/share/man/man1/algoagent-chat.1.gz",
    "/usr/share/man/man1/algoagent-model-add.1.gz",
    "/usr/share/doc/algoagent/copyright",
    "/usr/share/doc/algoagent/changelog.gz",
    "/usr/share/doc/algoagent/third-party-licences.txt.gz",
];

/// Installs the package over an older one, looks at it, drives it, and takes it off again, also
/// when something was amiss.
pub(crate) fn check(checkout: &Checkout) -> Result<Outcome, Fault> {
    let skipped = |why: &str| Ok(Outcome::Skipped(why.to_owned()));
    if Manager::find() != Some(Manager::Apt) {
        return skipped("this system has no apt to install a .deb with");
    }
    let installer = Installer::find();
    if installer == Installer::Nobody {
        return skipped("this account may not install packages");
    }
    if known().is_some() {
        return Err(Fault::new(
            "AlgoAgent is installed on this computer already, and is no test's to replace.",
            format!("Remove it, or leave this step out: `apt-get purge {PACKAGE}`."),
        ));
    }
    system::prepare(Purpose::Inspection)?;
    let package = find(checkout, "deb")?;
    let weight = size(&package)?;
    if weight > HEAVIEST {
        return Err(Fault::new(
            format!("The .deb weighs {}, {} at most.", megabytes(weight), megabytes(HEAVIEST)),
            "See what has grown: `dpkg-deb -c` lists what is in it.",
        ));
    }
    let older = older(checkout, &package)?;
    let driven = installed(checkout, installer, &older, &package);
    let removed = purge(installer);
    driven.and(removed).map(|()| Outcome::Passed)
}

fn installed(
    checkout: &Checkout,
    installer: Installer,
    older: &Path,
    package: &Path,
) -> Result<(), Fault> {
    apt(installer, &["install"], older)?;
    apt(installer, &["install"], package)?;
    if known().as_deref() != Some(VERSION) {
        return Err(amiss(format!("After the upgrade the package is {:?}.", known())));
    }
    apt(installer, &["install", "--reinstall"], package)?;
    inspect()?;
    stories(checkout)
}

/// Looks at what lies there, with the tools that desktops and shells look with.
fn inspect() -> Result<(), Fault> {
    let missing: Vec<_> = FILES.iter().filter(|file| !Path::new(file).is_file()).collect();
    if !missing.is_empty() {
        return Err(amiss(format!("These files are missing: {missing:?}.")));
    }
    let said = Call::new(PROGRAM).args(["--version"]).output()?;
    if said.trim() != format!("{PACKAGE} {VERSION}") {
        return Err(amiss(format!("The program says that it is {:?}.", said.trim())));
    }
    let libraries = Call::new("ldd").args([PROGRAM, WINDOW]).output()?;
    if libraries.contains("not found") {
        return Err(amiss(format!("The program lacks libraries:\n{libraries}")));
    }
    let alone = Call::new("ldd").args([PROGRAM]).output()?;
    if alone.contains("webkit") || alone.contains("libgtk") {
        return Err(amiss(format!("The terminal's program loads the window's library:\n{alone}")));
    }
    Call::new("desktop-file-validate").args([ENTRY]).run()?;
    Call::new("appstreamcli").args(["validate", "--no-net", METADATA]).run()?;
    let completes = format!(". {COMPLETIONS} && complete -p {PACKAGE}");
    Call::new("bash").args(["-c", &completes]).run()?;
    for page in [PACKAGE, "algoagent-chat"] {
        let text = Call::new("man")
            .args(["-P", "cat", page])
            .env("LC_ALL", "C.UTF-8")
            .env("MANWIDTH", "80")
            .output()?;
        if !text.contains("SYNOPSIS") || !text.contains("EXAMPLES") {
            return Err(amiss(format!("The manual page of {page} is not whole.")));
        }
    }
    Ok(())
}

fn stories(checkout: &Checkout) -> Result<(), Fault> {
    let test = ["test", "-p", "algoagent-tests", "-p", "algoagent-app"];
    let stories = STORIES.iter().flat_map(|story| ["--test", story]);
    checkout
        .cargo(test.into_iter().chain(FEATURES).chain(stories).chain(["--", "--test-threads=1"]))
        .env("ALGOAGENT_BIN", PROGRAM)
        .env("ALGOAGENT_ARTIFACTS", checkout.artifacts())
        .advice("Read the story named above: with what is installed it goes another way.")
        .run()
}

/// The same package under a lower version, for an upgrade to start from.
fn older(checkout: &Checkout, package: &Path) -> Result<PathBuf, Fault> {
    let older = checkout.target.join("package/older.deb");
    let folder = linux::unpack(checkout, package)?;
    let control = folder.join("DEBIAN/control");
    let text = fs::read_to_string(&control).map_err(|error| unwritable(&control, &error))?;
    let text = text.replace(&format!("\nVersion: {VERSION}\n"), "\nVersion: 0.0.1\n");
    fs::write(&control, text).map_err(|error| unwritable(&control, &error))?;
    linux::pack(&folder, &["-Znone"], &older)?;
    Ok(older)
}

/// Takes the package off, and sees that nothing of it is left.
fn purge(installer: Installer) -> Result<(), Fault> {
    let list = Call::new("dpkg").args(["-L", PACKAGE]).answer().unwrap_or_default();
    apt(installer, &["purge"], Path::new(PACKAGE))?;
    let left: Vec<_> =
        list.lines().filter(|path| path.contains(PACKAGE) && Path::new(path).exists()).collect();
    if left.is_empty() && known().is_none() {
        return Ok(());
    }
    Err(amiss(format!("After the package was purged there is still {left:?} ({:?}).", known())))
}

fn apt(installer: Installer, words: &[&str], what: &Path) -> Result<(), Fault> {
    let before = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
    // Images of containers leave manuals out unless they are asked for.
    let after =
        ["-y", "--no-install-recommends", "-o", "Dpkg::Options::=--path-include=/usr/share/*"];
    let what = what.display().to_string();
    let words = [&before, words, &after, &[what.as_str()]].concat();
    installer.install(&[words.into_iter().map(str::to_owned).collect()])
}

/// The installed version; `None` when dpkg knows nothing of the package.
fn known() -> Option<String> {
    Call::new("dpkg-query").args(["-W", "-f=${Version}", PACKAGE]).answer()
}

fn amiss(what: String) -> Fault {
    Fault::new(what, "See packaging/ and xtask/src/bundle/linux.rs for what belongs into it.")
}
