//! What models cost: as it was known on the day of the catalog, or as the person says.

use serde::{Deserialize, Serialize};
use sqlx::{FromRow, SqliteConnection};
use ts_rs::TS;

use super::SettingsError;
use crate::Invalid;
use crate::account::Session;
use crate::model::{Price, ServiceKind, catalog};
use crate::vault::word;

/// A price that the person entered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct PricedModel {
    /// The wire of its service.
    pub kind: ServiceKind,
    /// The model by its id.
    pub model: String,
    /// What it costs.
    pub price: Price,
}

/// A price that the person entered, as it is looked up.
pub(super) type Own = PricedModel;

const HIGHEST: f64 = 100_000.0;

#[derive(FromRow)]
struct Row {
    kind: String,
    model: String,
    input: f64,
    output: f64,
    cached: Option<f64>,
}

pub(super) async fn own(db: &mut SqliteConnection) -> Result<Vec<Own>, sqlx::Error> {
    let rows: Vec<Row> =
        sqlx::query_as("SELECT kind, model, input, output, cached FROM price ORDER BY kind, model")
            .fetch_all(db)
            .await?;
    rows.into_iter()
        .map(|row| {
            let price = Price { input: row.input, output: row.output, cached: row.cached };
            Ok(Own { kind: word(&row.kind)?, model: row.model, price })
        })
        .collect()
}

/// The price of a model for a question of `input` tokens. A model of this computer costs nothing
/// unless the person says so.
pub(super) fn find(
    own: &[Own],
    kind: ServiceKind,
    model: &str,
    local: bool,
    input: u32,
) -> Option<Price> {
    let entered = own.iter().find(|own| own.kind == kind && own.model == model);
    match entered {
        Some(own) => Some(own.price),
        None if local => None,
        None => catalog::price(kind, model, input),
    }
}

/// The same, from the vault, for a model of several names: what the person entered for any of
/// them counts most.
pub(crate) async fn price_of(
    db: &mut SqliteConnection,
    kind: ServiceKind,
    names: [&str; 2],
    local: bool,
    input: u32,
) -> Result<Option<Price>, sqlx::Error> {
    let own = own(db).await?;
    let entered = names.iter().find_map(|name| find(&own, kind, name, true, input));
    Ok(entered.or_else(|| names.iter().find_map(|name| find(&own, kind, name, local, input))))
}

/// The prices that the person entered.
///
/// # Errors
/// [`SettingsError::Locked`] and those of the store.
pub async fn prices(session: &Session) -> Result<Vec<PricedModel>, SettingsError> {
    Ok(own(&mut *session.vault().await?).await?)
}

/// Enters a price, in the place of the one that is known. Answers from now on are counted by it.
///
/// # Errors
/// [`SettingsError::Invalid`] for a price below zero or out of all bounds.
pub async fn set_price(session: &Session, priced: PricedModel) -> Result<(), SettingsError> {
    let Price { input, output, cached } = priced.price;
    for (field, dollars) in [("input", Some(input)), ("output", Some(output)), ("cached", cached)] {
        if dollars.is_some_and(|dollars| !(0.0..=HIGHEST).contains(&dollars)) {
            return Err(Invalid::new(field, "Enter US dollars for a million tokens.").into());
        }
    }
    if priced.model.is_empty() || priced.model.len() > 200 {
        return Err(Invalid::new("model", "This is not the id of a model.").into());
    }
    sqlx::query(
        "INSERT INTO price (kind, model, input, output, cached) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (kind, model) DO UPDATE SET
            input = excluded.input, output = excluded.output, cached = excluded.cached",
    )
    .bind(priced.kind.code())
    .bind(&priced.model)
    .bind(input)
    .bind(output)
    .bind(cached)
    .execute(&mut *session.vault().await?)
    .await?;
    Ok(())
}

/// Forgets a price that was entered.
///
/// # Errors
/// [`SettingsError::Locked`] and those of the store.
pub async fn forget_price(
    session: &Session,
    kind: ServiceKind,
    model: &str,
) -> Result<(), SettingsError> {
    sqlx::query("DELETE FROM price WHERE kind = ? AND model = ?")
        .bind(kind.code())
        .bind(model)
        .execute(&mut *session.vault().await?)
        .await?;
    Ok(())
}
