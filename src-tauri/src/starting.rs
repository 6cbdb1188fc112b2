//! How both executables start and end.

use std::path::Path;
use std::process::ExitCode;

use algoagent_core::Config;
use tokio::runtime::Runtime;

use crate::exit::Failure;
use crate::{environment, output};

/// What has to be settled before anything secret is touched: where the log goes, no core dumps.
pub fn prepare() {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("ALGOAGENT_LOG")
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn")),
        )
        .with_writer(std::io::stderr)
        .init();
    environment::forbid_core_dumps();
}

/// What everything runs on.
///
/// # Errors
/// When the system gives no threads.
pub fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|fault| Failure::Other(format!("the program can't start: {fault}")))
}

/// What core opens `data_dir` with.
pub fn config(data_dir: &Path, in_terminal: bool) -> Config {
    let mut config = Config::new(data_dir.to_owned());
    config.computer_key = environment::computer_key(data_dir, in_terminal);
    config
}

/// Says why the program failed, where that isn't said yet, and gives its exit code.
pub fn end(outcome: Result<(), Failure>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.is_silent() {
                output::remark(&format!("algoagent: {failure}"));
            }
            failure.code()
        }
    }
}
