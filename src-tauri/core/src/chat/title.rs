//! Titles that are made: from the question while it is all there is, then from the exchange.

use crate::model::builtin::symbols_in;
use crate::render::code_blocks;
use crate::strategy::{class_words, strategy_class};

const LONGEST: usize = 60;
/// Symbols that a title names.
const SYMBOLS: usize = 3;

/// How people begin a question without having said anything yet.
const COURTESIES: &[&str] = &[
    "hi",
    "hi there",
    "hello",
    "hello there",
    "hey",
    "hey there",
    "good morning",
    "good evening",
    "please",
    "kindly",
    "can you",
    "could you",
    "would you",
    "will you",
    "would you mind",
    "i want you to",
    "i would like you to",
    "i'd like you to",
    "i’d like you to",
    "i would like",
    "i'd like",
    "i’d like",
    "i want",
    "i need",
    "help me to",
    "help me",
    "bitte",
    "kannst du",
    "por favor",
    "s'il te plaît",
    "s'il vous plaît",
];

/// What is asked for is a title without the word that asks for it.
const ASKING: &[&str] = &[
    "create", "write", "make", "build", "generate", "design", "develop", "draft", "give", "show",
    "code",
];
const ARTICLES: &[&str] = &["a", "an", "the", "some"];
/// How people end one.
const THANKS: &[&str] =
    &["please", "thanks", "thank you", "thanks a lot", "thank you very much", "bitte", "danke"];

/// Fewer letters say nothing.
const LEAST: usize = 12;

/// A title from the first question: its first sentence without its courtesies, cut at a word.
pub(super) fn of_question(question: &str) -> String {
    let line = question.trim().lines().next().unwrap_or_default();
    let said = without_asking(without_courtesies(line.trim()));
    let said = without_thanks(first_sentence(said));
    let title = cut(said.trim_end_matches(['.', ':', ';', ',']));
    let mut letters = title.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// As many whole words as a title may have. A word that is longer than a title is cut where it has
/// a joint, or, as the last resort, anywhere.
fn cut(said: &str) -> String {
    let mut title = String::new();
    for word in said.split_whitespace() {
        if !title.is_empty() && title.chars().count() + 1 + word.chars().count() > LONGEST {
            let title = title.trim_end_matches(['.', ':', ';', ',', '·', ' ']);
            return format!("{title}…");
        }
        if !title.is_empty() {
            title.push(' ');
        }
        title.push_str(word);
    }
    if title.chars().count() > LONGEST {
        let start: String = title.chars().take(LONGEST).collect();
        let joint = start.rfind(['/', '_', '-', '.']).filter(|at| *at > LEAST);
        title = format!("{}…", &start[..joint.unwrap_or(start.len())]);
    }
    title
}

fn first_sentence(said: &str) -> &str {
    let ends = said.match_indices(['.', '?', '!']).map(|(at, end)| (at, at + end.len()));
    let ends = ends.filter(|(at, after)| {
        *at >= LEAST
            && said[*after..].starts_with(char::is_whitespace)
            && !abbreviates(&said[..*at])
    });
    ends.map(|(_, after)| &said[..after]).next().unwrap_or(said)
}

/// Whether the full stop after this text ends no sentence, as that of "e.g." or "vs.".
fn abbreviates(before: &str) -> bool {
    let last = before.rsplit(char::is_whitespace).next().unwrap_or_default();
    last.contains('.') || ["vs", "approx", "no", "resp", "incl"].contains(&last)
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
    cut(&title)
}

/// What follows these words at the beginning, if they are there and something follows.
fn after<'a>(said: &'a str, words: &str) -> Option<&'a str> {
    let start = said.get(..words.len())?;
    let rest = &said[words.len()..];
    let ends = rest.starts_with([' ', ',', '!', '.', ':']);
    let rest = rest.trim_start_matches([' ', ',', '!', '.', ':']);
    (ends && start.eq_ignore_ascii_case(words) && !rest.is_empty()).then_some(rest)
}

fn without_courtesies(mut said: &str) -> &str {
    let longest = |said| {
        let rests = COURTESIES.iter().filter_map(|words| after(said, words));
        rests.min_by_key(|rest| rest.len())
    };
    while let Some(rest) = longest(said) {
        said = rest;
    }
    said
}

/// `write me a breakout` → `breakout`; a thing must be named.
fn without_asking(said: &str) -> &str {
    let Some(rest) = ASKING.iter().find_map(|word| after(said, word)) else { return said };
    let rest = ["me", "us"].iter().find_map(|word| after(rest, word)).unwrap_or(rest);
    ARTICLES.iter().find_map(|word| after(rest, word)).unwrap_or(said)
}

fn without_thanks(mut said: &str) -> &str {
    loop {
        let end = said.trim_end_matches(['.', '!', '?', ',', ' ']);
        let before = THANKS.iter().find_map(|words| {
            let at = end.len().checked_sub(words.len())?;
            let is = end.get(at..)?.eq_ignore_ascii_case(words);
            let before = end.get(..at)?.strip_suffix(' ')?.trim_end_matches([',', ' ']);
            (is && !before.is_empty()).then_some(before)
        });
        match before {
            Some(before) => said = before,
            None => return said,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_what_was_asked_for_without_its_courtesies() {
        for (question, title) in [
            ("  Create a momentum\tstrategy.\nFor AAPL", "Momentum strategy"),
            ("Hi, can you please explain ATR?", "Explain ATR?"),
            ("Hello there! Could you write me a breakout for TSLA, please?", "Breakout for TSLA"),
            ("I'd like an RSI strategy on SPY. Thanks!", "An RSI strategy on SPY"),
            ("i need help with stops, thank you", "Help with stops"),
            ("please", "Please"),
            ("thanks", "Thanks"),
            ("Create", "Create"),
            ("Write it again", "Write it again"),
            ("Tell me of pelicans", "Tell me of pelicans"),
            ("What is RSI?", "What is RSI?"),
            ("Compare SMA vs. EMA on AAPL. Then write it.", "Compare SMA vs. EMA on AAPL"),
            ("Which one, e.g. of these, is it? I wonder.", "Which one, e.g. of these, is it?"),
            ("OK. Now buy what is oversold", "OK. Now buy what is oversold"),
            ("", ""),
            ("ünderstand it, bitte", "Ünderstand it"),
        ] {
            assert_eq!(of_question(question), title, "{question}");
        }
    }

    #[test]
    fn a_title_is_never_cut_inside_a_word() {
        let long = of_question(&"momentum ".repeat(50));
        assert!(
            long.to_lowercase().ends_with("momentum…") && long.chars().count() <= LONGEST + 1,
            "{long}"
        );
        let words = "How would a trader with a small account in Europe begin, considering taxes?";
        for end in 1..words.len() {
            let title = of_question(&words[..end]);
            let whole = title.trim_end_matches(['…', '?']).trim_end_matches(',');
            assert!(words[..end].starts_with(whole), "{title}");
            let next = words[whole.len()..end].chars().next();
            assert!(next.is_none_or(|next| !next.is_alphanumeric()), "{title}");
        }
        assert_eq!(of_question(&"x".repeat(500)).chars().count(), LONGEST + 1);
        let address = "https://example.org/research/momentum-strategies-on-large-capitalisation";
        assert_eq!(
            of_question(address),
            "Https://example.org/research/momentum-strategies-on-large…"
        );
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
