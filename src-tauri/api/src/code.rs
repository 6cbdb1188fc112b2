//! What leaves the program: the clipboard, saved files, links. All of it goes through the
//! door's [`Host`](crate::Host), so that the webview neither writes a file nor opens an address.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use algoagent_core::ids::MessageId;
use algoagent_core::{chat, strategy};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Nothing;
use crate::door::{Copied, Door, Forget};
use crate::error::ApiError;
pub use crate::saving::Saved;
use crate::saving::{Readers, choose, write};

/// How long a copied recovery code stays on the clipboard.
const COPIED: Duration = Duration::from_secs(60);

/// A code block of an answer.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
pub struct CodeRequest {
    /// The answer.
    pub message_id: MessageId,
    /// Which of its blocks, from 0.
    pub block: u32,
}

/// A message to copy.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
pub struct CopyMessageRequest {
    /// The message.
    pub message_id: MessageId,
    /// As what: an answer's Markdown, or the same without its marks.
    #[serde(default)]
    pub form: CopyAs,
}

/// In which form a message is copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CopyAs {
    /// As it is stored.
    #[default]
    Markdown,
    /// For programs that know no Markdown.
    Text,
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
    door.host().copy(&file.code, Copied::Text)?;
    Ok(Nothing {})
}

pub(crate) async fn save_code(
    door: &Door,
    request: CodeRequest,
) -> Result<Option<Saved>, ApiError> {
    let session = door.session()?;
    let file = strategy::code_file(&session, request.message_id, request.block).await?;
    let Some(path) = choose(door, &session, file.name).await? else {
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
    request: CopyMessageRequest,
) -> Result<Nothing, ApiError> {
    let session = door.session()?;
    let text = match request.form {
        CopyAs::Markdown => chat::text_of(&session, request.message_id).await?,
        CopyAs::Text => chat::plain_text_of(&session, request.message_id).await?,
    };
    door.host().copy(&text, Copied::Text)?;
    Ok(Nothing {})
}

pub(crate) async fn copy_recovery_code(
    door: &Door,
    request: RecoveryCodeRequest,
) -> Result<Nothing, ApiError> {
    door.session()?;
    let copy = door.host().copy(&request.recovery_code, Copied::Secret)?;
    let host = Arc::clone(door.host());
    tokio::spawn(async move {
        tokio::time::sleep(COPIED).await;
        tokio::task::spawn_blocking(move || host.forget_copied(Forget::Copy(copy))).await.ok();
    });
    Ok(Nothing {})
}

pub(crate) async fn save_recovery_code(
    door: &Door,
    request: RecoveryCodeRequest,
) -> Result<Option<Saved>, ApiError> {
    let session = door.session()?;
    let name = "algoagent-recovery-code.txt".to_owned();
    let Some(path) = choose(door, &session, name).await? else {
        return Ok(None);
    };
    let username = &session.account().username;
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
