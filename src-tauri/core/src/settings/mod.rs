//! Which model answers, and the keys it needs. Keys go in and never come out.

mod locking;
mod store;

use reqwest::Url;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use zeroize::Zeroizing;

pub(crate) use locking::write_code_noted;
pub use locking::{IDLE_MINUTES, idle_minutes, is_code_noted, set_code_noted, set_idle_minutes};
pub(crate) use store::{seal_keys, set_value, value};

use crate::Invalid;
use crate::account::{Locked, Session};
use crate::model::{Model as _, Problem, ProblemCode, builtin, gemini};
use crate::vault::StoreError;

/// The model that answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ModelChoice {
    /// The offline one, which needs nothing.
    #[default]
    BuiltIn,
    /// Google's Gemini.
    Gemini,
}

/// Where a key comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeyOrigin {
    /// Entered by the person; kept in the vault.
    Vault,
    /// `GEMINI_API_KEY` of this computer's environment.
    Environment,
}

/// What is set up. It holds no key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ModelSettings {
    /// The model that answers from now on.
    pub choice: ModelChoice,
    /// Its name for a person, such as "Gemini · gemini-3.8-flash".
    pub label: String,
    /// Gemini's base address in force.
    pub gemini_base_url: String,
    /// Whether that is Google's own address.
    pub gemini_base_url_is_default: bool,
    /// Gemini's model by its id; `None` is the newest flash model that the service names.
    pub gemini_model: Option<String>,
    /// Where the key in force comes from; `None` when there is none.
    pub gemini_key: Option<KeyOrigin>,
}

/// One of Gemini's models.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct GeminiModel {
    /// Its id, such as `gemini-3.8-flash`.
    pub id: String,
    /// Its name for a person.
    pub name: String,
    /// The longest prompt in tokens.
    pub input_token_limit: Option<u32>,
    /// The longest answer in tokens.
    pub output_token_limit: Option<u32>,
}

/// What the test of key and address found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum GeminiTest {
    /// The service answered.
    Works {
        /// Its chat models, in its order.
        models: Vec<GeminiModel>,
        /// The one that answers when none is chosen.
        newest_flash: Option<String>,
    },
    /// It doesn't work, and why.
    Fails {
        /// Why, and what to do.
        problem: Problem,
    },
}

/// Why a setting was refused.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A field can't be taken.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Nobody is signed in.
    #[error(transparent)]
    Locked(#[from] Locked),
    /// The model's settings don't work.
    #[error(transparent)]
    Model(#[from] Problem),
    /// The vault.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for SettingsError {
    fn from(fault: sqlx::Error) -> Self {
        Self::Store(fault.into())
    }
}

const LONGEST_KEY: usize = 4096;

/// What is set up.
///
/// # Errors
/// [`SettingsError::Locked`] and those of the store.
pub async fn get(session: &Session) -> Result<ModelSettings, SettingsError> {
    let mut db = session.vault().await?;
    let gemini = store::gemini(&mut db, &session.sealer()?).await?;
    let key = gemini.access(session).map(|(_, origin)| origin);
    let choice = store::choice(&mut db).await?;
    drop(db);
    let label = match choice {
        ModelChoice::BuiltIn => builtin::BuiltIn::default().label(),
        ModelChoice::Gemini => {
            format!("Gemini · {}", gemini.model.as_deref().unwrap_or("newest flash"))
        }
    };
    Ok(ModelSettings {
        choice,
        label,
        gemini_base_url_is_default: gemini.base_url == gemini::DEFAULT_BASE_URL,
        gemini_base_url: gemini.base_url,
        gemini_model: gemini.model,
        gemini_key: key,
    })
}

/// Chooses the model that answers from now on.
///
/// # Errors
/// [`SettingsError::Model`] when Gemini is chosen and there is no key for its address.
pub async fn choose(
    session: &Session,
    choice: ModelChoice,
    gemini_model: Option<String>,
) -> Result<ModelSettings, SettingsError> {
    let named = |id: &String| {
        !id.is_empty()
            && id.len() <= 128
            && id.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c))
    };
    if !gemini_model.as_ref().is_none_or(named) {
        return Err(Invalid::new("gemini_model", "This is not the id of a model.").into());
    }
    let mut db = session.vault().await?;
    let stored = store::gemini(&mut db, &session.sealer()?).await?;
    if choice == ModelChoice::Gemini && stored.access(session).is_none() {
        return Err(key_missing().into());
    }
    store::choose(&mut db, choice, gemini_model.as_deref(), &stored).await?;
    drop(db);
    get(session).await
}

fn key_missing() -> Problem {
    Problem::new(
        ProblemCode::KeyMissing,
        "Gemini needs a key. Enter one in Settings → Models, or choose the built-in model.",
    )
}

