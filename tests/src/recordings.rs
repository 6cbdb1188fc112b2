//! The recorded answers in `tests/recordings` and what `expected.py` says they mean.

use std::fs;
use std::path::PathBuf;

use serde::Deserialize;

use crate::workspace;

/// One answer of the service, as recorded (or, where `recorded` is false, composed).
#[derive(Clone, Debug, Deserialize)]
pub struct Recording {
    /// What stories call it.
    pub name: String,
    /// Its body's file.
    pub file: String,
    /// The status that came with it.
    pub status: u16,
    /// Content type and encoding.
    pub headers: Vec<(String, String)>,
    /// False for the two that we composed.
    pub recorded: bool,
    /// The body's bytes.
    #[serde(skip)]
    pub body: Vec<u8>,
}

/// What a stream means, computed by a script that shares no line with the program.
#[derive(Clone, Debug, Deserialize)]
pub struct Expected {
    /// The answer.
    pub text: String,
    /// Reasoning, which is no part of the answer.
    pub reasoning: String,
    /// Its fenced Python blocks.
    pub python: Vec<String>,
}

fn folder() -> PathBuf {
    workspace().join("tests/recordings")
}

fn read(name: &str) -> Vec<u8> {
    let path = folder().join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The recording of this name.
pub fn recording(name: &str) -> Recording {
    let rows: Vec<Recording> =
        serde_json::from_slice(&read("index.json")).expect("index.json lists the recordings");
    let mut row = rows
        .into_iter()
        .find(|row| row.name == name)
        .unwrap_or_else(|| panic!("index.json names no recording '{name}'"));
    row.body = read(&row.file);
    row
}

/// What the stream of this name means.
pub fn expected(name: &str) -> Expected {
    let mut all: std::collections::BTreeMap<String, Expected> =
        serde_json::from_slice(&read("expected.json")).expect("expected.json is what we expect");
    all.remove(name)
        .unwrap_or_else(|| panic!("expected.json doesn't know '{name}': run expected.py"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recording_is_there_and_says_where_it_comes_from() {
        let rows: Vec<serde_json::Value> =
            serde_json::from_slice(&read("index.json")).expect("JSON");
        assert!(rows.len() > 15);
        for row in rows {
            let name = row["name"].as_str().expect("a name");
            assert!(!recording(name).body.is_empty(), "{name} is empty");
            for field in ["project", "record", "licence"] {
                assert!(row["source"][field].is_string(), "{name} lacks its {field}");
            }
        }
    }

    #[test]
    fn the_composed_streams_hold_exactly_the_texts_beside_them() {
        for name in ["strategy-stream", "strategy-follow-up"] {
            let text = String::from_utf8(read(&format!("{name}.md"))).expect("UTF-8");
            assert_eq!(expected(name).text, text, "run compose.py, then expected.py");
            assert!(!recording(name).recorded);
        }
    }

    #[test]
    fn what_the_streams_mean_is_up_to_date() {
        let check = std::process::Command::new("python3")
            .arg(folder().join("expected.py"))
            .arg("--check")
            .output()
            .expect("python3 is there");
        assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
    }
}
