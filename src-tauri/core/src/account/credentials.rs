//! Changing what opens a vault: password, recovery code, data key.
//!
//! Each ends in one header that takes the place of the one before: killed at any moment, the
//! old or the new credential opens the vault.

use tokio::sync::OwnedMutexGuard;
use zeroize::Zeroizing;

use super::audit::{Action, Entry};
use super::work::WorkKind;
use super::{
    AccountError, DoorKind, Session, audit, name, password, register, session, store, unlocked,
};
use crate::core::Core;
use crate::ids::AccountId;
use crate::profile::ProfileDraft;
use crate::vault::{self, DataKey, Folder, Go, Header, Opener, RecoveryCode, Secret, Stage};
use crate::{Invalid, settings};

/// A header in force, its key, and the right to put another in its place.
struct Confirmed {
    _headers: OwnedMutexGuard<()>,
    folder: Folder,
    header: Header,
    key: DataKey,
}

/// Asks for the password again before something that can't be undone.
async fn confirm(session: &Session, password: &Secret) -> Result<Confirmed, AccountError> {
    session.check()?;
    let (core, account) = (session.core(), session.account());
    let attempt = core.attempts.begin(session.door(), &account.uuid.to_string(), core)?;
    let headers = core.header_of(account.uuid).await;
    let folder = vault::folder(&core.vaults, account.uuid);
    let header = folder.header()?;
    let opened = attempt.ended(header.open(&core.kdf, Opener::Password(password)).await);
    audit::note_if_refused(core, account, session.door(), &opened).await;
    let opened = opened?;
    session.check()?;
    session.own_vault().admits(&header, &opened)?;
    Ok(Confirmed { _headers: headers, folder, header, key: opened })
}

/// Puts `next` in the place of the header in force, and tells the open vault.
async fn exchange(
    session: &Session,
    confirmed: &Confirmed,
    next: &Header,
) -> Result<(), AccountError> {
    next.succeed(&session.core().sources, confirmed.folder.path())?;
    if let Err(fault) = session.own_vault().adopt(&session.core().sources, next).await {
        // The next opening does that.
        tracing::warn!(%fault, "a new header was not recorded");
    }
    Ok(())
}

/// What an account is by its new header.
#[derive(Clone, Copy)]
enum Now {
    Ordinary,
    Claimed,
}

/// Writes into the row what the header says already. The change has happened: what can't be
/// written now, the next start writes.
async fn in_row(core: &Core, account: AccountId, now: Now) {
    let written = match core.accounts().await {
        Ok(mut db) => match now {
            Now::Ordinary => store::make_ordinary(&mut db, account).await,
            Now::Claimed => store::mark_claimed(&mut db, account).await,
        },
        Err(fault) => Err(fault),
    };
    if let Err(fault) = written {
        tracing::warn!(%fault, "a row lags behind its header until the next start");
    }
}

/// Says that the recovery code in force is not stored yet, before another takes its place.
async fn unnote_code(session: &Session) -> Result<(), AccountError> {
    Ok(settings::write_code_noted(&mut *session.vault().await?, false).await?)
}

/// Another session of the same person at the same door, after which all others are ended.
async fn renew(
    session: &Session,
    folder: Folder,
    header: &Header,
    key: &DataKey,
) -> Result<Session, AccountError> {
    // Whoever was put out meanwhile doesn't come back by this.
    session.check()?;
    let core = session.core();
    let account = super::Account { demo: header.holder.demo, ..session.account().clone() };
    let id = account.id;
    let next = session::start(core, session.door(), account, folder, header.generation, key).await;
    session::revoke_all(core, id, next.as_ref().ok()).await;
    next
}

/// Changes the password. Every other session of the account ends, and so does this one: the
/// returned one takes its place, unless it was started over HTTP, where it goes on. Whoever stayed signed in by the old password doesn't any more.
///
/// # Errors
/// [`AccountError::InvalidCredentials`] when `password` is wrong, [`AccountError::Invalid`] when
/// the new one is too weak or the same; those of the store.
pub async fn change_password(
    session: &Session,
    password: Zeroizing<String>,
    new_password: Zeroizing<String>,
) -> Result<Session, AccountError> {
    let (core, account) = (session.core(), session.account());
    if password == new_password {
        return Err(Invalid::new("new_password", "This is the password that you have.").into());
    }
    let hints: &[&str] = &[&account.username, &account.email];
    password::check("new_password", &new_password, hints)?;
    let confirmed = confirm(session, &Secret::new((*password).clone())).await?;
    let new = Secret::new((*new_password).clone());
    let (key, sources) = (&confirmed.key, &core.sources);
    let mut header = confirmed.header.clone();
    // Its password is public no longer.
    header.holder.demo = false;
    let next = header.with_password(&core.kdf, sources, &new, None, key).await?;
    exchange(session, &confirmed, &next).await?;
    if account.demo {
        in_row(core, account.id, Now::Ordinary).await;
    }
    audit::note(core, Entry::own(session, Action::PasswordChanged)).await;
    if session.door() == DoorKind::Http {
        // A client is known by the tokens of this very session, and told of no others.
        session::revoke_all(core, account.id, Some(session)).await;
        session.check()?;
        return Ok(session.clone());
    }
    renew(session, confirmed.folder.clone(), &next, key).await
}

