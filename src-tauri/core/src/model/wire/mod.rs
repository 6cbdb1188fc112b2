//! The wires to the services: one call, four ways to ask and to read.
//!
//! An answer is whole only when the service says so with a word of its own. The key goes in one
//! header and never into an address; a redirect to another host is refused.

mod anthropic;
mod call;
mod fault;
mod gathered;
mod gemini;
mod http;
mod lenient;
mod list;
mod ollama;
mod openai;
#[cfg(any(test, feature = "measure"))]
pub mod probe;
mod reader;
#[cfg(test)]
mod recorded;
mod said;
mod thinking;

use serde_json::Value;

pub(crate) use call::Remote;
pub use http::reach;
pub(crate) use http::{Clients, is_loopback};
pub(crate) use list::{details, list};

use super::{Delta, ModelInfo, Request, ServiceKind};
use gathered::Gathered;

/// How a body is cut into what a decoder takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Framing {
    /// Server-sent events.
    Events,
    /// One JSON value on each line.
    Lines,
}

/// A question as a service takes it.
struct Asked {
    path: String,
    query: &'static [(&'static str, &'static str)],
    body: Value,
}

/// A page of a service's list of models.
struct ModelPage {
    models: Vec<ModelInfo>,
    /// What asks for the next page.
    next: Option<String>,
}

/// One service's way to ask and to answer.
trait Wire: Send + Sync {
    /// The header that carries the key.
    fn key_header(&self) -> &'static str;

    /// Headers that every call carries.
    fn headers(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// The question, for a model that is given a window of so many tokens.
    fn asked(&self, model: &ModelInfo, request: &Request, window: u32) -> Asked;

    /// Takes out of a question what the service refused in these words, if that can be spared.
    fn spare(&self, _body: &mut Value, _said: &str) -> bool {
        false
    }

    /// How the answer is cut.
    fn framing(&self) -> Framing {
        Framing::Events
    }

    /// What reads one answer.
    fn decoder(&self) -> Box<dyn Decode>;

    /// Where the list of models is.
    fn models_path(&self) -> &'static str;

    /// The query for a page of it.
    fn models_query(&self, _next: Option<&str>) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// A page of the list, if it is one: the models that chat.
    fn models(&self, page: &Value) -> Option<ModelPage>;

    /// Where to ask for more about one model, and with what.
    fn details_of(&self, _model: &str) -> Option<(&'static str, Value)> {
        None
    }

    /// Takes more about a model from the service's answer.
    fn details(&self, _answer: &Value, _model: &mut ModelInfo) {}

    /// The model that is asked when a person has chosen none.
    fn default_model<'a>(&self, models: &'a [ModelInfo]) -> Option<&'a ModelInfo> {
        models.first()
    }
}

/// What a decoder found in an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Read {
    /// A piece of the answer, or nothing of importance.
    Taken,
    /// An error.
    Error,
    /// JSON, but nothing that this service says.
    Strange,
}

/// Reads one answer. Lenient about what is missing or new, strict about the end.
trait Decode: Send {
    /// What was gathered so far.
    fn gathered(&mut self) -> &mut Gathered;

    /// Reads the data of one event or one line.
    fn event(&mut self, data: &[u8], to: &mut Vec<Delta>) -> Result<Read, serde_json::Error>;

    /// What the service wants back verbatim.
    fn opaque(&mut self) -> Option<Value> {
        None
    }
}

fn wire(kind: ServiceKind) -> &'static dyn Wire {
    match kind {
        ServiceKind::Gemini => &gemini::Gemini,
        ServiceKind::OpenAi => &openai::OpenAi,
        ServiceKind::Ollama => &ollama::Ollama,
        ServiceKind::Anthropic => &anthropic::Anthropic,
    }
}

/// The model of this list that a service of this kind is asked when a person has chosen none.
pub(crate) fn default_model(kind: ServiceKind, models: &[ModelInfo]) -> Option<&ModelInfo> {
    wire(kind).default_model(models)
}
