//! The profile in SQL: one row.

use sqlx::SqliteConnection;
use sqlx::types::Json;

use super::{Names, Profile, ProfileDraft, RiskParameters};
use crate::clock::Timestamp;
use crate::vault::word;

#[derive(sqlx::FromRow)]
struct Row {
    risk_tolerance: String,
    timeframe: String,
    symbols: Json<Vec<String>>,
    risk_parameters: Json<RiskParameters>,
    updated_at: i64,
    goals: String,
    preferences: String,
}

pub(crate) async fn get(db: &mut SqliteConnection) -> Result<Profile, sqlx::Error> {
    let row: Row = sqlx::query_as(
        "SELECT risk_tolerance, timeframe, symbols, risk_parameters, updated_at, goals, preferences
         FROM profile",
    )
    .fetch_one(db)
    .await?;
    Ok(Profile {
        draft: ProfileDraft {
            risk_tolerance: word(&row.risk_tolerance)?,
            timeframe: word(&row.timeframe)?,
            symbols: row.symbols.0,
            goals: row.goals,
            preferences: row.preferences,
            risk_parameters: row.risk_parameters.0,
        },
        updated_at: Timestamp(row.updated_at),
    })
}

pub(super) async fn put(
    db: &mut SqliteConnection,
    draft: &ProfileDraft,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO profile (id, risk_tolerance, timeframe, symbols, risk_parameters,
                              updated_at, goals, preferences)
         VALUES (1, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET
            risk_tolerance = excluded.risk_tolerance, timeframe = excluded.timeframe,
            symbols = excluded.symbols, risk_parameters = excluded.risk_parameters,
            updated_at = excluded.updated_at, goals = excluded.goals,
            preferences = excluded.preferences",
    )
    .bind(draft.risk_tolerance.code())
    .bind(draft.timeframe.code())
    .bind(Json(&draft.symbols))
    .bind(Json(&draft.risk_parameters))
    .bind(now.0)
    .bind(&draft.goals)
    .bind(&draft.preferences)
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn names(db: &mut SqliteConnection) -> Result<Names, sqlx::Error> {
    let (first, last) =
        sqlx::query_as("SELECT first_name, last_name FROM profile").fetch_one(db).await?;
    Ok(Names { first, last })
}

pub(super) async fn put_names(db: &mut SqliteConnection, names: &Names) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE profile SET first_name = ?, last_name = ?")
        .bind(&names.first)
        .bind(&names.last)
        .execute(db)
        .await?;
    Ok(())
}
