//! The command table: everything that a door can ask of the core, named and shaped once.
//!
//! The desktop dispatcher, the TypeScript types and the terminal all come from
//! the table in `table.rs`, so that a command can't exist on one side only. Nothing here
//! decides anything: authorisation and rules live in core.

#![forbid(unsafe_code)]

pub mod account;
pub mod administration;
pub mod appearance;
pub mod chat;
pub mod code;
pub mod context;
pub mod data;
mod door;
mod error;
mod keychain;
pub mod local_api;
pub mod locking;
pub mod model;
pub mod profile;
pub mod saving;
pub mod search;
pub mod strategy;
mod table;
pub mod transfer;
pub mod typescript;
mod window;

pub use door::{
    Copied, Door, Forget, Host, HostError, Keychain, KeychainCall, KeychainFault, Unattended,
    Wanted,
};
pub use error::{ApiError, ErrorCode};
pub use table::{COMMANDS, call};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The request or the response of a command that needs none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(type = "Record<string, never>")]
pub struct Nothing {}
