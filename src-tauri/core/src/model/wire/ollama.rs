//! Ollama: `/api/chat` with one JSON object on each line.
//!
//! <https://docs.ollama.com/api/chat>

use serde::Deserialize;
use serde_json::{Value, json};

use super::gathered::{Ending, Gathered};
use super::lenient::{Count, Flag, Object, Present, Text};
use super::{Asked, Decode, Framing, ModelPage, Read, Wire};
use crate::model::{Delta, ModelInfo, Request, Speaker, Usage};

/// A larger window than this takes more memory than most computers have.
const LARGEST_WINDOW: u32 = 32_768;

pub(super) struct Ollama;

impl Wire for Ollama {
    /// Ollama itself takes none; its cloud and proxies before it do.
    fn key_header(&self) -> &'static str {
        "authorization"
    }

    fn asked(&self, model: &ModelInfo, request: &Request, window: u32) -> Asked {
        let system = (!request.system.is_empty())
            .then(|| json!({ "role": "system", "content": request.system }));
        let turns = request.turns.iter().map(|turn| {
            let role = match turn.speaker {
                Speaker::Person => "user",
                Speaker::Model => "assistant",
            };
            json!({ "role": role, "content": turn.text })
        });
        let messages: Vec<Value> = system.into_iter().chain(turns).collect();
        let body = json!({
            "model": model.id,
            "messages": messages,
            "stream": true,
            // Unasked it takes 4,096 tokens and drops the rest without a word.
            "options": { "num_ctx": window },
        });
        Asked { path: "api/chat".to_owned(), query: &[], body }
    }

    fn framing(&self) -> Framing {
        Framing::Lines
    }

    fn decoder(&self) -> Box<dyn Decode> {
        Box::<Decoder>::default()
    }

    fn models_path(&self) -> &'static str {
        "api/tags"
    }

    fn models(&self, page: &Value) -> Option<ModelPage> {
        let listed = page.get("models")?.as_array()?;
        let models = listed.iter().filter_map(|model| {
            let id = model.get("model").or_else(|| model.get("name"))?.as_str()?;
            let family = model.pointer("/details/family").and_then(Value::as_str);
            let embeds = id.contains("embed") || family.is_some_and(|name| name.contains("bert"));
            (!embeds).then(|| ModelInfo {
                id: id.to_owned(),
                name: id.strip_suffix(":latest").unwrap_or(id).to_owned(),
                ..ModelInfo::default()
            })
        });
        Some(ModelPage { models: models.collect(), next: None })
    }

    fn details_of(&self, model: &str) -> Option<(&'static str, Value)> {
        Some(("api/show", json!({ "model": model })))
    }

    /// The longest window of its architecture, and whether it thinks.
    fn details(&self, answer: &Value, model: &mut ModelInfo) {
        let info = answer.get("model_info").and_then(Value::as_object);
        model.window = info.into_iter().flatten().find_map(|(name, value)| {
            let length = name.ends_with(".context_length").then(|| value.as_u64())??;
            Some(u32::try_from(length).unwrap_or(u32::MAX).min(LARGEST_WINDOW))
        });
        let able = answer.get("capabilities").and_then(Value::as_array);
        model.thinking = able.map(|able| able.iter().any(|what| what == "thinking"));
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Line<'a> {
    #[serde(borrow)]
    model: Text<'a>,
    #[serde(borrow)]
    message: Object<Message<'a>>,
    done: Flag,
    #[serde(borrow)]
    done_reason: Text<'a>,
    prompt_eval_count: Count,
    eval_count: Count,
    error: Present,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Message<'a> {
    #[serde(borrow)]
    content: Text<'a>,
    #[serde(borrow)]
    thinking: Text<'a>,
}

#[derive(Default)]
struct Decoder {
    gathered: Gathered,
}

impl Decode for Decoder {
    fn gathered(&mut self) -> &mut Gathered {
        &mut self.gathered
    }

    fn event(&mut self, data: &[u8], to: &mut Vec<Delta>) -> Result<Read, serde_json::Error> {
        let line: Object<Line<'_>> = serde_json::from_slice(data)?;
        let Some(line) = line.0 else { return Ok(Read::Strange) };
        if line.error.0 {
            return Ok(Read::Error);
        }
        let known = line.model.get().is_some() || line.message.0.is_some() || line.done.0;
        self.gathered.model(line.model.get(), to);
        if let Some(message) = line.message.0 {
            if let Some(thought) = message.thinking.0 {
                self.gathered.thought(thought, to);
            }
            if let Some(text) = message.content.0 {
                self.gathered.content(&text, to);
            }
        }
        if line.done.0 {
            let reason = line.done_reason.get().unwrap_or("stop");
            self.gathered.ends(ending(reason), reason);
        }
        if let (Some(input), output) = (line.prompt_eval_count.0, line.eval_count.0) {
            self.gathered.usage(Usage { input, output: output.unwrap_or(0), cached: 0 }, to);
        }
        Ok(if known { Read::Taken } else { Read::Strange })
    }
}

fn ending(reason: &str) -> Ending {
    match reason {
        "stop" => Ending::Whole,
        "length" => Ending::Length,
        // The model was loaded or unloaded, and nothing else.
        "load" | "unload" => Ending::Early,
        _ => Ending::Unknown,
    }
}
