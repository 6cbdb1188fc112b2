//! Files that a terminal writes where the person wants them: whole or not at all, and in the place
//! of no other file unless that was asked for.

use std::io;
use std::path::Path;

use tempfile::NamedTempFile;

/// Who may read a file.
#[derive(Clone, Copy)]
pub(crate) enum Readers {
    /// As the system's settings say.
    Usual,
    /// Its owner alone.
    Owner,
}

/// Begins a file beside `path`. It goes when it is dropped.
pub(crate) fn begin(path: &Path, readers: Readers) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut beside = tempfile::Builder::new();
    #[cfg(unix)]
    if matches!(readers, Readers::Usual) {
        use std::os::unix::fs::PermissionsExt as _;
        // Less what the person's umask takes away.
        beside.permissions(std::fs::Permissions::from_mode(0o666));
    }
    #[cfg(not(unix))]
    let _ = readers;
    beside.prefix(".algoagent-").tempfile_in(folder.unwrap_or(Path::new(".")))
}

/// Puts a file that was begun in the place of `path`; of one that is there only when `replace`
/// says so.
pub(crate) fn take_place(file: NamedTempFile, path: &Path, replace: bool) -> io::Result<()> {
    file.as_file().sync_all()?;
    if replace {
        return Ok(file.persist(path).map(drop)?);
    }
    match file.persist_noclobber(path) {
        // Some file systems can't do that in one step.
        Err(fault) if !path.exists() => Ok(fault.file.persist(path).map(drop)?),
        kept => Ok(kept.map(drop)?),
    }
}
