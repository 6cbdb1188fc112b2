//! The list of Gemini's models, asked for and never hard-coded.

use serde_json::Value;

use super::{Access, FIRST_BYTE, KEY_HEADER, address, client, error_body, fault};
use crate::model::{Problem, ProblemCode};
use crate::settings::GeminiModel;

const MOST_PAGES: usize = 20;

/// The chat models that the service names for this key. The call costs nothing.
pub(crate) async fn list(access: &Access) -> Result<Vec<GeminiModel>, Problem> {
    let mut models = Vec::new();
    let mut page = String::new();
    for _ in 0..MOST_PAGES {
        let mut query = vec![("pageSize", "1000")];
        if !page.is_empty() {
            query.push(("pageToken", &page));
        }
        let answer = ask(access, &query).await.map_err(|problem| problem.without(&access.key))?;
        let listed = answer
            .get("models")
            .and_then(Value::as_array)
            .ok_or_else(|| fault::not_the_service(&answer.to_string()))?;
        models.extend(listed.iter().filter_map(chat_model));
        match answer.get("nextPageToken").and_then(Value::as_str) {
            Some(token) if !token.is_empty() => page = token.to_owned(),
            _ => break,
        }
    }
    Ok(models)
}

async fn ask(access: &Access, query: &[(&str, &str)]) -> Result<Value, Problem> {
    let url = address(&access.base_url, "v1beta/models", query)?;
    let sent = client(&url)?.get(url).header(KEY_HEADER, access.header()?).send();
    let response = tokio::time::timeout(FIRST_BYTE, sent)
        .await
        .map_err(|_| fault::timed_out("Gemini did not answer within 30 seconds."))?
        .map_err(|error| fault::connection(&error))?;
    let status = response.status();
    if !status.is_success() {
        let retry_after = fault::retry_after(response.headers());
        let body = error_body(response).await;
        return Err(fault::refused(status.as_u16(), &body, retry_after));
    }
    let body = tokio::time::timeout(FIRST_BYTE, response.text())
        .await
        .map_err(|_| fault::timed_out("Gemini did not answer within 30 seconds."))?
        .map_err(|error| fault::broken(&error))?;
    serde_json::from_str(&body).map_err(|_| fault::not_the_service(&body))
}

fn chat_model(model: &Value) -> Option<GeminiModel> {
    let methods = model.get("supportedGenerationMethods").and_then(Value::as_array)?;
    if !methods.iter().any(|method| method == "generateContent") {
        return None;
    }
    let id = model.get("name")?.as_str()?.strip_prefix("models/")?.to_owned();
    let text_only = !["image", "tts", "audio", "embedding", "aqa", "robotics", "computer-use"]
        .iter()
        .any(|other| id.contains(other));
    let limit = |name: &str| {
        model.get(name).and_then(Value::as_u64).and_then(|limit| u32::try_from(limit).ok())
    };
    text_only.then(|| GeminiModel {
        name: model.get("displayName").and_then(Value::as_str).unwrap_or(&id).to_owned(),
        input_token_limit: limit("inputTokenLimit"),
        output_token_limit: limit("outputTokenLimit"),
        id,
    })
}

/// The newest `gemini-*-flash` among `models`; else the first of them.
pub(crate) fn default_model(models: &[GeminiModel]) -> Option<&GeminiModel> {
    models
        .iter()
        .filter_map(|model| Some((version(&model.id)?, model)))
        .max_by_key(|(version, _)| *version)
        .map(|(_, model)| model)
        .or_else(|| models.first())
}

/// `gemini-3.8-flash` → (3, 8).
fn version(id: &str) -> Option<(u32, u32)> {
    let number = id.strip_prefix("gemini-")?.strip_suffix("-flash")?;
    let (major, minor) = number.split_once('.').unwrap_or((number, "0"));
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// The problem of a service that names no chat model.
pub(crate) fn none_offered() -> Problem {
    Problem::new(
        ProblemCode::ModelGone,
        "The service names no model that can chat. Check the base address in Settings → Models.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(id: &str) -> GeminiModel {
        GeminiModel {
            id: id.into(),
            name: id.into(),
            input_token_limit: None,
            output_token_limit: None,
        }
    }

    #[test]
    fn the_default_is_the_newest_plain_flash() {
        let models = [
            "gemini-2.5-flash",
            "gemini-3.10-flash",
            "gemini-3.8-flash",
            "gemini-9-flash-lite",
            "gemini-flash-latest",
            "gemini-4.0-flash-preview",
            "gemini-3.9-pro",
        ]
        .map(named);
        assert_eq!(default_model(&models).unwrap().id, "gemini-3.10-flash");
        assert_eq!(default_model(&[named("gemma-3")]).unwrap().id, "gemma-3");
        assert_eq!(default_model(&[]), None);
    }
}
