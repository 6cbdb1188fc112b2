//! `algoagent manual`: the pages that `man` shows, for whoever packages the program.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use crate::cli::{Arguments, ManualOptions};
use crate::exit::Failure;

/// What stands at the foot of each page.
const PROGRAM: &str = concat!("algoagent ", env!("CARGO_PKG_VERSION"));

pub(crate) fn run(options: &ManualOptions) -> Result<(), Failure> {
    let mut command = Arguments::command().disable_help_subcommand(true);
    command.build();
    fs::create_dir_all(&options.folder).and_then(|()| write(&command, &options.folder)).map_err(
        |fault| {
            Failure::Other(format!("{} can't be written to: {fault}", options.folder.display()))
        },
    )
}

/// The page of a command, and those of the commands below it.
fn write(command: &Command, folder: &Path) -> io::Result<()> {
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        write(below, folder)?;
    }
    let examples = command.get_after_help().map(ToString::to_string);
    // As the page's own last words the examples would be filled into one paragraph.
    let page = Man::new(command.clone().after_help(None::<&str>)).source(PROGRAM);
    let mut file = BufWriter::new(File::create(folder.join(page.get_filename()))?);
    page.render(&mut file)?;
    if let Some(examples) = examples {
        verbatim(&examples).to_writer(&mut file)?;
    }
    file.flush()
}

/// A section that keeps its lines as they are.
fn verbatim(text: &str) -> Roff {
    let mut roff = Roff::new();
    let (heading, rest) = text.split_once(":\n").unwrap_or(("Notes", text));
    roff.control("SH", [heading.to_uppercase().as_str()]).control("nf", []);
    for line in rest.lines() {
        match line {
            "" => roff.control("sp", []),
            line => roff.text([roman(line)]),
        };
    }
    roff.control("fi", []);
    roff
}
