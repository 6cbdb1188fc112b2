//! `algoagent completions`: what a shell completes commands by.

use clap::CommandFactory as _;

use crate::cli::{Arguments, CompletionsOptions};
use crate::exit::Failure;
use crate::output::print_as_it_is;

pub(crate) fn run(options: &CompletionsOptions) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Arguments::command(), "algoagent", &mut script);
    print_as_it_is(&String::from_utf8_lossy(&script))
}
