//! The caller's own account: who it is, its password, its sessions.

use algoagent_core::Counted;
use algoagent_core::account::{self, AccountError, SessionInfo, administration};
use algoagent_core::clock::Timestamp;
use algoagent_core::profile;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::path::Unique;
use super::profile::Profile;
use crate::Api;
use crate::body::Body;
use crate::caller::Caller;
use crate::numbered::{Asked, Numbered, Paging};
use crate::refusal::Refusal;
use crate::sign_in::{Message, User, place};

/// An account, with the day on which it was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct Owner {
    #[serde(flatten)]
    user: User,
    #[schema(value_type = String, format = DateTime)]
    date_joined: Timestamp,
}

/// Who calls.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    user: Owner,
    profile: Profile,
}

/// Who calls
#[utoipa::path(get, path = "/api/auth/user/me/", tag = "accounts",
    operation_id = "accounts_me",
    responses((status = 200, body = Me)))]
pub(crate) async fn me(Caller(session): Caller) -> Result<Json<Me>, Refusal> {
    let both = profile::with_names(&session).await?;
    let (kept, names) = &*both;
    let user = User::named(&session, names.clone());
    let date_joined = session.account().created_at;
    let profile = Profile::shown(&session, kept.clone());
    Ok(Json(Me { user: Owner { user, date_joined }, profile }))
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct ChangePasswordRequest {
    #[schema(format = Password)]
    current_password: String,
    /// At least 8 characters, and hard to guess.
    #[schema(format = Password, min_length = 8, max_length = 1024)]
    new_password: String,
}

/// Changes the password; every other session of the account ends
#[utoipa::path(post, path = "/api/auth/change-password/", tag = "accounts",
    request_body = ChangePasswordRequest,
    responses((status = 200, body = Message),
        (status = 429, body = crate::refusal::Error, description = "Too many tries")))]
pub(crate) async fn change_password(
    State(api): State<Api>,
    Caller(session): Caller,
    Body(request): Body<ChangePasswordRequest>,
) -> Result<Json<Message>, Refusal> {
    let _place = place(&api)?;
    let current = Zeroizing::new(request.current_password);
    let new = Zeroizing::new(request.new_password);
    match account::change_password(&session, current, new).await {
        Ok(_) => Ok(Json(Message { message: "Password changed successfully" })),
        Err(AccountError::InvalidCredentials) => {
            Err(Refusal::field("current_password", "This is not the password."))
        }
        Err(fault) => Err(fault.into()),
    }
}

/// A session of the account.
#[derive(Serialize, ToSchema)]
pub(crate) struct Session {
    id: Uuid,
    /// Where it was started: `desktop`, `terminal` or `http`.
    #[schema(value_type = String)]
    door: account::DoorKind,
    /// What the client calls itself.
    label: String,
    /// Whether it is the one that asks.
    current: bool,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    last_used: Timestamp,
    /// When it ends unless it is used.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

impl From<SessionInfo> for Session {
    fn from(info: SessionInfo) -> Self {
        Self {
            id: info.id,
            door: info.door,
            label: info.label,
            current: info.current,
            created_at: info.created_at,
            last_used: info.last_used_at,
            expires_at: info.expires_at,
        }
    }
}

/// The account's sessions, the newest first
#[utoipa::path(get, path = "/api/auth/sessions/", tag = "accounts", params(Paging),
    operation_id = "sessions_list",
    responses((status = 200, body = Numbered<Session>),
        (status = 404, body = crate::refusal::Error, description = "No such page")))]
pub(crate) async fn sessions(
    Caller(session): Caller,
    asked: Asked,
) -> Result<Json<Numbered<Session>>, Refusal> {
    let own = administration::own_sessions(&session).await?;
    asked.answer(Counted::of(own, asked.slice()).map(Session::from))
}

/// Ends one of the account's sessions
#[utoipa::path(delete, path = "/api/auth/sessions/{id}/", tag = "accounts",
    operation_id = "sessions_end",
    params(("id" = Uuid, Path)), responses((status = 204)))]
pub(crate) async fn end_session(
    Caller(session): Caller,
    Unique(id): Unique,
) -> Result<StatusCode, Refusal> {
    administration::end_own_session(&session, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
