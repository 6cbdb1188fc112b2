//! Bodies: JSON and nothing else, up to 1 MiB, in time, and every field of the type that the
//! schema says.

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use axum::http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Error as _};
use serde_json::{Map, Number, Value, json};
use utoipa::PartialSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use crate::Api;
use crate::refusal::Refusal;
use crate::strict;

/// Bytes.
const LONGEST: usize = 1024 * 1024;

/// The body of a call.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned + PartialSchema + 'static> FromRequest<Api> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Refusal> {
        let read = Limited::new(request.into_body(), LONGEST).collect();
        let bytes = match tokio::time::timeout(api.limits.body, read).await {
            Err(_) => {
                return Err(Refusal::new(
                    StatusCode::REQUEST_TIMEOUT,
                    "too_slow",
                    "The body took too long to arrive. Send it again.",
                ));
            }
            Ok(Err(fault)) if fault.is::<LengthLimitError>() => return Err(too_large()),
            Ok(Err(_)) => return Err(malformed("it broke off")),
            Ok(Ok(body)) => body.to_bytes(),
        };
        let fields = if bytes.is_empty() {
            Map::new()
        } else {
            match strict::parse(&bytes).map_err(malformed)? {
                Value::Object(fields) => fields,
                _ => return Err(malformed("an object is expected")),
            }
        };
        typed(fields).map(Self)
    }
}

/// Refuses a call whose headers announce a body that isn't taken.
pub(crate) fn check_headers(headers: &HeaderMap) -> Result<(), Refusal> {
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let length = length.unwrap_or(0_u64);
    if length == 0 && !headers.contains_key(TRANSFER_ENCODING) {
        return Ok(());
    }
    let mut kinds = headers.get_all(CONTENT_TYPE).iter();
    let (Some(kind), None) = (kinds.next(), kinds.next()) else { return Err(not_json()) };
    if !kind.to_str().is_ok_and(is_json) {
        return Err(not_json());
    }
    if length > LONGEST as u64 { Err(too_large()) } else { Ok(()) }
}

/// `application/json`, of no other character set than UTF-8.
fn is_json(kind: &str) -> bool {
    let mut parts = kind.split(';').map(str::trim);
    let json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    json && parts.all(|parameter| {
        let Some((name, value)) = parameter.split_once('=') else { return parameter.is_empty() };
        !name.trim().eq_ignore_ascii_case("charset")
            || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
    })
}

fn not_json() -> Refusal {
    Refusal::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "Send JSON, with the header Content-Type: application/json.",
    )
}

fn too_large() -> Refusal {
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "A body has at most 1 MiB.")
}

fn malformed(why: impl std::fmt::Display) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "parse_error", format!("JSON parse error: {why}."))
}

/// Fields as the type that a row takes. Every field that is missing is named at once.
fn typed<T: DeserializeOwned + PartialSchema + 'static>(
    fields: Map<String, Value>,
) -> Result<T, Refusal> {
    let mut wrong = Map::new();
    for name in required::<T>().iter() {
        let why = match fields.get(name) {
            None => "This field is required.",
            Some(Value::Null) => "This field may not be null.",
            Some(_) => continue,
        };
        wrong.insert(name.clone(), json!([why]));
    }
    if !wrong.is_empty() {
        return Err(Refusal::Fields(wrong));
    }
    serde_path_to_error::deserialize(Value::Object(fields)).map_err(|fault| {
        let path = fault.path().to_string();
        let name = path.split(['.', '[']).next().unwrap_or_default();
        let said = fault.inner().to_string();
        // What was sent is not repeated: it may be a password in the wrong place.
        let why = match said.rsplit_once("expected ") {
            Some((_, expected)) => format!("Expected {expected}."),
            None => "This can't be taken.".to_owned(),
        };
        if name.is_empty() { malformed(why) } else { Refusal::field(name, why) }
    })
}

/// The names of the fields that have to be there. They are looked up in the schema once.
fn required<T: PartialSchema + 'static>() -> Arc<[String]> {
    static KNOWN: LazyLock<Mutex<HashMap<TypeId, Arc<[String]>>>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let names = known.entry(TypeId::of::<T>()).or_insert_with(|| match T::schema() {
        RefOr::T(Schema::Object(object)) => object.required.into(),
        _ => Arc::default(),
    });
    Arc::clone(names)
}

/// An integer as JSON Schema knows it: `4.0` is one too.
#[derive(Clone, Copy)]
pub(crate) struct Whole(pub(crate) i64);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = Number::deserialize(deserializer)
            .map_err(|_| D::Error::custom("expected an integer"))?;
        // Below 2^53 a fraction of nothing loses nothing.
        let written = |number: f64| {
            (number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0)
                .then_some(number as i64)
        };
        let whole = number.as_i64().or_else(|| number.as_f64().and_then(written));
        whole.map(Self).ok_or_else(|| D::Error::custom("expected an integer"))
    }
}

impl PartialSchema for Whole {
    fn schema() -> RefOr<Schema> {
        i64::schema()
    }
}

impl utoipa::ToSchema for Whole {}

/// Tells a field that is null from one that isn't there.
pub(crate) fn some_or_null<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_known_by_its_name_alone() {
        for good in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/json;charset=\"UTF-8\"",
            "application/json; boundary=x",
            "application/json;",
        ] {
            assert!(is_json(good), "{good}");
        }
        for bad in [
            "",
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "text/plain; application/json",
            "application/json; charset=latin-1",
            "application/json-seq",
            "application/json, text/plain",
        ] {
            assert!(!is_json(bad), "{bad}");
        }
    }
}
