//! OpenAI's Chat Completions, as OpenAI, OpenRouter, LM Studio, llama.cpp, vLLM and others speak
//! them.
//!
//! <https://platform.openai.com/docs/api-reference/chat/streaming>

use serde::Deserialize;
use serde_json::{Value, json};

use super::gathered::{Ending, Gathered};
use super::lenient::{Count, List, Object, Present, Text};
use super::{Asked, Decode, ModelPage, Read, Wire};
use crate::model::service::short_name;
use crate::model::{Delta, ModelInfo, Request, Speaker, Turn, Usage};

/// What reasoning that must be sent back is called where it is kept.
const OPAQUE: &str = "openai";

pub(super) struct OpenAi;

impl Wire for OpenAi {
    fn key_header(&self) -> &'static str {
        "authorization"
    }

    fn asked(&self, model: &ModelInfo, request: &Request, _: u32) -> Asked {
        let system = (!request.system.is_empty())
            .then(|| json!({ "role": "system", "content": request.system }));
        let messages: Vec<Value> =
            system.into_iter().chain(request.turns.iter().map(message)).collect();
        let body = json!({
            "model": model.id,
            "messages": messages,
            "stream": true,
            "stream_options": { "include_usage": true },
        });
        Asked { path: "chat/completions".to_owned(), query: &[], body }
    }

    /// Older imitators don't know the option.
    fn spare(&self, body: &mut Value, said: &str) -> bool {
        let named = said.contains("stream_options") || said.contains("include_usage");
        named && body.as_object_mut().is_some_and(|body| body.remove("stream_options").is_some())
    }

    fn decoder(&self) -> Box<dyn Decode> {
        Box::<Decoder>::default()
    }

    fn models_path(&self) -> &'static str {
        "models"
    }

    fn models(&self, page: &Value) -> Option<ModelPage> {
        // Some imitators send the bare list.
        let listed = page.get("data").unwrap_or(page).as_array()?;
        Some(ModelPage { models: listed.iter().filter_map(chat_model).collect(), next: None })
    }

    /// The newest small one of OpenAI's own, else the first.
    fn default_model<'a>(&self, models: &'a [ModelInfo]) -> Option<&'a ModelInfo> {
        let versions = models.iter().filter_map(|model| Some((version(&model.id)?, model)));
        versions.max_by_key(|(version, _)| *version).map(|(_, model)| model).or(models.first())
    }
}

fn message(turn: &Turn) -> Value {
    let role = match turn.speaker {
        Speaker::Person => "user",
        Speaker::Model => "assistant",
    };
    let mut message = json!({ "role": role, "content": turn.text });
    if let Some(details) = turn.opaque.as_ref().and_then(|opaque| opaque.get(OPAQUE)) {
        message["reasoning_details"] = details.clone();
    }
    message
}

fn chat_model(model: &Value) -> Option<ModelInfo> {
    const OTHER: [&str; 22] = [
        "embed",
        "whisper",
        "tts",
        "dall-e",
        "image",
        "moderation",
        "realtime",
        "audio",
        "transcribe",
        "search-api",
        "search-preview",
        "deep-research",
        "sora",
        "computer-use",
        "babbage",
        "davinci",
        "-instruct",
        "rerank",
        "reranker",
        "stable-diffusion",
        "flux",
        "ocr",
    ];
    let id = model.get("id")?.as_str()?.to_owned();
    let owner = model.get("owned_by").and_then(Value::as_str).unwrap_or_default();
    let openai = matches!(owner, "openai" | "openai-internal" | "system");
    // Elsewhere "instruct" is what chat models are called.
    let named = short_name(&id);
    let mut other =
        OTHER.iter().any(|other| named.contains(other) && (openai || *other != "-instruct"));
    // Those of OpenAI's own answer by another API alone.
    other |= openai && (named.contains("codex") || named.contains("-pro"));
    let outputs = model.pointer("/architecture/output_modalities").and_then(Value::as_array);
    let silent = outputs.is_some_and(|kinds| !kinds.iter().any(|kind| kind == "text"));
    // LM Studio says what each is for.
    let kind = model.get("type").and_then(Value::as_str).unwrap_or_default();
    if other || silent || kind == "embeddings" {
        return None;
    }
    let number = |place: &str| model.pointer(place)?.as_u64().and_then(|n| n.try_into().ok());
    let parameters = model.get("supported_parameters").and_then(Value::as_array);
    let window = ["/context_length", "/max_model_len", "/loaded_context_length", "/meta/n_ctx"];
    let window = window.iter().chain(&["/max_context_length", "/meta/n_ctx_train"]);
    Some(ModelInfo {
        name: model
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_else(|| short_name(&id))
            .to_owned(),
        window: window.copied().find_map(number),
        longest_answer: number("/top_provider/max_completion_tokens"),
        thinking: parameters.map(|names| names.iter().any(|name| name == "reasoning")),
        id,
    })
}

