//! Accounts and sessions.

use std::time::Duration;

use algoagent_core::account as core;
pub use algoagent_core::account::{SessionInfo, Strength, Tile, WorkInfo};
use algoagent_core::clock::Timestamp;
use algoagent_core::settings;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::door::{Door, Seated, Visit};
use crate::error::{ApiError, ErrorCode};
use crate::{Nothing, data, keychain};

/// How long a keychain may take to say what it has seen of a vault.
const PATIENCE: Duration = Duration::from_secs(1);

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct SignedIn {
    /// The user name as it was written at registration.
    pub username: String,
    /// The e-mail address.
    pub email: String,
    /// Whether this is the demo account, whose password is public.
    pub demo: bool,
    /// Whether this account may administer the others.
    pub administrator: bool,
    /// When the session ends if nobody uses it until then.
    pub expires_at: Timestamp,
    /// Whether the keychain has seen a newer state of this vault than this one: somebody put old
    /// files in its place.
    pub older_than_seen: bool,
    /// Whether the person said that the recovery code is stored. When not, it may never have
    /// been seen: another one can be made.
    pub recovery_code_noted: bool,
    /// Whether a check found damage in the open vault.
    pub vault_damaged: bool,
}

/// A new account.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct RegisterRequest {
    /// 3 to 32 letters, digits, `.`, `_`, `-`.
    pub username: String,
    /// An address that nobody else here uses.
    pub email: String,
    /// 8 characters or more; never trimmed.
    pub password: String,
    /// Takes a weak password all the same. Only in a terminal, which warns.
    #[serde(default)]
    pub accept_weak: bool,
}

/// What a password would be for.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct StrengthRequest {
    /// The password.
    pub password: String,
    /// The user name so far.
    pub username: String,
    /// The e-mail address so far.
    pub email: String,
}

/// A name and its password.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct SignInRequest {
    /// A user name or an e-mail address.
    pub username: String,
    /// The password.
    pub password: String,
}

/// A recovery code and the password that replaces the lost one.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct RecoverRequest {
    /// A user name or an e-mail address.
    pub username: String,
    /// The recovery code; case, spaces and dashes don't matter.
    pub code: String,
    /// The new password.
    pub new_password: String,
}

/// A session, and the only sight of a recovery code.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct Registered {
    /// Who is signed in now.
    pub signed_in: SignedIn,
    /// Shown once, to be written down.
    pub recovery_code: String,
}

/// The password again, before something that can't be undone.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct PasswordRequest {
    /// The password.
    pub password: String,
}

/// A password and the one that takes its place.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct ChangePasswordRequest {
    /// The password in force.
    pub password: String,
    /// The new one.
    pub new_password: String,
}

/// The first sign-in of an account that was made for somebody else.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct ClaimRequest {
    /// A user name or an e-mail address.
    pub username: String,
    /// The password that the account was made with.
    pub password: String,
    /// The owner's own.
    pub new_password: String,
}

/// The only sight of a recovery code.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct NewCode {
    /// Shown once, to be written down.
    pub recovery_code: String,
}

/// Whether the demo account was made again.
#[derive(Clone, Copy, Serialize, Deserialize, TS)]
pub struct DemoMade {
    /// `false` when an account of its name is here already.
    pub made: bool,
}

/// The end of an account.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct DeleteAccountRequest {
    /// The password.
    pub password: String,
    /// The user name, typed to confirm.
    pub username: String,
}

/// One of one's own sessions.
#[derive(Clone, Copy, Serialize, Deserialize, TS)]
pub struct SessionRequest {
    /// The session.
    #[ts(type = "string")]
    pub session_id: Uuid,
}

pub(crate) async fn signed_in(door: &Door, session: &core::Session) -> SignedIn {
    let account = session.account();
    let administrator = core::administration::is_administrator(session).await;
    let seated = door.seat().seated;
    SignedIn {
        username: account.username.clone(),
        email: account.email.clone(),
        demo: account.demo,
        administrator: administrator.unwrap_or(account.administrator),
        expires_at: session.expires_at(),
        older_than_seen: seated.older_than_seen,
        recovery_code_noted: seated.recovery_code_noted,
        vault_damaged: session.is_damaged(),
    }
}

