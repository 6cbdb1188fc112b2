//! AlgoAgent: the window and the command line over one core.

#![forbid(unsafe_code)]
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

mod backup;
mod chat;
mod cli;
mod completions;
mod context;
mod desktop;
mod doctor;
mod environment;
mod events;
mod exit;
mod interrupts;
mod line;
mod manual;
mod markdown;
mod model;
mod model_choice;
mod named;
mod output;
mod password;
mod person;
mod progress;
mod restore;
mod serve;
mod signing_in;
mod strategy;
mod user;

use std::path::Path;
use std::process::ExitCode;

use algoagent_core::Config;
use clap::Parser as _;
use cli::{Arguments, Command};
use exit::Failure;
use line::Line;

/// What is given back is zeroed first: a password passes through buffers that nobody else wipes.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("ALGOAGENT_LOG")
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn")),
        )
        .with_writer(std::io::stderr)
        .init();
    environment::forbid_core_dumps();
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.is_silent() {
                output::remark(&format!("algoagent: {failure}"));
            }
            failure.code()
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|fault| Failure::Other(format!("the program can't start: {fault}")))?;
    match arguments.command {
        // These touch no account, and work beside whoever holds the data directory.
        Some(Command::Completions(options)) => return completions::run(&options),
        Some(Command::Manual(options)) => return manual::run(&options),
        Some(Command::Doctor(options)) => {
            return runtime.block_on(doctor::run(options, arguments.data_dir));
        }
        _ => {}
    }
    let data_dir = environment::data_dir(arguments.data_dir)?;
    let in_terminal = arguments.command.is_some();
    let config = || config_of(&data_dir, in_terminal);
    match arguments.command {
        Some(Command::Serve(options)) => runtime.block_on(serve::run(config, &data_dir, options)),
        Some(command) => runtime.block_on(async {
            let mut line = Line::open(config).await?;
            if lasts(&command) {
                line.let_others_in(&data_dir);
            }
            let done = perform(&line, command).await;
            line.close().await;
            done
        }),
        None => {
            let (handle, dir) = (runtime.handle().clone(), data_dir.clone());
            let opening = std::thread::spawn(move || {
                handle.block_on(line::open_or_raise(|| config_of(&dir, false)))
            });
            desktop::run(&runtime, opening, data_dir)
        }
    }
}

fn config_of(data_dir: &Path, in_terminal: bool) -> Config {
    let mut config = Config::new(data_dir.to_owned());
    config.computer_key = environment::computer_key(data_dir, in_terminal);
    config
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
