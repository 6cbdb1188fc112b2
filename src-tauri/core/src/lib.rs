//! Everything of AlgoAgent that is true without a screen or a socket.
//!
//! A door (the window, the terminal, the loopback API) opens a [`Core`] over a data directory,
//! signs a person in and gets a [`account::Session`]. Every operation on a person's data takes
//! that session first; without it nothing can be reached.

pub mod account;
pub mod backup;
pub mod chat;
pub mod clock;
pub mod context;
mod core;
pub mod ids;
pub mod model;
pub mod profile;
pub mod render;
pub mod search;
pub mod settings;
mod slice;
pub mod strategy;
pub mod transfer;
pub mod vault;

pub use core::{ComputerKey, Config, Core, LocalPort, OpenError};
pub use slice::{Counted, Slice};

/// A value that can't be taken: which field, and why, in words for a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {why}")]
pub struct Invalid {
    /// The field's name on the wire.
    pub field: &'static str,
    /// Why, and what would be taken.
    pub why: String,
}

impl Invalid {
    /// `field` can't be taken because of `why`.
    pub fn new(field: &'static str, why: impl Into<String>) -> Self {
        Self { field, why: why.into() }
    }
}
