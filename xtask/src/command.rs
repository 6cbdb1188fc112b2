//! What can be asked for on the command line. Anything not understood is refused, never guessed.

use crate::step;

/// What `cargo xtask help` prints.
pub(crate) const HELP: &str = "\
cargo xtask run [--release] [-- ARGS…]
    Puts in place what is missing, builds the program and opens its window.
    Without a display it opens a chat in the terminal instead.

cargo xtask test [--full] [--only STEP,…] [--list]
    Everything that has to pass before a change is taken in.
    --full  also asks the database of security advisories, and makes the package, installs it on
            this computer, drives what was installed, and removes it (Debian and its kin)
    --only  these steps alone, in their usual order
    --list  the steps, each with a word on what it does

cargo xtask package [--appimage]
    Makes what people install: on Linux a .deb and a .rpm, on macOS a .dmg, on Windows an .msi
    and an .exe. They come to lie in target/release/bundle.
    --appimage  on Linux an AppImage too; its tools are downloaded while it is made

cargo xtask gen
    Writes the TypeScript types of the window anew from the command table.

cargo xtask bench
    Measures what encryption costs, beside the same work without it, and prints tables.
    Nothing else should run on the computer meanwhile.

cargo xtask pictures
    Renews the documents' pictures from those that the last run of the stories took.

cargo xtask help
    This page.";

/// One of the project's commands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Build and start the program with these arguments.
    Run { release: bool, args: Vec<String> },
    /// Run all steps, or with a non-empty `only` those alone.
    Test { full: bool, only: Vec<String> },
    /// Name the steps of `test`.
    List,
    /// Make the packages of this system.
    Package { appimage: bool },
    /// Write generated files.
    Gen,
    /// Measure.
    Bench,
    /// Renew the documents' pictures.
    Pictures,
    /// Print [`HELP`].
    Help,
}

/// Reads the words that follow `cargo xtask`; an `Err` is a sentence for the person who typed them.
pub(crate) fn parse(words: &[String]) -> Result<Command, String> {
    let Some((name, rest)) = words.split_first() else {
        return Ok(Command::Help);
    };
    match name.as_str() {
        "run" => parse_run(rest),
        "test" => parse_test(rest),
        "package" => match rest {
            [] => Ok(Command::Package { appimage: false }),
            [word] if word == "--appimage" => Ok(Command::Package { appimage: true }),
            [word, ..] if word == "--help" || word == "-h" => Ok(Command::Help),
            [word, rest @ ..] => Err(unknown("package", rest.first().unwrap_or(word))),
        },
        "gen" if rest.is_empty() => Ok(Command::Gen),
        "gen" => Err(unknown("gen", &rest[0])),
        "bench" if rest.is_empty() => Ok(Command::Bench),
        "bench" => Err(unknown("bench", &rest[0])),
        "pictures" if rest.is_empty() => Ok(Command::Pictures),
        "pictures" => Err(unknown("pictures", &rest[0])),
        "help" | "--help" | "-h" => Ok(Command::Help),
        other => Err(format!("There is no command `{other}`.")),
    }
}

fn parse_run(words: &[String]) -> Result<Command, String> {
    let split = words.iter().position(|word| word == "--").unwrap_or(words.len());
    let args = words.get(split + 1..).unwrap_or_default().to_vec();
    let mut release = false;
    for word in &words[..split] {
        match word.as_str() {
            "--release" => release = true,
            "--help" | "-h" => return Ok(Command::Help),
            other => {
                return Err(format!(
                    "{} What is meant for the program itself goes after `--`.",
                    unknown("run", other)
                ));
            }
        }
    }
    Ok(Command::Run { release, args })
}

fn parse_test(words: &[String]) -> Result<Command, String> {
    let mut full = false;
    let mut only = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--full" => full = true,
            "--list" => return Ok(Command::List),
            "--help" | "-h" => return Ok(Command::Help),
            "--only" => {
                let names = words.next().ok_or("`--only` wants the names of steps.")?;
                only.extend(step_names(names)?);
            }
            other => match other.strip_prefix("--only=") {
                Some(names) => only.extend(step_names(names)?),
                None => return Err(unknown("test", other)),
            },
        }
    }
    Ok(Command::Test { full, only })
}

fn step_names(text: &str) -> Result<Vec<String>, String> {
    let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
    match names.iter().find(|name| !step::names().any(|known| known == name.as_str())) {
        Some(name) => Err(format!(
            "There is no step `{name}`. The steps are: {}.",
            step::names().collect::<Vec<_>>().join(", ")
        )),
        None => Ok(names),
    }
}

fn unknown(command: &str, word: &str) -> String {
    format!("`cargo xtask {command}` does not know `{word}`.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Command, String> {
        parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn nothing_asked_for_is_a_call_for_help() {
        assert_eq!(read(""), Ok(Command::Help));
    }

    #[test]
    fn everything_after_two_dashes_belongs_to_the_program() {
        let args = vec!["--data".to_owned(), "x".to_owned(), "--release".to_owned()];
        assert_eq!(read("run -- --data x --release"), Ok(Command::Run { release: false, args }));
        assert_eq!(read("run --release"), Ok(Command::Run { release: true, args: vec![] }));
    }

    #[test]
    fn a_program_argument_before_the_two_dashes_is_refused_with_the_way_out() {
        let message = read("run --data x").unwrap_err();
        assert!(message.contains("after `--`"), "{message}");
    }

    #[test]
    fn only_takes_several_names_in_either_spelling() {
        let only = vec!["fmt".to_owned(), "files".to_owned()];
        assert_eq!(
            read("test --only fmt,files"),
            Ok(Command::Test { full: false, only: only.clone() })
        );
        assert_eq!(
            read("test --full --only=fmt --only files"),
            Ok(Command::Test { full: true, only })
        );
    }

    #[test]
    fn an_unknown_step_is_answered_with_the_known_ones() {
        let message = read("test --only fnt").unwrap_err();
        assert!(message.contains("`fnt`") && message.contains("fmt, "), "{message}");
    }

    #[test]
    fn unknown_words_are_refused() {
        assert!(read("tset").is_err());
        assert!(read("test fmt").is_err());
        assert!(read("gen --check").is_err());
        assert!(read("bench --fast").is_err());
        assert!(read("pictures chat").is_err());
        assert!(read("package --deb").unwrap_err().contains("`--deb`"));
        assert!(read("package --appimage now").unwrap_err().contains("`now`"));
        assert!(read("test --only").is_err());
    }
}
