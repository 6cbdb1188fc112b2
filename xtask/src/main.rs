//! The project's own commands: `cargo xtask run`, `test`, `gen` and `bench`.
//!
//! A fresh computer with git, a C compiler, Rust and Node needs nothing else: every command first
//! puts in place what its steps need, says what it does and how long it took, and where it can't
//! go on it says what to do. Only the standard library is used, so that it builds in seconds.
#![expect(clippy::print_stdout, reason = "talking to the terminal is what these commands are for")]

mod bench;
mod call;
mod checkout;
mod command;
mod directions;
mod django;
mod fault;
mod files;
mod generate;
mod journal;
mod need;
mod package;
mod run;
mod step;
mod system;
mod test;
mod tool;
mod ui;

use std::process::ExitCode;

use checkout::Checkout;
use command::Command;
use fault::Fault;
use journal::Journal;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let command = match command::parse(&words) {
        Ok(command) => command,
        Err(message) => {
            println!("{message}\n\n{}", command::HELP);
            return ExitCode::from(2);
        }
    };
    match carry_out(command) {
        Ok(code) => code,
        Err(fault) => {
            println!("{fault}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(command: Command) -> Result<ExitCode, Fault> {
    match command {
        Command::Help => {
            println!("{}", command::HELP);
            Ok(ExitCode::SUCCESS)
        }
        Command::List => {
            test::list();
            Ok(ExitCode::SUCCESS)
        }
        Command::Run { release, args } => {
            run::run(&Checkout::find()?, &mut Journal::start(), release, &args)
        }
        Command::Test { full, only } => {
            test::test(&Checkout::find()?, Journal::start(), full, &only)
        }
        Command::Bench => {
            bench::run(&Checkout::find()?, &mut Journal::start())?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Gen => {
            generate::write(&Checkout::find()?, &mut Journal::start())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}
