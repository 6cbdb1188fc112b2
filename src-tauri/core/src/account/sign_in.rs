//! Signing in with a password, with the demo account's public one, or with a recovery code.

use std::sync::PoisonError;

use zeroize::Zeroizing;

use super::{
    AccountError, DEMO_PASSWORD, DEMO_USERNAME, DoorKind, Session, name, password, session, store,
};
use crate::core::Core;
use crate::vault::{self, RecoveryCode, Secret};

/// Opens the vault of `username` (or of that e-mail address) and starts a session at `door`.
///
/// A name that nobody has and a wrong password cost the same work and answer alike.
///
/// # Errors
/// [`AccountError::InvalidCredentials`], [`AccountError::TooManyAttempts`],
/// [`AccountError::Damaged`] and those of the store.
pub async fn sign_in(
    core: &Core,
    door: DoorKind,
    username: &str,
    password: Zeroizing<String>,
) -> Result<Session, AccountError> {
    let tried = name::key(username);
    core.attempts.allow(door, &tried, core.sources.now())?;
    let secret = Secret::new((*password).clone());
    let opened = open(core, door, &tried, &secret).await;
    match &opened {
        Ok(_) => core.attempts.succeeded(door, &tried),
        Err(AccountError::InvalidCredentials) => {
            core.attempts.failed(door, &tried, core.sources.now());
        }
        Err(_) => {}
    }
    opened
}

async fn open(
    core: &Core,
    door: DoorKind,
    tried: &str,
    secret: &Secret,
) -> Result<Session, AccountError> {
    let found = store::find(&mut *core.accounts().await?, tried).await?;
    let Some(account) = found.filter(|account| !account.disabled) else {
        core.kdf.derive_for_nobody(secret).await?;
        return Err(AccountError::InvalidCredentials);
    };
    let folder = vault::folder(&core.vaults, account.uuid);
    let header = folder.header()?;
    let key = header.unseal(&core.kdf, secret).await?;
    session::start(core, door, account, folder, header.generation, &key).await
}

/// Signs in to the demo account while its password is the public one.
///
/// # Errors
/// As [`sign_in`]; [`AccountError::InvalidCredentials`] also when the demo account was deleted.
pub async fn sign_in_demo(core: &Core, door: DoorKind) -> Result<Session, AccountError> {
    sign_in(core, door, DEMO_USERNAME, Zeroizing::new(DEMO_PASSWORD.to_owned())).await
}

/// Opens a vault with its recovery code and puts `new_password` in the place of the lost one.
///
/// The code is used up: the second value is the next one. The account's other sessions end.
///
/// # Errors
/// [`AccountError::MistypedCode`] before anything is tried;
/// [`AccountError::InvalidCredentials`] when the code opens no such account's vault.
pub async fn recover(
    core: &Core,
    door: DoorKind,
    username: &str,
    code: &str,
    new_password: Zeroizing<String>,
) -> Result<(Session, Zeroizing<String>), AccountError> {
    let code = RecoveryCode::parse(code).map_err(|_| AccountError::MistypedCode)?;
    let tried = name::key(username);
    core.attempts.allow(door, &tried, core.sources.now())?;
    let found = store::find(&mut *core.accounts().await?, &tried).await?;
    let Some(account) = found.filter(|account| !account.disabled) else {
        core.attempts.failed(door, &tried, core.sources.now());
        return Err(AccountError::InvalidCredentials);
    };
    let folder = vault::folder(&core.vaults, account.uuid);
    let header = folder.header()?;
    let key = header.recover(&code).map_err(|fault| {
        core.attempts.failed(door, &tried, core.sources.now());
        AccountError::from(fault)
    })?;
    password::check("new_password", &new_password, &[&account.username, &account.email])?;
    let (next, next_code) = vault::seal(
        &core.kdf,
        &core.sources,
        account.clone().into(),
        &Secret::new((*new_password).clone()),
        header.generation + 1,
        &key,
    )
    .await?;
    {
        let mut db = core.accounts().await?;
        // The first of two at once uses the code up.
        if folder.header()?.generation != header.generation {
            return Err(AccountError::InvalidCredentials);
        }
        next.write(&folder.0)?;
        let now = core.sources.now();
        // The old code is dead by now: nothing may keep the new one from being shown.
        if let Err(fault) = store::audit(&mut db, now, Some(account.id), door, "recovered").await {
            tracing::warn!(%fault, "a recovery was not recorded");
        }
    }
    core.attempts.succeeded(door, &tried);
    // After the header: a sign-in with the old password is either among these or refused.
    for other in core.live_sessions() {
        if other.account().id == account.id {
            other.end().await;
        }
    }
    let session = session::start(core, door, account, folder, next.generation, &key).await?;
    Ok((session, next_code.to_text()))
}

impl Core {
    /// How many sessions are live.
    pub fn session_count(&self) -> usize {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}
