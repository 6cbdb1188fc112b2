//! A text while it is being read: which tokens are still free, and what was understood.

use super::wish::Wish;
use super::words::Token;

/// The state of one reading.
pub(super) struct Reading {
    pub(super) tokens: Vec<Token>,
    /// Tokens that are understood already.
    pub(super) skip: Vec<bool>,
    pub(super) wish: Wish,
}

impl Reading {
    pub(super) fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", Token::word)
    }

    pub(super) fn near(&self, at: usize, before: usize, after: usize, words: &[&str]) -> bool {
        let from = at.saturating_sub(before);
        (from..=(at + after).min(self.tokens.len().saturating_sub(1)))
            .any(|i| i != at && words.contains(&self.word(i)))
    }

    /// The closest word that `find` knows: before the number first, then after it; a
    /// comma, a full stop, "and" or another number ends the search.
    pub(super) fn nearest<T>(
        &self,
        at: usize,
        find: impl Fn(&str) -> Option<T>,
    ) -> Option<(T, usize)> {
        let ends = |i: usize| !matches!(&self.tokens[i], Token::Word(word) if !matches!(word.as_str(), "and" | "with" | "but" | "/"));
        let (mut back, mut forth) = (true, true);
        for d in 1..=6 {
            if let Some(i) = at.checked_sub(d).filter(|_| back) {
                back = !ends(i);
                if back && let Some(found) = find(self.word(i)) {
                    return Some((found, d));
                }
            }
            if forth && at + d < self.tokens.len() {
                forth = !ends(at + d);
                if forth && let Some(found) = find(self.word(at + d)) {
                    return Some((found, d));
                }
            }
        }
        None
    }
}
