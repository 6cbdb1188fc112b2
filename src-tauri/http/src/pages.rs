//! The API in words for a person: one page, written from the OpenAPI document, that loads nothing
//! from anywhere else.

use std::fmt::Write as _;

use axum::Json;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::refusal::Refusal;
use crate::schema::described;

/// Where the page's looks are.
pub(crate) const STYLE: &str = "/api/style.css/";
const CSS: &str = include_str!("pages.css");
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// What can be called.
#[derive(Serialize, ToSchema)]
pub(crate) struct Overview {
    name: &'static str,
    version: &'static str,
    /// Where the OpenAPI document is.
    schema: &'static str,
    calls: Vec<Call>,
}

/// A call.
#[derive(Serialize, ToSchema)]
pub(crate) struct Call {
    #[schema(example = "POST")]
    method: String,
    #[schema(example = "/api/auth/login/")]
    path: String,
    /// What it does.
    summary: String,
}

/// Every call in words: a page where HTML is asked for
#[utoipa::path(get, path = "/api/", tag = "about", security(()),
    responses((status = 200, content(
        (Overview = "application/json"),
        (String = "text/html"),
    ))))]
pub(crate) async fn pages(headers: HeaderMap) -> Result<Response, Refusal> {
    let document = serde_json::to_value(described()).map_err(algoagent_api::ApiError::internal)?;
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|line| line.to_str().ok());
    if accepted.flat_map(|line| line.split([',', ';'])).any(|kind| kind.trim() == "text/html") {
        let kind = (CONTENT_TYPE, "text/html; charset=utf-8");
        let policy = (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        );
        return Ok(([kind, policy], page(&document)).into_response());
    }
    let calls = calls(&document).map(|(path, method, call)| Call {
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&call["summary"]).to_owned(),
    });
    let calls = calls.collect();
    let version = env!("CARGO_PKG_VERSION");
    Ok(Json(Overview { name: "AlgoAgent", version, schema: "/api/schema/", calls }).into_response())
}

pub(crate) async fn style() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], CSS).into_response()
}

/// Every call of the document: path, method and description.
fn calls(document: &Value) -> impl Iterator<Item = (&str, &'static str, &Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, item)| {
        METHODS.iter().filter_map(move |method| Some((&**path, *method, item.get(method)?)))
    })
}

fn page(document: &Value) -> String {
    let mut html = String::from(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>AlgoAgent API</title><link rel=\"stylesheet\" href=\"/api/style.css\"></head><body><main>",
    );
    let about = escaped(text(&document["info"]["description"]));
    let version = escaped(text(&document["info"]["version"]));
    let _ = write!(
        html,
        "<h1>AlgoAgent API <small>{version}</small></h1><p>{about}</p><p>Sign in with <code>POST /api/auth/login/</code>, and send the access token with every call: <code>Authorization: Bearer …</code>. Bodies are JSON. The same as a document for programs: <a href=\"/api/schema/\">/api/schema/</a>.</p>"
    );
    let mut tags: Vec<&str> = Vec::new();
    for (_, _, call) in calls(document) {
        let tag = text(&call["tags"][0]);
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    for tag in tags {
        let _ = write!(html, "<h2>{}</h2>", escaped(tag));
        for (path, method, call) in calls(document).filter(|(.., call)| call["tags"][0] == tag) {
            section(&mut html, document, path, method, call);
        }
    }
    html.push_str("</main></body></html>");
    html
}

fn section(html: &mut String, document: &Value, path: &str, method: &str, call: &Value) {
    let summary = escaped(text(&call["summary"]));
    let _ = write!(
        html,
        "<details><summary><b class=\"{method}\">{}</b> <code>{}</code> <span>{summary}</span></summary>",
        method.to_uppercase(),
        escaped(path),
    );
    if let Some(more) = call["description"].as_str() {
        let _ = write!(html, "<p>{}</p>", escaped(more));
    }
    for parameter in call["parameters"].as_array().into_iter().flatten() {
        let _ = write!(
            html,
            "<p><code>{}</code> ({}) {}</p>",
            escaped(text(&parameter["name"])),
            escaped(text(&parameter["in"])),
            escaped(text(&parameter["description"])),
        );
    }
    let body = &call["requestBody"]["content"]["application/json"]["schema"];
    if !body.is_null() {
        html.push_str("<h3>Body</h3>");
        fields(html, document, body);
    }
    for (status, answer) in call["responses"].as_object().into_iter().flatten() {
        let _ = write!(
            html,
            "<h3>{} <span>{}</span></h3>",
            escaped(status),
            escaped(text(&answer["description"])),
        );
        if status.starts_with('2') {
            fields(html, document, &answer["content"]["application/json"]["schema"]);
        }
    }
    html.push_str("</details>");
}

/// The fields of a schema, those of what it is made of among them.
fn fields(html: &mut String, document: &Value, schema: &Value) {
    let schema = resolved(document, schema);
    for part in schema["allOf"].as_array().into_iter().flatten() {
        fields(html, document, part);
    }
    let Some(properties) = schema["properties"].as_object() else { return };
    html.push_str("<dl>");
    for (name, property) in properties {
        let required =
            schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
        let _ = write!(
            html,
            "<dt><code>{}</code> <i>{}{}</i></dt><dd>{}</dd>",
            escaped(name),
            escaped(&kind(property)),
            if required { "" } else { ", optional" },
            escaped(text(&property["description"])),
        );
    }
    html.push_str("</dl>");
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let named = schema["$ref"].as_str().and_then(|to| to.strip_prefix('#'));
    named.and_then(|pointer| document.pointer(pointer)).unwrap_or(schema)
}

/// The type of a field in words.
fn kind(schema: &Value) -> String {
    if let Some(to) = schema["$ref"].as_str() {
        return to.rsplit('/').next().unwrap_or_default().to_owned();
    }
    if let Some(one) = schema["oneOf"].as_array() {
        return one.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    match &schema["type"] {
        Value::String(name) if name == "array" => format!("list of {}", kind(&schema["items"])),
        Value::String(name) => name.clone(),
        Value::Array(names) => {
            names.iter().map(|name| text(name).to_owned()).collect::<Vec<_>>().join(" or ")
        }
        _ => "any".to_owned(),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
