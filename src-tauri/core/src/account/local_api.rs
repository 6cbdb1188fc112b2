//! Whether this computer answers programs over HTTP, at which port, and which web pages may call.
//! It belongs to the computer: administrators choose, everybody may know.

use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use ts_rs::TS;

use super::administration::allowed;
use super::audit::{self, Action, Entry};
use super::{AccountError, Session};
use crate::Invalid;
use crate::core::Core;

/// Where the older service listened.
const USUAL_PORT: u16 = 8000;
const MOST_ORIGINS: usize = 32;

/// What is chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LocalApi {
    /// Whether it listens.
    pub on: bool,
    /// The port of 127.0.0.1 at which it does.
    pub port: u16,
    /// The origins of web pages that may call it, such as `http://localhost:3000`.
    pub origins: Vec<String>,
}

impl Default for LocalApi {
    fn default() -> Self {
        Self { on: false, port: USUAL_PORT, origins: Vec::new() }
    }
}

/// What is chosen for this computer.
///
/// # Errors
/// Only those of the store.
pub async fn local_api(core: &Core) -> Result<LocalApi, AccountError> {
    let row: Option<(bool, u16, Json<Vec<String>>)> =
        sqlx::query_as("SELECT listens, port, origins FROM local_api")
            .fetch_optional(&mut *core.accounts().await?)
            .await?;
    Ok(row.map_or_else(LocalApi::default, |(on, port, origins)| LocalApi {
        on,
        port,
        origins: origins.0,
    }))
}

/// Chooses for this computer.
///
/// # Errors
/// [`AccountError::Forbidden`] to anyone but an administrator; [`AccountError::Invalid`] for a port
/// or an origin that can't be taken.
pub async fn set_local_api(session: &Session, wanted: LocalApi) -> Result<LocalApi, AccountError> {
    let mut db = allowed(session).await?;
    if wanted.port == 0 {
        return Err(Invalid::new("port", "A port is a number from 1 to 65535.").into());
    }
    if wanted.origins.len() > MOST_ORIGINS {
        return Err(Invalid::new("origins", format!("At most {MOST_ORIGINS} origins.")).into());
    }
    let mut origins = Vec::new();
    for origin in &wanted.origins {
        let origin = check_origin(origin)?;
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    let wanted = LocalApi { origins, ..wanted };
    sqlx::query(
        "INSERT INTO local_api (id, listens, port, origins) VALUES (1, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET
            listens = excluded.listens, port = excluded.port, origins = excluded.origins",
    )
    .bind(wanted.on)
    .bind(wanted.port)
    .bind(Json(&wanted.origins))
    .execute(&mut *db)
    .await?;
    drop(db);
    audit::note(session.core(), Entry::own(session, Action::LocalApiChanged)).await;
    Ok(wanted)
}

/// An origin as browsers write it. Every web page (`*`) and none (`null`) can't be named.
///
/// # Errors
/// [`Invalid`] for what is no origin.
pub fn check_origin(text: &str) -> Result<String, Invalid> {
    let refuse = || {
        let shown: String = text.chars().filter(|c| !c.is_control()).take(100).collect();
        Invalid::new(
            "origins",
            format!(
                "“{shown}” is no origin. Write the scheme, the host and the port of the web page, as in http://localhost:3000."
            ),
        )
    };
    let url = reqwest::Url::parse(text.trim()).map_err(|_| refuse())?;
    let bare = matches!(url.scheme(), "http" | "https")
        && url.host_str().is_some_and(|host| !host.is_empty() && !host.contains('*'))
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if bare { Ok(url.origin().ascii_serialization()) } else { Err(refuse()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_written_as_browsers_write_them() {
        for (typed, origin) in [
            ("http://localhost:3000", "http://localhost:3000"),
            (" HTTP://LocalHost:3000/ ", "http://localhost:3000"),
            ("http://127.0.0.1:80", "http://127.0.0.1"),
            ("https://app.example.org", "https://app.example.org"),
        ] {
            assert_eq!(check_origin(typed).unwrap(), origin);
        }
    }

    #[test]
    fn what_names_no_single_web_page_is_no_origin() {
        for bad in [
            "",
            "*",
            "null",
            "localhost:3000",
            "http://*",
            "http://*.example.org",
            "file:///etc/passwd",
            "http://localhost:3000/app",
            "http://localhost:3000?x",
            "http://localhost:3000#x",
            "http://me@localhost:3000",
            "http://localhost:99999",
            "javascript:alert(1)",
        ] {
            assert_eq!(check_origin(bad).unwrap_err().field, "origins", "{bad:?}");
        }
    }
}
