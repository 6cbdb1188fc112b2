//! Strategies as they are kept: the list, one of them, its versions, the file.

use sqlx::types::Json;
use sqlx::{FromRow, SqliteConnection};

use super::{CodeFile, detect, snake_case};
use crate::account::Session;
use crate::chat::ChatError;
use crate::clock::Timestamp;
use crate::ids::{ChatId, ContextId, StrategyId};
use crate::profile::ProfileDraft;
use crate::slice::{Counted, Slice};

/// A strategy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strategy {
    /// Its id.
    pub id: StrategyId,
    /// The name of its class.
    pub name: String,
    /// The chat it was made in, while that is there.
    pub chat_id: Option<ChatId>,
    /// That chat's UUID.
    pub session_id: Option<String>,
    /// How many versions it has; the newest has this number.
    pub versions: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last appeared in an answer.
    pub updated_at: Timestamp,
}

/// One version of a strategy.
#[derive(Clone, Debug, PartialEq)]
pub struct StrategyVersion {
    /// Its number, from 1.
    pub number: u32,
    /// The context it was asked in, while that is there.
    pub context_id: Option<ContextId>,
    /// The model that wrote it, as a person would call it.
    pub model: String,
    /// The trading profile as the model was told it.
    pub profile: ProfileDraft,
    /// When it was written.
    pub created_at: Timestamp,
    /// The code, to the byte.
    pub code: String,
}

#[derive(FromRow)]
struct Row {
    id: StrategyId,
    name: String,
    chat_id: Option<ChatId>,
    session_id: Option<String>,
    versions: u32,
    created_at: i64,
    updated_at: i64,
}

const STRATEGY: &str = "
    SELECT strategy.id, strategy.name, chat.id AS chat_id, chat.session_id,
           (SELECT coalesce(max(number), 0) FROM strategy_version AS version
            WHERE version.strategy_id = strategy.id) AS versions,
           strategy.created_at, strategy.updated_at
    FROM strategy
    LEFT JOIN chat ON chat.id = strategy.chat_id AND chat.deleted_at IS NULL ";

impl From<Row> for Strategy {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            chat_id: row.chat_id,
            session_id: row.session_id,
            versions: row.versions,
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.updated_at),
        }
    }
}

/// Some of all strategies, the last changed first.
///
/// # Errors
/// [`ChatError::Locked`] and those of the store.
pub async fn list(session: &Session, slice: Slice) -> Result<Counted<Strategy>, ChatError> {
    let mut db = session.vault().await?;
    let count = sqlx::query_scalar("SELECT count(*) FROM strategy").fetch_one(&mut *db).await?;
    let query = format!(
        "{STRATEGY} WHERE strategy.id IN (SELECT id FROM strategy INDEXED BY strategy_by_time
             ORDER BY updated_at DESC, id DESC LIMIT ? OFFSET ?)
         ORDER BY strategy.updated_at DESC, strategy.id DESC"
    );
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(slice.take)
        .bind(slice.skip)
        .fetch_all(&mut *db)
        .await?;
    Ok(Counted { count, rows: rows.into_iter().map(Strategy::from).collect() })
}

/// A strategy.
///
/// # Errors
/// [`ChatError::NotFound`].
pub async fn get(session: &Session, id: StrategyId) -> Result<Strategy, ChatError> {
    one(&mut *session.vault().await?, id).await
}

async fn one(db: &mut SqliteConnection, id: StrategyId) -> Result<Strategy, ChatError> {
    let query = format!("{STRATEGY} WHERE strategy.id = ?");
    let row: Option<Row> =
        sqlx::query_as(sqlx::AssertSqlSafe(query)).bind(id).fetch_optional(db).await?;
    row.map(Strategy::from).ok_or(ChatError::NotFound)
}

#[derive(FromRow)]
struct VersionRow {
    number: u32,
    context_id: Option<ContextId>,
    model: String,
    profile: Json<ProfileDraft>,
    created_at: i64,
    code: String,
}

impl From<VersionRow> for StrategyVersion {
    fn from(row: VersionRow) -> Self {
        Self {
            number: row.number,
            context_id: row.context_id,
            model: row.model,
            profile: row.profile.0,
            created_at: Timestamp(row.created_at),
            code: row.code,
        }
    }
}

const VERSION: &str = "SELECT number, context_id, model, profile, created_at, code
    FROM strategy_version WHERE strategy_id = ? ";

/// Some of a strategy's versions, the newest first.
///
/// # Errors
/// [`ChatError::NotFound`].
pub async fn versions(
    session: &Session,
    id: StrategyId,
    slice: Slice,
) -> Result<Counted<StrategyVersion>, ChatError> {
    let mut db = session.vault().await?;
    one(&mut db, id).await?;
    let count = sqlx::query_scalar("SELECT count(*) FROM strategy_version WHERE strategy_id = ?")
        .bind(id)
        .fetch_one(&mut *db)
        .await?;
    let query = format!("{VERSION} ORDER BY number DESC LIMIT ? OFFSET ?");
    let rows: Vec<VersionRow> = sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(id)
        .bind(slice.take)
        .bind(slice.skip)
        .fetch_all(&mut *db)
        .await?;
    Ok(Counted { count, rows: rows.into_iter().map(StrategyVersion::from).collect() })
}

/// A version of a strategy, or its newest.
///
/// # Errors
/// [`ChatError::NotFound`].
pub async fn version(
    session: &Session,
    id: StrategyId,
    number: Option<u32>,
) -> Result<StrategyVersion, ChatError> {
    let query = format!("{VERSION} AND number = coalesce(?, number) ORDER BY number DESC LIMIT 1");
    let row: Option<VersionRow> = sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(id)
        .bind(number)
        .fetch_optional(&mut *session.vault().await?)
        .await?;
    row.map(StrategyVersion::from).ok_or(ChatError::NotFound)
}

/// A version of a strategy, or its newest, as a file.
///
/// # Errors
/// [`ChatError::NotFound`].
pub async fn file(
    session: &Session,
    id: StrategyId,
    number: Option<u32>,
) -> Result<CodeFile, ChatError> {
    let strategy = get(session, id).await?;
    let version = version(session, id, number).await?;
    Ok(CodeFile {
        name: format!("{}_v{}.py", snake_case(&strategy.name), version.number),
        needs_module: detect::inspect(&version.code).needs_module,
        code: version.code,
    })
}
