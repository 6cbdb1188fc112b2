//! Google's Gemini: `streamGenerateContent` with server-sent events.
//!
//! <https://ai.google.dev/api/generate-content>

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::{Value, json};

use super::gathered::{Ending, Gathered};
use super::lenient::{Count, Flag, List, Object, Present, Text};
use super::{Asked, Decode, ModelPage, Read, Wire};
use crate::model::{Delta, ModelInfo, Request, Speaker, Turn, Usage};

/// What the parts of an answer are called where they are kept.
const OPAQUE: &str = "gemini";

pub(super) struct Gemini;

impl Wire for Gemini {
    fn key_header(&self) -> &'static str {
        "x-goog-api-key"
    }

    fn asked(&self, model: &ModelInfo, request: &Request, _: u32) -> Asked {
        let contents: Vec<Value> = request.turns.iter().map(content).collect();
        let mut body = json!({ "contents": contents });
        if !request.system.is_empty() {
            body["systemInstruction"] = json!({ "parts": [{ "text": request.system }] });
        }
        if model.thinking == Some(true) {
            body["generationConfig"] = json!({ "thinkingConfig": { "includeThoughts": true } });
        }
        let path = format!("v1beta/models/{}:streamGenerateContent", model.id);
        Asked { path, query: &[("alt", "sse")], body }
    }

    /// Models that don't think, and those that take no instruction of a developer.
    fn spare(&self, body: &mut Value, said: &str) -> bool {
        let Some(body) = body.as_object_mut() else { return false };
        if said.contains("hinking") || said.contains("includeThoughts") {
            return body.remove("generationConfig").is_some();
        }
        if !said.contains("eveloper instruction") {
            return false;
        }
        let Some(system) = body.remove("systemInstruction") else { return false };
        let first = body.get_mut("contents").and_then(|all| all.pointer_mut("/0/parts"));
        if let (Some(Value::Array(parts)), Some(text)) = (first, system.pointer("/parts/0")) {
            parts.insert(0, text.clone());
        }
        true
    }

    fn decoder(&self) -> Box<dyn Decode> {
        Box::<Decoder>::default()
    }

    fn models_path(&self) -> &'static str {
        "v1beta/models"
    }

    fn models_query(&self, next: Option<&str>) -> Vec<(&'static str, String)> {
        let mut query = vec![("pageSize", "1000".to_owned())];
        query.extend(next.map(|token| ("pageToken", token.to_owned())));
        query
    }

    fn models(&self, page: &Value) -> Option<ModelPage> {
        let listed = page.get("models")?.as_array()?;
        let next = page.get("nextPageToken").and_then(Value::as_str);
        let next = next.filter(|token| !token.is_empty()).map(str::to_owned);
        Some(ModelPage { models: listed.iter().filter_map(chat_model).collect(), next })
    }

    /// The newest `gemini-*-flash`, else the first.
    fn default_model<'a>(&self, models: &'a [ModelInfo]) -> Option<&'a ModelInfo> {
        let versions = models.iter().filter_map(|model| Some((version(&model.id)?, model)));
        versions.max_by_key(|(version, _)| *version).map(|(_, model)| model).or(models.first())
    }
}

fn content(turn: &Turn) -> Value {
    let role = match turn.speaker {
        Speaker::Person => "user",
        Speaker::Model => "model",
    };
    let parts = turn.opaque.as_ref().and_then(|opaque| opaque.get(OPAQUE)).cloned();
    let parts = parts.unwrap_or_else(|| json!([{ "text": turn.text }]));
    json!({ "role": role, "parts": parts })
}

fn chat_model(model: &Value) -> Option<ModelInfo> {
    let methods = model.get("supportedGenerationMethods").and_then(Value::as_array)?;
    if !methods.iter().any(|method| method == "generateContent") {
        return None;
    }
    let id = model.get("name")?.as_str()?.strip_prefix("models/")?.to_owned();
    let other = ["image", "tts", "audio", "embedding", "aqa", "robotics", "computer-use", "live"];
    if other.iter().any(|other| id.contains(other)) {
        return None;
    }
    let limit = |name: &str| model.get(name)?.as_u64().and_then(|limit| limit.try_into().ok());
    Some(ModelInfo {
        name: model.get("displayName").and_then(Value::as_str).unwrap_or(&id).to_owned(),
        window: limit("inputTokenLimit"),
        longest_answer: limit("outputTokenLimit"),
        thinking: model.get("thinking").and_then(Value::as_bool),
        id,
    })
}

