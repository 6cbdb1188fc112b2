//! The OS keychain: small secrets that outlive the program, for who chose to stay signed in.
//!
//! A keychain may be missing, locked, or wait for a person for ever. So every call runs on a
//! thread of its own and is given up after some seconds; that thread can't be ended, hence no
//! other is started beside it, and it isn't one of the runtime, which would wait for it at the
//! program's end. Refuses to put a secret anywhere else: there is no file to fall back to.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use algoagent_api::KeychainCall;
use keyring_core::api::CredentialStoreApi as _;
use keyring_core::{Entry, Error};
use tokio::sync::{Semaphore, oneshot};
use zeroize::Zeroizing;

/// Longer than any keychain takes that isn't waiting for a person.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the keychain calls this program.
pub const SERVICE: &str = "AlgoAgent";

/// The entries of one service in the OS keychain.
#[derive(Clone)]
pub struct Keychain {
    service: Arc<str>,
    turn: Arc<Semaphore>,
    hangs: Arc<AtomicBool>,
}

/// Why the keychain gave or took nothing.
#[derive(Debug, PartialEq, Eq)]
pub enum KeychainFault {
    /// There is none.
    Absent,
    /// It is locked, and nobody unlocked it.
    Locked,
    /// It doesn't answer.
    Hangs,
    /// Anything else, for the log.
    Other(String),
}

impl fmt::Display for KeychainFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str(
                "This computer has no keychain. On Linux, GNOME Keyring or KDE Wallet is one",
            ),
            Self::Locked => f.write_str("This computer's keychain is locked. Unlock it first"),
            Self::Hangs => f.write_str(
                "This computer's keychain doesn't answer. It may be waiting for its password",
            ),
            Self::Other(what) => write!(f, "This computer's keychain failed: {what}"),
        }
    }
}

impl std::error::Error for KeychainFault {}

impl Keychain {
    /// The entries of `service`, which is what the keychain calls this program.
    pub fn new(service: &str) -> Self {
        Self { service: service.into(), turn: Arc::new(Semaphore::new(1)), hangs: Arc::default() }
    }

    /// What `entry` holds; `None` where there is no such entry.
    pub async fn read(&self, entry: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainFault> {
        self.ask(entry, |entry| match entry.get_secret() {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(Error::NoEntry) => Ok(None),
            Err(fault) => Err(fault),
        })
        .await
    }

    /// Makes `entry` hold `secret`, a few hundred bytes at most, whatever it held before.
    pub async fn write(&self, entry: &str, secret: &[u8]) -> Result<(), KeychainFault> {
        let secret = Zeroizing::new(secret.to_vec());
        self.ask(entry, move |entry| entry.set_secret(&secret)).await
    }

    /// Removes `entry`; it may be gone already.
    pub async fn forget(&self, entry: &str) -> Result<(), KeychainFault> {
        self.ask(entry, |entry| match entry.delete_credential() {
            Err(Error::NoEntry) => Ok(()),
            other => other,
        })
        .await
    }

    async fn ask<T: Send + 'static>(
        &self,
        entry: &str,
        call: impl FnOnce(Entry) -> keyring_core::Result<T> + Send + 'static,
    ) -> Result<T, KeychainFault> {
        // Whoever hangs keeps the turn.
        if self.turn.available_permits() == 0 && self.hangs.load(Ordering::Acquire) {
            return Err(KeychainFault::Hangs);
        }
        let given_up = |_| {
            self.hangs.store(true, Ordering::Release);
            KeychainFault::Hangs
        };
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.turn).acquire_owned());
        let turn = turn.await.map_err(given_up)?.map_err(other)?;
        self.hangs.store(false, Ordering::Release);
        let (service, entry) = (Arc::clone(&self.service), entry.to_owned());
        let (answer, answered) = oneshot::channel();
        let asking = move || {
            // A store of its own for each call: the service may have come or gone since the last.
            let store = store();
            let said = store.and_then(|store| store.build(&service, &entry, None)).and_then(call);
            drop(turn);
            drop(answer.send(said.map_err(fault)));
        };
        std::thread::Builder::new().name("keychain".into()).spawn(asking).map_err(other)?;
        tokio::time::timeout(PATIENCE, answered).await.map_err(given_up)?.map_err(other)?
    }
}

impl algoagent_api::Keychain for Keychain {
    fn read(&self, entry: String) -> KeychainCall<Option<Zeroizing<Vec<u8>>>> {
        let keychain = self.clone();
        Box::pin(async move { keychain.read(&entry).await.map_err(told) })
    }

    fn write(&self, entry: String, secret: Zeroizing<Vec<u8>>) -> KeychainCall<()> {
        let keychain = self.clone();
        Box::pin(async move { keychain.write(&entry, &secret).await.map_err(told) })
    }

    fn forget(&self, entry: String) -> KeychainCall<()> {
        let keychain = self.clone();
        Box::pin(async move { keychain.forget(&entry).await.map_err(told) })
    }
}

fn told(fault: KeychainFault) -> algoagent_api::KeychainFault {
    algoagent_api::KeychainFault(format!("{fault}."))
}

fn other(fault: impl fmt::Display) -> KeychainFault {
    KeychainFault::Other(fault.to_string())
}

#[cfg(target_os = "linux")]
fn store() -> keyring_core::Result<Arc<zbus_secret_service_keyring_store::Store>> {
    zbus_secret_service_keyring_store::Store::new()
}

#[cfg(target_os = "macos")]
fn store() -> keyring_core::Result<Arc<apple_native_keyring_store::keychain::Store>> {
    apple_native_keyring_store::keychain::Store::new()
}

#[cfg(windows)]
fn store() -> keyring_core::Result<Arc<windows_native_keyring_store::Store>> {
    windows_native_keyring_store::Store::new()
}

#[cfg(not(target_os = "linux"))]
fn fault(fault: Error) -> KeychainFault {
    match fault {
        Error::NoStorageAccess(_) => KeychainFault::Locked,
        fault => other(fault),
    }
}

#[cfg(target_os = "linux")]
fn fault(fault: Error) -> KeychainFault {
    use secret_service::Error as Service;

    let cause = match &fault {
        Error::NoStorageAccess(cause) | Error::PlatformFailure(cause) => cause.downcast_ref(),
        _ => None,
    };
    match cause {
        Some(Service::Locked | Service::Prompt) => KeychainFault::Locked,
        // No service, or one in which nobody has set up a keychain.
        Some(Service::Unavailable | Service::NoResult) => KeychainFault::Absent,
        Some(Service::Zbus(zbus::Error::Connection(..) | zbus::Error::InputOutput(_))) => {
            KeychainFault::Absent
        }
        Some(Service::Zbus(zbus::Error::MethodError(name, _, _))) => match name.as_str() {
            "org.freedesktop.Secret.Error.IsLocked" => KeychainFault::Locked,
            "org.freedesktop.DBus.Error.ServiceUnknown"
            | "org.freedesktop.DBus.Error.NameHasNoOwner" => KeychainFault::Absent,
            name => KeychainFault::Other(name.to_owned()),
        },
        _ => other(fault),
    }
}

#[cfg(all(test, target_os = "linux"))]
#[path = "keychain_tests.rs"]
mod tests;
