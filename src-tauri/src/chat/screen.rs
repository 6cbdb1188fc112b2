//! An answer on the output: set for a person where that is a terminal, its Markdown elsewhere.

use crate::exit::Failure;
use crate::markdown::{Growing, Look};
use crate::output::{print, print_as_it_is, remark};

/// Back to the beginning of the line, and nothing in it.
const CLEAR: &str = "\r\u{1b}[K";

/// Where an answer is shown.
pub(super) enum Screen {
    /// As the object of `--json` alone.
    Nowhere,
    /// As it was written.
    Plain,
    /// As it is meant.
    Set(Box<Set>),
}

pub(super) struct Set {
    growing: Growing,
    /// Whether the line holds what is being written just now.
    previewed: bool,
}

impl Screen {
    pub(super) fn of_output(json: bool) -> Self {
        if json {
            return Self::Nowhere;
        }
        Look::of_output().map_or(Self::Plain, |look| {
            Self::Set(Box::new(Set { growing: Growing::new(look), previewed: false }))
        })
    }

    /// More of the answer.
    pub(super) fn more(&mut self, text: &str) -> Result<(), Failure> {
        match self {
            Self::Nowhere => Ok(()),
            Self::Plain => print(text),
            Self::Set(set) => {
                let mut shown = set.clear().to_owned();
                shown.push_str(&set.growing.push(text));
                if let Some(preview) = set.growing.preview() {
                    shown.push_str(&preview);
                    set.previewed = true;
                }
                print_as_it_is(&shown)
            }
        }
    }

    /// Says something beside the answer.
    pub(super) fn remark(&mut self, text: &str) -> Result<(), Failure> {
        if let Self::Set(set) = self {
            print_as_it_is(set.clear())?;
        }
        remark(text);
        Ok(())
    }

    /// What was shown was no answer, but the reasoning before it.
    pub(super) fn anew(&mut self) -> Result<(), Failure> {
        if matches!(self, Self::Nowhere) {
            return Ok(());
        }
        self.end()?;
        *self = Self::of_output(false);
        remark("That was the model’s reasoning; its answer follows.");
        print("\n")
    }

    /// The end of the answer.
    pub(super) fn end(&mut self) -> Result<(), Failure> {
        match self {
            Self::Nowhere => Ok(()),
            Self::Plain => print("\n"),
            Self::Set(set) => print_as_it_is(&(set.clear().to_owned() + &set.growing.end())),
        }
    }
}

impl Set {
    fn clear(&mut self) -> &'static str {
        if std::mem::take(&mut self.previewed) { CLEAR } else { "" }
    }
}
