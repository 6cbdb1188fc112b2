//! The Postman collection calls every row of the document, and looks at each answer.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::described::{fits, rows};

/// Every call of the collection: its name, its method and its path.
fn calls() -> Vec<(String, String, String)> {
    let file = "../../tests/postman/AlgoAgent.postman_collection.json";
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file));
    let collection: Value = serde_json::from_str(&text.expect("the collection")).expect("JSON");
    let mut calls = Vec::new();
    let mut open = vec![&collection];
    while let Some(item) = open.pop() {
        open.extend(item["item"].as_array().into_iter().flatten());
        let Some(method) = item["request"]["method"].as_str() else { continue };
        let name = item["name"].as_str().expect("a name").to_owned();
        assert!(looks(item), "{name}: nothing looks at its answer");
        let url = item["request"]["url"]["raw"].as_str().expect("an address");
        let path = url.strip_prefix("{{base_url}}").expect("an address of the environment's");
        let path = path.split('?').next().unwrap_or_default().to_owned();
        calls.push((name, method.to_owned(), path));
    }
    calls
}

/// Whether a script asserts the status of the answer.
fn looks(item: &Value) -> bool {
    let mut events = item["event"].as_array().into_iter().flatten();
    events.any(|event| {
        event["listen"] == "test" && event["script"]["exec"].to_string().contains("to.have.status(")
    })
}

#[test]
fn every_row_is_called() {
    let calls = calls();
    for (row, template, _) in rows() {
        let called = |(_, method, path): &(String, String, String)| {
            row == method.as_str() && fits(&template, path)
        };
        assert!(calls.iter().any(called), "nothing calls {row} {template}");
    }
}

#[test]
fn every_call_but_those_of_nothing_is_of_a_row() {
    let rows = rows();
    for (name, method, path) in calls() {
        let known =
            rows.iter().any(|(row, template, _)| *row == method.as_str() && fits(template, &path));
        let nothing = ["Nothing is there", "A method that isn't taken"].contains(&&*name);
        assert_eq!(known, !nothing, "{name}: {method} {path}");
    }
}
