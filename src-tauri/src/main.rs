//! AlgoAgent: the window and the command line over one core.

#![forbid(unsafe_code)]
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a terminal is one of its doors")]

mod chat;
mod cli;
mod desktop;
mod environment;
mod exit;
mod handover;

use std::process::ExitCode;

use algoagent_core::{Config, Core, OpenError};
use clap::Parser as _;
use cli::{Arguments, Command};
use exit::Failure;

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
            eprintln!("algoagent: {failure}");
            failure.code()
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Failure> {
    let data_dir = environment::data_dir(arguments.data_dir)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|fault| Failure::Other(format!("the program can't start: {fault}")))?;
    let in_terminal = arguments.command.is_some();
    let mut config = Config::new(data_dir.clone());
    config.gemini_key = environment::gemini_key(&data_dir, in_terminal);
    let core = match runtime.block_on(Core::open(config)) {
        Ok(core) => core,
        Err(OpenError::InUse) if !in_terminal && handover::raise(&data_dir) => {
            println!(
                "AlgoAgent is already running on this data directory; its window is in front now."
            );
            return Ok(());
        }
        Err(OpenError::InUse) => return Err(Failure::InUse(data_dir)),
        Err(fault) => return Err(fault.into()),
    };
    match arguments.command {
        Some(Command::Chat(options)) => runtime.block_on(chat::run(&core, options)),
        None => desktop::run(&runtime, core, data_dir),
    }
}
