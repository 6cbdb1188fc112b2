//! The AI behind one trait.
//!
//! A wire turns a [`Request`] into a stream of [`Delta`]s. It ends with `Finish` or with a
//! [`Problem`]; a stream that just stops is a problem too, never an answer.

pub mod brief;
pub mod builtin;
pub mod catalog;
mod fault;
mod lines;
mod retry;
pub(crate) mod service;
pub(crate) mod window;
pub(crate) mod wire;
#[cfg(any(test, feature = "measure"))]
pub use wire::probe;

use futures_util::stream::BoxStream;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use catalog::Price;
pub use fault::{Advice, Problem, ProblemCode};
pub use service::{ModelInfo, ModelRef, Patience, ServiceKind};
pub use wire::reach;

use crate::context::ContextDraft;
use crate::profile::ProfileDraft;

/// Tokens of one answer, as the service counted them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Usage {
    /// Tokens of the prompt.
    pub input: u32,
    /// Tokens of the answer, reasoning included.
    pub output: u32,
    /// Those of the prompt that the service had kept from an earlier one, which cost less.
    #[serde(default)]
    pub cached: u32,
}

/// Who speaks in a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// The person.
    Person,
    /// A model.
    Model,
}

/// One earlier turn, or the question that ends the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// Who speaks.
    pub speaker: Speaker,
    /// Markdown.
    pub text: String,
    /// Parts that the same service wants back verbatim, as it sent them.
    pub opaque: Option<serde_json::Value>,
}

/// What a model is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The system prompt: contract, profile, context, risk rules.
    pub system: String,
    /// The conversation, oldest first; the last turn is the question.
    pub turns: Vec<Turn>,
    /// The profile that the system prompt states.
    pub profile: ProfileDraft,
    /// The context that the system prompt states.
    pub context: Option<ContextDraft>,
}

impl Request {
    /// Bytes of text in it.
    pub(crate) fn bytes(&self) -> usize {
        self.system.len() + self.turns.iter().map(|turn| turn.text.len()).sum::<usize>()
    }
}

/// One step of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Delta {
    /// More of the answer.
    Text(String),
    /// More of the reasoning, which is not part of the answer.
    Thought(String),
    /// What came so far belongs elsewhere, and this stands in its place: what was taken for the
    /// answer was reasoning, or the other way round.
    Anew {
        /// The reasoning.
        thoughts: String,
        /// The answer.
        text: String,
    },
    /// Parts to keep and send back verbatim.
    Opaque(serde_json::Value),
    /// The model that really answers.
    Model(String),
    /// What the service was asked beside the words, in its own terms.
    Parameters(serde_json::Value),
    /// The service's own word for how the answer ended.
    Ended(String),
    /// The latest count; the last one wins.
    Usage(Usage),
    /// The wire waits before it tries again.
    Waiting {
        /// Seconds.
        seconds: u32,
        /// Why, in words for the person.
        reason: String,
    },
    /// Something about the answer that a person should know, which doesn't end it.
    Notice(Problem),
    /// The service said that the answer is whole.
    Finish,
}

/// A stream of steps. Dropping it cancels the call.
pub type Answer = BoxStream<'static, Result<Delta, Problem>>;

/// An AI that can be asked.
pub trait Model: Send + Sync {
    /// The name a person would call it by.
    fn label(&self) -> String;

    /// Asks.
    fn stream(&self, request: Request) -> Answer;
}
