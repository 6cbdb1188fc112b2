//! The table of rows, and what is made from it: the router and the OpenAPI document. A row can't
//! be answered without being described.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse as _;
use axum::{Json, Router};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::openapi::schema::{
    AdditionalProperties, Array, Components, OneOfBuilder, Schema, Type,
};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    Content, Header, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder, path::Operation,
    path::ParameterIn,
};
use utoipa::{OpenApi, PartialSchema as _};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::guard::{Guard, cors, guard};
use crate::refusal::Refusal;
use crate::rows::{account, asking, chats, contexts, profile, strategies};
use crate::{Api, health, pages, sign_in};

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
        .routes(routes!(asking::chat))
        .routes(routes!(chats::list, chats::create))
        .routes(routes!(chats::get, chats::put, chats::patch, chats::delete))
        .routes(routes!(chats::end_session))
        .routes(routes!(strategies::list))
        .routes(routes!(strategies::get))
        .routes(routes!(strategies::versions))
        .routes(routes!(strategies::export))
        .routes(routes!(health::health))
        .routes(routes!(pages::pages))
        .routes(routes!(schema))
}

/// The OpenAPI 3.1 document of every row.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = rows().into_openapi();
    let components = document.components.get_or_insert_default();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    components.add_security_scheme("token", SecurityScheme::Http(bearer));
    let cookie = ApiKey::Cookie(ApiKeyValue::new("sessionid"));
    components.add_security_scheme("cookie", SecurityScheme::ApiKey(cookie));
    let optional = optional_bodies(components);
    for item in document.paths.paths.values_mut() {
        let all = [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete];
        for operation in all.into_iter().flatten() {
            add_refusals(operation);
            add_headers(operation);
            if let Some(body) = &mut operation.request_body
                && body.content.values().any(|content| may_be_left_out(content, &optional))
            {
                body.required = None;
            }
        }
    }
    document
}

/// What any row refuses, beside what its own description says.
fn add_refusals(operation: &mut Operation) {
    let mut refusals = vec![
        (403, "Host, origin or CSRF token refused"),
        (413, "Over 1 MiB"),
        (415, "Not JSON"),
        (500, "A fault of the program or its files"),
        (507, "The disk is full"),
    ];
    // An empty requirement is written where nobody has to sign in. Beside others a token that comes
    // is still looked at.
    if operation.security.as_ref().is_none_or(|ways| ways.len() > 1) {
        refusals.push((401, "Not signed in, or the token is not valid"));
    }
    if operation.request_body.is_some() {
        refusals.push((400, "Fields that can't be taken, or no JSON"));
        refusals.push((408, "The body took too long"));
    }
    let by_id = |parameters: &Vec<utoipa::openapi::path::Parameter>| {
        parameters.iter().any(|parameter| parameter.parameter_in == ParameterIn::Path)
    };
    if operation.parameters.as_ref().is_some_and(by_id) {
        refusals.push((404, "Not there, or somebody else's"));
    }
    for (status, why) in refusals {
        let known = &mut operation.responses.responses;
        known.entry(status.to_string()).or_insert_with(|| RefOr::T(refusal(status, why)));
    }
}

/// Where each of the bodies of which no field is required is described.
fn optional_bodies(components: &Components) -> HashSet<String> {
    let optional = components.schemas.iter().filter(|(_, schema)| {
        matches!(schema, RefOr::T(Schema::Object(object)) if object.required.is_empty())
    });
    optional.map(|(name, _)| format!("#/components/schemas/{name}")).collect()
}

fn may_be_left_out(content: &Content, optional: &HashSet<String>) -> bool {
    matches!(&content.schema, Some(RefOr::Ref(to)) if optional.contains(&to.ref_location))
}

/// The headers that tell a client something.
fn add_headers(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        let (name, header) = match &**status {
            "429" | "503" => (
                "Retry-After",
                Header::new(
                    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).build(),
                ),
            ),
            "401" => ("WWW-Authenticate", Header::default()),
            _ => continue,
        };
        if let RefOr::T(response) = response {
            response.headers.insert(name.to_owned(), header);
        }
    }
}

fn refusal(status: u16, why: &str) -> Response {
    let error = RefOr::Ref(Ref::from_schema_name("Error"));
    let schema = if status == 400 {
        let reasons = Array::new(String::schema());
        let fields = ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some("Each field with why it can't be taken"))
            .additional_properties(Some(AdditionalProperties::RefOr(RefOr::T(reasons.into()))));
        RefOr::T(OneOfBuilder::new().item(fields).item(error).into())
    } else {
        error
    };
    let content = Content::new(Some(schema));
    ResponseBuilder::new().description(why).content("application/json", content).build()
}

/// The document as it is sent.
static DOCUMENT: LazyLock<utoipa::openapi::OpenApi> = LazyLock::new(document);

pub(crate) fn described() -> &'static utoipa::openapi::OpenApi {
    &DOCUMENT
}

/// This API as an OpenAPI 3.1 document
#[utoipa::path(get, path = "/api/schema/", tag = "about", security(()),
    responses((status = 200, body = Object)))]
async fn schema() -> Json<&'static utoipa::openapi::OpenApi> {
    Json(described())
}

/// Everything that is answered at `port`, for programs and the web pages of the listed `origins`.
pub(crate) fn router(api: &Api, port: u16, origins: &[String]) -> Router {
    let (router, _) = rows().split_for_parts();
    router
        .route(pages::STYLE, axum::routing::get(pages::style))
        .fallback(async || Refusal::not_found())
        .method_not_allowed_fallback(async || {
            Refusal::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "This can't be done to it: GET /api/ names what can.",
            )
        })
        .with_state(api.clone())
        .layer(CatchPanicLayer::custom(|_| Refusal::broken().into_response()))
        .layer(cors(origins))
        .layer(from_fn_with_state(Arc::new(Guard::new(port, origins)), guard))
}
