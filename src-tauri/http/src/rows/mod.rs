//! The rows of the API, a file for each noun: what a call's fields are in core, and back.

pub(crate) mod account;
pub(crate) mod asking;
pub(crate) mod chats;
pub(crate) mod contexts;
pub(crate) mod following;
pub(crate) mod path;
pub(crate) mod profile;
pub(crate) mod strategies;
