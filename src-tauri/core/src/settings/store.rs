//! Settings and providers in SQL.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::SqliteConnection;
use zeroize::Zeroizing;

use super::ModelChoice;
use crate::clock::Sources;
use crate::model::gemini::DEFAULT_BASE_URL;
use crate::vault::{Sealer, Transaction, secrets};

const CHOICE: &str = "model_choice";
/// What the key of Gemini is called among the vault's secrets.
const KEY: &str = "gemini";

/// What is stored for Gemini.
pub(super) struct Gemini {
    pub(super) base_url: String,
    pub(super) model: Option<String>,
    pub(super) key: Option<Zeroizing<String>>,
    pub(super) key_url: Option<String>,
}

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

pub(super) async fn choice(db: &mut SqliteConnection) -> Result<ModelChoice, sqlx::Error> {
    Ok(value(db, CHOICE).await?.unwrap_or_default())
}

pub(super) async fn gemini(
    db: &mut SqliteConnection,
    sealer: &Sealer,
) -> Result<Gemini, sqlx::Error> {
    let row: Option<(String, Option<String>, Option<String>)> =
        sqlx::query_as("SELECT base_url, model, key_url FROM provider WHERE name = 'gemini'")
            .fetch_optional(&mut *db)
            .await?;
    let (base_url, model, key_url) =
        row.unwrap_or_else(|| (DEFAULT_BASE_URL.to_owned(), None, None));
    Ok(Gemini { base_url, model, key: secrets::get(db, sealer, KEY).await?, key_url })
}

/// Seals a key that an older program stored as it is.
pub(crate) async fn seal_keys(
    db: &mut SqliteConnection,
    sources: &Sources,
    sealer: &Sealer,
) -> Result<(), sqlx::Error> {
    let plain: Option<String> =
        sqlx::query_scalar("SELECT key FROM provider WHERE name = 'gemini' AND key IS NOT NULL")
            .fetch_optional(&mut *db)
            .await?;
    let Some(plain) = plain.map(Zeroizing::new) else { return Ok(()) };
    let mut both = Transaction::begin(db).await?;
    secrets::put(&mut both, sources, sealer, KEY, &plain).await?;
    sqlx::query("UPDATE provider SET key = NULL WHERE name = 'gemini'").execute(&mut *both).await?;
    both.commit().await
}

pub(super) async fn choose(
    db: &mut SqliteConnection,
    choice: ModelChoice,
    model: Option<&str>,
    stored: &Gemini,
) -> Result<(), sqlx::Error> {
    set_value(db, CHOICE, &choice).await?;
    sqlx::query(
        "INSERT INTO provider (name, base_url, model) VALUES ('gemini', ?, ?)
         ON CONFLICT (name) DO UPDATE SET model = excluded.model",
    )
    .bind(&stored.base_url)
    .bind(model)
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn set_gemini(
    db: &mut SqliteConnection,
    sources: &Sources,
    sealer: &Sealer,
    base_url: &str,
    key: Option<&str>,
) -> Result<(), sqlx::Error> {
    let mut both = Transaction::begin(db).await?;
    sqlx::query(
        "INSERT INTO provider (name, base_url, key_url) VALUES ('gemini', ?1, iif(?2, ?1, NULL))
         ON CONFLICT (name) DO UPDATE SET
            base_url = excluded.base_url,
            key = NULL,
            key_url = coalesce(excluded.key_url, key_url)",
    )
    .bind(base_url)
    .bind(key.is_some())
    .execute(&mut *both)
    .await?;
    if let Some(key) = key {
        secrets::put(&mut both, sources, sealer, KEY, key).await?;
    }
    both.commit().await
}

pub(super) async fn forget_key(db: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let mut both = Transaction::begin(db).await?;
    sqlx::query("UPDATE provider SET key = NULL, key_url = NULL WHERE name = 'gemini'")
        .execute(&mut *both)
        .await?;
    secrets::remove(&mut both, KEY).await?;
    both.commit().await
}
