//! The package managers of Linux: what is called how, what is missing, how it gets installed.

use crate::call::{Call, find_program};
use crate::fault::Fault;

/// What packages are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Building and running the program. Perl and make are for SQLCipher's own OpenSSL.
    Build,
    /// Running strategies and the house module's tests.
    Python,
    /// An environment of its own for packages of Python, and putting a process on one core.
    Environment,
    /// A keychain of their own for the tests of what is kept in one.
    Keychain,
    /// Driving its real window in tests, without a screen.
    Window,
}

/// A package manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manager {
    /// Debian, Ubuntu and their kin.
    Apt,
    /// Fedora and its kin.
    Dnf,
    /// Arch and its kin.
    Pacman,
}

impl Manager {
    /// The one of this computer, if it is one we know.
    pub(crate) fn find() -> Option<Self> {
        let has = |program| find_program(program).is_some();
        if has("apt-get") && has("dpkg-query") {
            Some(Self::Apt)
        } else if has("dnf") && has("rpm") {
            Some(Self::Dnf)
        } else if has("pacman") {
            Some(Self::Pacman)
        } else {
            None
        }
    }

    /// The packages for one purpose.
    pub(crate) fn packages(self, purpose: Purpose) -> &'static [&'static str] {
        match (self, purpose) {
            (Self::Apt, Purpose::Build) => &[
                "libwebkit2gtk-4.1-dev",
                "libdbus-1-dev",
                "pkg-config",
                "gcc",
                "g++",
                "make",
                "perl",
            ],
            (Self::Apt, Purpose::Window) => {
                &["webkit2gtk-driver", "xvfb", "dbus-x11", "xdotool", "xclip", "openbox"]
            }
            (Self::Apt, Purpose::Environment) => &["python3-venv", "util-linux"],
            (Self::Dnf, Purpose::Environment) => &["python3-pip", "util-linux"],
            (Self::Pacman, Purpose::Environment) => &["python", "util-linux"],
            (Self::Apt | Self::Dnf, Purpose::Python) => &["python3"],
            (Self::Pacman, Purpose::Python) => &["python"],
            (Self::Apt | Self::Pacman, Purpose::Keychain) => &["dbus", "gnome-keyring"],
            (Self::Dnf, Purpose::Keychain) => &["dbus-daemon", "dbus-tools", "gnome-keyring"],
            (Self::Dnf, Purpose::Build) => &[
                "webkit2gtk4.1-devel",
                "dbus-devel",
                "pkgconf-pkg-config",
                "gcc",
                "gcc-c++",
                "make",
                "perl-core",
            ],
            (Self::Dnf, Purpose::Window) => &[
                "/usr/bin/WebKitWebDriver",
                "xorg-x11-server-Xvfb",
                "dbus-x11",
                "xdotool",
                "xclip",
                "openbox",
            ],
            (Self::Pacman, Purpose::Build) => {
                &["webkit2gtk-4.1", "dbus", "pkgconf", "gcc", "make", "perl"]
            }
            (Self::Pacman, Purpose::Window) => {
                &["webkit2gtk-4.1", "xorg-server-xvfb", "dbus", "xdotool", "xclip", "openbox"]
            }
        }
    }

    /// Those of `wanted` that are not installed.
    pub(crate) fn missing(self, wanted: &[&'static str]) -> Vec<&'static str> {
        let installed = |package: &str| match self {
            Self::Apt => Call::new("dpkg-query")
                .args(["-W", "-f=${Status}", package])
                .answer()
                .is_some_and(|status| is_installed(&status)),
            Self::Dnf => {
                Call::new("rpm").args(["-q", "--whatprovides", package]).answer().is_some()
            }
            // `-T` knows of packages that stand in for others; it succeeds where nothing is missing.
            Self::Pacman => Call::new("pacman").args(["-T", package]).answer().is_some(),
        };
        wanted.iter().copied().filter(|package| !installed(package)).collect()
    }

    /// The commands, in order, that install `missing` without asking anything.
    pub(crate) fn commands(self, missing: &[&str]) -> Vec<Vec<String>> {
        let apt: &[&str] = &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
        let words = |start: &[&str], rest: &[&str]| -> Vec<String> {
            start.iter().chain(rest).map(|&word| word.to_owned()).collect()
        };
        match self {
            Self::Apt => vec![
                words(apt, &["update"]),
                words(&[apt, &["install", "-y", "--no-install-recommends"]].concat(), missing),
            ],
            Self::Dnf => vec![words(&["dnf", "install", "-y"], missing)],
            // Arch does not support installing against an old list of packages, nor half an upgrade.
            Self::Pacman => vec![words(&["pacman", "-Syu", "--needed", "--noconfirm"], missing)],
        }
    }
}

/// Who installs: root does so directly, others through sudo where there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Installer {
    /// This is root already.
    Root,
    /// Through sudo; where nobody is there to type a password, without one.
    Sudo { may_ask: bool },
    /// Nobody here can.
    Nobody,
}

