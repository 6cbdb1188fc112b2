//! The conversation, replayed from its first turn: what each of the person's turns does.
//!
//! Nothing is read back out of Python. The same turns always give the same plan.

use super::explain::Topic;
use super::family::Family;
use super::ground::Ground;
use super::plan::family_of;
use super::understand::read;
use super::wish::Wish;
use super::words::{Token, says, tokens};

/// The families that a question offers, in its order.
pub(super) const OFFERED: [Family; 9] = [
    Family::Momentum,
    Family::Crossover,
    Family::Rsi,
    Family::Bollinger,
    Family::Donchian,
    Family::Keltner,
    Family::Macd,
    Family::VolatilityTarget,
    Family::BuyAndHold,
];

/// What a turn does.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Move {
    /// A new strategy.
    Build,
    /// Another value in the one that is there.
    Change,
    Explain(Topic),
    About(Family),
    Greeting,
    Thanks,
    WhatAreYou,
    /// The family is unclear.
    Ask,
    /// "Should I buy?"
    Advice,
    /// Something of the field that the rules don't write.
    Beyond,
    /// Hardly any Latin letters.
    Foreign,
    Empty,
    Lost,
}

/// What was said so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Talk {
    pub(super) wish: Wish,
    /// A strategy was written.
    pub(super) begun: bool,
    asked: bool,
}

impl Talk {
    /// Takes one turn of the person.
    pub(super) fn hear(&mut self, text: &str, ground: &Ground) -> Move {
        let words = tokens(text);
        let in_force = self.begun.then(|| family_of(&self.wish, ground)).flatten();
        let mut said = read(text, in_force.or(ground.context.family), &ground.symbols);
        if says(&words, CREATE) || says(&words, &["switch", "change to"]) {
            // In a new strategy a hint ("mean reversion") is enough to name the family.
            let fresh = read(text, None, &ground.symbols);
            if fresh.family.is_some() {
                said = fresh;
            }
        }
        let asked = std::mem::take(&mut self.asked);
        if let Some(family) = asked.then(|| chosen(&words)).flatten() {
            said.family = said.family.or(Some(family));
        }
        let done = self.weigh(text, &words, &said, asked, ground);
        let takes = matches!(done, Move::Build | Move::Change | Move::Ask);
        if takes {
            if done == Move::Build && self.begun && said.family.is_some() {
                // A new strategy starts with its own numbers; limits and habits stay.
                self.wish.knobs.clear();
                self.wish.trend_filter = None;
            }
            self.wish.absorb(said);
        } else {
            self.wish.left_out = said.left_out;
        }
        self.begun |= done == Move::Build;
        self.asked = done == Move::Ask;
        done
    }

    fn weigh(
        &self,
        text: &str,
        words: &[Token],
        said: &Wish,
        asked: bool,
        ground: &Ground,
    ) -> Move {
        if !text.chars().any(char::is_alphanumeric) {
            return Move::Empty;
        }
        let create = says(words, CREATE);
        let change = says(words, CHANGE);
        let thing = says(words, THING);
        if says(
            words,
            &[
                "should i",
                "will it go",
                "will it rise",
                "will it fall",
                "price prediction",
                "is it a good time",
            ],
        ) && !create
        {
            return Move::Advice;
        }
        if says(words, WHO) && said.family.is_none() && !create_something(create, thing) {
            return Move::WhatAreYou;
        }
        if !change && !create && asks(words) {
            if let Some(family) = said
                .family
                .filter(|_| !self.begun || says(words, &["what is", "whats", "what are"]))
            {
                return Move::About(family);
            }
            if self.begun {
                return Move::Explain(topic(words));
            }
        }
        let family = said.family.or_else(|| family_of(&self.wish, ground));
        if (create && (thing || said.family.is_some())) || (!self.begun && said.family.is_some()) {
            return if family.is_some() { Move::Build } else { Move::Ask };
        }
        if self.begun {
            if !said.is_empty() {
                return Move::Change;
            }
            if says(
                words,
                &[
                    "again",
                    "show the code",
                    "show code",
                    "show me the code",
                    "whole file",
                    "full code",
                    "the code",
                ],
            ) {
                return Move::Change;
            }
        } else if !said.is_empty() || thing {
            return match family {
                Some(_) if create || asked || said.symbols.is_some() => Move::Build,
                _ => Move::Ask,
            };
        }
        let greets = words.iter().take(2).any(|word| GREETING.contains(&word.word()));
        if greets && words.len() <= 8 {
            return Move::Greeting;
        }
        if says(words, &["thanks", "thank you", "thx", "great", "perfect", "cheers"])
            && words.len() <= 8
        {
            return Move::Thanks;
        }
        if !said.left_out.is_empty() {
            return Move::Beyond;
        }
        let letters = text.chars().filter(|c| c.is_alphabetic()).take(4_000);
        let (latin, all) =
            letters.fold((0, 0), |(latin, all), c| (latin + usize::from(c.is_ascii()), all + 1));
        if all > 0 && latin * 2 < all { Move::Foreign } else { Move::Lost }
    }
}

