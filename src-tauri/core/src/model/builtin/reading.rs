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
        // "enter at 2.5 exit": what leads to a number is nearer than what follows it.
        let lead = |i: usize| matches!(self.word(i), "at" | "of" | "to" | "is");
        let from = (0..at).rev().take_while(|&i| lead(i)).count();
        for d in 1..=6 {
            if let Some(i) = at.checked_sub(d + from).filter(|_| back) {
                // "20 periods 2.5": the word is the unit of the number before it.
                let unit = matches!(self.word(i), "period" | "periods" | "bar" | "bars" | "days")
                    && i > 0
                    && self.tokens[i - 1].is_number();
                back = !(ends(i) || unit);
                // "2.5 width 30 length": here the words follow their numbers.
                let follows = d == 1
                    && i > 1
                    && self.tokens[i - 1].is_number()
                    && find(self.word(i - 2)).is_none()
                    && find(self.word(at + 1)).is_some();
                back &= !follows;
                if back && let Some(found) = find(self.word(i)) {
                    return Some((found, d));
                }
            }
            if forth && at + d < self.tokens.len() {
                forth = !ends(at + d);
                // "20 for AAPL, SL 3": the word leads to a number of its own.
                let leads = d > 1 && self.tokens.get(at + d + 1).is_some_and(Token::is_number);
                if forth
                    && !leads
                    && let Some(found) = find(self.word(at + d))
                {
                    return Some((found, d));
                }
            }
        }
        None
    }
}