impl Installer {
    /// Who can install on this computer.
    pub(crate) fn find() -> Self {
        if Call::new("id").args(["-u"]).answer().as_deref() == Some("0") {
            Self::Root
        } else if find_program("sudo").is_some() {
            Self::Sudo { may_ask: std::env::var_os("CI").is_none() }
        } else {
            Self::Nobody
        }
    }

    /// Runs the commands, or says which ones somebody with the right to has to run.
    pub(crate) fn install(self, commands: &[Vec<String>]) -> Result<(), Fault> {
        let lines: Vec<String> = commands.iter().map(|words| words.join(" ")).collect();
        let lines = lines.join("\n");
        for words in commands {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let words = self.words(&words).ok_or_else(|| {
                Fault::new(
                    "Packages are missing, and this account may not install any.",
                    format!("Have this run by an administrator, then try again:\n{lines}"),
                )
            })?;
            Call::new(words[0])
                .args(&words[1..])
                .advice(format!(
                    "Read the package manager's words above. All there was to run:\n{lines}"
                ))
                .run()?;
        }
        Ok(())
    }

    fn words<'a>(self, words: &[&'a str]) -> Option<Vec<&'a str>> {
        let before: &[&str] = match self {
            Self::Root => &[],
            Self::Sudo { may_ask: true } => &["sudo"],
            Self::Sudo { may_ask: false } => &["sudo", "-n"],
            Self::Nobody => return None,
        };
        Some([before, words].concat())
    }
}

/// Reads dpkg's three words on a package: what is wanted, whether it is sound, and its state.
fn is_installed(status: &str) -> bool {
    matches!(status.split_whitespace().collect::<Vec<_>>()[..], [_, "ok", "installed"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_and_sound_package_counts_as_installed() {
        assert!(is_installed("install ok installed"));
        assert!(is_installed("hold ok installed"));
        assert!(!is_installed("deinstall ok config-files"));
        assert!(!is_installed("install ok half-configured"));
        assert!(!is_installed("install reinstreq installed"));
        assert!(!is_installed("unknown ok not-installed"));
        assert!(!is_installed(""));
    }

    #[test]
    fn apt_refreshes_its_lists_and_never_asks() {
        let lines: Vec<String> =
            Manager::Apt.commands(&["xvfb", "xclip"]).iter().map(|words| words.join(" ")).collect();
        assert_eq!(
            lines,
            [
                "env DEBIAN_FRONTEND=noninteractive apt-get update",
                "env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends xvfb xclip",
            ]
        );
    }

    #[test]
    fn root_needs_no_sudo_and_a_build_server_s_sudo_never_asks() {
        let words = |installer: Installer| installer.words(&["apt-get", "update"]);
        assert_eq!(words(Installer::Root), Some(vec!["apt-get", "update"]));
        assert_eq!(
            words(Installer::Sudo { may_ask: false }),
            Some(vec!["sudo", "-n", "apt-get", "update"])
        );
        assert_eq!(words(Installer::Nobody), None);
    }

    #[test]
    fn without_rights_the_exact_command_is_told() {
        let commands = Manager::Dnf.commands(&["xclip"]);
        let fault = Installer::Nobody.install(&commands).unwrap_err().to_string();
        assert!(fault.contains("dnf install -y xclip"), "{fault}");
    }
}