/// Stores a key and the address it belongs to. `None` keeps what is stored; a stored key stays
/// bound to the address it was entered for.
///
/// # Errors
/// [`SettingsError::Invalid`] for an address or a key that can't be one.
pub async fn set_gemini(
    session: &Session,
    base_url: Option<String>,
    key: Option<Zeroizing<String>>,
) -> Result<ModelSettings, SettingsError> {
    let base_url = match base_url.as_deref().map(str::trim).filter(|url| !url.is_empty()) {
        Some(url) => check_base_url(url)?,
        None => gemini::DEFAULT_BASE_URL.to_owned(),
    };
    let key = key.map(|key| Zeroizing::new(key.trim().to_owned()));
    if let Some(key) = &key
        && (key.is_empty() || key.len() > LONGEST_KEY || !key.bytes().all(|b| b.is_ascii_graphic()))
    {
        return Err(
            Invalid::new("key", "A key has letters, digits and signs, without spaces.").into()
        );
    }
    let mut db = session.vault().await?;
    let (sources, sealer) = (&session.core().sources, session.sealer()?);
    let key = key.as_ref().map(|key| key.as_str());
    store::set_gemini(&mut db, sources, &sealer, &base_url, key).await?;
    drop(db);
    session.unlocked().desk.forget_newest_model();
    get(session).await
}

/// https anywhere, plain http on this computer only.
fn check_base_url(url: &str) -> Result<String, Invalid> {
    let refuse = |why: &str| Err(Invalid::new("base_url", why));
    let Ok(parsed) = Url::parse(url) else {
        return refuse("This is not an address. It starts with https://.");
    };
    if !parsed.username().is_empty() || parsed.password().is_some() || parsed.query().is_some() {
        return refuse("The address holds no name, password or query.");
    }
    match parsed.scheme() {
        "https" => {}
        "http" if gemini::is_loopback(&parsed) => {}
        _ => {
            return refuse(
                "The address starts with https://. Plain http:// is for this computer only (127.0.0.1).",
            );
        }
    }
    Ok(url.trim_end_matches('/').to_owned())
}

/// Removes the stored key and goes back to the built-in model, unless the computer has a key.
///
/// # Errors
/// [`SettingsError::Locked`] and those of the store.
pub async fn forget_gemini_key(session: &Session) -> Result<ModelSettings, SettingsError> {
    let mut db = session.vault().await?;
    store::forget_key(&mut db).await?;
    let stored = store::gemini(&mut db, &session.sealer()?).await?;
    if stored.access(session).is_none() {
        store::choose(&mut db, ModelChoice::BuiltIn, stored.model.as_deref(), &stored).await?;
    }
    drop(db);
    get(session).await
}

/// Asks the service for its models: proves key and address, and costs nothing.
///
/// # Errors
/// [`SettingsError::Locked`] and those of the store; a failed test is no error.
pub async fn test_gemini(session: &Session) -> Result<GeminiTest, SettingsError> {
    let stored = store::gemini(&mut *session.vault().await?, &session.sealer()?).await?;
    let Some((access, _)) = stored.access(session) else {
        return Ok(GeminiTest::Fails { problem: key_missing() });
    };
    Ok(match gemini::list(&access).await {
        Ok(models) => GeminiTest::Works {
            newest_flash: gemini::default_model(&models).map(|model| model.id.clone()),
            models,
        },
        Err(problem) => GeminiTest::Fails { problem },
    })
}

/// The model that answers now, also behind a lock.
pub(crate) async fn model(session: &Session) -> Result<Chosen, SettingsError> {
    let mut db = session.unlocked().connection().await.ok_or(Locked)?;
    let choice = store::choice(&mut db).await?;
    let stored = store::gemini(&mut db, &session.sealer()?).await?;
    drop(db);
    let access = stored.access(session);
    match choice {
        ModelChoice::BuiltIn => Ok(Chosen::BuiltIn),
        ModelChoice::Gemini => {
            let (access, _) = access.ok_or_else(key_missing)?;
            Ok(Chosen::Gemini(access, stored.model))
        }
    }
}

/// The model that answers, before it is known by name.
pub(crate) enum Chosen {
    BuiltIn,
    Gemini(gemini::Access, Option<String>),
}

impl store::Gemini {
    /// The address with the key that belongs to it. The computer's key goes to Google only.
    fn access(&self, session: &Session) -> Option<(gemini::Access, KeyOrigin)> {
        let own = self.key.clone().filter(|_| self.key_url.as_deref() == Some(&self.base_url));
        let computer = || {
            let key = session.core().gemini_key.clone()?;
            (self.base_url == gemini::DEFAULT_BASE_URL).then_some((key, KeyOrigin::Environment))
        };
        let (key, origin) = own.map(|key| (key, KeyOrigin::Vault)).or_else(computer)?;
        let base_url = self.base_url.clone();
        Some((gemini::Access { base_url, key }, origin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_computer_only() {
        for good in [
            "https://proxy.example.org/gemini/",
            "http://127.0.0.1:8080",
            "http://localhost:1",
            "http://[::1]:9",
        ] {
            assert!(check_base_url(good).is_ok(), "{good}");
        }
        for bad in [
            "http://example.org",
            "http://127.0.0.1.example.org",
            "ftp://x",
            "javascript:1",
            "x",
            "https://a:b@example.org",
            "https://example.org/?key=1",
        ] {
            assert!(check_base_url(bad).is_err(), "{bad}");
        }
    }
}
