//! Reasoning that a model writes into its answer, between `<think>` and `</think>`.
//!
//! Many servers put the opening half into the prompt, so that the answer holds the closing half
//! alone: what came before it was reasoning, and is taken back. An answer that only mentions the
//! tags, in code or in a sentence, stays as it is.

use crate::model::Delta;

const OPENING: &str = "<think>";
const CLOSING: &str = "</think>";

/// Tells an answer's words from the reasoning in them.
#[derive(Default)]
pub(super) struct Thinking {
    part: Part,
    /// All that came, until it is clear that no more reasoning comes.
    all: String,
    /// How much of it was passed on.
    passed: usize,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Part {
    /// Nothing but white space and perhaps a part of the opening half.
    #[default]
    Start,
    /// After the opening half.
    Thought,
    /// An answer, or reasoning whose opening half nobody saw.
    Either,
    /// Between the closing half and the first word of the answer.
    Between,
    /// The answer, whatever stands in it.
    Answer,
}

impl Thinking {
    /// The service tells reasoning from the answer itself.
    pub(super) fn is_told_apart(&mut self, to: &mut Vec<Delta>) {
        if matches!(self.part, Part::Start | Part::Either) {
            self.pass(self.all.len(), to);
            self.part = Part::Answer;
        }
    }

    /// More of what the model writes.
    pub(super) fn push(&mut self, text: &str, to: &mut Vec<Delta>) {
        self.all.push_str(text);
        while self.step(false, to) {}
    }

    /// The end: what was held back goes where it belongs. Reasoning without an end in an answer
    /// that is `whole` was none.
    pub(super) fn finish(&mut self, whole: bool, to: &mut Vec<Delta>) {
        while self.step(true, to) {}
        if self.part == Part::Thought && whole && !self.all.trim().is_empty() {
            to.push(Delta::Anew { thoughts: String::new(), text: std::mem::take(&mut self.all) });
        } else if self.part != Part::Between {
            self.pass(self.all.len(), to);
        }
        self.part = Part::Answer;
    }

    /// Goes on as far as it can; `true` when another part has begun.
    fn step(&mut self, ended: bool, to: &mut Vec<Delta>) -> bool {
        match self.part {
            Part::Start => {
                let text = self.all.trim_start();
                if text.starts_with(OPENING) {
                    self.passed = self.all.len() - text.len() + OPENING.len();
                    self.part = Part::Thought;
                } else if OPENING.starts_with(text) {
                    return false;
                } else {
                    self.part = Part::Either;
                }
                true
            }
            Part::Thought => {
                self.closing(ended, to, |before, _, _| Some(!before.ends_with(['`', '"', '\''])))
            }
            Part::Either => self.closing(ended, to, closes),
            Part::Between => {
                let text = self.all.trim_start();
                if text.is_empty() {
                    return false;
                }
                self.passed = self.all.len() - text.len();
                self.part = Part::Answer;
                true
            }
            Part::Answer => {
                self.pass(self.all.len(), to);
                self.all.clear();
                self.passed = 0;
                false
            }
        }
    }

    /// Looks for the closing half, which `is_one` knows by what stands before and after it;
    /// `None` while more must come.
    fn closing(
        &mut self,
        ended: bool,
        to: &mut Vec<Delta>,
        is_one: impl Fn(&str, &str, bool) -> Option<bool>,
    ) -> bool {
        let mut from = self.passed;
        while let Some(found) = self.all[from..].find(CLOSING) {
            let at = from + found;
            let after = at + CLOSING.len();
            match is_one(&self.all[..at], &self.all[after..], ended) {
                None => {
                    self.pass(at, to);
                    return false;
                }
                Some(false) => from = after,
                Some(true) => {
                    if self.part == Part::Thought {
                        self.pass(at, to);
                    } else {
                        let thoughts = self.all[..at].to_owned();
                        to.push(Delta::Anew { thoughts, text: String::new() });
                    }
                    self.all.drain(..after);
                    self.passed = 0;
                    self.part = Part::Between;
                    return true;
                }
            }
        }
        let held = (1..CLOSING.len()).rev().find(|length| self.all.ends_with(&CLOSING[..*length]));
        self.pass((self.all.len() - held.unwrap_or(0)).max(from), to);
        false
    }

