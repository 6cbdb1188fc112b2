//! Chats that leave the program as files, and chats that come in.

use std::path::Path;

use algoagent_core::ids::ChatId;
use algoagent_core::transfer::{self, TransferError};
pub use algoagent_core::transfer::{Format, Imported};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Nothing;
use crate::door::{Door, Wanted};
use crate::error::ApiError;
use crate::saving::{self, Readers, Saved};

/// A chat that is to leave.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
pub struct ExportChatRequest {
    /// The chat.
    pub chat_id: ChatId,
    /// As what.
    pub format: Format,
}

pub(crate) async fn export_chat(
    door: &Door,
    request: ExportChatRequest,
) -> Result<Option<Saved>, ApiError> {
    let session = door.session()?;
    let ExportChatRequest { chat_id, format } = request;
    let name = transfer::suggested_name(&session, chat_id, format).await?;
    let Some(path) = saving::choose(door, &session, name).await? else { return Ok(None) };
    let file = saving::begin(&path, Readers::Usual).await?;
    let written = transfer::write_chat(&session, chat_id, format, file).await;
    saving::finish(written.map_err(|fault| told(&path, fault))?, &path).await?;
    Ok(Some(Saved { path: path.display().to_string(), module: None }))
}

pub(crate) async fn export_chats(door: &Door, _: Nothing) -> Result<Option<Saved>, ApiError> {
    let session = door.session()?;
    let name = transfer::suggested_archive(&session);
    let Some(path) = saving::choose(door, &session, name).await? else { return Ok(None) };
    let file = saving::begin(&path, Readers::Usual).await?;
    let written = transfer::write_chats(&session, file).await;
    saving::finish(written.map_err(|fault| told(&path, fault))?, &path).await?;
    Ok(Some(Saved { path: path.display().to_string(), module: None }))
}

pub(crate) async fn import_chats(door: &Door, _: Nothing) -> Result<Option<Imported>, ApiError> {
    let session = door.session()?;
    let chosen = saving::choose_to_open(door, &session, Wanted::Chats).await?;
    let Some(path) = chosen else { return Ok(None) };
    Ok(Some(transfer::import(&session, &path).await?))
}

/// What is wrong with the file that is written is told with its place.
fn told(path: &Path, fault: TransferError) -> ApiError {
    match fault {
        TransferError::File(fault) => saving::refused(path, &fault),
        fault => fault.into(),
    }
}
