//! What two programs on one data directory say to each other: JSON, a line each.
//!
//! The program that holds the directory greets with its version. Programs of two versions
//! don't talk: a command of the one may mean something else to the other.

use algoagent_api::ApiError;
use algoagent_core::chat::ChatEvent;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Raised when a line means something else than before.
const PROTOCOL: u32 = 1;

/// The longest line that the holder takes. A question has at most 256 KiB, and JSON may need
/// some more for it.
pub(super) const LONGEST_REQUEST: usize = 1024 * 1024;
/// The longest line that a terminal takes: a page of chats with everything in them.
pub(super) const LONGEST_RESPONSE: usize = 64 * 1024 * 1024;

/// Who answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Greeting {
    pub(super) protocol: u32,
    pub(super) version: String,
}

impl Greeting {
    /// That of this program.
    pub(super) fn ours() -> Self {
        Self { protocol: PROTOCOL, version: env!("CARGO_PKG_VERSION").to_owned() }
    }
}

/// To the program that holds the directory.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Request<R = Value> {
    /// Who asks; not needed for what follows.
    Hello(Greeting),
    /// The window to the front.
    Raise {},
    /// A command of the table, on behalf of whoever signed in on this connection.
    Call { id: u64, name: String, request: R },
    /// Events from now on, until the session ends.
    Listen {},
}

/// From the program that holds the directory.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Response {
    /// The first line.
    Hello(Greeting),
    /// The first line and the last: too many are connected.
    Full {},
    /// Whether there is a window, which is in front now.
    Ok(bool),
    /// What the call `id` came to.
    Answer {
        id: u64,
        #[serde(flatten)]
        outcome: Outcome,
    },
    /// The events that follow are those of the newest `listen`.
    Listening {},
    /// Something happened.
    Event(Box<ChatEvent>),
    /// No event follows.
    Ended {},
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    Ok(Value),
    Error(ApiError),
}

impl From<Result<Value, ApiError>> for Outcome {
    fn from(result: Result<Value, ApiError>) -> Self {
        match result {
            Ok(value) => Self::Ok(value),
            Err(fault) => Self::Error(fault),
        }
    }
}

impl From<Outcome> for Result<Value, ApiError> {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Ok(value) => Ok(value),
            Outcome::Error(fault) => Err(fault),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_words_on_the_line_are_these() {
        let greeting = Greeting { protocol: 1, version: "0.1.0".into() };
        let call = Request::Call { id: 7, name: "send".into(), request: json!({ "text": "a" }) };
        for (request, words) in [
            (
                Request::Hello(greeting.clone()),
                json!({ "hello": { "protocol": 1, "version": "0.1.0" } }),
            ),
            (Request::Raise {}, json!({ "raise": {} })),
            (call, json!({ "call": { "id": 7, "name": "send", "request": { "text": "a" } } })),
            (Request::Listen {}, json!({ "listen": {} })),
        ] {
            assert_eq!(serde_json::to_value(&request).expect("JSON"), words);
            assert!(serde_json::from_value::<Request>(words).is_ok());
        }
        let nothing = Response::Answer { id: 7, outcome: Ok(Value::Null).into() };
        for (response, words) in [
            (Response::Hello(greeting), json!({ "hello": { "protocol": 1, "version": "0.1.0" } })),
            (Response::Ok(false), json!({ "ok": false })),
            (nothing, json!({ "answer": { "id": 7, "ok": null } })),
            (
                Response::Event(Box::new(ChatEvent::Resync)),
                json!({ "event": { "event": "resync" } }),
            ),
        ] {
            assert_eq!(serde_json::to_value(&response).expect("JSON"), words);
            let read: Response = serde_json::from_value(words.clone()).expect("a response");
            assert_eq!(serde_json::to_value(&read).expect("JSON"), words);
        }
    }

    #[test]
    fn a_refusal_comes_back_as_it_was() {
        let fault = ApiError::internal("a fault for the log");
        let answer = Response::Answer { id: 1, outcome: Err(fault.clone()).into() };
        let words = serde_json::to_string(&answer).expect("JSON");
        let Ok(Response::Answer { outcome: Outcome::Error(read), .. }) =
            serde_json::from_str(&words)
        else {
            panic!("another response: {words}");
        };
        assert_eq!(read, fault);
    }
}
