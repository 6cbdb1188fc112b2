//! Coming and going: register, sign in, refresh, sign out.

use algoagent_core::account::{self, AccountError, Action, DoorKind, Registration, Session};
use algoagent_core::profile::{self, Names};
use axum::Json;
use axum::extract::State;
use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use tokio::sync::SemaphorePermit;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::Api;
use crate::body::Body;
use crate::caller::Caller;
use crate::cookies::Cookies;
use crate::refusal::{Refusal, invalid};

/// Seconds after which whoever found every place taken may try again.
const BUSY_S: u32 = 2;

/// An account, as its owner's programs see it.
#[derive(Serialize, ToSchema)]
pub(crate) struct User {
    id: i64,
    username: String,
    email: String,
    first_name: String,
    last_name: String,
}

/// Tokens: one for calls, one for the next pair.
#[derive(Serialize, ToSchema)]
pub(crate) struct Pair {
    /// For calls, one hour, in the header `Authorization: Bearer …`.
    access: String,
    /// For the next pair, seven days, once.
    refresh: String,
}

/// Who signed in, with tokens.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignedIn {
    user: User,
    tokens: Pair,
    message: &'static str,
}

/// Who registered, with tokens.
#[derive(Serialize, ToSchema)]
pub(crate) struct Registered {
    user: User,
    tokens: Pair,
    /// Opens the account when the password is lost. It is in no later answer.
    recovery_code: String,
    message: &'static str,
}

/// What was done.
#[derive(Serialize, ToSchema)]
pub(crate) struct Message {
    pub(crate) message: &'static str,
}

impl User {
    pub(crate) async fn of(session: &Session) -> Result<Self, Refusal> {
        Ok(Self::named(session, profile::names(session).await?))
    }

    pub(crate) fn named(session: &Session, names: Names) -> Self {
        let account = session.account();
        Self {
            id: account.id.0,
            username: account.username.clone(),
            email: account.email.clone(),
            first_name: names.first,
            last_name: names.last,
        }
    }
}

impl From<account::Tokens> for Pair {
    fn from(tokens: account::Tokens) -> Self {
        Self { access: tokens.access, refresh: tokens.refresh }
    }
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct RegisterRequest {
    /// 3 to 32 letters, digits and the signs `.`, `_`, `-`; letters of one script.
    #[schema(min_length = 3, max_length = 32, pattern = r"^[\p{L}\p{M}\p{N}._-]+$")]
    username: String,
    #[schema(format = Email, max_length = 254)]
    email: String,
    /// At least 8 characters, and hard to guess.
    #[schema(format = Password, min_length = 8, max_length = 1024)]
    password: String,
    /// The same again.
    #[schema(format = Password)]
    password2: String,
    /// At most 150 characters on one line.
    #[serde(default)]
    #[schema(max_length = 150, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    first_name: Option<String>,
    /// At most 150 characters on one line.
    #[serde(default)]
    #[schema(max_length = 150, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    last_name: Option<String>,
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct LoginRequest {
    /// A user name or an e-mail address.
    username: String,
    #[schema(format = Password)]
    password: String,
    /// Whether to set the cookies of a cookie session too.
    #[serde(default)]
    session: Option<bool>,
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct RefreshRequest {
    /// The refresh token in force.
    refresh: String,
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct LogoutRequest {
    /// May be sent, as the older service asked for it; the session ends with all of its tokens.
    #[serde(default)]
    #[expect(dead_code, reason = "only its type matters")]
    refresh: Option<String>,
}

/// A place among those whose password is being worked on.
pub(crate) fn place(api: &Api) -> Result<SemaphorePermit<'_>, Refusal> {
    api.passwords.try_acquire().map_err(|_| Refusal::wait(BUSY_S))
}

/// Registers an account, with its profile
#[utoipa::path(post, path = "/api/auth/register/", tag = "accounts", security(()),
    request_body = RegisterRequest,
    responses((status = 201, body = Registered),
        (status = 429, body = crate::refusal::Error, description = "Too many at once")))]
pub(crate) async fn register(
    State(api): State<Api>,
    headers: HeaderMap,
    Body(request): Body<RegisterRequest>,
) -> Result<(StatusCode, Json<Registered>), Refusal> {
    let (password, again) = (Zeroizing::new(request.password), Zeroizing::new(request.password2));
    if password != again {
        let why = serde_json::json!(["The two passwords are not the same."]);
        let both = ["password", "password2"].map(|name| (name.to_owned(), why.clone()));
        return Err(Refusal::Fields(serde_json::Map::from_iter(both)));
    }
    let names = Names {
        first: request.first_name.unwrap_or_default(),
        last: request.last_name.unwrap_or_default(),
    };
    let names = profile::check_names(names).map_err(invalid)?;
    let registration = Registration {
        username: request.username,
        email: request.email,
        password,
        accept_weak: false,
    };
    let place = place(&api)?;
    let (session, code) = account::register(&api.core, DoorKind::Http, registration).await?;
    drop(place);
    label(&session, &headers);
    profile::set_names(&session, names).await?;
    let answer = Registered {
        user: User::of(&session).await?,
        tokens: account::issue(&session)?.into(),
        recovery_code: (*code).clone(),
        message: "User registered successfully",
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// Signs in
#[utoipa::path(post, path = "/api/auth/login/", tag = "accounts", security(()),
    request_body = LoginRequest,
    responses((status = 200, body = SignedIn),
        (status = 401, body = crate::refusal::Error, description = "Wrong name or password"),
        (status = 429, body = crate::refusal::Error, description = "Too many tries")))]
pub(crate) async fn login(
    State(api): State<Api>,
    headers: HeaderMap,
    Body(request): Body<LoginRequest>,
) -> Result<Response, Refusal> {
    let place = place(&api)?;
    let password = Zeroizing::new(request.password);
    let session = account::sign_in(&api.core, DoorKind::Http, &request.username, password).await?;
    drop(place);
    label(&session, &headers);
    give_way(&session, api.limits.sessions).await?;
    let mut response = Json(SignedIn {
        user: User::of(&session).await?,
        tokens: account::issue(&session)?.into(),
        message: "Login successful",
    })
    .into_response();
    if request.session == Some(true) {
        api.cookies.start(&api.core, session, response.headers_mut());
    }
    Ok(response)
}

/// What calls itself so, in the list of sessions.
fn label(session: &Session, headers: &HeaderMap) {
    let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok());
    session.set_label(agent.unwrap_or_default());
}

