//! What the program's two executables share: how they start and end, what they find around them, and
//! the line by which one reaches the other.
//!
//! `algoagent` is the command line and the local API and needs nothing of the system's window
//! library: it starts in a few milliseconds and runs where there is none. `algoagent-window` is the
//! window. Neither decides anything about a person's data: both ask `algoagent-api`.

#![forbid(unsafe_code)]

pub mod environment;
pub mod events;
pub mod exit;
pub mod line;
pub mod output;
pub mod starting;
pub mod system;

/// What is given back is zeroed first: a password passes through buffers that nobody else wipes.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);
