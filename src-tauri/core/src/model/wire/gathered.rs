//! What an answer has shown of itself so far, and what its end means: the same for every wire.

use std::borrow::Cow;

use super::fault::broke_off;
use super::thinking::Thinking;
use crate::model::{Delta, Problem, ProblemCode, Usage};

/// How a service says that an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The model had said all.
    Whole,
    /// The longest length was reached.
    Length,
    /// The conversation filled the model's window.
    Window,
    /// Refused for its content.
    Refused,
    /// Ended before it was whole.
    Early,
    /// By a word that nobody has seen yet.
    Unknown,
}

#[derive(Default)]
pub(super) struct Gathered {
    text: bool,
    thought: bool,
    thinking: Thinking,
    ending: Option<(Ending, String)>,
    blocked: Option<String>,
    model: Option<String>,
    pub(super) usage: Option<Usage>,
}

impl Gathered {
    /// Whether the service said that the answer is over.
    pub(super) fn finished(&self) -> bool {
        self.ending.is_some()
    }

    /// More of the answer.
    pub(super) fn text(&mut self, text: Cow<'_, str>, to: &mut Vec<Delta>) {
        if !text.is_empty() {
            self.text = true;
            to.push(Delta::Text(text.into_owned()));
        }
    }

    /// More of what a model writes that may hold its reasoning.
    pub(super) fn content(&mut self, text: &str, to: &mut Vec<Delta>) {
        let before = to.len();
        self.thinking.push(text, to);
        self.note(&to[before..]);
    }

    /// The end of the content.
    pub(super) fn settle(&mut self, to: &mut Vec<Delta>) {
        let before = to.len();
        let whole = matches!(self.ending, Some((Ending::Whole | Ending::Unknown, _)));
        self.thinking.finish(whole, to);
        self.note(&to[before..]);
    }

    fn note(&mut self, deltas: &[Delta]) {
        for delta in deltas {
            match delta {
                Delta::Text(_) => self.text = true,
                Delta::Thought(_) => self.thought = true,
                Delta::Anew { thoughts, text } => {
                    self.text = !text.is_empty();
                    self.thought = !thoughts.is_empty();
                }
                _ => {}
            }
        }
    }

    /// More of the reasoning.
    pub(super) fn thought(&mut self, text: Cow<'_, str>, to: &mut Vec<Delta>) {
        if !text.is_empty() {
            let before = to.len();
            self.thinking.is_told_apart(to);
            self.note(&to[before..]);
            self.thought = true;
            to.push(Delta::Thought(text.into_owned()));
        }
    }

    /// The model that really answers.
    pub(super) fn model(&mut self, model: Option<&str>, to: &mut Vec<Delta>) {
        if let Some(model) = model
            && self.model.as_deref() != Some(model)
        {
            self.model = Some(model.to_owned());
            to.push(Delta::Model(model.to_owned()));
        }
    }

    /// The newest count.
    pub(super) fn usage(&mut self, usage: Usage, to: &mut Vec<Delta>) {
        if self.usage != Some(usage) {
            self.usage = Some(usage);
            to.push(Delta::Usage(usage));
        }
    }

    /// The service's word for the end. The last one counts, unless it is unknown.
    pub(super) fn ends(&mut self, ending: Ending, word: &str) {
        let known = self.ending.as_ref().is_some_and(|(known, _)| *known != Ending::Unknown);
        if !(ending == Ending::Unknown && known) {
            self.ending = Some((ending, word.to_owned()));
        }
    }

    /// The service's own word for the end.
    pub(super) fn word(&self) -> Option<&str> {
        self.ending.as_ref().map(|(_, word)| word.as_str()).or(self.blocked.as_deref())
    }

    /// The service took the question for one that it doesn't answer.
    pub(super) fn blocked(&mut self, reason: String) {
        self.blocked = Some(reason);
    }

    /// What the end of the stream means.
    pub(super) fn end(self, name: &str) -> Result<(), Problem> {
        let Some((ending, word)) = self.ending else {
            return Err(match self.blocked {
                Some(reason) => blocked(name, &reason, "question"),
                None if self.text || self.thought => {
                    broke_off("The answer broke off before its end.")
                }
                None => Problem::new(
                    ProblemCode::EmptyAnswer,
                    format!("{name} answered with nothing at all. Try again."),
                ),
            });
        };
        match ending {
            Ending::Whole | Ending::Unknown if self.text => Ok(()),
            Ending::Length => Err(Problem::new(
                ProblemCode::TooLong,
                if self.text {
                    "The answer reached the longest length that this model gives. What arrived is kept; let it go on."
                } else {
                    "The model used its whole length for thinking and gave no answer. Ask for something smaller, or choose another model."
                },
            )),
            Ending::Window => Err(Problem::new(
                ProblemCode::ContextTooLong,
                format!(
                    "The conversation fills the window of this model of {name}. What arrived is kept; begin a new chat, or choose a model with a larger window."
                ),
            )),
            Ending::Refused => Err(blocked(name, &word, "answer")),
            Ending::Early if self.text => {
                Err(broke_off(&format!("{name} ended the answer before it was whole."))
                    .with_raw(word))
            }
            Ending::Whole | Ending::Unknown | Ending::Early => Err(Problem::new(
                ProblemCode::EmptyAnswer,
                format!(
                    "{name} ended its answer without a word. Try again, or put it differently."
                ),
            )
            .with_raw(word)),
        }
    }
}

fn blocked(name: &str, reason: &str, what: &str) -> Problem {
    Problem::new(
        ProblemCode::Blocked,
        format!("{name} refused the {what} for its content ({reason}). Put it differently."),
    )
    .with_raw(reason)
}
