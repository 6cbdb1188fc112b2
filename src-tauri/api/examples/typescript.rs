//! Writes the TypeScript types of the command table to a file, or with `--check` fails when
//! the file differs.

#![expect(clippy::print_stderr, reason = "a command-line tool")]

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let check = arguments.first().is_some_and(|first| first == "--check");
    if check {
        arguments.remove(0);
    }
    let [path] = arguments.as_slice() else {
        eprintln!("usage: typescript [--check] PATH");
        return ExitCode::from(2);
    };
    let fresh = algoagent_api::typescript::file();
    if check {
        return match std::fs::read_to_string(path) {
            Ok(kept) if kept == fresh => ExitCode::SUCCESS,
            _ => {
                eprintln!("{path} is not what the command table says; run cargo xtask gen");
                ExitCode::FAILURE
            }
        };
    }
    match std::fs::write(path, fresh) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{path}: {fault}");
            ExitCode::FAILURE
        }
    }
}
