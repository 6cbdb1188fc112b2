//! The grammar of `algoagent strategy`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{NamedOption, SignInOptions};

#[derive(Args)]
#[command(after_help = "\
Examples:
  algoagent strategy list --user ada
  algoagent strategy show MomentumCross --version 1
  algoagent strategy export MomentumCross                 to momentum_cross_v2.py, with algoagent.py
  algoagent strategy export 3 --to - | less

A strategy is named by its id, or by its class in upper or lower case.")]
pub(crate) struct StrategyOptions {
    #[command(flatten)]
    pub(crate) sign_in: SignInOptions,

    /// Print one JSON document.
    #[arg(long, global = true)]
    pub(crate) json: bool,

    #[command(subcommand)]
    pub(crate) command: StrategyCommand,
}

#[derive(Subcommand)]
pub(crate) enum StrategyCommand {
    /// List the strategies with their versions, the last changed first.
    List,

    /// Show the code of a strategy.
    Show(VersionOptions),

    /// Write a strategy to a file, and algoagent.py beside it, which it needs to run.
    ///
    /// No other file is replaced unless --force says so; an algoagent.py that is there stays.
    Export(ExportOptions),
}

#[derive(Args)]
pub(crate) struct VersionOptions {
    #[command(flatten)]
    pub(crate) named: NamedOption,

    /// Which version [default: the newest].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) version: Option<u32>,
}

#[derive(Args)]
pub(crate) struct ExportOptions {
    #[command(flatten)]
    pub(crate) which: VersionOptions,

    /// The file or the folder; "-" is the standard output [default: a file named after it, here].
    #[arg(long, value_name = "FILE")]
    pub(crate) to: Option<PathBuf>,

    /// Replace the file where there is one.
    #[arg(long)]
    pub(crate) force: bool,
}
