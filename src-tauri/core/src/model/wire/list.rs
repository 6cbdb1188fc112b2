//! The list of a service's models, asked for and never hard-coded.

use super::call::json;
use super::http::{self, Clients};
use super::{fault, wire};
use crate::clock::Sources;
use crate::model::service::Endpoint;
use crate::model::{ModelInfo, Problem, ProblemCode};

const MOST_PAGES: usize = 20;

/// The chat models that the service names for this key. The call costs nothing.
pub(crate) async fn list(
    endpoint: &Endpoint,
    clients: &Clients,
    sources: &Sources,
) -> Result<Vec<ModelInfo>, Problem> {
    let pages = pages(endpoint, clients, sources).await;
    let models = pages.map_err(|problem| endpoint.cleaned(problem))?;
    if models.is_empty() {
        return Err(Problem::new(
            ProblemCode::ModelGone,
            format!(
                "{} names no model that can chat. Load one there, or check the address in Settings → Models.",
                endpoint.name
            ),
        ));
    }
    Ok(models)
}

async fn pages(
    endpoint: &Endpoint,
    clients: &Clients,
    sources: &Sources,
) -> Result<Vec<ModelInfo>, Problem> {
    let wire = wire(endpoint.kind);
    if endpoint.key.is_some() && endpoint.base_url.contains("//openrouter.ai/") {
        // Its list is for all: the key is proven by what it says of it.
        let url = http::address::<&str>(endpoint, "key", &[])?;
        let headers = http::headers(endpoint, wire.key_header(), wire.headers())?;
        json(endpoint, sources, clients.to(endpoint, &url)?.get(url).headers(headers)).await?;
    }
    let mut models = Vec::new();
    let mut next = None;
    for _ in 0..MOST_PAGES {
        let query = wire.models_query(next.as_deref());
        let url = http::address(endpoint, wire.models_path(), &query)?;
        let headers = http::headers(endpoint, wire.key_header(), wire.headers())?;
        let sent = clients.to(endpoint, &url)?.get(url).headers(headers);
        let answer = json(endpoint, sources, sent).await?;
        let page = wire.models(&answer);
        let page =
            page.ok_or_else(|| fault::not_the_service(&endpoint.name, &answer.to_string()))?;
        models.extend(page.models);
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    Ok(models)
}

/// What the service says about one model beside its list, where it does.
pub(crate) async fn details(
    endpoint: &Endpoint,
    clients: &Clients,
    sources: &Sources,
    model: &mut ModelInfo,
) -> Result<(), Problem> {
    let wire = wire(endpoint.kind);
    let Some((path, body)) = wire.details_of(&model.id) else { return Ok(()) };
    let asked = async {
        let url = http::address::<&str>(endpoint, path, &[])?;
        let headers = http::headers(endpoint, wire.key_header(), wire.headers())?;
        let sent = clients.to(endpoint, &url)?.post(url).headers(headers).json(&body);
        json(endpoint, sources, sent).await
    };
    let answer = asked.await.map_err(|problem| endpoint.cleaned(problem))?;
    wire.details(&answer, model);
    Ok(())
}