/// A program that signs in for every call leaves sessions behind: they don't pile up.
async fn give_way(session: &Session, most: usize) -> Result<(), Refusal> {
    let mut own = account::administration::own_sessions(session).await?;
    own.retain(|one| one.door == DoorKind::Http && !one.current);
    if own.len() >= most
        && let Some(oldest) = own.iter().min_by_key(|one| one.last_used_at)
    {
        match account::administration::end_own_session(session, oldest.id).await {
            // It ended by itself meanwhile.
            Ok(()) | Err(AccountError::NoSession) => {}
            Err(fault) => return Err(fault.into()),
        }
    }
    Ok(())
}

/// Signs out: every token of this session is dead from now on
#[utoipa::path(post, path = "/api/auth/logout/", tag = "accounts",
    request_body(content = LogoutRequest), responses((status = 200, body = Message)))]
pub(crate) async fn logout(
    Caller(session): Caller,
    Body(_): Body<LogoutRequest>,
) -> Result<Response, Refusal> {
    account::note_own(&session, Action::SignedOut).await;
    session.end().await;
    let mut response = Json(Message { message: "Logout successful" }).into_response();
    Cookies::forget(response.headers_mut());
    Ok(response)
}

/// The next pair of tokens
///
/// The token that is sent is used up: used again, it ends the session.
#[utoipa::path(post, path = "/api/auth/token/refresh/", tag = "accounts", security(()),
    request_body = RefreshRequest,
    responses((status = 200, body = Pair),
        (status = 401, body = crate::refusal::Error, description = "Not valid, or used already")))]
pub(crate) async fn refresh(
    State(api): State<Api>,
    Body(request): Body<RefreshRequest>,
) -> Result<Json<Pair>, Refusal> {
    match account::refresh(&api.core, &request.refresh).await {
        Ok(tokens) => Ok(Json(tokens.into())),
        Err(AccountError::InvalidToken | AccountError::Locked(_)) => Err(Refusal::bad_token()),
        Err(fault) => Err(fault.into()),
    }
}
