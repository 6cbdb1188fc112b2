//! Services and prices in SQL.

use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use sqlx::{FromRow, SqliteConnection};
use zeroize::Zeroizing;

use super::{ProxyChoice, values};
use crate::clock::{Sources, Timestamp};
use crate::ids::ServiceId;
use crate::model::{ModelInfo, ModelRef, Patience, ServiceKind};
use crate::vault::{Sealer, Transaction, secrets, word};

const CHOICE: &str = "model";
/// The service of the computer's own key, in every vault the same.
pub(super) const COMPUTER: ServiceId = ServiceId(0);

/// A service as it is kept, without its secrets.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) id: ServiceId,
    pub(super) kind: ServiceKind,
    pub(super) name: String,
    pub(super) base_url: String,
    pub(super) proxy: ProxyChoice,
    pub(super) patience: Option<Patience>,
    pub(super) models: Vec<ModelInfo>,
    pub(super) models_at: Option<Timestamp>,
}

/// What is sealed of a service.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Secrets {
    key: Option<Bound>,
    headers: Vec<(String, Bound)>,
    proxy: Option<String>,
}

/// A secret and the address that it was entered for, and the only one it is sent to.
#[derive(Clone, Serialize, Deserialize)]
struct Bound {
    url: String,
    value: String,
}

impl Secrets {
    pub(super) fn key(&self, base_url: &str) -> Option<Zeroizing<String>> {
        let bound = self.key.as_ref().filter(|key| key.url == base_url)?;
        Some(Zeroizing::new(bound.value.clone()))
    }

    pub(super) fn set_key(&mut self, base_url: &str, key: Option<Zeroizing<String>>) {
        self.key = key.map(|key| Bound { url: base_url.to_owned(), value: key.to_string() });
    }

    pub(super) fn headers(&self, base_url: &str) -> Vec<(String, Zeroizing<String>)> {
        let ours = self.headers.iter().filter(|(_, bound)| bound.url == base_url);
        ours.map(|(name, bound)| (name.clone(), Zeroizing::new(bound.value.clone()))).collect()
    }

    pub(super) fn set_headers(
        &mut self,
        base_url: &str,
        headers: Vec<(String, Zeroizing<String>)>,
    ) {
        let bound = |value: &str| Bound { url: base_url.to_owned(), value: value.to_owned() };
        self.headers = headers.iter().map(|(name, value)| (name.clone(), bound(value))).collect();
    }

    pub(super) fn proxy(&self) -> Option<Zeroizing<String>> {
        self.proxy.clone().map(Zeroizing::new)
    }

    pub(super) fn set_proxy(&mut self, proxy: Option<Zeroizing<String>>) {
        self.proxy = proxy.map(|proxy| proxy.to_string());
    }
}

#[derive(FromRow)]
struct Row {
    id: ServiceId,
    kind: String,
    name: String,
    base_url: String,
    proxy: String,
    patience: Option<Json<Patience>>,
    models: Option<Json<Vec<ModelInfo>>>,
    models_at: Option<i64>,
}

impl TryFrom<Row> for Kept {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.id,
            kind: word(&row.kind)?,
            name: row.name,
            base_url: row.base_url,
            proxy: word(&row.proxy)?,
            patience: row.patience.map(|patience| patience.0),
            models: row.models.map(|models| models.0).unwrap_or_default(),
            models_at: row.models_at.map(Timestamp),
        })
    }
}

const SERVICE: &str =
    "SELECT id, kind, name, base_url, proxy, patience, models, models_at FROM service";

pub(super) async fn services(db: &mut SqliteConnection) -> Result<Vec<Kept>, sqlx::Error> {
    let query = format!("{SERVICE} ORDER BY id");
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(query)).fetch_all(db).await?;
    rows.into_iter().map(Kept::try_from).collect()
}

pub(super) async fn service(
    db: &mut SqliteConnection,
    id: ServiceId,
) -> Result<Option<Kept>, sqlx::Error> {
    let query = format!("{SERVICE} WHERE id = ?");
    let row: Option<Row> =
        sqlx::query_as(sqlx::AssertSqlSafe(query)).bind(id).fetch_optional(db).await?;
    row.map(Kept::try_from).transpose()
}

/// Keeps the service of the computer's own key, which every account has.
pub(super) async fn keep_computer(
    db: &mut SqliteConnection,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT OR IGNORE INTO service (id, kind, name, base_url, created_at) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(COMPUTER)
    .bind(ServiceKind::Gemini.code())
    .bind("Gemini (this computer's key)")
    .bind(ServiceKind::Gemini.default_base_url())
    .bind(now.0)
    .execute(db)
    .await?;
    Ok(())
}

/// Stores a new service.
pub(super) async fn insert(
    db: &mut SqliteConnection,
    service: &Kept,
    now: Timestamp,
) -> Result<ServiceId, sqlx::Error> {
    sqlx::query_scalar(
        "INSERT INTO service (kind, name, base_url, proxy, patience, created_at)
         VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
    )
    .bind(service.kind.code())
    .bind(&service.name)
    .bind(&service.base_url)
    .bind(service.proxy.code())
    .bind(service.patience.map(Json))
    .bind(now.0)
    .fetch_one(db)
    .await
}

