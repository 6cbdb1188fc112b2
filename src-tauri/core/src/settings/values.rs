//! Single settings, each a name and its JSON, in SQL.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::SqliteConnection;

/// A setting, when it was made and can still be read.
pub(crate) async fn value<T: DeserializeOwned>(
    db: &mut SqliteConnection,
    name: &str,
) -> Result<Option<T>, sqlx::Error> {
    let stored: Option<String> = sqlx::query_scalar("SELECT value FROM setting WHERE name = ?")
        .bind(name)
        .fetch_optional(db)
        .await?;
    Ok(stored.and_then(|value| serde_json::from_str(&value).ok()))
}

/// Makes a setting.
pub(crate) async fn set_value(
    db: &mut SqliteConnection,
    name: &str,
    value: &impl Serialize,
) -> Result<(), sqlx::Error> {
    let value = serde_json::to_string(value).map_err(|fault| sqlx::Error::Encode(fault.into()))?;
    sqlx::query(
        "INSERT INTO setting (name, value) VALUES (?, ?)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .bind(name)
    .bind(value)
    .execute(db)
    .await?;
    Ok(())
}
