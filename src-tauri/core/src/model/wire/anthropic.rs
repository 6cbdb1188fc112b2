//! Anthropic's Claude: `/v1/messages` with server-sent events.
//!
//! <https://docs.anthropic.com/en/api/messages-streaming>

use serde::Deserialize;
use serde_json::{Value, json};

use super::gathered::{Ending, Gathered};
use super::lenient::{Count, List, Object, Present, Text};
use super::{Asked, Decode, ModelPage, Read, Wire};
use crate::model::{Delta, ModelInfo, Request, Speaker, Turn, Usage};

/// What the blocks of an answer are called where they are kept.
const OPAQUE: &str = "anthropic";
/// The longest answer that is asked for where the model's own limit isn't known.
const LONGEST_ANSWER: u32 = 8192;
/// What a longer answer would cost is nobody's wish.
const MOST_ASKED: u32 = 32_000;

pub(super) struct Anthropic;

impl Wire for Anthropic {
    fn key_header(&self) -> &'static str {
        "x-api-key"
    }

    fn headers(&self) -> &'static [(&'static str, &'static str)] {
        &[("anthropic-version", "2023-06-01")]
    }

    fn asked(&self, model: &ModelInfo, request: &Request, _: u32) -> Asked {
        let messages: Vec<Value> = request.turns.iter().map(message).collect();
        let mut body = json!({
            "model": model.id,
            "max_tokens": model.longest_answer.unwrap_or(LONGEST_ANSWER).min(MOST_ASKED),
            "messages": messages,
            "stream": true,
        });
        if !request.system.is_empty() {
            body["system"] = json!(request.system);
        }
        if model.thinking == Some(true) {
            // As much as it finds right, told in short. Older models are told to think otherwise,
            // and refuse this.
            body["thinking"] = json!({ "type": "adaptive", "display": "summarized" });
        }
        Asked { path: "v1/messages".to_owned(), query: &[], body }
    }

    /// The wish to think, where the model doesn't know this form of it; then the reasoning of
    /// earlier turns. Reasoning is bound to what stood before it: where that has changed, as by a summary or
    /// another profile, its blocks are refused. The text is enough.
    fn spare(&self, body: &mut Value, said: &str) -> bool {
        if !["thinking", "signature", "bound to"].iter().any(|word| said.contains(word)) {
            return false;
        }
        if body.as_object_mut().is_some_and(|body| body.remove("thinking").is_some()) {
            return true;
        }
        let messages = body.get_mut("messages").and_then(Value::as_array_mut);
        let mut spared = false;
        for message in messages.into_iter().flatten() {
            let Some(blocks) = message["content"].as_array() else { continue };
            let texts = blocks.iter().filter_map(|block| block["text"].as_str());
            message["content"] = json!(texts.collect::<String>());
            spared = true;
        }
        spared
    }

    fn decoder(&self) -> Box<dyn Decode> {
        Box::<Decoder>::default()
    }

    fn models_path(&self) -> &'static str {
        "v1/models"
    }

    fn models_query(&self, next: Option<&str>) -> Vec<(&'static str, String)> {
        let mut query = vec![("limit", "1000".to_owned())];
        query.extend(next.map(|id| ("after_id", id.to_owned())));
        query
    }

    fn models(&self, page: &Value) -> Option<ModelPage> {
        let listed = page.get("data")?.as_array()?;
        let models = listed.iter().filter_map(|model| {
            let id = model.get("id")?.as_str()?.to_owned();
            let limit = |name: &str| model.get(name)?.as_u64().and_then(|n| n.try_into().ok());
            Some(ModelInfo {
                name: model.get("display_name").and_then(Value::as_str).unwrap_or(&id).to_owned(),
                window: limit("max_input_tokens"),
                longest_answer: limit("max_tokens"),
                thinking: model
                    .pointer("/capabilities/thinking/supported")
                    .and_then(Value::as_bool),
                id,
            })
        });
        let more = page.get("has_more").and_then(Value::as_bool) == Some(true);
        let next = page.get("last_id").and_then(Value::as_str).filter(|_| more);
        Some(ModelPage { models: models.collect(), next: next.map(str::to_owned) })
    }

    /// The newest Sonnet; the service lists the newest first.
    fn default_model<'a>(&self, models: &'a [ModelInfo]) -> Option<&'a ModelInfo> {
        models.iter().find(|model| model.id.contains("sonnet")).or(models.first())
    }
}