const CREATE: &[&str] = &[
    "create",
    "build",
    "write",
    "make me",
    "make a",
    "make an",
    "generate",
    "give me",
    "design",
    "develop",
    "code",
    "i want a",
    "i want an",
    "i would like",
    "id like",
    "need a",
    "need an",
    "new strategy",
    "draft",
    "suggest",
    "set up",
];
const CHANGE: &[&str] = &[
    "use",
    "make",
    "set",
    "change",
    "add",
    "remove",
    "switch",
    "try",
    "drop",
    "instead",
    "increase",
    "decrease",
    "raise",
    "lower",
    "how about",
    "what about",
    "what if",
    "widen",
    "tighten",
    "allow",
    "turn",
];
const THING: &[&str] = &[
    "strategy",
    "strategies",
    "stratgy",
    "system",
    "bot",
    "algorithm",
    "algo",
    "trading rules",
    "trading",
    "trade",
    "backtest",
    "build me something",
    "build something",
    "create something",
    "make me something",
    "give me something",
];
const WHO: &[&str] = &[
    "what can you do",
    "who are you",
    "what are you",
    "are you an ai",
    "are you ai",
    "are you chatgpt",
    "are you gemini",
    "help",
    "how do you work",
    "which model",
    "what model",
    "what do you do",
];
const GREETING: &[&str] =
    &["hi", "hello", "hey", "hallo", "greetings", "morning", "afternoon", "evening", "yo", "good"];

/// A question: by a word that asks anywhere, or one that stands first.
fn asks(words: &[Token]) -> bool {
    const FIRST: [&str; 8] = ["what", "whats", "how", "when", "where", "which", "does", "is"];
    says(words, &["explain", "why", "describe", "tell me", "summarise", "summarize"])
        || words.iter().take(2).any(|word| FIRST.contains(&word.word()))
}

fn create_something(create: bool, thing: bool) -> bool {
    create && thing
}

/// "2", "the second one" after a question.
fn chosen(words: &[Token]) -> Option<Family> {
    if words.len() > 5 {
        return None;
    }
    let number = words.iter().find_map(|token| match token {
        Token::Number { value, percent: false, .. } => Some(*value as usize),
        Token::Word(word) => {
            ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"]
                .iter()
                .position(|name| name == word)
                .map(|at| at + 1)
        }
        _ => None,
    })?;
    OFFERED.get(number.checked_sub(1)?).copied()
}

fn topic(words: &[Token]) -> Topic {
    for (names, topic) in [
        (
            &["risks", "weakness", "weaknesses", "go wrong", "dangers", "drawbacks", "how risky"][..],
            Topic::Risks,
        ),
        (
            &["exit", "exits", "leave", "sell", "close", "get out", "target", "take profit"],
            Topic::Exit,
        ),
        (&["stop", "stops", "stop loss"], Topic::Stop),
        (&["size", "sizing", "position", "how much", "risk", "units", "shares"], Topic::Size),
        (&["entry", "entries", "enter", "buy", "open", "signal", "get in"], Topic::Entry),
        (&["cost", "costs", "commission", "fees", "slippage", "spread"], Topic::Costs),
        (&["parameter", "parameters", "settings", "values"], Topic::Parameters),
    ] {
        if says(words, names) {
            return topic;
        }
    }
    Topic::Whole
}
