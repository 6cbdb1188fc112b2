//! The OpenAPI document: whole, and true of every answer.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::Answer;
use crate::house::House;

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::to_value(algoagent_http::document()).expect("JSON"));

/// Every row: method, path with its parameters, operation.
pub(crate) fn rows() -> Vec<(Method, String, Value)> {
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    let mut rows = Vec::new();
    for (path, item) in paths {
        for (method, operation) in item.as_object().expect("operations") {
            if let Ok(method) = method.to_uppercase().parse() {
                rows.push((method, path.clone(), operation.clone()));
            }
        }
    }
    rows
}

pub(crate) fn fits(template: &str, path: &str) -> bool {
    let path = path.strip_suffix('/').unwrap_or(path);
    let template = template.strip_suffix('/').unwrap_or(template);
    let (mut wanted, mut got) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), got.next()) {
            (None, None) => return true,
            (Some(wanted), Some(got)) if wanted == got || wanted.starts_with('{') => {}
            _ => return false,
        }
    }
}

/// Holds an answer against the document.
pub(crate) fn check(method: &Method, path: &str, answer: &Answer) {
    let rows = rows();
    let exact = rows.iter().find(|(known, template, _)| {
        known == method && !template.contains('{') && fits(template, path)
    });
    let row = exact.or_else(|| {
        rows.iter().find(|(known, template, _)| known == method && fits(template, path))
    });
    let Some((_, _, operation)) = row else {
        assert!((403..=405).contains(&answer.status), "{method} {path}: {}", answer.status);
        return;
    };
    let status = answer.status.to_string();
    let described = operation["responses"].get(&status);
    let described = described
        .unwrap_or_else(|| panic!("{method} {path}: {status} is not described: {}", answer.body));
    let Some(contents) = described["content"].as_object() else {
        assert_eq!(answer.body, json!(""), "{method} {path}: {status} has no body");
        return;
    };
    let kind = answer.header("content-type").split(';').next().unwrap_or_default().to_owned();
    let content = contents.get(&kind);
    let content = content.unwrap_or_else(|| panic!("{method} {path}: {status} as {kind}"));
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "components": DOCUMENT["components"],
        "allOf": [content["schema"]],
        // Nothing that the document doesn't name.
        "unevaluatedProperties": content["schema"]["type"] == "object",
    });
    let validator = jsonschema::draft202012::new(&schema).expect("a schema");
    let faults: Vec<_> = validator
        .iter_errors(&answer.body)
        .map(|fault| format!("{} at {}", fault, fault.instance_path))
        .collect();
    assert!(faults.is_empty(), "{method} {path}: {status}: {faults:?}\n{}", answer.body);
}

#[tokio::test]
async fn the_document_is_served_as_it_is_made() {
    let house = House::open().await;
    let answer = house.anybody().get("/api/schema/").await;
    assert_eq!((answer.status, &answer.body), (200, &*DOCUMENT));
    assert!(answer.text("/openapi").starts_with("3.1"));
}

#[test]
fn every_row_of_the_contract_is_described() {
    let described: BTreeSet<_> =
        rows().into_iter().map(|(method, path, _)| format!("{method} {path}")).collect();
    let contract = "POST /api/auth/register/
        POST /api/auth/login/
        POST /api/auth/logout/
        POST /api/auth/token/refresh/
        GET /api/auth/user/me/
        POST /api/auth/change-password/
        GET /api/auth/sessions/
        DELETE /api/auth/sessions/{id}/
        GET /api/auth/profiles/
        GET /api/auth/profiles/me/
        PATCH /api/auth/profiles/update_me/
        GET /api/auth/ai-contexts/
        POST /api/auth/ai-contexts/
        GET /api/auth/ai-contexts/{id}/
        PUT /api/auth/ai-contexts/{id}/
        PATCH /api/auth/ai-contexts/{id}/
        DELETE /api/auth/ai-contexts/{id}/
        POST /api/auth/ai-contexts/{id}/activate/
        POST /api/auth/ai-contexts/{id}/deactivate/
        POST /api/auth/chat/
        GET /api/auth/chat-sessions/
        POST /api/auth/chat-sessions/
        GET /api/auth/chat-sessions/{id}/
        PUT /api/auth/chat-sessions/{id}/
        PATCH /api/auth/chat-sessions/{id}/
        DELETE /api/auth/chat-sessions/{id}/
        POST /api/auth/chat-sessions/{id}/end_session/
        GET /api/strategies/
        GET /api/strategies/{id}/
        GET /api/strategies/{id}/versions/
        GET /api/strategies/{id}/export/
        GET /api/auth/health/
        GET /api/
        GET /api/schema/";
    let contract: BTreeSet<_> = contract.lines().map(|row| row.trim().to_owned()).collect();
    assert_eq!(described, contract);
}

#[test]
fn no_two_rows_share_a_name() {
    let rows = rows();
    let names: BTreeSet<_> =
        rows.iter().map(|(.., row)| row["operationId"].as_str().expect("a name")).collect();
    assert_eq!(names.len(), rows.len(), "{names:?}");
}

#[tokio::test]
async fn a_body_of_which_nothing_is_required_may_be_left_out_and_the_document_says_so() {
    let house = House::open().await;
    for (n, (method, path, row)) in rows().into_iter().enumerate() {
        let Some(body) = row.get("requestBody") else { continue };
        // One each, as one of them signs out.
        let client = house.person(&format!("ada{n}")).await;
        let answer = client.call(method.clone(), &path.replace("{id}", "1"), None).await;
        let good: &[u16] = if body["required"] == true { &[400] } else { &[200, 201, 404] };
        assert!(good.contains(&answer.status), "{method} {path}: {}", answer.body);
    }
}

#[tokio::test]
async fn the_pages_are_read_by_people_and_programs_and_load_nothing_from_elsewhere() {
    let house = House::open().await;
    let client = house.anybody();
    let answer = client.get("/api/").await;
    let calls = answer.body["calls"].as_array().expect("calls");
    assert_eq!(calls.len(), rows().len());
    let html = client.request(Method::GET, "/api").header("accept", "text/html,*/*;q=0.8");
    let html = client.send(html).await;
    assert!(html.header("content-type").starts_with("text/html"));
    assert!(html.header("content-security-policy").starts_with("default-src 'none'"));
    let page = html.body.as_str().expect("a page");
    for (method, path, _) in rows() {
        assert!(page.contains(&path) && page.contains(method.as_str()), "{method} {path}");
    }
    for elsewhere in ["<script", "http://", "https://", "url(", "@import", " style="] {
        assert!(!page.contains(elsewhere), "{elsewhere}");
    }
    let style = client.request(Method::GET, "/api/style.css").send().await.expect("an answer");
    assert_eq!(style.headers()["content-type"], "text/css; charset=utf-8");
    let style = style.text().await.expect("text");
    assert!(style.contains("details") && !style.contains("url(") && !style.contains("@import"));
}