fn message(turn: &Turn) -> Value {
    let role = match turn.speaker {
        Speaker::Person => "user",
        Speaker::Model => "assistant",
    };
    let blocks = turn.opaque.as_ref().and_then(|opaque| opaque.get(OPAQUE)).cloned();
    json!({ "role": role, "content": blocks.unwrap_or_else(|| json!(turn.text)) })
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Event<'a> {
    #[serde(rename = "type", borrow)]
    kind: Text<'a>,
    #[serde(borrow)]
    message: Object<Message<'a>>,
    #[serde(borrow)]
    content_block: Object<Piece<'a>>,
    #[serde(borrow)]
    delta: Object<Piece<'a>>,
    usage: Object<Tokens>,
    error: Present,
    /// Where the answer comes in one piece, it is the message itself.
    #[serde(borrow)]
    content: List<Object<Piece<'a>>>,
    #[serde(borrow)]
    stop_reason: Text<'a>,
    #[serde(borrow)]
    model: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Message<'a> {
    #[serde(borrow)]
    model: Text<'a>,
    usage: Object<Tokens>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Piece<'a> {
    #[serde(rename = "type", borrow)]
    kind: Text<'a>,
    #[serde(borrow)]
    text: Text<'a>,
    #[serde(borrow)]
    thinking: Text<'a>,
    #[serde(borrow)]
    signature: Text<'a>,
    #[serde(borrow)]
    stop_reason: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Tokens {
    input_tokens: Count,
    cache_creation_input_tokens: Count,
    cache_read_input_tokens: Count,
    output_tokens: Count,
}

/// The counts so far: later events name some of them again.
#[derive(Default)]
struct Counts {
    input: u32,
    written: u32,
    read: u32,
    output: u32,
}

#[derive(Default)]
struct Decoder {
    gathered: Gathered,
    counts: Counts,
    blocks: Vec<Value>,
    /// Whether a block is more than a text.
    verbatim: bool,
}

impl Decode for Decoder {
    fn gathered(&mut self) -> &mut Gathered {
        &mut self.gathered
    }

    fn event(&mut self, data: &[u8], to: &mut Vec<Delta>) -> Result<Read, serde_json::Error> {
        let event: Object<Event<'_>> = serde_json::from_slice(data)?;
        let Some(event) = event.0 else { return Ok(Read::Strange) };
        if event.error.0 {
            return Ok(Read::Error);
        }
        match event.kind.get() {
            Some("message_start") => {
                let message = event.message.0.unwrap_or_default();
                self.gathered.model(message.model.get(), to);
                self.count(message.usage.0, to);
            }
            Some("content_block_start") => {
                if let Some(block) = event.content_block.0 {
                    self.begin(data, "/content_block", &block)?;
                    self.say(block, to);
                }
            }
            Some("content_block_delta") => {
                if let Some(delta) = event.delta.0 {
                    self.grow(&delta);
                    self.say(delta, to);
                }
            }
            Some("message_delta") => {
                self.count(event.usage.0, to);
                if let Some(reason) =
                    event.delta.0.as_ref().and_then(|delta| delta.stop_reason.get())
                {
                    self.gathered.ends(ending(reason), reason);
                }
            }
            Some("message_stop") => {
                if !self.gathered.finished() {
                    self.gathered.ends(Ending::Whole, "message_stop");
                }
            }
            Some("message") => {
                self.gathered.model(event.model.get(), to);
                for (at, piece) in event.content.0.into_iter().enumerate() {
                    let Some(piece) = piece.0 else { continue };
                    self.begin(data, &format!("/content/{at}"), &piece)?;
                    self.say(piece, to);
                }
                self.count(event.usage.0, to);
                if let Some(reason) = event.stop_reason.get() {
                    self.gathered.ends(ending(reason), reason);
                }
            }
            Some(_) => {}
            None => return Ok(Read::Strange),
        }
        Ok(Read::Taken)
    }

    fn opaque(&mut self) -> Option<Value> {
        let blocks = std::mem::take(&mut self.blocks);
        // A text that stayed empty is refused.
        let kept =
            blocks.into_iter().filter(|block| block["type"] != "text" || block["text"] != "");
        self.verbatim.then(|| json!({ OPAQUE: kept.collect::<Vec<_>>() }))
    }
}

impl Decoder {
    fn say(&mut self, piece: Piece<'_>, to: &mut Vec<Delta>) {
        if let Some(thought) = piece.thinking.0 {
            self.gathered.thought(thought, to);
        }
        if let Some(text) = piece.text.0 {
            self.gathered.text(text, to);
        }
    }

    /// A block begins: it is kept as it came.
    fn begin(
        &mut self,
        data: &[u8],
        place: &str,
        block: &Piece<'_>,
    ) -> Result<(), serde_json::Error> {
        match block.kind.get() {
            // A call could only be sent back together with the tool's answer.
            Some("tool_use") => {}
            Some("text") => {
                let text = block.text.get().unwrap_or_default();
                self.blocks.push(json!({ "type": "text", "text": text }));
            }
            _ => {
                self.verbatim = true;
                let event: Value = serde_json::from_slice(data)?;
                self.blocks.extend(event.pointer(place).cloned());
            }
        }
        Ok(())
    }

    /// More of the block that was begun last.
    fn grow(&mut self, delta: &Piece<'_>) {
        let Some(Value::Object(block)) = self.blocks.last_mut() else { return };
        for (name, more) in
            [("text", &delta.text), ("thinking", &delta.thinking), ("signature", &delta.signature)]
        {
            let Some(more) = more.get() else { continue };
            match block.get_mut(name) {
                Some(Value::String(so_far)) => so_far.push_str(more),
                _ => drop(block.insert(name.to_owned(), json!(more))),
            }
        }
    }

    fn count(&mut self, tokens: Option<Tokens>, to: &mut Vec<Delta>) {
        let Some(tokens) = tokens else { return };
        let counts = &mut self.counts;
        for (count, said) in [
            (&mut counts.input, tokens.input_tokens),
            (&mut counts.written, tokens.cache_creation_input_tokens),
            (&mut counts.read, tokens.cache_read_input_tokens),
            (&mut counts.output, tokens.output_tokens),
        ] {
            *count = said.0.unwrap_or(*count);
        }
        let input = counts.input.saturating_add(counts.written).saturating_add(counts.read);
        self.gathered.usage(Usage { input, output: counts.output, cached: counts.read }, to);
    }
}

fn ending(reason: &str) -> Ending {
    match reason {
        "end_turn" | "stop_sequence" | "tool_use" => Ending::Whole,
        "max_tokens" => Ending::Length,
        "model_context_window_exceeded" => Ending::Window,
        "refusal" => Ending::Refused,
        "pause_turn" => Ending::Early,
        _ => Ending::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinking_is_sent_back_with_its_signature_and_calls_are_not() {
        let mut decoder = Decoder::default();
        let mut deltas = Vec::new();
        for data in [
            r#"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm."}}"#,
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}"#,
            r#"{"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"eA=="}}"#,
            r#"{"type":"content_block_start","index":2,"content_block":{"type":"text","text":""}}"#,
            r#"{"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"One "}}"#,
            r#"{"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"two"}}"#,
            r#"{"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"t","name":"x","input":{}}}"#,
        ] {
            decoder.event(data.as_bytes(), &mut deltas).unwrap();
        }
        let blocks = json!({ "anthropic": [
            { "type": "thinking", "thinking": "Hm.", "signature": "c2ln" },
            { "type": "redacted_thinking", "data": "eA==" },
            { "type": "text", "text": "One two" },
        ] });
        assert_eq!(decoder.opaque(), Some(blocks));
        let said =
            [Delta::Thought("Hm.".into()), Delta::Text("One ".into()), Delta::Text("two".into())];
        assert_eq!(deltas, said);
    }
}