/// Makes another recovery code. The one before it is dead.
///
/// # Errors
/// [`AccountError::InvalidCredentials`] when `password` is wrong; those of the store.
pub async fn new_recovery_code(
    session: &Session,
    password: Zeroizing<String>,
) -> Result<Zeroizing<String>, AccountError> {
    let core = session.core();
    let confirmed = confirm(session, &Secret::new((*password).clone())).await?;
    let code = RecoveryCode::generate(&core.sources);
    let next = confirmed.header.with_recovery(&core.sources, &code, &confirmed.key);
    unnote_code(session).await?;
    exchange(session, &confirmed, &next).await?;
    audit::note(core, Entry::own(session, Action::RecoveryCodeMade)).await;
    Ok(code.to_text())
}

/// Encrypts the vault with another data key, for whoever fears that somebody has old files: what
/// that somebody has opens nothing that is written from now on. Every other session ends; the
/// recovery code is a new one.
///
/// # Errors
/// [`AccountError::InvalidCredentials`] when `password` is wrong, [`AccountError::Busy`] while
/// other long work is under way, [`AccountError::Cancelled`]; those of the store.
pub async fn rekey(
    session: &Session,
    password: Zeroizing<String>,
) -> Result<(Session, Zeroizing<String>), AccountError> {
    let core = session.core();
    let secret = Secret::new((*password).clone());
    let unlocked = std::sync::Arc::clone(session.unlocked());
    let work = unlocked.work.reserve(WorkKind::Rekey).ok_or(AccountError::Busy)?;
    let confirmed = confirm(session, &secret).await?;
    // Whoever closes the vault waits from here on; before, it waits for whoever has the turn.
    work.starts();
    let key = DataKey::generate(&core.sources);
    let code = RecoveryCode::generate(&core.sources);
    let next = Header::seal(
        &core.kdf,
        &core.sources,
        confirmed.header.holder.clone(),
        &secret,
        Some(&code),
        confirmed.header.generation + 1,
        &key,
    )
    .await?;
    let noted = settings::is_code_noted(session).await.unwrap_or(true);
    unnote_code(session).await?;
    let done = session
        .own_vault()
        .rekey(&core.sources, &key, &next, |stage, total| {
            match stage {
                Stage::Copying(done) => work.at("Copying", done, total),
                Stage::Encrypting(done) => work.at("Encrypting anew", done, total),
                Stage::Checking => work.at("Reading it back", total, total),
            }
            if work.is_cancelled() { Go::Back } else { Go::On }
        })
        .await;
    drop(work);
    if let Err(fault) = done {
        if confirmed.folder.header()?.generation == next.generation {
            // The new key is in force and the vault is closed: the next sign-in ends what was
            // begun. The code must be shown all the same.
            tracing::error!(%fault, "a change of the data key ends at the next sign-in");
            if session.check().is_err() {
                return Ok((session.clone(), code.to_text()));
            }
            session::revoke_all(core, session.account().id, None).await;
            let folder = confirmed.folder.clone();
            let next = session::start(
                core,
                session.door(),
                session.account().clone(),
                folder,
                next.generation,
                &key,
            )
            .await?;
            return Ok((next, code.to_text()));
        }
        // The code in force is the one before.
        settings::set_code_noted(session, noted).await.ok();
        return Err(fault.into());
    }
    audit::note(core, Entry::own(session, Action::Rekeyed)).await;
    let renewed = match renew(session, confirmed.folder.clone(), &next, &key).await {
        // Put out meanwhile: the old code is dead, and the new one must be shown all the same.
        Err(AccountError::Locked(_)) => session.clone(),
        renewed => renewed?,
    };
    Ok((renewed, code.to_text()))
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
    let found = store::find(&mut *core.accounts().await?, &tried).await?;
    let attempt =
        core.attempts.begin(door, &super::sign_in::tried_by(found.as_ref(), &tried), core)?;
    let Some(account) = found.filter(|account| account.claimed && !account.disabled) else {
        return attempt.ended(Err(AccountError::InvalidCredentials));
    };
    let headers = core.header_of(account.uuid).await;
    let folder = vault::folder(&core.vaults, account.uuid);
    let header = folder.header()?;
    if header.holder.disabled {
        return attempt.ended(Err(AccountError::InvalidCredentials));
    }
    let opened = attempt.ended(header.open(&core.kdf, Opener::Recovery(&code)).await);
    audit::note_if_refused(core, &account, door, &opened).await;
    let key = opened?;
    password::check("new_password", &new_password, &[&account.username, &account.email])?;
    unlocked::prove(core, &account, &folder, &header, &key).await?;
    let next_code = RecoveryCode::generate(&core.sources);
    let secret = Secret::new((*new_password).clone());
    let mut before = header.clone();
    before.holder.demo = false;
    let next =
        before.with_password(&core.kdf, &core.sources, &secret, Some(&next_code), &key).await?;
    next.succeed(&core.sources, folder.path())?;
    drop(headers);
    if account.demo {
        in_row(core, account.id, Now::Ordinary).await;
    }
    // The old code is dead by now: nothing may keep the new one from being shown.
    audit::note(core, Entry::about(&account, door, Action::Recovered)).await;
    // After the header: a sign-in with the old password is either among these or refused.
    session::revoke_all(core, account.id, None).await;
    let session = session::start(core, door, account, folder, next.generation, &key).await?;
    Ok((session, next_code.to_text()))
}

