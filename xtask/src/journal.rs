//! What was done, how long it took, and how it ended.

use std::fmt::Write;
use std::time::{Duration, Instant};

use crate::fault::Fault;

/// How a piece of work ended when it did not fail.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Done, as it should be.
    Passed,
    /// Not done, and for a reason that is no fault of the project.
    Skipped(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    SetUp,
    Passed,
    Failed,
    Skipped,
}

struct Entry {
    name: String,
    took: Duration,
    ending: Ending,
}

/// The entries of one command, from its start.
pub(crate) struct Journal {
    started: Instant,
    entries: Vec<Entry>,
}

impl Journal {
    /// An empty journal whose clock runs.
    pub(crate) fn start() -> Self {
        Self { started: Instant::now(), entries: Vec::new() }
    }

    /// Does what later steps stand on. Shown and timed, but not counted as a step.
    pub(crate) fn set_up<T>(
        &mut self,
        name: &str,
        work: impl FnOnce() -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        println!("==> set up: {name}");
        let began = Instant::now();
        let result = work();
        let ending = if result.is_ok() { Ending::SetUp } else { Ending::Failed };
        self.note(&format!("set up: {name}"), began.elapsed(), ending);
        result
    }

    /// Does one step.
    pub(crate) fn step(
        &mut self,
        name: &str,
        about: &str,
        work: impl FnOnce() -> Result<Outcome, Fault>,
    ) -> Result<(), Fault> {
        println!("==> {name}: {about}");
        let began = Instant::now();
        let result = work();
        let ending = match &result {
            Ok(Outcome::Passed) => Ending::Passed,
            Ok(Outcome::Skipped(reason)) => {
                println!("    skipped: {reason}");
                Ending::Skipped
            }
            Err(_) => Ending::Failed,
        };
        self.note(name, began.elapsed(), ending);
        result.map(|_| ())
    }

    /// The time since the start, in words.
    pub(crate) fn whole(&self) -> String {
        seconds(self.started.elapsed())
    }

    /// The table of everything done and, for test runs, the line that counts it. `left` steps were
    /// never reached.
    pub(crate) fn closing(&self, left: usize) -> String {
        let mut text = String::new();
        let width = self.entries.iter().map(|entry| entry.name.chars().count()).max().unwrap_or(0);
        for Entry { name, took, ending } in &self.entries {
            let word = match ending {
                Ending::SetUp => "ready",
                Ending::Passed => "passed",
                Ending::Failed => "FAILED",
                Ending::Skipped => "skipped",
            };
            let _ = writeln!(text, "  {name:<width$}  {word:<7}  {:>12}", seconds(*took));
        }
        let _ = writeln!(text, "  {:<width$}  {:<7}  {:>12}\n", "altogether", "", self.whole());
        let _ = write!(
            text,
            "{} passed, {} failed",
            self.count(Ending::Passed),
            self.count(Ending::Failed)
        );
        let skipped = self.count(Ending::Skipped) + left;
        if skipped > 0 {
            let _ = write!(text, ", {skipped} skipped");
        }
        text
    }

    fn note(&mut self, name: &str, took: Duration, ending: Ending) {
        println!(
            "    {} after {}\n",
            if ending == Ending::Failed { "failed" } else { "done" },
            seconds(took)
        );
        self.entries.push(Entry { name: name.to_owned(), took, ending });
    }

    fn count(&self, ending: Ending) -> usize {
        self.entries.iter().filter(|entry| entry.ending == ending).count()
    }
}

/// A length of time as people say it.
fn seconds(time: Duration) -> String {
    let whole = time.as_secs();
    if whole < 60 {
        return format!("{:.1} s", time.as_secs_f64());
    }
    format!("{} min {:02} s", whole / 60, whole % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_for_people() {
        assert_eq!(seconds(Duration::from_millis(340)), "0.3 s");
        assert_eq!(seconds(Duration::from_secs(125)), "2 min 05 s");
    }

    #[test]
    fn set_up_is_listed_but_only_steps_are_counted() {
        let mut journal = Journal::start();
        assert!(journal.set_up("libraries", || Ok(())).is_ok());
        assert!(journal.step("fmt", "layout", || Ok(Outcome::Passed)).is_ok());
        let closing = journal.closing(0);
        assert!(closing.contains("set up: libraries"), "{closing}");
        assert_eq!(closing.lines().last(), Some("1 passed, 0 failed"));
    }

    #[test]
    fn steps_that_were_never_reached_count_as_skipped() {
        let mut journal = Journal::start();
        assert!(journal.step("fmt", "layout", || Ok(Outcome::Skipped("no".into()))).is_ok());
        assert!(journal.step("lint", "style", || Err(Fault::new("bad", "mend"))).is_err());
        assert_eq!(journal.closing(3).lines().last(), Some("0 passed, 1 failed, 4 skipped"));
    }

    #[test]
    fn a_set_up_that_fails_is_a_failure() {
        let mut journal = Journal::start();
        assert!(journal.set_up("node", || Err::<(), _>(Fault::new("old", "renew"))).is_err());
        assert_eq!(journal.closing(1).lines().last(), Some("0 passed, 1 failed, 1 skipped"));
    }
}
