//! What the computer says before anybody signs in: where data is kept, a key for all.

use std::path::{Path, PathBuf};

use algoagent_core::ComputerKey;
use zeroize::Zeroizing;

use crate::exit::Failure;

const KEY: &str = "GEMINI_API_KEY";

/// The data directory: the one that was named, else the system's place for it.
pub fn data_dir(named: Option<PathBuf>) -> Result<PathBuf, Failure> {
    let usual = || {
        directories::ProjectDirs::from("org", "AlgoAgent", "AlgoAgent")
            .map(|dirs| dirs.data_local_dir().to_owned())
    };
    let dir = named.filter(|dir| !dir.as_os_str().is_empty()).or_else(usual).ok_or_else(|| {
        Failure::Other("there is no home directory; name a place with --data-dir".to_owned())
    })?;
    std::path::absolute(&dir).map_err(|fault| Failure::Other(format!("{}: {fault}", dir.display())))
}

/// `GEMINI_API_KEY` of the environment, else of a `.env` file in the data directory, else, in a
/// terminal, of one in the working directory. No other name is read from it.
pub fn computer_key(data_dir: &Path, in_terminal: bool) -> Option<ComputerKey> {
    let found = |key, place: String| ComputerKey { key, place };
    let named = std::env::var(KEY).ok().and_then(|key| usable(&key));
    let file = |path: PathBuf| Some(found(read(&path)?, path.display().to_string()));
    let beside = || file(data_dir.join(".env"));
    let here = || in_terminal.then(|| file(std::path::absolute(".env").ok()?)).flatten();
    named.map(|key| found(key, "the environment".to_owned())).or_else(beside).or_else(here)
}

/// The key without the white space that files and shells leave around it.
fn usable(key: &str) -> Option<Zeroizing<String>> {
    let key = key.trim();
    let good = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic());
    good.then(|| Zeroizing::new(key.to_owned()))
}

fn read(file: &Path) -> Option<Zeroizing<String>> {
    let text = Zeroizing::new(std::fs::read_to_string(file).ok()?);
    find(&text)
}

fn find(text: &str) -> Option<Zeroizing<String>> {
    text.lines().find_map(|line| {
        let line = line.trim();
        let (name, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
        let value = value.trim();
        let quoted = ['"', '\''].iter().find_map(|q| value.strip_prefix(*q)?.strip_suffix(*q));
        // Behind a value without quotes a comment may stand.
        let bare = value.split(" #").next().unwrap_or(value);
        (name.trim() == KEY).then(|| usable(quoted.unwrap_or(bare))).flatten()
    })
}

/// A crash must not write an open vault's memory to the disk.
pub fn forbid_core_dumps() {
    #[cfg(unix)]
    if let Err(fault) = rlimit::setrlimit(rlimit::Resource::CORE, 0, 0) {
        tracing::warn!(%fault, "core dumps could not be turned off");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_one_name_is_read_from_a_file() {
        let file = "# x\nOTHER=1\nGEMINI_API_KEY_OLD=no\n export GEMINI_API_KEY = \"abc=d\"\n";
        assert_eq!(find(file).as_deref().map(String::as_str), Some("abc=d"));
        assert_eq!(find("GEMINI_API_KEY='x'").as_deref().map(String::as_str), Some("x"));
        assert_eq!(find("GEMINI_API_KEY=x # old").as_deref().map(String::as_str), Some("x"));
        assert_eq!(
            find("GEMINI_API_KEY=\nGEMINI_API_KEY=y").as_deref().map(String::as_str),
            Some("y")
        );
        assert_eq!(find("NOTHING=1\n#GEMINI_API_KEY=x"), None);
    }
}
