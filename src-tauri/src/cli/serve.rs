//! What `algoagent serve` takes.

use algoagent_core::account::check_origin;
use clap::Args;

#[derive(Args)]
pub(crate) struct ServeOptions {
    /// The port of 127.0.0.1 to listen at; 0 for any that is free.
    #[arg(long, default_value_t = 8000, value_name = "PORT")]
    pub(crate) port: u16,

    /// The origin of a web page that may call, such as http://localhost:3000. Can be repeated;
    /// without it none may.
    #[arg(long = "allow-origin", value_name = "ORIGIN", value_parser = origin)]
    pub(crate) origins: Vec<String>,
}

fn origin(text: &str) -> Result<String, String> {
    check_origin(text).map_err(|fault| fault.why)
}