/// Seats whoever signed in, as they last chose to be seated; unless somebody sat down or the door
/// was locked since `visit`.
pub(crate) async fn seat(
    door: &Door,
    visit: Visit,
    session: core::Session,
) -> Result<SignedIn, ApiError> {
    let idle_minutes = settings::idle_minutes(&session).await.unwrap_or(settings::IDLE_MINUTES);
    // A keychain that waits for its own password keeps nobody out.
    let seen = keychain::is_older_than_seen(door, &session);
    let older = tokio::time::timeout(PATIENCE, seen).await.unwrap_or(false);
    // The demo account's code opens nothing that its public password doesn't.
    let noted = session.account().demo || settings::is_code_noted(&session).await.unwrap_or(true);
    let seated = Seated {
        idle_minutes,
        older_than_seen: older,
        recovery_code_noted: noted,
        deleting: false,
    };
    door.sit(visit, session.clone(), seated).await?;
    Ok(signed_in(door, &session).await)
}

/// Keeps a new unlock secret for somebody who had chosen to stay signed in.
async fn keep_staying(door: &Door, session: &core::Session) {
    if let Ok(Some((_, false))) = core::staying::choice(session).await
        && let Err(fault) = keychain::renew(door, session).await
    {
        tracing::warn!(?fault, "the unlock secret was not renewed");
    }
}

pub(crate) async fn accounts(door: &Door, _: Nothing) -> Result<Vec<Tile>, ApiError> {
    Ok(core::tiles(door.core()).await?)
}

pub(crate) async fn register(
    door: &Door,
    request: RegisterRequest,
) -> Result<Registered, ApiError> {
    let visit = door.visit();
    let registration = core::Registration {
        username: request.username,
        email: request.email,
        password: Zeroizing::new(request.password),
        accept_weak: request.accept_weak && door.kind() == core::DoorKind::Terminal,
    };
    let made = core::register(door.core(), door.kind(), registration).await?;
    registered(door, visit, made).await
}

async fn registered(
    door: &Door,
    visit: Visit,
    (session, code): (core::Session, Zeroizing<String>),
) -> Result<Registered, ApiError> {
    let signed_in = seat(door, visit, session).await?;
    Ok(Registered { signed_in, recovery_code: code.to_string() })
}

pub(crate) async fn password_strength(
    _: &Door,
    request: StrengthRequest,
) -> Result<Strength, ApiError> {
    Ok(core::strength(&request.password, &[&request.username, &request.email]))
}

pub(crate) async fn sign_in(door: &Door, request: SignInRequest) -> Result<SignedIn, ApiError> {
    let visit = door.visit();
    let password = Zeroizing::new(request.password);
    let session = match core::sign_in(door.core(), door.kind(), &request.username, password).await {
        Err(fault @ core::AccountError::Damaged(_)) => {
            return Err(data::damaged(door, &request.username, fault).await);
        }
        session => session?,
    };
    // Asked what it has seen before it is told anything new.
    let signed_in = seat(door, visit, session.clone()).await?;
    keep_staying(door, &session).await;
    Ok(signed_in)
}

pub(crate) async fn sign_in_demo(door: &Door, _: Nothing) -> Result<SignedIn, ApiError> {
    let visit = door.visit();
    let session = core::sign_in_demo(door.core(), door.kind()).await?;
    seat(door, visit, session).await
}

pub(crate) async fn create_demo(door: &Door, _: Nothing) -> Result<DemoMade, ApiError> {
    if door.kind() != core::DoorKind::Terminal {
        let how = "The demo account is made again in a terminal: algoagent user create-default.";
        return Err(ApiError::new(ErrorCode::NotHere, how));
    }
    Ok(DemoMade { made: core::make_demo_again(door.core(), door.kind()).await? })
}

pub(crate) async fn has_administrator(door: &Door, _: Nothing) -> Result<bool, ApiError> {
    Ok(core::administration::has_administrator(door.core()).await?)
}

pub(crate) async fn recover(door: &Door, request: RecoverRequest) -> Result<Registered, ApiError> {
    let visit = door.visit();
    let password = Zeroizing::new(request.new_password);
    let code = Zeroizing::new(request.code);
    match core::recover(door.core(), door.kind(), &request.username, &code, password).await {
        Err(fault @ core::AccountError::Damaged(_)) => {
            Err(data::damaged(door, &request.username, fault).await)
        }
        recovered => registered(door, visit, recovered?).await,
    }
}

