//! Signing in with a password, or with the demo account's public one.

use std::sync::PoisonError;

use zeroize::Zeroizing;

use super::audit::{Action, Entry};
use super::{
    Account, AccountError, DEMO_PASSWORD, DEMO_USERNAME, DoorKind, Session, audit, name, session,
    store,
};
use crate::core::Core;
use crate::vault::{self, HeaderError, Opener, Secret};

/// Opens the vault of `username` (or of that e-mail address) and starts a session at `door`.
///
/// A name that nobody has and a wrong password cost the same work and answer alike.
///
/// # Errors
/// [`AccountError::InvalidCredentials`], [`AccountError::TooManyAttempts`],
/// [`AccountError::Unclaimed`] when the right password is the one that the account was made with
/// for somebody else, [`AccountError::Damaged`] and those of the store.
pub async fn sign_in(
    core: &Core,
    door: DoorKind,
    username: &str,
    password: Zeroizing<String>,
) -> Result<Session, AccountError> {
    let tried = name::key(username);
    let found = store::find(&mut *core.accounts().await?, &tried).await?;
    let attempt = core.attempts.begin(door, &tried_by(found.as_ref(), &tried), core)?;
    let secret = Secret::new((*password).clone());
    let opened = attempt.ended(open(core, door, found.clone(), &secret).await);
    if let Some(account) = &found {
        audit::note_if_refused(core, account, door, &opened).await;
        if opened.is_ok() {
            audit::note(core, Entry::about(account, door, Action::SignedIn)).await;
        }
    }
    opened
}

/// What wrong passwords are counted by: the account, by whatever name it was called.
pub(super) fn tried_by(found: Option<&Account>, tried: &str) -> String {
    found.map_or_else(|| tried.to_owned(), |account| account.uuid.to_string())
}

async fn open(
    core: &Core,
    door: DoorKind,
    found: Option<Account>,
    secret: &Secret,
) -> Result<Session, AccountError> {
    let nobody = async || {
        core.kdf.derive_for_nobody(secret).await?;
        Err(AccountError::InvalidCredentials)
    };
    let Some(account) = found.filter(|account| !account.disabled) else {
        return nobody().await;
    };
    let folder = vault::folder(&core.vaults, account.uuid);
    let header = match folder.header() {
        // Its row goes at the next start.
        Err(HeaderError::Deleted(_)) => return nobody().await,
        header => header?,
    };
    let key = header.open(&core.kdf, Opener::Password(secret)).await?;
    if !header.holder.claimed {
        return Err(AccountError::Unclaimed);
    }
    session::start(core, door, account, folder, header.generation, &key).await
}

/// Signs in to the demo account while its password is the public one.
///
/// # Errors
/// As [`sign_in`]; [`AccountError::InvalidCredentials`] also when the demo account was deleted.
pub async fn sign_in_demo(core: &Core, door: DoorKind) -> Result<Session, AccountError> {
    sign_in(core, door, DEMO_USERNAME, Zeroizing::new(DEMO_PASSWORD.to_owned())).await
}

impl Core {
    /// How many sessions are live.
    pub fn session_count(&self) -> usize {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}
