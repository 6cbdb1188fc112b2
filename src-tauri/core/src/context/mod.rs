//! AI contexts: instructions for one kind of strategy, written once, linked to chats.

mod store;
mod templates;
mod warnings;

use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;
use ts_rs::TS;

use crate::account::{Locked, Session};
use crate::chat::{self, DraftPlace};
use crate::clock::Timestamp;
use crate::ids::ContextId;
use crate::model::ModelRef;
use crate::profile::{self, ProfileError};
use crate::vault::StoreError;
use crate::vault::Transaction;
use crate::{Invalid, search, settings};

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
    /// Which version of its words this is, from 1.
    pub version: u32,
    /// Whether new chats are linked to it.
    pub default: bool,
    /// Where it and the trading profile disagree.
    pub warnings: Vec<Warning>,
}

/// Where a context and the trading profile disagree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Warning {
    /// The structured field that disagrees, such as `timeframe` or `constraints.stop_loss_pct`.
    pub field: String,
    /// What disagrees, in words for a person.
    pub why: String,
}

/// The words of a context as they were at one time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ContextVersion {
    /// Its number, from 1.
    pub number: u32,
    /// When it was written.
    pub created_at: Timestamp,
    /// The name.
    pub name: String,
    /// What models were told.
    pub instructions: String,
    /// The structured facts.
    #[ts(type = "Record<string, unknown>")]
    pub data: serde_json::Map<String, serde_json::Value>,
}

/// Some versions of a context.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct VersionPage {
    /// They, the newest first.
    pub versions: Vec<ContextVersion>,
    /// Whether there are older ones.
    pub has_older: bool,
}

/// A context to begin with, for one of the usual kinds of strategy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Template {
    /// What names it.
    pub id: String,
    /// The kind of strategy, such as "Momentum".
    pub name: String,
    /// What it is for, in one sentence.
    pub about: String,
    /// What the editor begins with.
    pub instructions: String,
    /// The structured facts that it begins with.
    #[ts(type = "Record<string, unknown>")]
    pub data: serde_json::Map<String, serde_json::Value>,
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

impl From<ProfileError> for ContextError {
    fn from(fault: ProfileError) -> Self {
        match fault {
            ProfileError::Invalid(fault) => fault.into(),
            ProfileError::Locked(fault) => fault.into(),
            ProfileError::Store(fault) => fault.into(),
        }
    }
}

const LONGEST_NAME: usize = 200;
const LONGEST_INSTRUCTIONS: usize = 64 * 1024;
/// As many contexts as a person may have, so that a list of all of them stays short.
const MOST: u32 = 500;
/// Versions on a page.
const PAGE: u32 = 20;

/// All contexts, the last changed first.
///
/// # Errors
/// [`ContextError::Locked`] and those of the store.
pub async fn list(session: &Session) -> Result<Vec<Context>, ContextError> {
    let mut db = session.vault().await?;
    let contexts = store::list(&mut db).await?;
    described(&mut db, contexts).await
}

/// A context.
///
/// # Errors
/// [`ContextError::NotFound`].
pub async fn get(session: &Session, id: ContextId) -> Result<Context, ContextError> {
    described_one(&mut *session.vault().await?, id).await
}

/// Contexts with what is known of them beside their words.
async fn described(
    db: &mut SqliteConnection,
    mut contexts: Vec<Context>,
) -> Result<Vec<Context>, ContextError> {
    let profile = profile::read(db).await?.draft;
    let default = default_of(db).await?;
    for context in &mut contexts {
        context.default = default == Some(context.id);
        context.warnings = warnings::between(&context.draft, &profile);
    }
    Ok(contexts)
}

async fn described_one(db: &mut SqliteConnection, id: ContextId) -> Result<Context, ContextError> {
    let context = read(db, id).await?.ok_or(ContextError::NotFound)?;
    described(db, vec![context]).await?.pop().ok_or(ContextError::NotFound)
}

const DEFAULT: &str = "default_context";

/// The context that new chats are linked to, if the person chose one.
async fn default_of(db: &mut SqliteConnection) -> Result<Option<ContextId>, sqlx::Error> {
    Ok(settings::value(db, DEFAULT).await?.flatten())
}

/// Chooses the context that new chats are linked to; none for no context.
///
/// # Errors
/// [`ContextError::NotFound`].
pub async fn set_default(
    session: &Session,
    id: Option<ContextId>,
) -> Result<Vec<Context>, ContextError> {
    let mut db = session.vault().await?;
    if let Some(id) = id {
        read(&mut db, id).await?.ok_or(ContextError::NotFound)?;
    }
    settings::set_value(&mut db, DEFAULT, &id).await?;
    let contexts = store::list(&mut db).await?;
    described(&mut db, contexts).await
}

/// Offers a context to new chats, or no longer. Its words stay as they are.
///
/// # Errors
/// [`ContextError::NotFound`].
pub async fn set_active(
    session: &Session,
    id: ContextId,
    on: bool,
) -> Result<Context, ContextError> {
    let now = session.core().sources.now();
    let mut db = session.vault().await?;
    store::set_active(&mut db, id, on, now).await?;
    described_one(&mut db, id).await
}

