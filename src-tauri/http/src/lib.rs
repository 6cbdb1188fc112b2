//! The loopback API: what the window can do with a person's data, for programs of the same
//! computer, under the paths, names and status codes of the Django service before this one.
//!
//! It listens at 127.0.0.1 and nowhere else, and refuses whoever a web page of a stranger could
//! send (`guard.rs`), whatever is not JSON (`body.rs`, `strict.rs`) and more of anything than a
//! connection needs (`server.rs`). It decides nothing about a person's data: every row asks core
//! with the caller's session.

#![forbid(unsafe_code)]

mod body;
mod caller;
mod cookies;
mod guard;
mod health;
mod kept;
mod numbered;
mod pages;
mod places;
mod refusal;
mod rows;
mod schema;
mod server;
mod sign_in;
mod socket;
mod strict;
mod turns;

pub use cookies::Cookies;
pub use schema::document;
pub use server::{Limits, Options, Serving, start};

use std::io::ErrorKind;
use std::sync::Arc;

use algoagent_core::Core;
use tokio::sync::Semaphore;

/// Sign-ins and registrations that work on a password at once. Core lets eighteen in from all
/// doors together: what floods this one leaves room at the window.
const PASSWORDS_AT_ONCE: usize = 12;

/// What every row works with. Clones are the same.
#[derive(Clone)]
pub(crate) struct Api(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) core: Core,
    pub(crate) cookies: Cookies,
    pub(crate) turns: turns::Turns,
    pub(crate) passwords: Semaphore,
    pub(crate) limits: Limits,
}

impl Api {
    fn new(core: Core, limits: Limits, cookies: Cookies) -> Self {
        cookies.forget_ended();
        Self(Arc::new(Shared {
            core,
            cookies,
            turns: turns::Turns::default(),
            passwords: Semaphore::new(PASSWORDS_AT_ONCE),
            limits,
        }))
    }
}

impl std::ops::Deref for Api {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// Why a port can't be listened at, in words for a person.
pub fn why_not(port: u16, fault: &std::io::Error) -> String {
    match fault.kind() {
        ErrorKind::AddrInUse => {
            format!("port {port} is taken by another program. End that one, or choose another port")
        }
        ErrorKind::PermissionDenied => format!(
            "the system doesn't let this program listen at port {port}. Choose one above 1023"
        ),
        _ => format!("port {port} can't be listened at: {fault}"),
    }
}
