//! Files that only their owner may read, and changes of them that are whole or not there.
//!
//! Each change tells [`Sources::step`] first, so that a story can look at what a program that
//! was killed between two of them leaves behind.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use crate::clock::Sources;

/// Opens or makes a file that only its owner may read.
pub(crate) fn open_private(path: &Path) -> io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

/// A file that this process alone holds.
///
/// It is given back by name: a process that is being started meanwhile has the file too for a
/// moment, and closing it here would not be enough.
pub(crate) struct Held(File);

impl Held {
    /// Takes the file at `path`; `None` when another process holds it.
    pub(crate) fn take(path: &Path) -> io::Result<Option<Self>> {
        let file = open_private(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(fault)) => Err(fault),
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Err(fault) = self.0.unlock() {
            tracing::warn!(%fault, "a lock was not given back");
        }
    }
}

/// Makes a folder that only its owner may enter, and its parents.
pub(crate) fn create_private_dir(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Flushes a folder's entries to the disk, where the system knows that.
pub(crate) fn sync_dir(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(path)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Puts `bytes` in the place of `folder`'s file `name`: the old ones or the new ones are there,
/// whenever the program is killed.
pub(crate) fn replace(
    sources: &Sources,
    folder: &Path,
    name: &str,
    bytes: &[u8],
) -> io::Result<()> {
    let fresh = folder.join(format!("{name}.new"));
    remove(sources, &fresh)?;
    sources.step("a file is written aside");
    let mut file = open_private(&fresh)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    rename(sources, &fresh, &folder.join(name))
}

/// Gives a file another name in the same folder, over one that has that name already.
pub(crate) fn rename(sources: &Sources, from: &Path, to: &Path) -> io::Result<()> {
    sources.step("a file takes its place");
    fs::rename(from, to)?;
    sync_dir(to.parent().unwrap_or(to))
}

/// Removes a file; one that isn't there is no fault.
pub(crate) fn remove(sources: &Sources, path: &Path) -> io::Result<()> {
    sources.step("a file is removed");
    match fs::remove_file(path) {
        Err(fault) if fault.kind() != ErrorKind::NotFound => Err(fault),
        _ => Ok(()),
    }
}

/// Removes a small file after writing over it. On media that write elsewhere (flash, journals)
/// that is no promise: whoever fears for old files changes the data key.
pub(crate) fn erase(sources: &Sources, path: &Path) -> io::Result<()> {
    match fs::OpenOptions::new().write(true).open(path) {
        Ok(mut file) => {
            sources.step("a file is overwritten");
            let length = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
            file.write_all(&vec![0; length.min(1 << 20)])?;
            file.sync_all()?;
        }
        Err(fault) if fault.kind() == ErrorKind::NotFound => return Ok(()),
        Err(fault) => return Err(fault),
    }
    remove(sources, path)
}
