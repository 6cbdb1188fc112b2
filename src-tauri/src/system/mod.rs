//! What the operating system keeps or announces: secrets in its keychain, sleep.

pub mod keychain;
#[cfg(all(test, target_os = "linux"))]
mod private_bus;
pub mod suspend;
