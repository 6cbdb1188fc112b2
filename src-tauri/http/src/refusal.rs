//! Every refusal in one of two shapes: `{"field": ["why"]}` for fields, else what happened, with a
//! word for programs.
//!
//! What happened is said under `detail` and `error` alike: clients of the older service read
//! either.

use algoagent_api::{ApiError, ErrorCode};
use algoagent_core::Invalid;
use axum::Json;
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// How core's fields are called here.
const RENAMED: [(&str, &str); 7] = [
    ("risk_tolerance", "default_risk_tolerance"),
    ("timeframe", "default_timeframe"),
    ("symbols", "preferred_symbols"),
    ("goals", "trading_goals"),
    ("preferences", "strategy_preferences"),
    ("name", "session_name"),
    ("data", "context_data"),
];

/// Why a call was refused.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Fields that can't be taken, each with its reasons.
    Fields(Map<String, Value>),
    /// Anything else.
    Other(Box<Other>),
}

#[derive(Debug)]
pub(crate) struct Other {
    pub(crate) status: StatusCode,
    pub(crate) code: String,
    pub(crate) detail: String,
    pub(crate) retry_after: Option<u32>,
    /// What else the answer says.
    pub(crate) more: Map<String, Value>,
}

/// What happened, and a word for programs.
#[derive(Serialize, ToSchema)]
pub(crate) struct Error {
    /// What happened and what to do, for a person.
    #[schema(example = "There is no such chat (any more).")]
    detail: String,
    /// What a program branches on.
    #[schema(example = "not_found")]
    code: String,
    /// The same as `detail`.
    error: String,
    /// The chat that keeps the question and what there is of the answer, where a model failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    /// What there is of the answer, where a model failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    ai_response: Option<String>,
}

impl Refusal {
    pub(crate) fn new(
        status: StatusCode,
        code: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        Self::Other(Box::new(Other {
            status,
            code: code.into(),
            detail: detail.into(),
            retry_after: None,
            more: Map::new(),
        }))
    }

    /// One field, and why it can't be taken.
    pub(crate) fn field(name: &str, why: impl Into<String>) -> Self {
        Self::Fields(Map::from_iter([(name.to_owned(), json!([why.into()]))]))
    }

    /// Somebody else's, or never there: nobody can tell which.
    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "There is nothing here (any more).")
    }

    pub(crate) fn not_authenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "not_authenticated",
            "Sign in first: POST /api/auth/login/ answers the token that every call needs.",
        )
    }

    pub(crate) fn bad_token() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "token_not_valid",
            "The token is not valid (any more). Refresh it, or sign in again.",
        )
    }

    /// A fault of the program, which the log explains.
    pub(crate) fn broken() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Something went wrong inside the program; it was written to the log. Try again.",
        )
    }

    pub(crate) fn wait(seconds: u32) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_attempts",
            format!("Too many tries. Wait {seconds} s, then try again."),
        )
        .after(Some(seconds))
    }

    /// The same, with the time after which trying again makes sense.
    pub(crate) fn after(mut self, seconds: Option<u32>) -> Self {
        if let Self::Other(other) = &mut self {
            other.retry_after = seconds;
        }
        self
    }

    /// The same, with something else that it says.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        if let Self::Other(other) = &mut self {
            other.more.insert(name.to_owned(), value.into());
        }
        self
    }

    /// What the answer says.
    pub(crate) fn body(self) -> Value {
        match self {
            Self::Fields(fields) => fields.into(),
            Self::Other(other) => {
                let mut body = other.more;
                body.insert("detail".to_owned(), other.detail.clone().into());
                body.insert("code".to_owned(), other.code.into());
                body.insert("error".to_owned(), other.detail.into());
                body.into()
            }
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, retry_after, names) = match &self {
            Self::Fields(_) => (StatusCode::BAD_REQUEST, None, false),
            Self::Other(other) => {
                let names = matches!(&*other.code, "not_authenticated" | "token_not_valid");
                (other.status, other.retry_after, names)
            }
        };
        let mut response = (status, Json(self.body())).into_response();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        if names {
            let scheme = HeaderValue::from_static("Bearer realm=\"api\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
        }
        response
    }
}

/// What core refuses, by way of the one mapping for every door.
impl<E> From<E> for Refusal
where
    ApiError: From<E>,
{
    fn from(fault: E) -> Self {
        let fault = ApiError::from(fault);
        let other = |status, code: &str| Self::new(status, code, fault.message.clone());
        match fault.code {
            ErrorCode::SignedOut => Self::bad_token(),
            ErrorCode::InvalidCredentials => {
                Self::new(StatusCode::UNAUTHORIZED, "invalid_credentials", "Invalid credentials")
            }
            ErrorCode::ClaimRequired => other(StatusCode::FORBIDDEN, "claim_required"),
            ErrorCode::Forbidden => other(StatusCode::FORBIDDEN, "forbidden"),
            ErrorCode::TooManyAttempts => {
                let seconds = fault.detail["retry_after"].as_u64().unwrap_or(15);
                Self::wait(u32::try_from(seconds).unwrap_or(u32::MAX))
            }
            ErrorCode::InvalidField => Self::Fields(renamed(fault.detail)),
            ErrorCode::EmptyMessage | ErrorCode::MessageTooLong => {
                Self::field("message", fault.message)
            }
            ErrorCode::NotFound => Self::not_found(),
            ErrorCode::Busy => other(StatusCode::CONFLICT, "busy"),
            ErrorCode::ChatEnded => other(StatusCode::CONFLICT, "session_ended"),
            ErrorCode::LastAdministrator => other(StatusCode::CONFLICT, "last_administrator"),
            ErrorCode::DiskFull => other(StatusCode::INSUFFICIENT_STORAGE, "disk_full"),
            ErrorCode::NotWritable => other(StatusCode::INSUFFICIENT_STORAGE, "not_writable"),
            ErrorCode::VaultDamaged => other(StatusCode::INTERNAL_SERVER_ERROR, "vault_damaged"),
            ErrorCode::WrittenByNewer => {
                other(StatusCode::INTERNAL_SERVER_ERROR, "written_by_newer")
            }
            ErrorCode::Model => other(StatusCode::BAD_GATEWAY, "model"),
            ErrorCode::MistypedCode
            | ErrorCode::BackupUnusable
            | ErrorCode::Cancelled
            | ErrorCode::BadRequest => other(StatusCode::BAD_REQUEST, "bad_request"),
            ErrorCode::NotHere | ErrorCode::Internal => {
                other(StatusCode::INTERNAL_SERVER_ERROR, "internal")
            }
        }
    }
}

fn renamed(detail: Value) -> Map<String, Value> {
    let Value::Object(fields) = detail else { return Map::new() };
    let name = |field: String| {
        let known = RENAMED.iter().find(|(core, _)| *core == field);
        known.map_or(field, |(_, here)| (*here).to_owned())
    };
    fields.into_iter().map(|(field, why)| (name(field), why)).collect()
}

/// A field that core would refuse, before core is asked.
pub(crate) fn invalid(fault: Invalid) -> Refusal {
    ApiError::from(fault).into()
}
