//! Chats and messages in SQL.

mod chats;
mod messages;
mod tree;

pub(super) use chats::*;
pub(super) use messages::*;
pub(super) use tree::*;
