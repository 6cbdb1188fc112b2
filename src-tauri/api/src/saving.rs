//! Files that leave the program, where the person wants them, whole or not at all; and files that
//! the person chooses to be read.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use algoagent_core::account::Session;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use tokio::task::JoinError;
use ts_rs::TS;

use crate::door::{Door, Wanted};
use crate::error::{ApiError, ErrorCode};

/// Where a file went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Saved {
    /// The file.
    pub path: String,
    /// The module beside it that it needs to run, when that was written too.
    pub module: Option<String>,
}

/// Asks where to save a file of `session`'s person, with the ending that was suggested.
///
/// # Errors
/// `signed_out` when the dialog outlived their being here: whoever answers it may be another.
pub(crate) async fn choose(
    door: &Door,
    session: &Session,
    suggested: String,
) -> Result<Option<PathBuf>, ApiError> {
    let host = Arc::clone(door.host());
    let extension = Path::new(&suggested).extension().map(ToOwned::to_owned);
    let chosen = tokio::task::spawn_blocking(move || host.choose_file(&suggested)).await;
    let chosen = chosen.map_err(ApiError::internal)??;
    still_here(door, session)?;
    Ok(chosen.map(|path| match (path.extension(), extension) {
        (None, Some(extension)) => {
            let named = path.with_extension(extension);
            // The dialog asked about replacing the name as it was typed, not this one.
            if named.exists() { path } else { named }
        }
        _ => path,
    }))
}

/// Asks `session`'s person for a file to read.
///
/// # Errors
/// As for [`choose`].
pub(crate) async fn choose_to_open(
    door: &Door,
    session: &Session,
    wanted: Wanted,
) -> Result<Option<PathBuf>, ApiError> {
    let host = Arc::clone(door.host());
    let chosen = tokio::task::spawn_blocking(move || host.choose_file_to_open(wanted)).await;
    let chosen = chosen.map_err(ApiError::internal)??;
    still_here(door, session)?;
    Ok(chosen)
}

fn still_here(door: &Door, session: &Session) -> Result<(), ApiError> {
    if door.session()?.account().uuid == session.account().uuid {
        Ok(())
    } else {
        Err(ApiError::signed_out())
    }
}

/// Who may read a saved file.
#[derive(Clone, Copy)]
pub enum Readers {
    /// As the system's settings say.
    Usual,
    /// Its owner alone.
    Owner,
}

/// Writes a whole file or none: beside it first, under a name of its own, then in its place.
pub(crate) async fn write(path: &Path, text: &str, readers: Readers) -> Result<(), ApiError> {
    let (to, text) = (path.to_owned(), text.to_owned());
    let put = move || put(&to, &mut text.as_bytes(), readers);
    told(path, tokio::task::spawn_blocking(put).await)
}

/// Copies a file whole or not at all, for its owner alone.
pub(crate) async fn copy(from: &Path, path: &Path) -> Result<(), ApiError> {
    let (from, to) = (from.to_owned(), path.to_owned());
    let put = move || put(&to, &mut File::open(from)?, Readers::Owner);
    told(path, tokio::task::spawn_blocking(put).await)
}

fn told(path: &Path, written: Result<std::io::Result<()>, JoinError>) -> Result<(), ApiError> {
    written.map_err(ApiError::internal)?.map_err(|fault| refused(path, &fault))
}

/// Why nothing is written to `path`.
pub(crate) fn refused(path: &Path, fault: &std::io::Error) -> ApiError {
    let code = match fault.kind() {
        std::io::ErrorKind::StorageFull => ErrorCode::DiskFull,
        _ => ErrorCode::NotWritable,
    };
    ApiError::new(
        code,
        format!("{} could not be written: {fault}. Choose another place.", path.display()),
    )
}

fn put(path: &Path, from: &mut impl Read, readers: Readers) -> std::io::Result<()> {
    let mut file = beside(path, readers)?;
    std::io::copy(from, &mut file)?;
    take_place(file, path, true)
}

/// Begins a file beside `path`, which others fill over a longer time. It goes when it is dropped.
pub(crate) async fn begin(path: &Path, readers: Readers) -> Result<NamedTempFile, ApiError> {
    let to = path.to_owned();
    let begun = tokio::task::spawn_blocking(move || beside(&to, readers)).await;
    begun.map_err(ApiError::internal)?.map_err(|fault| refused(path, &fault))
}

/// Puts a file that was begun in the place of `path`.
pub(crate) async fn finish(file: NamedTempFile, path: &Path) -> Result<(), ApiError> {
    let to = path.to_owned();
    told(path, tokio::task::spawn_blocking(move || take_place(file, &to, true)).await)
}

/// Begins a file beside `path`. It goes when it is dropped. It may block.
///
/// # Errors
/// What the system says.
pub fn beside(path: &Path, readers: Readers) -> std::io::Result<NamedTempFile> {
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
/// says so. It may block.
///
/// # Errors
/// What the system says, `AlreadyExists` among it.
pub fn take_place(file: NamedTempFile, path: &Path, replace: bool) -> std::io::Result<()> {
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
