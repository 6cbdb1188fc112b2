//! The services that can be asked, as a person sets them up.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use zeroize::Zeroizing;

use crate::ids::ServiceId;

/// The wire that a service speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ServiceKind {
    /// Google's Gemini.
    Gemini,
    /// OpenAI, and whatever speaks its Chat Completions: OpenRouter, LM Studio, llama.cpp, vLLM.
    #[serde(rename = "openai")]
    OpenAi,
    /// Ollama.
    Ollama,
    /// Anthropic's Claude.
    Anthropic,
}

impl ServiceKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Gemini, Self::OpenAi, Self::Ollama, Self::Anthropic];

    /// The name of the service that first spoke this wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gemini => "Gemini",
            Self::OpenAi => "OpenAI",
            Self::Ollama => "Ollama",
            Self::Anthropic => "Anthropic",
        }
    }

    /// The address that is meant when a person names none.
    pub fn default_base_url(self) -> &'static str {
        match self {
            Self::Gemini => "https://generativelanguage.googleapis.com",
            Self::OpenAi => "https://api.openai.com/v1",
            Self::Ollama => "http://127.0.0.1:11434",
            Self::Anthropic => "https://api.anthropic.com",
        }
    }

    /// The word that stands for it in the vault and on a command line.
    pub fn code(self) -> &'static str {
        match self {
            Self::Gemini => "gemini",
            Self::OpenAi => "openai",
            Self::Ollama => "ollama",
            Self::Anthropic => "anthropic",
        }
    }
}

/// By which way a service is reached. A service on this computer is always reached directly.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) enum Proxy {
    /// As the system says.
    #[default]
    System,
    /// By none.
    Direct,
    /// By this one: `http://`, `https://` or `socks5://`, perhaps with a name and a password.
    Manual(Zeroizing<String>),
}

/// What is known about a model of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ModelInfo {
    /// Its id, such as `gemini-3.8-flash`.
    pub id: String,
    /// Its name for a person.
    pub name: String,
    /// The longest conversation that it takes, in tokens; the answer counts for most services.
    pub window: Option<u32>,
    /// The longest answer, in tokens.
    pub longest_answer: Option<u32>,
    /// Whether it can think before it answers.
    pub thinking: Option<bool>,
}

/// What a model is called for a person: llama.cpp names it by the path of its file.
pub(crate) fn short_name(id: &str) -> &str {
    let name = id.strip_suffix(".gguf").and_then(|path| path.rsplit(['/', '\\']).next());
    name.unwrap_or(id)
}

/// A model that a person can choose. Both empty is the built-in one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct ModelRef {
    /// The service; none for the built-in model.
    pub service: Option<ServiceId>,
    /// The model by its id; none for the one that the service would be asked by itself.
    pub model: Option<String>,
}

/// How long a service is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Patience {
    /// Seconds until the first byte of an answer, 1 to 3600.
    pub first_byte: u32,
    /// Seconds between two bytes of an answer, 1 to 3600.
    pub idle: u32,
}

impl Patience {
    /// For a service on the network.
    pub const REMOTE: Self = Self { first_byte: 30, idle: 60 };
    /// For a service on this computer, which loads its model first and reads the question slowly.
    pub const LOCAL: Self = Self { first_byte: 300, idle: 120 };
}

/// Where, how and with which key a service is asked.
#[derive(Clone)]
pub(crate) struct Endpoint {
    pub(crate) kind: ServiceKind,
    /// As a person calls it.
    pub(crate) name: String,
    pub(crate) base_url: String,
    pub(crate) key: Option<Zeroizing<String>>,
    pub(crate) headers: Vec<(String, Zeroizing<String>)>,
    pub(crate) proxy: Proxy,
    pub(crate) patience: Patience,
}

impl Endpoint {
    /// "Gemini · gemini-3.8-flash".
    pub(crate) fn label(&self, model: &str) -> String {
        format!("{} · {}", self.name, short_name(model))
    }
}
