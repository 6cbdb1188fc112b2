//! Gemini's chunks → deltas. Lenient about what is missing or new, strict about the end.

use serde_json::{Value, json};

use super::fault;
use crate::model::{Delta, Problem, ProblemCode, Usage};

#[derive(Default)]
pub(super) struct Decoder {
    finish: Option<String>,
    blocked: Option<String>,
    text: bool,
    model: Option<String>,
    usage: Option<Usage>,
    /// The answer's parts as they must be sent back, once one of them carries a signature.
    parts: Vec<Value>,
    signed: bool,
}

impl Decoder {
    /// Whether the service said that the answer is whole.
    pub(super) fn finished(&self) -> bool {
        self.finish.is_some()
    }

    /// The data of one event.
    pub(super) fn event(&mut self, data: &str) -> Result<Vec<Delta>, Problem> {
        match serde_json::from_str::<Value>(data) {
            Ok(chunk) => self.chunk(&chunk),
            Err(_) if self.finished() => Ok(Vec::new()),
            Err(_) => Err(Problem::new(
                ProblemCode::StreamBroken,
                "The answer broke off: Gemini sent something that can't be read. Try again.",
            )
            .with_raw(data)),
        }
    }

    /// A body that was no event stream: an error, or the chunks as a JSON array.
    pub(super) fn stray(&mut self, body: &str) -> Result<Vec<Delta>, Problem> {
        match serde_json::from_str::<Value>(body) {
            Ok(Value::Array(chunks)) => {
                let mut deltas = Vec::new();
                for chunk in &chunks {
                    deltas.extend(self.chunk(chunk)?);
                }
                Ok(deltas)
            }
            Ok(chunk) => self.chunk(&chunk),
            Err(_) if self.finished() => Ok(Vec::new()),
            Err(_) => Err(fault::not_the_service(body)),
        }
    }

    fn chunk(&mut self, chunk: &Value) -> Result<Vec<Delta>, Problem> {
        if let Some(error) = chunk.get("error").filter(|error| !error.is_null()) {
            // Also after a finish reason: the service itself takes its word back.
            let status = error.get("code").and_then(Value::as_u64).unwrap_or(500);
            let status = u16::try_from(status).unwrap_or(500);
            return Err(fault::refused(status, &chunk.to_string(), None));
        }
        let mut deltas = Vec::new();
        if let Some(model) = chunk.get("modelVersion").and_then(Value::as_str)
            && self.model.as_deref() != Some(model)
        {
            self.model = Some(model.to_owned());
            deltas.push(Delta::Model(model.to_owned()));
        }
        if let Some(reason) = chunk.pointer("/promptFeedback/blockReason") {
            self.blocked = Some(word(reason));
        }
        if let Some(candidate) = chunk.pointer("/candidates/0") {
            let parts = candidate.pointer("/content/parts").and_then(Value::as_array);
            for part in parts.into_iter().flatten() {
                deltas.extend(self.part(part));
            }
            if let Some(reason) = candidate.get("finishReason").filter(|r| !r.is_null()) {
                self.finish = Some(word(reason));
            }
        }
        if let Some(usage) = chunk.get("usageMetadata").and_then(usage) {
            self.usage = Some(usage);
            deltas.push(Delta::Usage(usage));
        }
        Ok(deltas)
    }

    fn part(&mut self, part: &Value) -> Option<Delta> {
        let text = part.get("text").and_then(Value::as_str).unwrap_or_default();
        if part.get("thought").and_then(Value::as_bool) == Some(true) {
            return (!text.is_empty()).then(|| Delta::Thought(text.to_owned()));
        }
        if part.get("thoughtSignature").is_some() {
            self.signed = true;
            self.parts.push(part.clone());
        } else if !text.is_empty() {
            match self.parts.last_mut() {
                Some(last) if last.get("thoughtSignature").is_none() => {
                    let so_far = last.get("text").and_then(Value::as_str).unwrap_or_default();
                    *last = json!({ "text": format!("{so_far}{text}") });
                }
                _ => self.parts.push(json!({ "text": text })),
            }
        }
        self.text |= !text.is_empty();
        (!text.is_empty()).then(|| Delta::Text(text.to_owned()))
    }

    /// What the end of the stream means.
    pub(super) fn end(self) -> Result<Vec<Delta>, Problem> {
        let Some(finish) = self.finish else {
            return Err(match self.blocked {
                Some(reason) => blocked(&reason, "question"),
                None if self.text => Problem::new(
                    ProblemCode::StreamBroken,
                    "The answer broke off before its end. What arrived is kept; try again for a whole one.",
                ),
                None => Problem::new(
                    ProblemCode::EmptyAnswer,
                    "Gemini answered with nothing at all. Try again.",
                ),
            });
        };
        match finish.as_str() {
            "MAX_TOKENS" => Err(Problem::new(
                ProblemCode::TooLong,
                if self.text {
                    "The answer reached the longest length that this model gives. What arrived is kept; ask it to go on."
                } else {
                    "The model used its whole length for thinking and gave no answer. Ask for something smaller, or choose another model."
                },
            )),
            "SAFETY" | "RECITATION" | "LANGUAGE" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" => {
                Err(blocked(&finish, "answer"))
            }
            "OTHER" | "MALFORMED_FUNCTION_CALL" | "FINISH_REASON_UNSPECIFIED" if self.text => {
                Err(Problem::new(
                    ProblemCode::StreamBroken,
                    "Gemini ended the answer before it was whole. What arrived is kept; try again.",
                )
                .with_raw(finish))
            }
            _ if !self.text => Err(Problem::new(
                ProblemCode::EmptyAnswer,
                "Gemini ended its answer without a word. Try again, or put it differently.",
            )
            .with_raw(finish)),
            _ => {
                let mut deltas = Vec::new();
                if self.signed {
                    deltas.push(Delta::Opaque(json!({ "gemini": self.parts })));
                }
                deltas.push(Delta::Finish);
                Ok(deltas)
            }
        }
    }
}

fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn blocked(reason: &str, what: &str) -> Problem {
    Problem::new(
        ProblemCode::Blocked,
        format!("Gemini refused the {what} for its content ({reason}). Put it differently."),
    )
    .with_raw(reason)
}

fn usage(metadata: &Value) -> Option<Usage> {
    let count = |name: &str| metadata.get(name).and_then(Value::as_u64);
    let clamp = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let output =
        count("candidatesTokenCount").unwrap_or(0) + count("thoughtsTokenCount").unwrap_or(0);
    Some(Usage { input: clamp(count("promptTokenCount")?), output: clamp(output) })
}
