//! What a door keeps in the system's keychain: the unlock secret of somebody who stays signed in,
//! and the newest generation of each vault's header, which shows when somebody put old files in
//! its place. Nothing here is kept anywhere else.

use std::time::Duration;

use algoagent_core::account::{self as core, Session};
use algoagent_core::vault::UnlockSecret;
use tracing::warn;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::door::Door;
use crate::error::ApiError;

/// How long another's turn at the header is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

fn unlock_entry(uuid: Uuid) -> String {
    format!("unlock {uuid}")
}

fn generation_entry(uuid: Uuid) -> String {
    format!("generation {uuid}")
}

/// Keeps an unlock secret for `session`'s person. `Some` says why it can't be kept; nothing
/// opens the vault by it then.
pub(crate) async fn keep(door: &Door, session: &Session) -> Result<Option<String>, ApiError> {
    let why = renew(door, session).await?;
    if why.is_some() {
        core::staying::leave(session).await?;
    }
    Ok(why)
}

/// The same for somebody who had chosen it: when it can't be kept now, the choice stays.
pub(crate) async fn renew(door: &Door, session: &Session) -> Result<Option<String>, ApiError> {
    let Some(keychain) = door.host().keychain() else {
        return Ok(Some("There is no keychain here.".to_owned()));
    };
    let secret = core::staying::stay(session).await?;
    let bytes = Zeroizing::new(secret.bytes().to_vec());
    let kept = keychain.write(unlock_entry(session.account().uuid), bytes).await;
    if session.check().is_err() {
        // Locked or left meanwhile: nothing may bring them back.
        forget_later(door, session.account().uuid);
    }
    remember(door, session).await;
    match kept {
        Ok(()) => Ok(None),
        Err(fault) => {
            core::staying::suspend(session).await?;
            Ok(Some(fault.to_string()))
        }
    }
}

/// The unlock secret of the account `uuid`, if the keychain gives it out.
pub(crate) async fn secret(door: &Door, uuid: Uuid) -> Option<UnlockSecret> {
    let found = door.host().keychain()?.read(unlock_entry(uuid)).await;
    match found {
        Ok(bytes) => UnlockSecret::from_bytes(&bytes?),
        Err(fault) => {
            warn!(%fault, "the keychain doesn't give the unlock secret");
            None
        }
    }
}

/// Forgets the unlock secret of the account `uuid`, without anybody waiting for it: the header
/// made it useless already.
pub(crate) fn forget_later(door: &Door, uuid: Uuid) {
    if let Some(keychain) = door.host().keychain() {
        tokio::spawn(async move {
            if let Err(fault) = keychain.forget(unlock_entry(uuid)).await {
                warn!(%fault, "the keychain keeps a useless secret");
            }
        });
    }
}

/// Ends staying signed in at a door that has a keychain; elsewhere it isn't that door's matter.
pub(crate) async fn stop_staying(door: &Door, session: &Session) {
    if door.host().keychain().is_some() {
        forget_later(door, session.account().uuid);
        let session = session.clone();
        useless(async move { core::staying::leave(&session).await }).await;
    }
}

/// Has the password asked for at the next start; the person's choice stays.
pub(crate) async fn suspend(door: &Door, session: &Session) {
    if door.host().keychain().is_some() {
        forget_later(door, session.account().uuid);
        let session = session.clone();
        useless(async move { core::staying::suspend(&session).await }).await;
    }
}

/// Sees to it that the vault's header knows the secret no more. Long work on the vault may hold that
/// up; whoever goes doesn't wait for it.
async fn useless(made: impl Future<Output = Result<(), core::AccountError>> + Send + 'static) {
    match tokio::time::timeout(PATIENCE, tokio::spawn(made)).await {
        Ok(Ok(Ok(()))) => {}
        Ok(Ok(Err(fault))) => warn!(%fault, "the unlock secret was not made useless"),
        Ok(Err(fault)) => warn!(%fault, "the unlock secret was not made useless"),
        Err(_) => warn!("the unlock secret is not useless yet"),
    }
}

/// The newest generation of this vault's header that the keychain has seen.
async fn seen(door: &Door, session: &Session) -> Option<u64> {
    let seen = door.host().keychain()?.read(generation_entry(session.account().uuid)).await;
    std::str::from_utf8(&seen.ok()??).ok()?.parse().ok()
}

/// Whether the keychain has seen a newer header of this vault than the one in force. When it has
/// not, it remembers this one.
pub(crate) async fn is_older_than_seen(door: &Door, session: &Session) -> bool {
    let Ok(generation) = session.generation() else { return false };
    let older = seen(door, session).await.is_some_and(|seen| seen > generation);
    if !older {
        remember(door, session).await;
    }
    older
}

/// Remembers the header in force as the newest, unless the keychain knows a newer one.
pub(crate) async fn remember(door: &Door, session: &Session) {
    if seen(door, session).await.is_none_or(|seen| session.generation().is_ok_and(|own| own > seen))
    {
        remember_anyway(door, session).await;
    }
}

/// Remembers the header in force, also when it is older: the person put it back.
pub(crate) async fn remember_anyway(door: &Door, session: &Session) {
    let Some(keychain) = door.host().keychain() else { return };
    let Ok(generation) = session.generation() else { return };
    let text = Zeroizing::new(generation.to_string().into_bytes());
    if let Err(fault) = keychain.write(generation_entry(session.account().uuid), text).await {
        // Without a keychain nothing is remembered, and the README says so.
        tracing::debug!(%fault, "a header's generation is not remembered");
    }
}
