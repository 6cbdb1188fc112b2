//! The strategies of a vault, whichever chat they were made in: all of them with their versions,
//! and the code of one.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{detect, file_name, store};
use crate::account::{Locked, Session};
use crate::clock::Timestamp;
use crate::ids::{ChatId, ContextId, StrategyId};
use crate::vault::StoreError;

/// A strategy with its versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Strategy {
    /// Its id.
    pub id: StrategyId,
    /// Its class name. Strategies of two chats may have the same.
    pub name: String,
    /// The chat that it was made in; none when that was deleted.
    pub chat_id: Option<ChatId>,
    /// That chat's title.
    pub chat_title: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its newest version was made or found again.
    pub updated_at: Timestamp,
    /// Its versions, the oldest first.
    pub versions: Vec<StrategyVersion>,
}

/// A version of a strategy, without its code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StrategyVersion {
    /// Its number, from 1.
    pub number: u32,
    /// When it was written.
    pub created_at: Timestamp,
    /// The model that wrote it, as a person would call it.
    pub model: String,
    /// The context that it was written with; none without one, or when that was deleted.
    pub context_id: Option<ContextId>,
}

/// A version of a strategy as a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StrategyFile {
    /// The strategy.
    pub strategy_id: StrategyId,
    /// Its class name.
    pub name: String,
    /// The version.
    #[serde(flatten)]
    pub version: StrategyVersion,
    /// A file name that says what it is, such as `momentum_cross_v2.py`.
    pub file: String,
    /// The code, to the byte.
    pub code: String,
    /// Whether it needs the house module beside it to run.
    pub needs_module: bool,
}

/// Why a strategy was not found.
#[derive(Debug, thiserror::Error)]
pub enum StrategyError {
    /// No such strategy in this vault, or no such version of it.
    #[error("there is no such strategy")]
    NotFound,
    /// Nobody is signed in.
    #[error(transparent)]
    Locked(#[from] Locked),
    /// The vault.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for StrategyError {
    fn from(fault: sqlx::Error) -> Self {
        Self::Store(fault.into())
    }
}

/// All strategies, the last changed first.
///
/// # Errors
/// [`StrategyError::Locked`] and those of the store.
pub async fn list(session: &Session) -> Result<Vec<Strategy>, StrategyError> {
    Ok(store::list(&mut *session.vault().await?).await?)
}

/// A version of a strategy with its code; the newest when none is named.
///
/// # Errors
/// [`StrategyError::NotFound`].
pub async fn file(
    session: &Session,
    id: StrategyId,
    number: Option<u32>,
) -> Result<StrategyFile, StrategyError> {
    let found = store::version(&mut *session.vault().await?, id, number).await?;
    let (name, version, code) = found.ok_or(StrategyError::NotFound)?;
    Ok(StrategyFile {
        strategy_id: id,
        file: file_name(&name, version.number),
        needs_module: detect::inspect(&code).needs_module,
        name,
        version,
        code,
    })
}