/// Stores a service anew; `false` when it was removed. The list of another address is forgotten.
pub(super) async fn update(db: &mut SqliteConnection, service: &Kept) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "UPDATE service SET
            models = iif(base_url = ?1, models, NULL),
            models_at = iif(base_url = ?1, models_at, NULL),
            base_url = ?1, name = ?2, proxy = ?3, patience = ?4
         WHERE id = ?5",
    )
    .bind(&service.base_url)
    .bind(&service.name)
    .bind(service.proxy.code())
    .bind(service.patience.map(Json))
    .bind(service.id)
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(super) async fn remove(db: &mut SqliteConnection, id: ServiceId) -> Result<bool, sqlx::Error> {
    let mut all = Transaction::begin(db).await?;
    secrets::remove(&mut all, &secret_name(id)).await?;
    let done = sqlx::query("DELETE FROM service WHERE id = ? AND id <> ?")
        .bind(id)
        .bind(COMPUTER)
        .execute(&mut *all)
        .await?;
    all.commit().await?;
    Ok(done.rows_affected() > 0)
}

/// Keeps a list, unless the service has another address by now.
pub(super) async fn set_models(
    db: &mut SqliteConnection,
    id: ServiceId,
    base_url: &str,
    models: &[ModelInfo],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE service SET models = ?, models_at = ? WHERE id = ? AND base_url = ?")
        .bind(Json(models))
        .bind(now.0)
        .bind(id)
        .bind(base_url)
        .execute(db)
        .await?;
    Ok(())
}

/// The window of a model, as the service itself named it when it was too small.
pub(crate) async fn remember_window(
    db: &mut SqliteConnection,
    id: ServiceId,
    model: &str,
    window: u32,
) -> Result<(), sqlx::Error> {
    let Some(mut kept) = service(db, id).await? else { return Ok(()) };
    match kept.models.iter_mut().find(|info| info.id == model) {
        Some(info) => info.window = Some(window),
        None => return Ok(()),
    }
    sqlx::query("UPDATE service SET models = ? WHERE id = ?")
        .bind(Json(&kept.models))
        .bind(id)
        .execute(db)
        .await?;
    Ok(())
}

fn secret_name(id: ServiceId) -> String {
    format!("service/{id}")
}

pub(super) async fn secrets_of(
    db: &mut SqliteConnection,
    sealer: &Sealer,
    id: ServiceId,
) -> Result<Secrets, sqlx::Error> {
    let sealed = secrets::get(db, sealer, &secret_name(id)).await?;
    Ok(sealed.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

pub(super) async fn put_secrets(
    db: &mut SqliteConnection,
    sources: &Sources,
    sealer: &Sealer,
    id: ServiceId,
    kept: &Secrets,
) -> Result<(), sqlx::Error> {
    let text = serde_json::to_string(kept).map_err(|fault| sqlx::Error::Encode(fault.into()))?;
    secrets::put(db, sources, sealer, &secret_name(id), &Zeroizing::new(text)).await
}

/// Moves the one key of an older program, sealed or plain, to where keys are kept now.
pub(crate) async fn move_keys(
    db: &mut SqliteConnection,
    sources: &Sources,
    sealer: &Sealer,
) -> Result<(), sqlx::Error> {
    const OLD: &str = "gemini";
    let row: Option<(Option<String>, Option<String>)> =
        sqlx::query_as("SELECT key, key_url FROM provider WHERE name = 'gemini'")
            .fetch_optional(&mut *db)
            .await?;
    let Some((plain, url)) = row else { return Ok(()) };
    let sealed = secrets::get(db, sealer, OLD).await?;
    let key = sealed.or(plain.map(Zeroizing::new));
    let mut all = Transaction::begin(db).await?;
    let id: Option<ServiceId> =
        sqlx::query_scalar("SELECT id FROM service WHERE kind = 'gemini' AND id <> ? ORDER BY id")
            .bind(COMPUTER)
            .fetch_optional(&mut *all)
            .await?;
    if let (Some(id), Some(key), Some(url)) = (id, key, url) {
        let mut kept = Secrets::default();
        kept.set_key(&url, Some(key));
        put_secrets(&mut all, sources, sealer, id, &kept).await?;
    }
    secrets::remove(&mut all, OLD).await?;
    sqlx::query("DELETE FROM provider").execute(&mut *all).await?;
    all.commit().await
}

pub(super) async fn choice(db: &mut SqliteConnection) -> Result<ModelRef, sqlx::Error> {
    Ok(values::value(db, CHOICE).await?.unwrap_or_default())
}

pub(super) async fn choose(
    db: &mut SqliteConnection,
    choice: &ModelRef,
) -> Result<(), sqlx::Error> {
    values::set_value(db, CHOICE, choice).await
}
