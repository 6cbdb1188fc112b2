//! How long a model thought.

use crate::clock::Timestamp;

/// Counts the time between the first words of reasoning and the first of the answer.
#[derive(Default)]
pub(super) struct Thinking {
    /// When the first words came, of whichever kind.
    first: Option<Timestamp>,
    /// Since when it thinks.
    since: Option<Timestamp>,
    /// Milliseconds, while it doesn't think.
    pub(super) took: Option<u32>,
    /// Whether that is news.
    untold: bool,
}

impl Thinking {
    /// Words of reasoning.
    pub(super) fn thinks(&mut self, now: Timestamp) {
        self.first.get_or_insert(now);
        self.since.get_or_insert(now);
    }

    /// Words of the answer.
    pub(super) fn answers(&mut self, now: Timestamp) {
        self.first.get_or_insert(now);
        self.rests(now);
    }

    /// It thinks no more.
    pub(super) fn rests(&mut self, now: Timestamp) {
        if let Some(since) = self.since.take() {
            let passed = u32::try_from(now.0 - since.0).unwrap_or(0);
            self.took = Some(self.took.unwrap_or(0).saturating_add(passed));
            self.untold = true;
        }
    }

    /// All that came was reasoning, or none of it was.
    pub(super) fn anew(&mut self, thought: bool, now: Timestamp) {
        self.took = None;
        self.since = if thought { self.first } else { None };
        self.rests(now);
    }

    /// How long it thought, if nobody was told yet.
    pub(super) fn told(&mut self) -> Option<u32> {
        std::mem::take(&mut self.untold).then_some(self.took)?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_time_of_reasoning_counts() {
        let mut thinking = Thinking::default();
        thinking.thinks(Timestamp(1_000));
        thinking.thinks(Timestamp(3_000));
        assert_eq!((thinking.took, thinking.told()), (None, None));
        thinking.answers(Timestamp(13_000));
        assert_eq!((thinking.told(), thinking.told()), (Some(12_000), None));
        thinking.answers(Timestamp(20_000));
        thinking.thinks(Timestamp(30_000));
        thinking.rests(Timestamp(31_000));
        assert_eq!(thinking.told(), Some(13_000));
    }

    #[test]
    fn what_was_taken_for_the_answer_was_thought_from_its_first_word_on() {
        let mut thinking = Thinking::default();
        thinking.answers(Timestamp(1_000));
        assert_eq!(thinking.told(), None);
        thinking.anew(true, Timestamp(5_000));
        assert_eq!(thinking.told(), Some(4_000));
        thinking.anew(false, Timestamp(6_000));
        assert_eq!((thinking.took, thinking.told()), (None, None));
        // A clock that went back is no time.
        thinking.thinks(Timestamp(9_000));
        thinking.rests(Timestamp(8_000));
        assert_eq!(thinking.told(), Some(0));
    }
}
