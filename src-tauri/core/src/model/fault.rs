//! What can go wrong with a model, in words for a person.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::clock::Timestamp;

/// Why a model gave no whole answer. Doors branch on this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// No key is stored for a service that needs one.
    KeyMissing,
    /// The service refused the key.
    KeyRefused,
    /// The quota or the credit is used up; waiting a little doesn't help.
    QuotaExhausted,
    /// Too many calls, also after waiting.
    RateLimited,
    /// The service doesn't have the model (any more).
    ModelGone,
    /// The service isn't offered where this computer is.
    RegionRefused,
    /// The service refused the question or broke the answer off for its content.
    Blocked,
    /// The answer reached the model's longest length.
    TooLong,
    /// The conversation is longer than the model can take.
    ContextTooLong,
    /// The service left out the start of the conversation without saying so.
    ContextCut,
    /// The service is overloaded or out of order, also after waiting.
    Overloaded,
    /// The service didn't answer in time.
    TimedOut,
    /// The service can't be reached: no network, no such host, no such port, bad certificate.
    Offline,
    /// The answer broke off.
    StreamBroken,
    /// What answered isn't the service: a sign-in page of a network, a proxy, another server.
    NotTheService,
    /// The service answered with no text at all.
    EmptyAnswer,
    /// The service found fault with the request.
    RequestRefused,
    /// The answer could not be saved.
    NotSaved,
}

/// What a person can do about a problem. Doors offer it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// Ask again.
    TryAgain,
    /// Ask again later; the problem says when, if the service did.
    Wait,
    /// Let the model go on where it stopped.
    GoOn,
    /// See to key, address or proxy in the settings.
    OpenSettings,
    /// Choose another model.
    ChooseModel,
    /// Put the question differently.
    Rephrase,
    /// See to the network of this computer.
    CheckNetwork,
    /// Begin a new chat.
    NewChat,
    /// Make room on the disk.
    MakeRoom,
}

impl ProblemCode {
    /// What helps, the most promising first.
    pub fn advice(self) -> Vec<Advice> {
        use Advice::*;
        match self {
            Self::KeyMissing | Self::KeyRefused => vec![OpenSettings, ChooseModel],
            Self::QuotaExhausted => vec![Wait, ChooseModel],
            Self::RateLimited | Self::Overloaded => vec![GoOn, Wait, TryAgain, ChooseModel],
            Self::ModelGone | Self::RegionRefused => vec![ChooseModel],
            Self::Blocked => vec![Rephrase],
            Self::TooLong => vec![GoOn, Rephrase, ChooseModel],
            Self::ContextTooLong => vec![NewChat, ChooseModel],
            Self::ContextCut => vec![ChooseModel, NewChat],
            Self::TimedOut => vec![GoOn, TryAgain, CheckNetwork],
            Self::Offline => vec![CheckNetwork, OpenSettings, TryAgain],
            Self::StreamBroken => vec![GoOn, TryAgain],
            Self::NotTheService => vec![CheckNetwork, OpenSettings],
            Self::EmptyAnswer => vec![TryAgain, Rephrase],
            Self::RequestRefused => vec![ChooseModel, TryAgain],
            Self::NotSaved => vec![MakeRoom],
        }
    }
}

/// A model's failure: what happened, what to do, and what the service said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Problem {
    /// What doors branch on.
    pub code: ProblemCode,
    /// What happened and what to do next, for a person.
    pub message: String,
    /// What helps, the most promising first.
    #[serde(default)]
    pub advice: Vec<Advice>,
    /// The service's own words, keys removed.
    pub raw: Option<String>,
    /// Seconds after which trying again makes sense, when the service said so.
    pub retry_after: Option<u32>,
    /// When trying again makes sense, where that is far off.
    #[serde(default)]
    pub until: Option<Timestamp>,
    /// The id of the service's model that comes nearest to one that is gone.
    #[serde(default)]
    pub nearest: Option<String>,
    /// Tokens that the service says the model takes, where the conversation was longer.
    #[serde(default)]
    pub window: Option<u32>,
}

impl Problem {
    /// A problem without the service's own words.
    pub fn new(code: ProblemCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            advice: code.advice(),
            raw: None,
            retry_after: None,
            until: None,
            nearest: None,
            window: None,
        }
    }

    /// Whether the service itself said so, and not the end of what it said.
    pub(super) fn is_of_the_service(&self) -> bool {
        use ProblemCode::{EmptyAnswer, NotTheService, StreamBroken};
        !matches!(self.code, EmptyAnswer | NotTheService | StreamBroken)
    }

    /// The same problem of an answer of which nothing came: it can't go on.
    pub(crate) fn without_text(mut self) -> Self {
        self.advice.retain(|advice| *advice != Advice::GoOn);
        self
    }

    /// The same problem with the service's own words (cut to 4 KiB).
    pub fn with_raw(mut self, raw: impl Into<String>) -> Self {
        let mut raw: String = raw.into();
        if raw.len() > 4096 {
            raw.truncate(raw.floor_char_boundary(4096));
        }
        self.raw = Some(raw).filter(|raw| !raw.trim().is_empty());
        self
    }

    /// The same problem with every copy of `secret` taken out of the service's words.
    pub(super) fn without(mut self, secret: &str) -> Self {
        /// The start of a secret tells something from this length on.
        const TELLING: usize = 6;
        /// A shorter one may be a word like any other.
        const SHORTEST: usize = 4;
        if secret.len() < SHORTEST {
            return self;
        }
        self.raw = self.raw.map(|raw| raw.replace(secret, "[key]"));
        self.message = self.message.replace(secret, "[key]");
        // The service's words may have been cut in the middle of the secret.
        if let Some(raw) = &mut self.raw
            && let Some(start) = (TELLING..secret.len())
                .rev()
                .filter_map(|length| secret.get(..length))
                .find(|start| raw.ends_with(start))
        {
            raw.truncate(raw.len() - start.len());
        }
        self
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}
