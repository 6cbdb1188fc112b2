//! `algoagent doctor`: what works on this computer, what is wrong, and how to mend it.
//!
//! It opens no account, changes nothing, and holds no lock, so that it works beside a running
//! program and where no program starts. Nothing leaves the computer unless that was asked for.

mod directory;
mod surroundings;

use std::path::PathBuf;

use algoagent_core::vault::versions;
use serde::Serialize;
use serde_json::json;

use crate::cli::DoctorOptions;
use crate::environment;
use crate::exit::Failure;
use crate::output::{print, print_json};

/// How bad what was found is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// As it should be.
    Good,
    /// Something can't be done here, or should be known.
    Note,
    /// The program can't work as it should.
    Broken,
}

/// What one check found.
#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    state: State,
    found: String,
    /// How to mend it.
    mend: Option<String>,
}

impl Finding {
    fn good(check: &'static str, found: impl Into<String>) -> Self {
        Self { check, state: State::Good, found: found.into(), mend: None }
    }

    fn note(check: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check, state: State::Note, found: found.into(), mend: Some(mend.into()) }
    }

    fn broken(check: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check, state: State::Broken, found: found.into(), mend: Some(mend.into()) }
    }
}

pub(crate) async fn run(options: DoctorOptions, named: Option<PathBuf>) -> Result<(), Failure> {
    let mut findings = vec![Finding::good(
        "program",
        format!(
            "AlgoAgent {} for {} on {}",
            env!("CARGO_PKG_VERSION"),
            std::env::consts::OS,
            std::env::consts::ARCH
        ),
    )];
    findings.extend(store().await);
    findings.push(surroundings::webview().await);
    match environment::data_dir(named) {
        Ok(dir) => {
            findings.extend(directory::look(&dir).await);
            findings.push(surroundings::computer_key(&dir));
        }
        Err(fault) => findings.push(Finding::broken(
            "data directory",
            fault.to_string(),
            "Name a directory with --data-dir or ALGOAGENT_DATA_DIR.",
        )),
    }
    findings.push(surroundings::keychain().await);
    findings.push(surroundings::display());
    if options.online {
        findings.extend(surroundings::services().await);
    }
    let broken = findings.iter().filter(|one| one.state == State::Broken).count();
    if options.json {
        print_json(&json!({ "healthy": broken == 0, "checks": findings }))?;
    } else {
        print(&shown(&findings, broken))?;
    }
    if broken == 0 { Ok(()) } else { Err(Failure::Shown) }
}

async fn store() -> Vec<Finding> {
    match versions().await {
        Ok(found) => {
            vec![Finding::good("SQLCipher", found.sqlcipher), Finding::good("SQLite", found.sqlite)]
        }
        Err(fault) => vec![Finding::broken(
            "SQLCipher",
            fault.to_string(),
            "This build can't encrypt. Install the program as it is published.",
        )],
    }
}

fn shown(findings: &[Finding], broken: usize) -> String {
    let mut text = String::new();
    for Finding { check, state, found, mend } in findings {
        let state = match state {
            State::Good => "ok",
            State::Note => "note",
            State::Broken => "BROKEN",
        };
        text.push_str(&format!("{state:<8}{check:<16}{found}\n"));
        if let Some(mend) = mend {
            text.push_str(&format!("{:24}{mend}\n", ""));
        }
    }
    text.push_str(&match broken {
        0 => "\nNothing is broken.\n".to_owned(),
        1 => "\nOne thing is broken.\n".to_owned(),
        several => format!("\n{several} things are broken.\n"),
    });
    text
}
