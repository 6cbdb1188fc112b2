//! Why a command could not go on, and what the person can do about it.

use std::fmt;

/// A stop with its reason. Each carries advice: a fault that only complains helps nobody.
#[derive(Debug)]
pub(crate) struct Fault {
    what: String,
    command: Option<String>,
    advice: String,
}

impl Fault {
    /// `what` happened and the `advice` on what to do next, both sentences.
    pub(crate) fn new(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { what: what.into(), command: None, advice: advice.into() }
    }

    /// The command line that failed, to be run again by hand.
    pub(crate) fn after(mut self, command: impl fmt::Display) -> Self {
        self.command = Some(command.to_string());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nFAILED: {}", self.what)?;
        if let Some(command) = &self.command {
            writeln!(f, "   Command: {command}")?;
        }
        write!(f, "   What to do: {}", self.advice.replace('\n', "\n      "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_names_the_command_and_what_to_do() {
        let text = Fault::new("exit code 1", "Mend it.").after("cargo fmt --check").to_string();
        assert!(text.contains("exit code 1"), "{text}");
        assert!(text.contains("Command: cargo fmt --check"), "{text}");
        assert!(text.contains("What to do: Mend it."), "{text}");
    }
}