/// `gemini-3.8-flash` → (3, 8).
fn version(id: &str) -> Option<(u32, u32)> {
    let number = id.strip_prefix("gemini-")?.strip_suffix("-flash")?;
    let (major, minor) = number.split_once('.').unwrap_or((number, "0"));
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Chunk<'a> {
    #[serde(borrow)]
    candidates: List<Object<Candidate<'a>>>,
    #[serde(borrow)]
    prompt_feedback: Object<Feedback<'a>>,
    usage_metadata: Object<Tokens>,
    #[serde(borrow)]
    model_version: Text<'a>,
    error: Present,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Candidate<'a> {
    index: Count,
    #[serde(borrow)]
    content: Object<Content<'a>>,
    #[serde(borrow)]
    finish_reason: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Content<'a> {
    #[serde(borrow)]
    parts: List<Object<Part<'a>>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Feedback<'a> {
    #[serde(borrow)]
    block_reason: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Tokens {
    prompt_token_count: Count,
    candidates_token_count: Count,
    thoughts_token_count: Count,
    cached_content_token_count: Count,
}

/// A part, and whether it holds more than a plain text.
#[derive(Default)]
struct Part<'a> {
    text: Text<'a>,
    thought: bool,
    signed: bool,
    other: bool,
    /// A call of a tool: it could only be sent back together with the tool's answer.
    call: bool,
}

impl<'de: 'a, 'a> Deserialize<'de> for Part<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<'a>(std::marker::PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for Reader<'a> {
            type Value = Part<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a part")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Part<'a>, A::Error> {
                let mut part = Part::default();
                while let Some(name) = map.next_key::<Cow<'de, str>>()? {
                    match &*name {
                        "text" => part.text = map.next_value()?,
                        "thought" => part.thought = map.next_value::<Flag>()?.0,
                        "thoughtSignature" => part.signed = map.next_value::<Present>()?.0,
                        name => {
                            part.call |= name == "functionCall";
                            part.other |= map.next_value::<Present>()?.0;
                        }
                    }
                }
                Ok(part)
            }
        }
        deserializer.deserialize_map(Reader(std::marker::PhantomData))
    }
}

#[derive(Default)]
struct Decoder {
    gathered: Gathered,
    /// The answer's parts as they must be sent back, once one of them is more than a text.
    parts: Vec<Value>,
    verbatim: bool,
}

impl Decode for Decoder {
    fn gathered(&mut self) -> &mut Gathered {
        &mut self.gathered
    }

    fn event(&mut self, data: &[u8], to: &mut Vec<Delta>) -> Result<Read, serde_json::Error> {
        let chunk: Object<Chunk<'_>> = serde_json::from_slice(data)?;
        let Some(chunk) = chunk.0 else { return Ok(Read::Strange) };
        if chunk.error.0 {
            return Ok(Read::Error);
        }
        self.gathered.model(chunk.model_version.get(), to);
        if let Some(reason) =
            chunk.prompt_feedback.0.as_ref().and_then(|said| said.block_reason.get())
        {
            self.gathered.blocked(reason.to_owned());
        }
        let known = !chunk.candidates.0.is_empty()
            || chunk.prompt_feedback.0.is_some()
            || chunk.usage_metadata.0.is_some()
            || chunk.model_version.get().is_some();
        let candidates = chunk.candidates.0.into_iter().enumerate();
        let ours = candidates
            .filter_map(|(at, candidate)| Some((at, candidate.0?)))
            .find(|(_, candidate)| candidate.index.0.unwrap_or(0) == 0);
        if let Some((at, candidate)) = ours {
            let parts = candidate.content.0.unwrap_or_default().parts.0;
            self.parts(data, at, parts, to)?;
            if let Some(reason) = candidate.finish_reason.get() {
                self.gathered.ends(ending(reason), reason);
            }
        }
        if let Some(usage) = chunk.usage_metadata.0.and_then(|tokens| tokens.usage()) {
            self.gathered.usage(usage, to);
        }
        Ok(if known { Read::Taken } else { Read::Strange })
    }

