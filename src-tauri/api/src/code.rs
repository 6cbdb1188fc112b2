//! What leaves the program: the clipboard, saved files, links. All of it goes through the
//! door's [`Host`](crate::Host), so that the webview neither writes a file nor opens an address.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use algoagent_core::ids::MessageId;
use algoagent_core::{chat, strategy};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Nothing;
use crate::chat::MessageRequest;
use crate::door::Door;
use crate::error::{ApiError, ErrorCode};

/// A code block of an answer.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
pub struct CodeRequest {
    /// The answer.
    pub message_id: MessageId,
    /// Which of its blocks, from 0.
    pub block: u32,
}

/// Where a file went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Saved {
    /// The file.
    pub path: String,
    /// The module beside it that it needs to run, when that was written too.
    pub module: Option<String>,
}

/// An address that the person chose to open.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct LinkRequest {
    /// http, https or mailto.
    pub url: String,
}

/// A recovery code on the screen.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct RecoveryCodeRequest {
    /// The code as shown.
    pub recovery_code: String,
}

pub(crate) async fn copy_code(door: &Door, request: CodeRequest) -> Result<Nothing, ApiError> {
    let file = strategy::code_file(&door.session()?, request.message_id, request.block).await?;
    door.host().copy(&file.code)?;
    Ok(Nothing {})
}

pub(crate) async fn save_code(
    door: &Door,
    request: CodeRequest,
) -> Result<Option<Saved>, ApiError> {
    let file = strategy::code_file(&door.session()?, request.message_id, request.block).await?;
    let Some(path) = choose(door, file.name).await? else {
        return Ok(None);
    };
    write(&path, &file.code, Readers::Usual).await?;
    let module = if file.needs_module { add_module(&path).await? } else { None };
    Ok(Some(Saved { path: path.display().to_string(), module }))
}

/// Writes the house module beside a strategy, unless a file of that name is there: it may be
/// another version, or the person's own.
async fn add_module(strategy_path: &Path) -> Result<Option<String>, ApiError> {
    let beside = strategy_path.with_file_name(strategy::HOUSE_MODULE_FILE);
    if beside == strategy_path || tokio::fs::try_exists(&beside).await.unwrap_or(true) {
        return Ok(None);
    }
    write(&beside, strategy::HOUSE_MODULE, Readers::Usual).await?;
    Ok(Some(beside.display().to_string()))
}

pub(crate) async fn copy_message(
    door: &Door,
    request: MessageRequest,
) -> Result<Nothing, ApiError> {
    let text = chat::text_of(&door.session()?, request.message_id).await?;
    door.host().copy(&text)?;
    Ok(Nothing {})
}

pub(crate) async fn copy_recovery_code(
    door: &Door,
    request: RecoveryCodeRequest,
) -> Result<Nothing, ApiError> {
    door.session()?;
    door.host().copy(&request.recovery_code)?;
    Ok(Nothing {})
}

pub(crate) async fn save_recovery_code(
    door: &Door,
    request: RecoveryCodeRequest,
) -> Result<Option<Saved>, ApiError> {
    let username = door.session()?.account().username.clone();
    let Some(path) = choose(door, "algoagent-recovery-code.txt".to_owned()).await? else {
        return Ok(None);
    };
    let text = format!(
        "AlgoAgent recovery code of {username}\n\n{}\n\nIt opens the account when the password is lost, once. Keep it where nobody else finds it.\n",
        request.recovery_code
    );
    write(&path, &text, Readers::Owner).await?;
    Ok(Some(Saved { path: path.display().to_string(), module: None }))
}

pub(crate) async fn open_link(door: &Door, request: LinkRequest) -> Result<Nothing, ApiError> {
    let known = ["http://", "https://", "mailto:"];
    let url = request.url.to_ascii_lowercase();
    if !known.iter().any(|scheme| url.starts_with(scheme)) || url.chars().any(char::is_control) {
        return Err(ApiError::bad_request("only http, https and mailto addresses are opened"));
    }
    door.host().open_link(&request.url)?;
    Ok(Nothing {})
}

async fn choose(door: &Door, suggested: String) -> Result<Option<PathBuf>, ApiError> {
    let host = Arc::clone(door.host());
    let extension = Path::new(&suggested).extension().map(ToOwned::to_owned);
    let chosen = tokio::task::spawn_blocking(move || host.choose_file(&suggested)).await;
    let chosen = chosen.map_err(ApiError::internal)??;
    Ok(chosen.map(|path| match (path.extension(), extension) {
        (None, Some(extension)) => {
            let named = path.with_extension(extension);
            // The dialog asked about replacing the name as it was typed, not this one.
            if named.exists() { path } else { named }
        }
        _ => path,
    }))
}

/// Who may read a saved file.
#[derive(Clone, Copy)]
enum Readers {
    /// As the system's settings say.
    Usual,
    /// Its owner alone.
    Owner,
}

/// Writes a whole file or none: beside it first, under a name of its own, then in its place.
async fn write(path: &Path, text: &str, readers: Readers) -> Result<(), ApiError> {
    let (to, text) = (path.to_owned(), text.to_owned());
    let written = tokio::task::spawn_blocking(move || put(&to, &text, readers)).await;
    written.map_err(ApiError::internal)?.map_err(|fault| {
        let code = match fault.kind() {
            std::io::ErrorKind::StorageFull => ErrorCode::DiskFull,
            _ => ErrorCode::NotWritable,
        };
        ApiError::new(
            code,
            format!("{} could not be written: {fault}. Choose another place.", path.display()),
        )
    })
}

fn put(path: &Path, text: &str, readers: Readers) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut beside = tempfile::Builder::new();
    #[cfg(unix)]
    if matches!(readers, Readers::Usual) {
        use std::os::unix::fs::PermissionsExt as _;
        // Less what the person's umask takes away.
        beside.permissions(std::fs::Permissions::from_mode(0o666));
    }
    #[cfg(not(unix))]
    let _ = readers;
    let mut file = beside.prefix(".algoagent-").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
