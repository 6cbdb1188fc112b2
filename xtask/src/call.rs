//! Another program being run: shown before it starts, its output passed straight through.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use crate::fault::Fault;

/// A program with its arguments, not yet started.
///
/// It gets no standard input: nothing here may wait for an answer that nobody gives.
pub(crate) struct Call {
    command: Command,
    env: Vec<(String, String)>,
    advice: String,
}

impl Call {
    /// `program` is a name looked up on the path, or a file.
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program);
        command.stdin(Stdio::null());
        // Cargo describes this very program to it; what it starts would take that for itself.
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(describes_this_program) {
                command.env_remove(name);
            }
        }
        Self { command, env: Vec::new(), advice: "Read the output above.".to_owned() }
    }

    /// Adds arguments.
    pub(crate) fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets a variable for this program alone.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<Path>) -> Self {
        self.command.env(name, value.as_ref());
        self.env.retain(|(earlier, _)| earlier != name);
        self.env.push((name.to_owned(), value.as_ref().display().to_string()));
        self
    }

    /// The folder to start in.
    pub(crate) fn within(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Lets the program talk with the person at the terminal.
    pub(crate) fn interactive(mut self) -> Self {
        self.command.stdin(Stdio::inherit());
        self
    }

    /// What to do when it fails.
    pub(crate) fn advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = advice.into();
        self
    }

    /// Runs it to its end with its output on the terminal.
    pub(crate) fn run(self) -> Result<(), Fault> {
        let shown = self.to_string();
        let advice = self.advice.clone();
        let status = self.status()?;
        if status.success() {
            return Ok(());
        }
        Err(Fault::new(ending(status), advice).after(shown))
    }

    /// Runs it to its end with its output on the terminal; any exit code is an answer.
    pub(crate) fn status(mut self) -> Result<ExitStatus, Fault> {
        println!("    {self}");
        self.command.status().map_err(|error| self.not_started(&error))
    }

    /// Runs it to its end beside others: gives what it said instead of showing it.
    pub(crate) fn held(mut self) -> (String, Result<(), Fault>) {
        let output = match self.command.output() {
            Ok(output) => output,
            Err(error) => return (String::new(), Err(self.not_started(&error))),
        };
        let said = [output.stderr, output.stdout].concat();
        let told = format!("    {self}\n{}", String::from_utf8_lossy(&said));
        let ended = match output.status.success() {
            true => Ok(()),
            false => Err(Fault::new(ending(output.status), &self.advice).after(&self)),
        };
        (told, ended)
    }

    /// Runs it and takes its output, which has to be UTF-8.
    pub(crate) fn output(mut self) -> Result<String, Fault> {
        self.command.stderr(Stdio::inherit());
        let output = self.command.output().map_err(|error| self.not_started(&error))?;
        if !output.status.success() {
            return Err(Fault::new(ending(output.status), &self.advice).after(&self));
        }
        String::from_utf8(output.stdout)
            .map_err(|_| Fault::new("Its output is not UTF-8.", &self.advice).after(&self))
    }

    /// What it prints where it is there and succeeds; a question asked without a trace.
    pub(crate) fn answer(mut self) -> Option<String> {
        let output = self.command.stderr(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    fn not_started(&self, error: &std::io::Error) -> Fault {
        Fault::new(format!("It could not be started: {error}."), &self.advice).after(self)
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.env {
            write!(f, "{name}={} ", quoted(value))?;
        }
        // Cargo tells which file it is; nobody types that.
        let program = self.command.get_program();
        let is_cargo = std::env::var_os("CARGO").is_some_and(|cargo| cargo == program);
        let program = if is_cargo { "cargo".into() } else { program.to_string_lossy() };
        write!(f, "{}", quoted(&program))?;
        for argument in self.command.get_args() {
            write!(f, " {}", quoted(&argument.to_string_lossy()))?;
        }
        if let Some(folder) = self.command.get_current_dir() {
            let here = std::env::current_dir().unwrap_or_default();
            if folder != here {
                write!(f, "   (in {})", folder.display())?;
            }
        }
        Ok(())
    }
}

/// Where `program` lies on the path, if it does.
pub(crate) fn find_program(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(format!("{program}{}", std::env::consts::EXE_SUFFIX)))
        .find(|file| file.is_file())
}

fn describes_this_program(variable: &str) -> bool {
    variable.starts_with("CARGO_PKG_")
        || ["CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "CARGO_BIN_NAME", "CARGO_CRATE_NAME"]
            .contains(&variable)
}

fn ending(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("It ended with exit code {code}."),
        None => "A signal ended it.".to_owned(),
    }
}

fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=,@+%\\".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_shown_as_it_would_be_typed() {
        let call = Call::new("cargo").args(["doc", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(call.to_string(), "RUSTDOCFLAGS='-D warnings' cargo doc --no-deps");
    }

    #[test]
    fn an_argument_with_a_quote_survives_a_shell() {
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("src/main.rs"), "src/main.rs");
    }

    #[test]
    fn a_program_that_is_not_there_is_a_fault_with_advice() {
        let fault = Call::new("no-such-program-anywhere").advice("Install it.").run().unwrap_err();
        assert!(fault.to_string().contains("Install it."), "{fault}");
    }

    #[test]
    fn cargo_s_words_on_this_program_are_not_passed_on_but_settings_are() {
        assert!(describes_this_program("CARGO_PKG_NAME"));
        assert!(describes_this_program("CARGO_MANIFEST_DIR"));
        assert!(!describes_this_program("CARGO_HOME"));
        assert!(!describes_this_program("CARGO_TARGET_DIR"));
    }
}
