//! Titles that are made: from the question while it is all there is, then from the exchange.

use crate::model::builtin::symbols_in;
use crate::render::code_blocks;
use crate::strategy::{class_words, strategy_class};

const LONGEST: usize = 60;
/// Symbols that a title names.
const SYMBOLS: usize = 3;

/// How people begin a question without having said anything yet.
const FILLERS: &[&str] = &[
    "hi",
    "hello",
    "hey",
    "please",
    "can you",
    "could you",
    "would you",
    "will you",
    "i want you to",
    "i would like you to",
    "i'd like you to",
    "help me to",
    "help me",
    "bitte",
    "kannst du",
    "por favor",
    "s'il te plaît",
    "s'il vous plaît",
];

/// A title from the first question: its first sentence without its courtesies, cut at a word.
pub(super) fn of_question(question: &str) -> String {
    let line = question.trim().lines().next().unwrap_or_default();
    let said = without_fillers(line.trim());
    let mut title = String::new();
    for word in said.split_whitespace() {
        if !title.is_empty() && title.chars().count() + word.chars().count() >= LONGEST {
            title.push('…');
            return title;
        }
        if !title.is_empty() {
            title.push(' ');
        }
        title.push_str(word);
        if title.chars().count() > LONGEST {
            return title.chars().take(LONGEST).chain(['…']).collect();
        }
    }
    let title = title.trim_end_matches(['.', ':', ';', ',']);
    let mut letters = title.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A title from the first question and its answer: the strategy in it and what it trades, or what
/// was asked.
pub(super) fn of_exchange(question: &str, answer: &str) -> String {
    let class = code_blocks(answer).iter().rev().find_map(|block| strategy_class(&block.code));
    let Some(class) = class else { return of_question(question) };
    let mut title = class_words(&class);
    let symbols = symbols_in(question);
    if !symbols.is_empty() {
        title.push_str(" · ");
        title.push_str(&symbols[..symbols.len().min(SYMBOLS)].join(", "));
        if symbols.len() > SYMBOLS {
            title.push_str(" …");
        }
    }
    if title.chars().count() > LONGEST {
        title = title.chars().take(LONGEST).chain(['…']).collect();
    }
    title
}

fn without_fillers(mut said: &str) -> &str {
    'again: loop {
        for filler in FILLERS {
            let Some(start) = said.get(..filler.len()) else { continue };
            let rest = &said[filler.len()..];
            let ends = rest.starts_with([' ', ',', '!']);
            let rest = rest.trim_start_matches([' ', ',', '!']);
            if ends && start.eq_ignore_ascii_case(filler) && !rest.is_empty() {
                said = rest;
                continue 'again;
            }
        }
        return said;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_the_start_of_the_question_cut_at_a_word() {
        assert_eq!(
            of_question("  Create a momentum\tstrategy.\nFor AAPL"),
            "Create a momentum strategy"
        );
        assert_eq!(of_question("Hi, can you please explain ATR?"), "Explain ATR?");
        assert_eq!(of_question("please"), "Please");
        let long = of_question(&"momentum ".repeat(50));
        assert!(
            long.to_lowercase().ends_with("momentum…") && long.chars().count() <= LONGEST + 1,
            "{long}"
        );
        assert_eq!(of_question(&"x".repeat(500)).chars().count(), LONGEST + 1);
    }

    #[test]
    fn an_answer_with_a_strategy_names_the_chat_after_it() {
        let answer = "Here it is.\n\n```python\nfrom algoagent import Strategy\n\nclass RSIReversion(Strategy):\n    def init(self):\n        pass\n\n    def next(self):\n        pass\n```\n";
        assert_eq!(
            of_exchange("Buy oversold AAPL and MSFT on 1d", answer),
            "RSI Reversion · AAPL, MSFT"
        );
        assert_eq!(of_exchange("Buy what is oversold", answer), "RSI Reversion");
        assert_eq!(of_exchange("What is RSI?", "An oscillator."), "What is RSI?");
    }
}