    /// Passes on what stands before `end`.
    fn pass(&mut self, end: usize, to: &mut Vec<Delta>) {
        if let Some(text) = self.all.get(self.passed..end).filter(|text| !text.is_empty()) {
            to.push(match self.part {
                Part::Thought => Delta::Thought(text.to_owned()),
                _ => Delta::Text(text.to_owned()),
            });
            self.passed = end;
        }
    }
}

/// Whether a closing half without an opening one ends reasoning: it ends a paragraph, belongs to no
/// sentence, and stands in no code.
fn closes(before: &str, after: &str, ended: bool) -> Option<bool> {
    let alone = !before.ends_with([' ', '\t', '`', '"', '\'', '(', '<', '“', '‘', '|']);
    if !alone || before.contains(OPENING) || in_fence(before) {
        return Some(false);
    }
    let mut lines = after.splitn(3, '\n');
    let ended_line = |line: &str| line.trim_matches([' ', '\t', '\r']).is_empty();
    let rest: Vec<&str> = lines.by_ref().take(2).collect();
    if !rest.iter().all(|line| ended_line(line)) {
        return Some(false);
    }
    let paragraph = lines.next().is_some();
    (paragraph || ended).then_some(true)
}

/// Whether a fence of code is open at the end of a text.
fn in_fence(text: &str) -> bool {
    let mut open: Option<&str> = None;
    for line in text.lines() {
        let line = line.trim_start();
        match open {
            None => open = ["```", "~~~"].into_iter().find(|mark| line.starts_with(mark)),
            Some(mark) => {
                if line.starts_with(mark) && line.trim_matches(&['`', '~', ' '][..]).is_empty() {
                    open = None;
                }
            }
        }
    }
    open.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reasoning and answer of what came in pieces of so many letters.
    fn told(text: &str, size: usize) -> (String, String) {
        let (mut thoughts, mut said) = (String::new(), String::new());
        let (mut thinking, mut deltas) = (Thinking::default(), Vec::new());
        let letters: Vec<char> = text.chars().collect();
        for piece in letters.chunks(size) {
            thinking.push(&piece.iter().collect::<String>(), &mut deltas);
        }
        thinking.finish(true, &mut deltas);
        for delta in deltas {
            match delta {
                Delta::Thought(more) => thoughts.push_str(&more),
                Delta::Text(more) => said.push_str(&more),
                Delta::Anew { thoughts: before, text } => (thoughts, said) = (before, text),
                other => panic!("{other:?}"),
            }
        }
        (thoughts, said)
    }

    #[test]
    fn reasoning_is_told_from_the_answer_however_it_is_cut() {
        for (text, thoughts, answer) in [
            ("<think>\nHm.\n</think>\n\nYes.", "\nHm.\n", "Yes."),
            (
                "\n <think>Hm.</think>Yes <think> no </think> it is",
                "Hm.",
                "Yes <think> no </think> it is",
            ),
            ("<think></think>\n\nYes.", "", "Yes."),
            ("</think>\n\nYes.", "", "Yes."),
            (
                "<think>It says `</think>` itself.</think>\nYes.",
                "It says `</think>` itself.",
                "Yes.",
            ),
            ("Hm.\n</think>\n\nYes.", "Hm.\n", "Yes."),
            ("Hm, ü\u{1f914}.</think>  \r\n \r\nYes.", "Hm, ü\u{1f914}.", "Yes."),
            (
                "Hm.\n\n```\na = 1\n```\nSo.\n</think>\n\nYes.\n</think>\n\nNo.",
                "Hm.\n\n```\na = 1\n```\nSo.\n",
                "Yes.\n</think>\n\nNo.",
            ),
            ("Only thoughts.\n</think>", "Only thoughts.\n", ""),
            ("Only thoughts.\n</think>\n", "Only thoughts.\n", ""),
        ] {
            for size in [1, 2, 3, 7, 1000] {
                assert_eq!(
                    told(text, size),
                    (thoughts.into(), answer.into()),
                    "{text:?} by {size}"
                );
            }
        }
    }

    #[test]
    fn an_answer_that_only_mentions_the_tags_stays_whole() {
        for text in [
            "",
            " \n",
            "<",
            "<thin",
            "a < b </think",
            "The model ends with `</think>`\n\nand goes on.",
            "It writes </think>\n\nand goes on.",
            "Like \"</think>\"\n\nThis.",
            "It says</think> in the middle of a line.",
            "One</think>\nline after the other.",
            "```python\nparts = text.split(\n</think>\n\n)\n```\nSo.",
            "~~~\n<think>\n</think>\n\n~~~",
            "Between <think> and\n</think>\n\nstand thoughts.",
            "<think> is a tag that models write, and nothing closes it here.",
            "<thinking>\nNo tag of theirs.</thinking>\n\nYes.",
        ] {
            for size in [1, 2, 3, 7, 1000] {
                assert_eq!(told(text, size), (String::new(), text.into()), "{text:?} by {size}");
            }
        }
    }

    #[test]
    fn what_broke_off_while_it_thought_is_reasoning() {
        let (mut thinking, mut deltas) = (Thinking::default(), Vec::new());
        thinking.push("<think>So </th", &mut deltas);
        thinking.finish(false, &mut deltas);
        assert_eq!(deltas, [Delta::Thought("So ".into()), Delta::Thought("</th".into())]);
    }

    #[test]
    fn where_the_service_tells_them_apart_every_tag_is_a_mention() {
        let (mut thinking, mut deltas) = (Thinking::default(), Vec::new());
        thinking.is_told_apart(&mut deltas);
        thinking.push("<think>\nHm.\n</think>\n\nYes.", &mut deltas);
        assert_eq!(deltas, [Delta::Text("<think>\nHm.\n</think>\n\nYes.".into())]);
    }
}
