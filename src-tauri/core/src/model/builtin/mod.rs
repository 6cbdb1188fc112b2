//! The built-in model: a set of rules that turns a conversation into a runnable strategy.
//!
//! It needs no network and no key, and says what it is. It refuses to pretend: what its
//! rules don't cover is named as left out, never guessed. Everything is a pure function
//! of the request, so the same conversation always gives the same strategy.

mod beyond;
mod explain;
mod families;
mod family;
mod ground;
mod idiom;
mod limits;
mod lists;
mod numbers;
mod plan;
mod reading;
mod relative;
mod reply;
mod shares;
mod symbols;
mod talk;
mod understand;
mod wish;
mod words;
mod write;

#[cfg(test)]
mod tests;

use std::time::Duration;

use futures_util::{StreamExt, stream};

use super::{Answer, Delta, Model, Request};

/// How long a piece of an answer should be at least, in bytes.
const PIECE: usize = 40;

/// The rule-based model. `pace` is the pause before each piece of an answer.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn {
    /// Zero gives the whole answer at once.
    pub pace: Duration,
}

impl Default for BuiltIn {
    fn default() -> Self {
        Self { pace: Duration::from_millis(4) }
    }
}

impl Model for BuiltIn {
    fn label(&self) -> String {
        "AlgoAgent built-in (offline)".to_owned()
    }

    fn stream(&self, request: Request) -> Answer {
        let pace = self.pace;
        let pieces = stream::once(async move { stream::iter(pieces(&answer(&request))) }).flatten();
        pieces
            .then(move |piece| async move {
                if !pace.is_zero() {
                    tokio::time::sleep(pace).await;
                }
                Ok(Delta::Text(piece))
            })
            .chain(stream::once(async { Ok(Delta::Finish) }))
            .boxed()
    }
}

/// The ticker symbols that a text names, in its order.
pub(crate) fn symbols_in(text: &str) -> Vec<String> {
    symbols::named(text, &[])
}

/// The whole answer to a request, as Markdown.
pub fn answer(request: &Request) -> String {
    reply::reply(request)
}

/// Cuts a text after spaces and line ends, about every [`PIECE`] bytes.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    for part in text.split_inclusive([' ', '\n']) {
        piece.push_str(part);
        if piece.len() >= PIECE {
            pieces.push(std::mem::take(&mut piece));
        }
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    pieces
}
