//! AI contexts: instructions for one kind of strategy, written once, linked to chats.

mod store;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Invalid;
use crate::account::{Locked, Session};
use crate::clock::Timestamp;
use crate::ids::ContextId;
use crate::model::ModelRef;
use crate::vault::StoreError;

/// What a person writes in the context editor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ContextDraft {
    /// 1 to 200 characters.
    pub name: String,
    /// What the model is told, at most 64 KiB.
    pub instructions: String,
    /// Structured facts (type, indicators, universe…), told to the model as JSON.
    #[ts(type = "Record<string, unknown>")]
    #[serde(default)]
    pub data: serde_json::Map<String, serde_json::Value>,
    /// Offered to new chats.
    pub active: bool,
    /// The model that answers in its chats; none for the person's default.
    #[serde(default)]
    pub model: Option<ModelRef>,
}

/// A context as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Context {
    /// Its id.
    pub id: ContextId,
    /// What the person wrote.
    #[serde(flatten)]
    pub draft: ContextDraft,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When an answer last used it.
    pub last_used_at: Option<Timestamp>,
}

/// Why an operation on a context was refused.
#[derive(Debug, thiserror::Error)]
pub enum ContextError {
    /// No such context in this vault.
    #[error("there is no such context")]
    NotFound,
    /// A field can't be taken.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Nobody is signed in.
    #[error(transparent)]
    Locked(#[from] Locked),
    /// The vault.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for ContextError {
    fn from(fault: sqlx::Error) -> Self {
        Self::Store(fault.into())
    }
}

const LONGEST_NAME: usize = 200;
const LONGEST_INSTRUCTIONS: usize = 64 * 1024;

/// All contexts, the last changed first.
///
/// # Errors
/// [`ContextError::Locked`] and those of the store.
pub async fn list(session: &Session) -> Result<Vec<Context>, ContextError> {
    Ok(store::list(&mut *session.vault().await?).await?)
}

/// Makes a context.
///
/// # Errors
/// [`ContextError::Invalid`] with the first field that can't be taken.
pub async fn create(session: &Session, draft: ContextDraft) -> Result<Context, ContextError> {
    let draft = check(draft)?;
    let now = session.core().sources.now();
    let mut db = session.vault().await?;
    let id = store::insert(&mut db, &draft, now).await?;
    read(&mut db, id).await?.ok_or(ContextError::NotFound)
}

/// Replaces what a context says.
///
/// # Errors
/// [`ContextError::NotFound`]; [`ContextError::Invalid`] with the first bad field.
pub async fn update(
    session: &Session,
    id: ContextId,
    draft: ContextDraft,
) -> Result<Context, ContextError> {
    let draft = check(draft)?;
    let now = session.core().sources.now();
    let mut db = session.vault().await?;
    store::update(&mut db, id, &draft, now).await?;
    read(&mut db, id).await?.ok_or(ContextError::NotFound)
}

/// Deletes a context. Chats that were linked to it stay and lose the link.
///
/// # Errors
/// [`ContextError::NotFound`].
pub async fn delete(session: &Session, id: ContextId) -> Result<(), ContextError> {
    if store::delete(&mut *session.vault().await?, id).await? {
        Ok(())
    } else {
        Err(ContextError::NotFound)
    }
}

pub(crate) use store::{mark_used, read};

fn check(mut draft: ContextDraft) -> Result<ContextDraft, Invalid> {
    draft.name = draft.name.trim().to_owned();
    if draft.name.is_empty() {
        return Err(Invalid::new("name", "Give the context a name."));
    }
    if draft.name.chars().count() > LONGEST_NAME {
        return Err(Invalid::new("name", format!("At most {LONGEST_NAME} characters.")));
    }
    if draft.instructions.len() > LONGEST_INSTRUCTIONS {
        return Err(Invalid::new("instructions", "At most 64 KiB of text."));
    }
    let size = serde_json::to_string(&draft.data).map_or(usize::MAX, |text| text.len());
    if size > LONGEST_INSTRUCTIONS {
        return Err(Invalid::new("data", "At most 64 KiB of JSON."));
    }
    Ok(draft)
}
