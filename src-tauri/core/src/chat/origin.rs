//! What an answer was made with.

use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;
use sqlx::types::Json;
use ts_rs::TS;

use super::ChatError;
use crate::account::{Session, Unlocked};
use crate::clock::Timestamp;
use crate::context::{self, ContextVersion};
use crate::ids::MessageId;
use crate::profile::ProfileDraft;

/// What an answer was made with, as it was at that time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Origin {
    /// The context that its chat was linked to.
    pub context: Option<ContextVersion>,
    /// The trading profile that the model was told.
    pub profile: Option<ProfileDraft>,
    /// What the service was asked beside the words, in its own terms.
    #[ts(type = "Record<string, unknown> | null")]
    pub parameters: Option<serde_json::Value>,
    /// The service's own word for how it ended.
    pub finish: Option<String>,
}

/// What the answer `id` was made with.
///
/// # Errors
/// [`ChatError::NotFound`].
pub async fn origin(session: &Session, id: MessageId) -> Result<Origin, ChatError> {
    type Row =
        (Option<i64>, Option<Json<ProfileDraft>>, Option<Json<serde_json::Value>>, Option<String>);
    let mut db = session.vault().await?;
    let row: Option<Row> = sqlx::query_as(
        "SELECT context_version_id, profile_version.profile, parameters, finish
         FROM message
         LEFT JOIN profile_version ON profile_version.id = message.profile_version_id
         WHERE message.id = ?",
    )
    .bind(id)
    .fetch_optional(&mut *db)
    .await?;
    let (version, profile, parameters, finish) = row.ok_or(ChatError::NotFound)?;
    let context = match version {
        Some(version) => context::version(&mut db, version).await?,
        None => None,
    };
    Ok(Origin {
        context,
        profile: profile.map(|profile| profile.0),
        parameters: parameters.map(|parameters| parameters.0),
        finish,
    })
}

/// The profile as it is now among those that answers were made with.
pub(crate) async fn profile_version(
    db: &mut SqliteConnection,
    profile: &ProfileDraft,
    now: Timestamp,
) -> Result<i64, sqlx::Error> {
    let newest: Option<(i64, Json<ProfileDraft>)> =
        sqlx::query_as("SELECT id, profile FROM profile_version ORDER BY id DESC LIMIT 1")
            .fetch_optional(&mut *db)
            .await?;
    match newest {
        Some((id, Json(known))) if known == *profile => Ok(id),
        _ => {
            sqlx::query_scalar(
                "INSERT INTO profile_version (created_at, profile) VALUES (?, ?) RETURNING id",
            )
            .bind(now.0)
            .bind(Json(profile))
            .fetch_one(db)
            .await
        }
    }
}

/// Deletes what nothing was made with any more: versions of contexts that are gone, and profiles but
/// for the newest, which the next answer may be made with. While answers are on their way to the
/// disk, or chats come in, it is left for another time: they may name what nothing names yet.
pub(crate) async fn sweep(
    unlocked: &Unlocked,
    db: &mut SqliteConnection,
) -> Result<(), sqlx::Error> {
    let Unlocked { desk, chores, .. } = unlocked;
    if desk.running_count() + desk.unsaved_count() > 0 || chores.is_any_coming() {
        return Ok(());
    }
    sqlx::query(
        "DELETE FROM context_version WHERE context_id IS NULL AND NOT EXISTS
            (SELECT 1 FROM message WHERE context_version_id = context_version.id)",
    )
    .execute(&mut *db)
    .await?;
    sqlx::query(
        "DELETE FROM profile_version WHERE id < (SELECT max(id) FROM profile_version) AND NOT EXISTS
            (SELECT 1 FROM message WHERE profile_version_id = profile_version.id)",
    )
    .execute(db)
    .await?;
    Ok(())
}
