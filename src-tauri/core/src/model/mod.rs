//! The AI behind one trait.
//!
//! A wire turns a [`Request`] into a stream of [`Delta`]s. It ends with `Finish` or with a
//! [`Problem`]; a stream that just stops is a problem too, never an answer.

pub mod brief;
pub mod builtin;
mod fault;
pub mod gemini;
mod retry;
mod sse;

use futures_util::stream::BoxStream;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use fault::{Problem, ProblemCode};

use crate::context::ContextDraft;
use crate::profile::ProfileDraft;

/// Tokens of one answer, as the service counted them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Usage {
    /// Tokens of the prompt.
    pub input: u32,
    /// Tokens of the answer, reasoning included.
    pub output: u32,
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

/// One step of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Delta {
    /// More of the answer.
    Text(String),
    /// More of the reasoning, which is not part of the answer.
    Thought(String),
    /// Parts to keep and send back verbatim.
    Opaque(serde_json::Value),
    /// The model that really answers.
    Model(String),
    /// The latest count; the last one wins.
    Usage(Usage),
    /// The wire waits before it tries again.
    Waiting {
        /// Seconds.
        seconds: u32,
        /// Why, in words for the person.
        reason: String,
    },
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
