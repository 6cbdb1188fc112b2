//! Servers with models on this computer.

use std::time::Duration;

use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{SettingsError, store};
use crate::account::Session;
use crate::core::LocalPort;
use crate::model::service::{Endpoint, Proxy};
use crate::model::{Patience, ServiceKind, wire};

/// A server is there at once, or not at all.
const PATIENCE: Duration = Duration::from_secs(2);

/// A server that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LocalServer {
    /// "Ollama", "LM Studio", "llama.cpp".
    pub name: String,
    /// The wire that it speaks.
    pub kind: ServiceKind,
    /// Its base address.
    pub base_url: String,
    /// Its chat models by their ids.
    pub models: Vec<String>,
}

/// Looks for Ollama, LM Studio and llama.cpp where they usually are. Those that are set up
/// already are left out. No key is sent.
///
/// # Errors
/// [`SettingsError::Locked`] and those of the store.
pub async fn find_local_servers(session: &Session) -> Result<Vec<LocalServer>, SettingsError> {
    let known = store::services(&mut *session.vault().await?).await?;
    let known: Vec<String> = known.into_iter().map(|service| service.base_url).collect();
    let looked = session.core().local_ports.iter().map(|port| look(session, port));
    let found = join_all(looked).await.into_iter().flatten();
    Ok(found.filter(|server| !known.contains(&server.base_url)).collect())
}

async fn look(session: &Session, port: &LocalPort) -> Option<LocalServer> {
    let base_url = match port.kind {
        ServiceKind::OpenAi => format!("http://127.0.0.1:{}/v1", port.port),
        _ => format!("http://127.0.0.1:{}", port.port),
    };
    let endpoint = Endpoint {
        kind: port.kind,
        name: port.name.to_owned(),
        base_url,
        key: None,
        headers: Vec::new(),
        proxy: Proxy::Direct,
        patience: Patience { first_byte: 2, idle: 2 },
    };
    let (clients, sources) = (&session.unlocked().clients, &session.core().sources);
    let listed = tokio::time::timeout(PATIENCE, wire::list(&endpoint, clients, sources)).await;
    let models = listed.ok()?.ok()?;
    Some(LocalServer {
        name: port.name.to_owned(),
        kind: port.kind,
        base_url: endpoint.base_url,
        models: models.into_iter().map(|model| model.id).collect(),
    })
}
