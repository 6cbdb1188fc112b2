//! Accounts and sessions.

use algoagent_core::account as core;
pub use algoagent_core::account::{Strength, Tile};
use algoagent_core::clock::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use zeroize::Zeroizing;

use crate::Nothing;
use crate::door::Door;
use crate::error::ApiError;

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
    /// When the session ends if nothing renews it.
    pub expires_at: Timestamp,
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

fn signed_in(session: &core::Session) -> SignedIn {
    let account = session.account();
    SignedIn {
        username: account.username.clone(),
        email: account.email.clone(),
        demo: account.demo,
        administrator: account.administrator,
        expires_at: session.expires_at(),
    }
}

async fn seat(door: &Door, session: core::Session) -> SignedIn {
    let who = signed_in(&session);
    door.sit(Some(session)).await;
    who
}

pub(crate) async fn accounts(door: &Door, _: Nothing) -> Result<Vec<Tile>, ApiError> {
    Ok(core::tiles(door.core()).await?)
}

pub(crate) async fn register(
    door: &Door,
    request: RegisterRequest,
) -> Result<Registered, ApiError> {
    let registration = core::Registration {
        username: request.username,
        email: request.email,
        password: Zeroizing::new(request.password),
    };
    let (session, code) = core::register(door.core(), door.kind(), registration).await?;
    Ok(Registered { signed_in: seat(door, session).await, recovery_code: code.to_string() })
}

pub(crate) async fn password_strength(
    _: &Door,
    request: StrengthRequest,
) -> Result<Strength, ApiError> {
    Ok(core::strength(&request.password, &[&request.username, &request.email]))
}

pub(crate) async fn sign_in(door: &Door, request: SignInRequest) -> Result<SignedIn, ApiError> {
    let password = Zeroizing::new(request.password);
    let session = core::sign_in(door.core(), door.kind(), &request.username, password).await?;
    Ok(seat(door, session).await)
}

pub(crate) async fn sign_in_demo(door: &Door, _: Nothing) -> Result<SignedIn, ApiError> {
    let session = core::sign_in_demo(door.core(), door.kind()).await?;
    Ok(seat(door, session).await)
}

pub(crate) async fn recover(door: &Door, request: RecoverRequest) -> Result<Registered, ApiError> {
    let password = Zeroizing::new(request.new_password);
    let (session, code) =
        core::recover(door.core(), door.kind(), &request.username, &request.code, password).await?;
    Ok(Registered { signed_in: seat(door, session).await, recovery_code: code.to_string() })
}

pub(crate) async fn sign_out(door: &Door, _: Nothing) -> Result<Nothing, ApiError> {
    door.sit(None).await;
    Ok(Nothing {})
}

pub(crate) async fn me(door: &Door, _: Nothing) -> Result<Option<SignedIn>, ApiError> {
    Ok(door.session().ok().as_ref().map(signed_in))
}