    fn opaque(&mut self) -> Option<Value> {
        self.verbatim.then(|| json!({ OPAQUE: std::mem::take(&mut self.parts) }))
    }
}

impl Decoder {
    fn parts(
        &mut self,
        data: &[u8],
        candidate: usize,
        parts: Vec<Object<Part<'_>>>,
        to: &mut Vec<Delta>,
    ) -> Result<(), serde_json::Error> {
        let special = |part: &Part<'_>| (part.signed || part.other) && !part.call;
        let mut whole: Option<Value> = None;
        for (at, part) in parts.into_iter().enumerate() {
            let Some(part) = part.0 else { continue };
            if special(&part) {
                self.verbatim = true;
                let chunk = match whole.take() {
                    Some(chunk) => chunk,
                    None => serde_json::from_slice(data)?,
                };
                let place = format!("/candidates/{candidate}/content/parts/{at}");
                self.parts.extend(chunk.pointer(&place).cloned());
                whole = Some(chunk);
            } else if !part.thought
                && let Some(text) = part.text.get()
            {
                self.plain(text);
            }
            let Some(text) = part.text.0 else { continue };
            if part.thought {
                self.gathered.thought(text, to);
            } else {
                self.gathered.text(text, to);
            }
        }
        Ok(())
    }

    /// Texts that follow each other are one part.
    fn plain(&mut self, text: &str) {
        if let Some(Value::Object(last)) = self.parts.last_mut()
            && last.len() == 1
            && let Some(Value::String(so_far)) = last.get_mut("text")
        {
            so_far.push_str(text);
        } else {
            self.parts.push(json!({ "text": text }));
        }
    }
}

impl Tokens {
    fn usage(&self) -> Option<Usage> {
        let thoughts = self.thoughts_token_count.0.unwrap_or(0);
        Some(Usage {
            input: self.prompt_token_count.0?,
            output: self.candidates_token_count.0.unwrap_or(0).saturating_add(thoughts),
            cached: self.cached_content_token_count.0.unwrap_or(0),
        })
    }
}

fn ending(reason: &str) -> Ending {
    match reason {
        "STOP" => Ending::Whole,
        "MAX_TOKENS" => Ending::Length,
        "SAFETY" | "RECITATION" | "LANGUAGE" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" => {
            Ending::Refused
        }
        "OTHER" | "MALFORMED_FUNCTION_CALL" | "FINISH_REASON_UNSPECIFIED" => Ending::Early,
        _ => Ending::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(id: &str) -> ModelInfo {
        ModelInfo { id: id.into(), name: id.into(), ..ModelInfo::default() }
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
        assert_eq!(Gemini.default_model(&models).unwrap().id, "gemini-3.10-flash");
        assert_eq!(Gemini.default_model(&[named("gemma-3")]).unwrap().id, "gemma-3");
        assert_eq!(Gemini.default_model(&[]), None);
    }

    #[test]
    fn what_is_more_than_a_text_is_sent_back_as_it_came() {
        let mut decoder = Decoder::default();
        let mut deltas = Vec::new();
        for data in [
            r#"{"candidates":[{"content":{"parts":[{"text":"Hm.","thought":true},{"text":"One "}]}}]}"#,
            r#"{"candidates":[{"content":{"parts":[{"text":"two"},{"executableCode":{"language":"PYTHON"}}]}}]}"#,
            r#"{"candidates":[{"content":{"parts":[{"text":"","thoughtSignature":"c2ln"}]},"finishReason":"STOP"}]}"#,
        ] {
            decoder.event(data.as_bytes(), &mut deltas).unwrap();
        }
        let parts = json!({ "gemini": [
            { "text": "One two" },
            { "executableCode": { "language": "PYTHON" } },
            { "text": "", "thoughtSignature": "c2ln" },
        ] });
        assert_eq!(decoder.opaque(), Some(parts));
        let said =
            [Delta::Thought("Hm.".into()), Delta::Text("One ".into()), Delta::Text("two".into())];
        assert_eq!(deltas, said);
    }
}