/// The first sign-in of an account that was made for somebody else: its owner chooses a password
/// that nobody else knows, and gets a vault and a recovery code.
///
/// # Errors
/// [`AccountError::InvalidCredentials`] when `password` is not the one that the account was made
/// with, or it was claimed already; [`AccountError::Invalid`] when the new one is too weak or the
/// same; those of the store.
pub async fn claim(
    core: &Core,
    door: DoorKind,
    username: &str,
    password: Zeroizing<String>,
    new_password: Zeroizing<String>,
) -> Result<(Session, Zeroizing<String>), AccountError> {
    let tried = name::key(username);
    let found = store::find(&mut *core.accounts().await?, &tried).await?;
    let attempt =
        core.attempts.begin(door, &super::sign_in::tried_by(found.as_ref(), &tried), core)?;
    let secret = Secret::new((*password).clone());
    let Some(mut account) = found.filter(|account| !account.claimed && !account.disabled) else {
        core.kdf.derive_for_nobody(&secret).await?;
        return attempt.ended(Err(AccountError::InvalidCredentials));
    };
    let headers = core.header_of(account.uuid).await;
    let folder = vault::folder(&core.vaults, account.uuid);
    let header = folder.header()?;
    let opened = attempt.ended(header.open(&core.kdf, Opener::Password(&secret)).await);
    audit::note_if_refused(core, &account, door, &opened).await;
    opened?;
    // As it is now: the row was read before this change's turn came.
    (account.administrator, account.disabled) =
        (header.holder.administrator, header.holder.disabled);
    if account.disabled {
        return Err(AccountError::InvalidCredentials);
    }
    // A claim makes the vault: where one is, the header is of before.
    if folder.database().exists() {
        return Err(AccountError::Damaged("its header is older than its database"));
    }
    if password == new_password {
        let why = "Choose another one: whoever made this account knows the first.";
        return Err(Invalid::new("new_password", why).into());
    }
    password::check("new_password", &new_password, &[&account.username, &account.email])?;
    let (key, code) = (DataKey::generate(&core.sources), RecoveryCode::generate(&core.sources));
    let new = Secret::new((*new_password).clone());
    account.claimed = true;
    let next = Header::seal(
        &core.kdf,
        &core.sources,
        account.clone().into(),
        &new,
        Some(&code),
        header.generation + 1,
        &key,
    )
    .await?;
    let vault = folder.create_aside(&core.sources, &key, &next).await?;
    let filled = register::fill(core, &vault, &ProfileDraft::default()).await;
    let flushed = vault.flush().await;
    vault.close().await;
    filled?;
    flushed?;
    folder.offer(&core.sources)?;
    next.succeed(&core.sources, folder.path())?;
    drop(headers);
    in_row(core, account.id, Now::Claimed).await;
    audit::note(core, Entry::about(&account, door, Action::AccountClaimed)).await;
    let session = session::start(core, door, account, folder, next.generation, &key).await?;
    Ok((session, code.to_text()))
}
