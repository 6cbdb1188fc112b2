//! The data directory: whether it can be used, by whom, and who holds it.

use std::io;
use std::path::Path;

use super::Finding;
use crate::line::{self, Holder};

const MIB: u64 = 1024 * 1024;
/// Below this not even a chat may be saved.
const NO_ROOM: u64 = 16 * MIB;
const LITTLE_ROOM: u64 = 1024 * MIB;

const PLACE: &str = "data directory";
const RIGHTS: &str = "its rights";
const ROOM: &str = "room on disk";
const HELD: &str = "in use";

pub(super) async fn look(dir: &Path) -> Vec<Finding> {
    let named = dir.display();
    match dir.metadata() {
        Ok(found) if found.is_dir() => {
            vec![writable(dir), rights(dir), room(dir), held(dir).await]
        }
        Ok(_) => vec![Finding::broken(
            PLACE,
            format!("{named} is no directory"),
            "Name another one with --data-dir or ALGOAGENT_DATA_DIR.",
        )],
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => absent(dir),
        Err(fault) => vec![unusable(dir, &fault)],
    }
}

/// One that isn't there is made at the first start, if its place can be written.
fn absent(dir: &Path) -> Vec<Finding> {
    let above = dir.ancestors().skip(1).find(|above| above.is_dir());
    let Some(above) = above else { return vec![unusable(dir, &io::ErrorKind::NotFound.into())] };
    match try_to_write(above) {
        Ok(()) => vec![
            Finding::good(
                PLACE,
                format!("{} isn't there yet; the first start makes it", dir.display()),
            ),
            room(above),
        ],
        Err(fault) => vec![unusable(above, &fault)],
    }
}

fn writable(dir: &Path) -> Finding {
    match try_to_write(dir) {
        Ok(()) => Finding::good(PLACE, dir.display().to_string()),
        Err(fault) => unusable(dir, &fault),
    }
}

/// The file has no name and goes at once.
fn try_to_write(dir: &Path) -> io::Result<()> {
    tempfile::tempfile_in(dir).map(drop)
}

fn unusable(dir: &Path, fault: &io::Error) -> Finding {
    Finding::broken(
        PLACE,
        format!("{} can't be written: {fault}", dir.display()),
        "Give yourself the right to write there, or name another directory with --data-dir.",
    )
}

#[cfg(unix)]
fn rights(dir: &Path) -> Finding {
    use std::os::unix::fs::PermissionsExt as _;
    match dir.metadata() {
        Ok(found) if found.permissions().mode() & 0o077 == 0 => {
            Finding::good(RIGHTS, "for its owner alone")
        }
        Ok(found) => Finding::note(
            RIGHTS,
            format!(
                "others on this computer may look into it ({:o})",
                found.permissions().mode() & 0o777
            ),
            format!(
                "Vaults are encrypted all the same. Close it with: chmod 700 '{}'",
                dir.display()
            ),
        ),
        Err(fault) => unusable(dir, &fault),
    }
}

#[cfg(not(unix))]
fn rights(_: &Path) -> Finding {
    Finding::good(RIGHTS, "as the system gives them to your own folders")
}

fn room(dir: &Path) -> Finding {
    const MEND: &str =
        "Make room on this disk, or move the directory and name its place with --data-dir.";
    match fs4::available_space(dir) {
        Ok(free) => {
            let told = format!("{} MiB free", free / MIB);
            match free {
                0..NO_ROOM => Finding::broken(ROOM, told, MEND),
                NO_ROOM..LITTLE_ROOM => Finding::note(ROOM, told, MEND),
                _ => Finding::good(ROOM, told),
            }
        }
        Err(fault) => {
            Finding::note(ROOM, format!("not known: {fault}"), "See what your system says.")
        }
    }
}

async fn held(dir: &Path) -> Finding {
    let ours = env!("CARGO_PKG_VERSION");
    match line::holder(dir).await {
        Holder::Nobody => Finding::good(HELD, "by nobody"),
        Holder::Answers { version, process } => {
            let process = process.map(|id| format!(", process {id}")).unwrap_or_default();
            let told = format!("by AlgoAgent {version}{process}");
            if version == ours {
                Finding::good(HELD, format!("{told}; commands hand over to it"))
            } else {
                Finding::note(
                    HELD,
                    told,
                    format!(
                        "This is {ours}, and only the same version can be handed over to. Close that one."
                    ),
                )
            }
        }
        Holder::Silent => Finding::note(
            HELD,
            "by a process that doesn't answer, as a single question doesn't (chat --once)",
            "Wait for it, or end it. A lock of a process that was killed is given back by itself.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;

    fn states(findings: &[Finding]) -> Vec<(&str, State)> {
        findings.iter().map(|one| (one.check, one.state)).collect()
    }

    #[tokio::test]
    async fn a_directory_that_is_not_there_is_no_fault_and_is_not_made() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("not/yet");
        let found = look(&dir).await;
        assert_eq!(found[0].state, State::Good, "{found:?}");
        assert!(found[0].found.contains("first start"), "{found:?}");
        assert!(!folder.path().join("not").exists());
    }

    #[tokio::test]
    async fn a_file_in_its_place_is_broken() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "x").unwrap();
        assert_eq!(states(&look(&file).await), [(PLACE, State::Broken)]);
        let below = look(&file.join("below")).await;
        assert_eq!(states(&below), [(PLACE, State::Broken)], "{below:?}");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn rights_of_others_are_named_with_the_command_that_takes_them_away() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
        let found = look(folder.path()).await;
        let rights = found.iter().find(|one| one.check == RIGHTS).expect("it is looked at");
        assert_eq!(rights.state, State::Note);
        assert!(rights.mend.as_deref().is_some_and(|mend| mend.contains("chmod 700")));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "it left something");
    }

    #[tokio::test]
    async fn a_lock_whose_holder_is_silent_is_told_and_stays_that_of_its_holder() {
        let folder = tempfile::tempdir().unwrap();
        let lock = std::fs::File::create(folder.path().join("lock")).unwrap();
        assert_eq!(held(folder.path()).await.found, "by nobody");
        lock.try_lock().unwrap();
        assert_eq!(held(folder.path()).await.state, State::Note);
        lock.unlock().unwrap();
        assert_eq!(held(folder.path()).await.found, "by nobody");
    }
}
