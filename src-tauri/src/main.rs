//! The command line and the local API. Without a command it becomes the window's program.

#![forbid(unsafe_code)]

mod backup;
mod chat;
mod cli;
mod completions;
mod context;
mod doctor;
mod interrupts;
mod manual;
mod markdown;
mod model;
mod model_choice;
mod named;
mod password;
mod person;
mod progress;
mod restore;
mod serve;
mod signing_in;
mod strategy;
mod user;
mod window;

use std::path::PathBuf;
use std::process::ExitCode;

use algoagent_program::{environment, events, exit, line, output, starting};
use clap::Parser as _;
use cli::{Arguments, Command};
use exit::Failure;
use line::Line;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let Some(command) = arguments.command else {
        return starting::end(window::open(arguments.data_dir));
    };
    starting::prepare();
    starting::end(run(command, arguments.data_dir))
}

fn run(command: Command, data_dir: Option<PathBuf>) -> Result<(), Failure> {
    let runtime = starting::runtime()?;
    match command {
        // These touch no account, and work beside whoever holds the data directory.
        Command::Completions(options) => return completions::run(&options),
        Command::Manual(options) => return manual::run(&options),
        Command::Doctor(options) => return runtime.block_on(doctor::run(options, data_dir)),
        _ => {}
    }
    let data_dir = environment::data_dir(data_dir)?;
    let config = || starting::config(&data_dir, true);
    runtime.block_on(async {
        if let Command::Serve(options) = command {
            return serve::run(config, &data_dir, options).await;
        }
        let mut line = Line::open(config).await?;
        if lasts(&command) {
            line.let_others_in(&data_dir);
        }
        let done = perform(&line, command).await;
        line.close().await;
        done
    })
}

async fn perform(line: &Line, command: Command) -> Result<(), Failure> {
    match command {
        Command::Chat(options) => chat::run(line, options).await,
        Command::User(options) => user::run(line, options).await,
        Command::Backup(options) => backup::run(line, options).await,
        Command::Restore(options) => restore::run(line, options).await,
        Command::Context(options) => context::run(line, options).await,
        Command::Strategy(options) => strategy::run(line, options).await,
        Command::Model(options) => model::run(line, options).await,
        // They ask over no line: `run` has taken them.
        Command::Doctor(_) | Command::Completions(_) | Command::Manual(_) | Command::Serve(_) => {
            Ok(())
        }
    }
}

/// Whether it may hold the data directory for as long as a person takes to answer.
fn lasts(command: &Command) -> bool {
    match command {
        Command::Chat(options) => options.once.is_none() && !options.list,
        Command::Serve(_) => true,
        _ => person::is_there(),
    }
}
