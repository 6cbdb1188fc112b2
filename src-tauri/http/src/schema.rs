//! The table of rows, and what is made from it: the router and the OpenAPI document. A row can't
//! be answered without being described.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse as _;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::guard::{Guard, cors, guard};
use crate::refusal::Refusal;
use crate::rows::{account, contexts, profile};
use crate::{Api, health, sign_in};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "AlgoAgent",
        description = "Trading strategies developed by talking with an AI, for programs of the same computer."
    ),
    security(("token" = []), ("cookie" = [])),
)]
struct Described;

fn rows() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(Described::openapi())
        .routes(routes!(sign_in::register))
        .routes(routes!(sign_in::login))
        .routes(routes!(sign_in::logout))
        .routes(routes!(sign_in::refresh))
        .routes(routes!(account::me))
        .routes(routes!(account::change_password))
        .routes(routes!(account::sessions))
        .routes(routes!(account::end_session))
        .routes(routes!(profile::list))
        .routes(routes!(profile::me))
        .routes(routes!(profile::update_me))
        .routes(routes!(contexts::list, contexts::create))
        .routes(routes!(contexts::get, contexts::put, contexts::patch, contexts::delete))
        .routes(routes!(contexts::activate))
        .routes(routes!(contexts::deactivate))
        .routes(routes!(health::health))
}

/// The OpenAPI 3.1 document of every row.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = rows().into_openapi();
    let schemes = document.components.get_or_insert_default();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    schemes.add_security_scheme("token", SecurityScheme::Http(bearer));
    let cookie = ApiKey::Cookie(ApiKeyValue::new("sessionid"));
    schemes.add_security_scheme("cookie", SecurityScheme::ApiKey(cookie));
    document
}

/// Everything that is answered at `port`, for programs and the web pages of the listed `origins`.
pub(crate) fn router(api: &Api, port: u16, origins: &[String]) -> Router {
    let (router, _) = rows().split_for_parts();
    router
        .fallback(async || Refusal::not_found())
        .method_not_allowed_fallback(async || {
            Refusal::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "This can't be done to it: GET /api/ names what can.",
            )
        })
        .with_state(api.clone())
        .layer(CatchPanicLayer::custom(|_| broken().into_response()))
        .layer(cors(origins))
        .layer(from_fn_with_state(Arc::new(Guard::new(port, origins)), guard))
}

fn broken() -> Refusal {
    Refusal::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "Something went wrong inside the program; it was written to the log. Try again.",
    )
}