/// `gpt-5.2-mini` → (5, 2).
fn version(id: &str) -> Option<(u32, u32)> {
    let number = id.strip_prefix("gpt-")?.strip_suffix("-mini")?;
    let (major, minor) = number.split_once('.').unwrap_or((number, "0"));
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Chunk<'a> {
    #[serde(borrow)]
    model: Text<'a>,
    #[serde(borrow)]
    choices: List<Object<Choice<'a>>>,
    usage: Object<Tokens>,
    error: Present,
    id: Present,
    #[serde(borrow)]
    object: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Choice<'a> {
    index: Count,
    #[serde(borrow)]
    delta: Object<Said<'a>>,
    /// In the place of `delta` where the answer comes in one piece.
    #[serde(borrow)]
    message: Object<Said<'a>>,
    #[serde(borrow)]
    finish_reason: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Said<'a> {
    #[serde(borrow)]
    content: Text<'a>,
    #[serde(borrow)]
    reasoning_content: Text<'a>,
    #[serde(borrow)]
    reasoning: Text<'a>,
    #[serde(borrow)]
    refusal: Text<'a>,
    reasoning_details: Present,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Tokens {
    prompt_tokens: Count,
    completion_tokens: Count,
    prompt_tokens_details: Object<Details>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Details {
    cached_tokens: Count,
}

#[derive(Default)]
struct Decoder {
    gathered: Gathered,
    details: Vec<Value>,
}

impl Decode for Decoder {
    fn gathered(&mut self) -> &mut Gathered {
        &mut self.gathered
    }

    fn event(&mut self, data: &[u8], to: &mut Vec<Delta>) -> Result<Read, serde_json::Error> {
        if data.trim_ascii() == b"[DONE]" {
            if !self.gathered.finished() {
                self.gathered.ends(Ending::Whole, "[DONE]");
            }
            return Ok(Read::Taken);
        }
        let chunk: Object<Chunk<'_>> = serde_json::from_slice(data)?;
        let Some(chunk) = chunk.0 else { return Ok(Read::Strange) };
        if chunk.error.0 || chunk.object.get() == Some("error") {
            return Ok(Read::Error);
        }
        let known = chunk.id.0
            || !chunk.choices.0.is_empty()
            || chunk.usage.0.is_some()
            || chunk.object.get().is_some_and(|kind| kind.starts_with("chat.completion"));
        self.gathered.model(chunk.model.get(), to);
        let choices = chunk.choices.0.into_iter().enumerate();
        let ours = choices
            .filter_map(|(at, choice)| Some((at, choice.0?)))
            .find(|(_, choice)| choice.index.0.unwrap_or(0) == 0);
        if let Some((at, choice)) = ours {
            if let Some(said) = choice.delta.0.or(choice.message.0) {
                self.said(data, at, said, to)?;
            }
            if let Some(reason) = choice.finish_reason.get() {
                self.gathered.ends(ending(reason), reason);
            }
        }
        if let Some(usage) = chunk.usage.0.and_then(|tokens| tokens.usage()) {
            self.gathered.usage(usage, to);
        }
        Ok(if known { Read::Taken } else { Read::Strange })
    }

    fn opaque(&mut self) -> Option<Value> {
        let details = std::mem::take(&mut self.details);
        (!details.is_empty()).then(|| json!({ OPAQUE: details }))
    }
}

impl Decoder {
    fn said(
        &mut self,
        data: &[u8],
        choice: usize,
        said: Said<'_>,
        to: &mut Vec<Delta>,
    ) -> Result<(), serde_json::Error> {
        if said.reasoning_details.0 {
            let chunk: Value = serde_json::from_slice(data)?;
            for name in ["delta", "message"] {
                let place = format!("/choices/{choice}/{name}/reasoning_details");
                let details = chunk.pointer(&place).and_then(Value::as_array);
                self.details.extend(details.into_iter().flatten().cloned());
            }
        }
        let thought = said.reasoning_content.0.or(said.reasoning.0);
        if let Some(thought) = thought {
            self.gathered.thought(thought, to);
        }
        // A refusal is the model's own answer, in words.
        for text in [said.content.0, said.refusal.0].into_iter().flatten() {
            self.gathered.content(&text, to);
        }
        Ok(())
    }
}

impl Tokens {
    fn usage(&self) -> Option<Usage> {
        let details = self.prompt_tokens_details.0.as_ref();
        Some(Usage {
            input: self.prompt_tokens.0?,
            output: self.completion_tokens.0.unwrap_or(0),
            cached: details.and_then(|details| details.cached_tokens.0).unwrap_or(0),
        })
    }
}

fn ending(reason: &str) -> Ending {
    match reason {
        "stop" | "tool_calls" | "function_call" | "eos" | "end_turn" => Ending::Whole,
        "length" | "max_tokens" => Ending::Length,
        "content_filter" => Ending::Refused,
        "error" | "abort" | "cancelled" => Ending::Early,
        _ => Ending::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_models_that_chat_are_listed_with_what_the_server_says_of_them() {
        let page = json!({ "data": [
            { "id": "gpt-5.2-mini", "owned_by": "system" },
            { "id": "text-embedding-3-small", "owned_by": "system" },
            { "id": "gpt-3.5-turbo-instruct", "owned_by": "system" },
            { "id": "gpt-realtime", "owned_by": "system" },
            { "id": "Qwen2.5-7B-Instruct", "owned_by": "vllm", "max_model_len": 32768 },
            { "id": "anthropic/claude", "context_length": 200000, "supported_parameters": ["reasoning"],
              "top_provider": { "max_completion_tokens": 64000 },
              "architecture": { "output_modalities": ["text"] } },
            { "id": "a/painter", "architecture": { "output_modalities": ["image"] } },
            { "id": "/models/local.gguf", "owned_by": "llamacpp", "meta": { "n_ctx_train": 8192 } },
        ] });
        let models = OpenAi.models(&page).unwrap().models;
        let ids: Vec<_> = models.iter().map(|model| (model.id.as_str(), model.window)).collect();
        assert_eq!(
            ids,
            [
                ("gpt-5.2-mini", None),
                ("Qwen2.5-7B-Instruct", Some(32768)),
                ("anthropic/claude", Some(200_000)),
                ("/models/local.gguf", Some(8192)),
            ]
        );
        assert_eq!(models[3].name, "local");
        assert_eq!((models[2].longest_answer, models[2].thinking), (Some(64000), Some(true)));
        assert_eq!(OpenAi.default_model(&models).unwrap().id, "gpt-5.2-mini");
    }
}