pub(crate) async fn claim(door: &Door, request: ClaimRequest) -> Result<Registered, ApiError> {
    let visit = door.visit();
    let (first, new) = (Zeroizing::new(request.password), Zeroizing::new(request.new_password));
    let claimed = core::claim(door.core(), door.kind(), &request.username, first, new).await?;
    registered(door, visit, claimed).await
}

pub(crate) async fn sign_out(door: &Door, _: Nothing) -> Result<Nothing, ApiError> {
    // The window is covered by then; all else follows.
    let Some(session) = door.lock_seat(|_, _| None) else { return Ok(Nothing {}) };
    if session.check().is_ok() {
        core::note_own(&session, core::Action::SignedOut).await;
        keychain::stop_staying(door, &session).await;
    }
    session.end().await;
    Ok(Nothing {})
}

pub(crate) async fn me(door: &Door, _: Nothing) -> Result<Option<SignedIn>, ApiError> {
    Ok(match door.session() {
        Ok(session) => Some(signed_in(door, &session).await),
        Err(_) => None,
    })
}

pub(crate) async fn change_password(
    door: &Door,
    request: ChangePasswordRequest,
) -> Result<SignedIn, ApiError> {
    let _seating = door.seating();
    let visit = door.visit();
    let session = door.session()?;
    let stays = core::staying::choice(&session).await?.is_some_and(|(_, again)| !again);
    let (old, new) = (Zeroizing::new(request.password), Zeroizing::new(request.new_password));
    let session = core::change_password(&session, old, new).await?;
    if stays {
        keep_staying(door, &session).await;
    }
    keychain::remember(door, &session).await;
    seat(door, visit, session).await
}

pub(crate) async fn new_recovery_code(
    door: &Door,
    request: PasswordRequest,
) -> Result<NewCode, ApiError> {
    let session = door.session()?;
    let code = core::new_recovery_code(&session, Zeroizing::new(request.password)).await?;
    keychain::remember(door, &session).await;
    door.amend(&session, |seated| seated.recovery_code_noted = false);
    Ok(NewCode { recovery_code: code.to_string() })
}

pub(crate) async fn recovery_code_noted(door: &Door, _: Nothing) -> Result<SignedIn, ApiError> {
    let session = door.session()?;
    settings::set_code_noted(&session, true).await?;
    door.amend(&session, |seated| seated.recovery_code_noted = true);
    Ok(signed_in(door, &session).await)
}

pub(crate) async fn rekey(door: &Door, request: PasswordRequest) -> Result<NewCode, ApiError> {
    let _seating = door.seating();
    let visit = door.visit();
    let session = door.session()?;
    let (session, code) = core::rekey(&session, Zeroizing::new(request.password)).await?;
    keep_staying(door, &session).await;
    keychain::remember(door, &session).await;
    seat(door, visit, session).await?;
    Ok(NewCode { recovery_code: code.to_string() })
}

pub(crate) async fn delete_account(
    door: &Door,
    request: DeleteAccountRequest,
) -> Result<Nothing, ApiError> {
    let session = door.session()?;
    let password = Zeroizing::new(request.password);
    // Its session ends before its last file has gone: the window says why from then on.
    door.amend(&session, |seated| seated.deleting = true);
    if let Err(fault) =
        core::administration::delete_own(&session, password, &request.username).await
    {
        door.amend(&session, |seated| seated.deleting = false);
        return Err(fault.into());
    }
    keychain::forget_later(door, session.account().uuid);
    door.stand_up().await;
    door.seat().deleted = true;
    Ok(Nothing {})
}

pub(crate) async fn sessions(door: &Door, _: Nothing) -> Result<Vec<SessionInfo>, ApiError> {
    Ok(core::administration::own_sessions(&door.session()?).await?)
}

pub(crate) async fn end_session(door: &Door, request: SessionRequest) -> Result<Nothing, ApiError> {
    core::administration::end_own_session(&door.session()?, request.session_id).await?;
    Ok(Nothing {})
}

pub(crate) async fn end_other_sessions(door: &Door, _: Nothing) -> Result<Nothing, ApiError> {
    core::administration::end_other_sessions(&door.session()?).await?;
    Ok(Nothing {})
}

pub(crate) async fn work(door: &Door, _: Nothing) -> Result<Option<WorkInfo>, ApiError> {
    Ok(core::work(&door.session()?)?)
}

pub(crate) async fn cancel_work(door: &Door, _: Nothing) -> Result<Nothing, ApiError> {
    core::cancel_work(&door.session()?)?;
    Ok(Nothing {})
}
