//! How each service words what every service says.

use serde_json::{Value, json};

/// The four wires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// Google's.
    Gemini,
    /// OpenAI's Chat Completions.
    OpenAi,
    /// Ollama's.
    Ollama,
    /// Anthropic's.
    Anthropic,
}

/// All of them.
pub const ALL: [Wire; 4] = [Wire::Gemini, Wire::OpenAi, Wire::Ollama, Wire::Anthropic];

use Wire::{Anthropic, Gemini, Ollama, OpenAi};

impl Wire {
    /// Whether it speaks in server-sent events.
    pub fn has_events(self) -> bool {
        self != Ollama
    }

    /// The content type of a stream.
    pub fn kind(self) -> &'static str {
        if self.has_events() { "text/event-stream" } else { "application/x-ndjson" }
    }

    /// More of the answer.
    pub fn text(self, text: &str) -> Value {
        match self {
            Gemini => self.parts(json!([{ "text": text }])),
            OpenAi => json!({ "id": "c", "object": "chat.completion.chunk", "model": "m",
                "choices": [{ "index": 0, "delta": { "content": text }, "finish_reason": null }] }),
            Ollama => {
                json!({ "model": "m", "message": { "role": "assistant", "content": text }, "done": false })
            }
            Anthropic => json!({ "type": "content_block_delta", "index": 0,
                "delta": { "type": "text_delta", "text": text } }),
        }
    }

    /// More of the reasoning.
    pub fn thought(self, text: &str) -> Value {
        match self {
            Gemini => self.parts(json!([{ "text": text, "thought": true }])),
            OpenAi => {
                json!({ "id": "c", "choices": [{ "index": 0, "delta": { "reasoning_content": text } }] })
            }
            Ollama => {
                json!({ "model": "m", "message": { "role": "assistant", "content": "", "thinking": text }, "done": false })
            }
            Anthropic => json!({ "type": "content_block_delta", "index": 0,
                "delta": { "type": "thinking_delta", "thinking": text } }),
        }
    }

    fn parts(self, parts: Value) -> Value {
        json!({ "candidates": [{ "content": { "role": "model", "parts": parts }, "index": 0 }], "modelVersion": "m" })
    }

    /// Reasoning and answer in one piece, where the wire can say that.
    pub fn both(self, thought: &str, text: &str) -> Option<Value> {
        match self {
            Gemini => {
                Some(self.parts(json!([{ "text": thought, "thought": true }, { "text": text }])))
            }
            OpenAi => Some(json!({ "id": "c", "choices": [{ "index": 0,
                "delta": { "content": text, "reasoning": thought } }] })),
            Ollama => Some(
                json!({ "model": "m", "message": { "content": text, "thinking": thought }, "done": false }),
            ),
            Anthropic => None,
        }
    }

    /// The word for the end: of its own for the whole, the longest length, a refusal.
    pub fn word(self, end: Word) -> &'static str {
        match (self, end) {
            (Gemini, Word::Whole) => "STOP",
            (Gemini, Word::Length) => "MAX_TOKENS",
            (Gemini, Word::Refusal) => "SAFETY",
            (OpenAi | Ollama, Word::Whole) => "stop",
            (OpenAi | Ollama, Word::Length) => "length",
            (OpenAi | Ollama, Word::Refusal) => "content_filter",
            (Anthropic, Word::Whole) => "end_turn",
            (Anthropic, Word::Length) => "max_tokens",
            (Anthropic, Word::Refusal) => "refusal",
        }
    }

    /// The end, with any word for it and a count.
    pub fn end(self, word: &Value) -> Vec<Value> {
        match self {
            Gemini => vec![
                json!({ "candidates": [{ "finishReason": word, "index": 0 }], "modelVersion": "m",
                "usageMetadata": { "promptTokenCount": 900, "candidatesTokenCount": 40 } }),
            ],
            OpenAi => vec![
                json!({ "id": "c", "choices": [{ "index": 0, "delta": {}, "finish_reason": word }] }),
                json!({ "id": "c", "choices": [], "usage": { "prompt_tokens": 900, "completion_tokens": 40 } }),
            ],
            Ollama => vec![
                json!({ "model": "m", "message": { "role": "assistant", "content": "" }, "done": true,
                "done_reason": word, "prompt_eval_count": 900, "eval_count": 40 }),
            ],
            Anthropic => vec![
                json!({ "type": "message_delta", "delta": { "stop_reason": word },
                    "usage": { "input_tokens": 900, "output_tokens": 40 } }),
                json!({ "type": "message_stop" }),
            ],
        }
    }

    /// The end of a whole answer.
    pub fn whole(self) -> Vec<Value> {
        self.end(&json!(self.word(Word::Whole)))
    }

    /// What stands before the first piece.
    pub fn start(self) -> Vec<Value> {
        match self {
            Anthropic => vec![
                json!({ "type": "message_start", "message": { "model": "m", "content": [],
                    "usage": { "input_tokens": 900, "output_tokens": 1 } } }),
                json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "text", "text": "" } }),
            ],
            Gemini | OpenAi | Ollama => Vec::new(),
        }
    }

    /// Values in the framing of the wire.
    pub fn framed(self, values: &[Value]) -> Vec<u8> {
        self.framed_with(values, "\n", "data: ")
    }

    /// The same with these line ends and this field.
    pub fn framed_with(self, values: &[Value], end: &str, field: &str) -> Vec<u8> {
        let mut body = String::new();
        for value in values {
            if self.has_events() {
                if let Some(kind) = value.get("type").and_then(Value::as_str) {
                    body.push_str(&format!("event: {kind}{end}"));
                }
                body.push_str(&format!("{field}{value}{end}{end}"));
            } else {
                body.push_str(&format!("{value}{end}"));
            }
        }
        if self == OpenAi && values.iter().any(finishes) {
            body.push_str(&format!("{field}[DONE]{end}{end}"));
        }
        body.into_bytes()
    }

    /// A whole answer of these pieces.
    pub fn answer(self, pieces: &[&str]) -> Vec<u8> {
        self.framed(&self.values(pieces))
    }

    /// The values of a whole answer of these pieces.
    pub fn values(self, pieces: &[&str]) -> Vec<Value> {
        let texts = pieces.iter().map(|piece| self.text(piece));
        self.start().into_iter().chain(texts).chain(self.whole()).collect()
    }

    /// The start of an answer that has no end.
    pub fn begun(self, pieces: &[&str]) -> Vec<u8> {
        let texts = pieces.iter().map(|piece| self.text(piece));
        let values: Vec<Value> = self.start().into_iter().chain(texts).collect();
        self.framed(&values)
    }

    /// An error's body with the service's own words.
    pub fn error(self, status: u16, word: &str, message: &str) -> Value {
        match self {
            Gemini => {
                json!({ "error": { "code": status, "message": message, "status": word, "details": [] } })
            }
            OpenAi => json!({ "error": { "message": message, "type": word, "code": word } }),
            Ollama => json!({ "error": message }),
            Anthropic => json!({ "type": "error", "error": { "type": word, "message": message } }),
        }
    }

    /// An answer in one piece, where a stream was asked for.
    pub fn unstreamed(self, text: &str) -> Value {
        match self {
            Gemini => {
                json!({ "candidates": [{ "content": { "parts": [{ "text": text }] }, "finishReason": "STOP" }],
                "usageMetadata": { "promptTokenCount": 900, "candidatesTokenCount": 40 } })
            }
            OpenAi => json!({ "id": "c", "object": "chat.completion", "model": "m",
                "choices": [{ "index": 0, "message": { "role": "assistant", "content": text }, "finish_reason": "stop" }],
                "usage": { "prompt_tokens": 900, "completion_tokens": 40 } }),
            Ollama => {
                json!({ "model": "m", "message": { "role": "assistant", "content": text }, "done": true,
                "done_reason": "stop", "prompt_eval_count": 900, "eval_count": 40 })
            }
            Anthropic => {
                json!({ "type": "message", "model": "m", "content": [{ "type": "text", "text": text }],
                "stop_reason": "end_turn", "usage": { "input_tokens": 900, "output_tokens": 40 } })
            }
        }
    }
}

/// How a service says that an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// All was said.
    Whole,
    /// The longest length was reached.
    Length,
    /// Refused for its content.
    Refusal,
}

fn finishes(value: &Value) -> bool {
    value.pointer("/choices/0/finish_reason").is_some_and(|reason| !reason.is_null())
}