/// The words of a context as they were before the version of a number, the newest first; without
/// one from the current words on.
///
/// # Errors
/// [`ContextError::NotFound`].
pub async fn versions(
    session: &Session,
    id: ContextId,
    before: Option<u32>,
) -> Result<VersionPage, ContextError> {
    let mut db = session.vault().await?;
    read(&mut db, id).await?.ok_or(ContextError::NotFound)?;
    let mut versions = store::versions(&mut db, id, before, PAGE + 1).await?;
    let has_older = versions.len() > PAGE as usize;
    versions.truncate(PAGE as usize);
    Ok(VersionPage { versions, has_older })
}

/// Lets a context say again what it said once. That is its next version.
///
/// # Errors
/// [`ContextError::NotFound`] when it has no such version.
pub async fn restore_version(
    session: &Session,
    id: ContextId,
    number: u32,
) -> Result<Context, ContextError> {
    let now = session.core().sources.now();
    let mut db = session.vault().await?;
    let context = read(&mut db, id).await?.ok_or(ContextError::NotFound)?;
    let old = store::numbered(&mut db, id, number).await?.ok_or(ContextError::NotFound)?;
    let draft = ContextDraft {
        name: old.name,
        instructions: old.instructions,
        data: old.data,
        ..context.draft
    };
    write(&mut db, id, &draft, now).await?;
    described_one(&mut db, id).await
}

/// Contexts to begin with.
pub fn templates() -> Vec<Template> {
    templates::all()
}

/// Where a context that is being written and the trading profile disagree.
///
/// # Errors
/// [`ContextError::Locked`] and those of the store.
pub async fn warnings(
    session: &Session,
    draft: &ContextDraft,
) -> Result<Vec<Warning>, ContextError> {
    let mut db = session.vault().await?;
    let profile = profile::read(&mut db).await?.draft;
    Ok(warnings::between(draft, &profile))
}

/// Writes a context with its words for the search, and a version where the words are new.
async fn write(
    db: &mut SqliteConnection,
    id: ContextId,
    draft: &ContextDraft,
    now: Timestamp,
) -> Result<(), ContextError> {
    let mut row = Transaction::begin(db).await?;
    store::update(&mut row, id, draft, now).await?;
    store::add_version(&mut row, id, draft, now).await?;
    search::take_context(&mut row, id, &searched(draft)).await?;
    row.commit().await?;
    Ok(())
}

/// What of a context is searched.
fn searched(draft: &ContextDraft) -> String {
    let data = serde_json::to_string(&draft.data).unwrap_or_default();
    format!("{}\n{}\n{data}", draft.name, draft.instructions)
}

/// Makes a context.
///
/// # Errors
/// [`ContextError::Invalid`] with the first field that can't be taken, and when there are as many
/// contexts as a person may have.
pub async fn create(session: &Session, draft: ContextDraft) -> Result<Context, ContextError> {
    let draft = check(draft)?;
    let now = session.core().sources.now();
    let mut db = session.vault().await?;
    let mut row = Transaction::begin(&mut db).await?;
    if store::count(&mut row).await? >= MOST {
        return Err(Invalid::new(
            "name",
            format!(
                "You have {MOST} contexts, and more can't be kept. Delete one that you don't use."
            ),
        )
        .into());
    }
    let id = store::insert(&mut row, &draft, now).await?;
    store::add_version(&mut row, id, &draft, now).await?;
    search::take_context(&mut row, id, &searched(&draft)).await?;
    row.commit().await?;
    described_one(&mut db, id).await
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
    change(session, id, |_| draft).await
}

/// Makes a context what `change` makes of it. Nobody writes it in between, so that of changes at
/// once none is lost.
///
/// # Errors
/// As [`update`].
pub async fn change(
    session: &Session,
    id: ContextId,
    change: impl FnOnce(ContextDraft) -> ContextDraft,
) -> Result<Context, ContextError> {
    let now = session.core().sources.now();
    let mut db = session.vault().await?;
    let context = read(&mut db, id).await?.ok_or(ContextError::NotFound)?;
    let draft = check(change(context.draft))?;
    write(&mut db, id, &draft, now).await?;
    described_one(&mut db, id).await
}

/// Deletes a context. Chats that were linked to it stay and lose the link.
///
/// # Errors
/// [`ContextError::NotFound`].
pub async fn delete(session: &Session, id: ContextId) -> Result<(), ContextError> {
    let mut db = session.vault().await?;
    let mut row = Transaction::begin(&mut db).await?;
    if !store::delete(&mut row, id).await? {
        return Err(ContextError::NotFound);
    }
    search::forget_context(&mut row, id).await?;
    chat::forget_draft(&mut row, DraftPlace::Context { context_id: Some(id) }).await?;
    chat::sweep(session.unlocked(), &mut row).await?;
    row.commit().await?;
    Ok(())
}

pub(crate) use store::{keep_version, mark_used, newest_version, read, version};

/// The context as it is kept, if it can be.
pub(crate) fn check(mut draft: ContextDraft) -> Result<ContextDraft, Invalid> {
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
