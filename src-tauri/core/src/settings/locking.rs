//! When the window locks by itself, and whether its person has a way back in.

use sqlx::SqliteConnection;

use super::{SettingsError, values};
use crate::Invalid;
use crate::account::Session;

/// Minutes without a key or a movement before the window locks, unless the person says otherwise.
pub const IDLE_MINUTES: u32 = 15;
const LONGEST: u32 = 240;
const NAME: &str = "idle_minutes";

const CODE_NOTED: &str = "recovery_code_noted";

/// Whether the person said that the recovery code in force is stored. A program that was killed
/// before it was read leaves this false, so that another one can be made.
///
/// # Errors
/// [`SettingsError::Locked`] and those of the store.
pub async fn is_code_noted(session: &Session) -> Result<bool, SettingsError> {
    Ok(values::value(&mut *session.vault().await?, CODE_NOTED).await?.unwrap_or(true))
}

/// Notes whether the recovery code in force is stored.
///
/// # Errors
/// [`SettingsError::Locked`] and those of the store.
pub async fn set_code_noted(session: &Session, noted: bool) -> Result<(), SettingsError> {
    Ok(write_code_noted(&mut *session.vault().await?, noted).await?)
}

pub(crate) async fn write_code_noted(
    db: &mut SqliteConnection,
    noted: bool,
) -> Result<(), sqlx::Error> {
    values::set_value(db, CODE_NOTED, &noted).await
}

/// The minutes in force.
///
/// # Errors
/// [`SettingsError::Locked`] and those of the store.
pub async fn idle_minutes(session: &Session) -> Result<u32, SettingsError> {
    let stored = values::value(&mut *session.vault().await?, NAME).await?;
    Ok(stored.filter(|minutes| (1..=LONGEST).contains(minutes)).unwrap_or(IDLE_MINUTES))
}

/// Chooses 1 to 240 minutes.
///
/// # Errors
/// [`SettingsError::Invalid`] for any other number; those of the store.
pub async fn set_idle_minutes(session: &Session, minutes: u32) -> Result<(), SettingsError> {
    if !(1..=LONGEST).contains(&minutes) {
        let why = format!("Choose 1 to {LONGEST} minutes.");
        return Err(Invalid::new("idle_minutes", why).into());
    }
    Ok(values::set_value(&mut *session.vault().await?, NAME, &minutes).await?)
}
