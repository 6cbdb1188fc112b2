//! What a story asks of a command that has ended.

use serde_json::Value;

use crate::desktop::Outcome;

impl Outcome {
    /// It did what it was asked; what it printed.
    pub fn done(&self) -> &str {
        assert!(self.status.success(), "{self:?}");
        assert!(!self.stdout.contains('\u{1b}'), "a pipe is told how to look: {self:?}");
        &self.stdout
    }

    /// It did what it was asked; the document that it printed.
    pub fn json(&self) -> Value {
        serde_json::from_str(self.done()).expect("one JSON document and nothing else")
    }

    /// It ended with `code`, printed nothing, and said these words.
    pub fn refused(&self, code: i32, words: &[&str]) {
        assert_eq!(self.status.code(), Some(code), "{self:?}");
        assert!(self.stdout.is_empty(), "{self:?}");
        let said = self.stderr.to_lowercase();
        for word in words {
            assert!(said.contains(&word.to_lowercase()), "no '{word}' in: {}", self.stderr);
        }
    }
}
