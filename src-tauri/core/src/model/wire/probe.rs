//! The decoders without a network, for tests, the fuzzer and `cargo xtask bench`.

use super::fault::{Heading, Judge};
use super::reader::Reader;
use crate::clock::Timestamp;
use crate::model::{Delta, Problem, ServiceKind, Usage};

/// What was read of a body.
#[derive(Debug, Default, PartialEq)]
pub struct Outcome {
    /// The answer's text.
    pub text: String,
    /// The reasoning.
    pub thoughts: String,
    /// The last count.
    pub usage: Option<Usage>,
    /// The model that really answered.
    pub model: Option<String>,
    /// What must be sent back.
    pub opaque: Option<serde_json::Value>,
    /// The service's own word for the end.
    pub ended: Option<String>,
    /// Whether the service said that the answer is whole.
    pub whole: bool,
    /// Why it isn't.
    pub problem: Option<Problem>,
}

/// Reads a body that comes in these pieces.
pub fn read<'a>(kind: ServiceKind, pieces: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
    let mut outcome = Outcome::default();
    let mut reader = Reader::new(judge(kind));
    let mut deltas = Vec::new();
    for piece in pieces {
        let pushed = reader.push(piece, &mut deltas);
        outcome.take(&mut deltas);
        if let Err(problem) = pushed {
            outcome.problem = Some(problem);
            return outcome;
        }
    }
    outcome.problem = reader.finish(&mut deltas).err();
    outcome.take(&mut deltas);
    outcome
}

/// What an error's status and body mean.
pub fn refused(kind: ServiceKind, status: u16, body: &str) -> Problem {
    judge(kind).refused(status, body, &Heading::default())
}

fn judge(kind: ServiceKind) -> Judge<'static> {
    Judge { kind, name: kind.name(), now: Timestamp(1_795_608_000_000) }
}

impl Outcome {
    fn take(&mut self, deltas: &mut Vec<Delta>) {
        for delta in deltas.drain(..) {
            match delta {
                Delta::Text(text) => self.text.push_str(&text),
                Delta::Thought(text) => self.thoughts.push_str(&text),
                Delta::Anew { thoughts, text } => {
                    self.thoughts = thoughts;
                    self.text = text;
                }
                Delta::Usage(usage) => self.usage = Some(usage),
                Delta::Model(model) => self.model = Some(model),
                Delta::Opaque(parts) => self.opaque = Some(parts),
                Delta::Finish => self.whole = true,
                Delta::Ended(word) => self.ended = Some(word),
                Delta::Waiting { .. } | Delta::Notice(_) | Delta::Parameters(_) => {}
            }
        }
    }
}
