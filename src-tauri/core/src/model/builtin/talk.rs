//! The conversation, replayed from its first turn: what each of the person's turns does.
//!
//! Nothing is read back out of Python. The same turns always give the same plan.

use super::explain::Topic;
use super::family::Family;
use super::ground::Ground;
use super::lists::{
    CHANGE, CREATE, GREETING, OFFERED, OPEN, OSCILLATORS, RESTART, REVERSIONS, THING, TRENDS, UNDO,
    VAGUE, WHO,
};
use super::plan::{family_of, settle};
use super::relative::{Value, completed, scale, unsaid};
use super::symbols::MOST;
use super::understand::read;
use super::wish::Wish;
use super::words::{Token, says, tokens};

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
    /// A value was named and not its number.
    AskValue(Value),
    /// "Make it better": at what?
    AskBetter,
    /// Everything is forgotten.
    Restart,
    /// "Undo" with nothing to undo.
    NothingToUndo,
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
    /// The families that the last question offered.
    offered: Vec<Family>,
    pending: Option<Value>,
    /// The wishes before each change, for "undo".
    past: Vec<(Wish, bool)>,
}

impl Talk {
    /// Takes one turn of the person.
    pub(super) fn hear(&mut self, text: &str, ground: &Ground) -> Move {
        let text = &match self.pending.take() {
            Some(value) => completed(value, text),
            None => text.to_owned(),
        };
        let words = tokens(text);
        if words.len() <= 6 && says(&words, RESTART) {
            *self = Self { asked: true, offered: OFFERED.to_vec(), ..Self::default() };
            return Move::Restart;
        }
        if words.len() <= 6 && says(&words, UNDO) {
            let Some((wish, begun)) = self.past.pop() else { return Move::NothingToUndo };
            self.wish = Wish { left_out: Vec::new(), ..wish };
            self.begun = begun;
            self.asked = !begun;
            return if begun { Move::Change } else { Move::Restart };
        }
        let mut said = self.read(text, &words, ground);
        let asked = std::mem::take(&mut self.asked);
        if let Some(family) = asked.then(|| chosen(&words, &self.offered)).flatten() {
            said.family = said.family.or(Some(family));
        }
        let done = self.weigh(text, &words, &said, asked, ground);
        if matches!(done, Move::Build | Move::Change | Move::Ask) {
            if done != Move::Ask {
                self.past.push((self.wish.clone(), self.begun));
            }
            if done == Move::Build && self.begun && said.family.is_some() {
                // A new strategy starts with its own numbers; limits and habits stay.
                self.wish.knobs.clear();
                self.wish.trend_filter = None;
            }
            self.wish.absorb(said);
        } else {
            self.wish.left_out = said.left_out;
            self.wish.choices.clear();
        }
        self.begun |= done == Move::Build;
        self.asked = done == Move::Ask;
        if let Move::AskValue(value) = done {
            self.pending = Some(value);
        }
        if self.asked {
            self.offered = self.choices(ground);
        }
        done
    }

    /// The families that a question offers now.
    pub(super) fn choices(&self, ground: &Ground) -> Vec<Family> {
        [&self.wish.choices, &ground.context.choices]
            .into_iter()
            .find(|list| !list.is_empty())
            .map_or_else(|| OFFERED.to_vec(), Clone::clone)
    }

    /// What a text wishes, given what was said before.
    fn read(&self, text: &str, words: &[Token], ground: &Ground) -> Wish {
        let in_force = self.begun.then(|| family_of(&self.wish, ground)).flatten();
        let mut said = read(text, in_force.or(ground.context.family), &ground.symbols);
        let create = says(words, CREATE);
        if create || says(words, &["switch", "change to"]) {
            // In a new strategy a hint ("mean reversion") is enough to name the family.
            let fresh = read(text, None, &ground.symbols);
            if fresh.family.is_some() {
                said = fresh;
            }
        }
        if !self.begun && !create && !self.asked && said.hint {
            said.choices = hinted(words, said.family);
            said.family = None;
            said.left_out.clear();
        }
        if !self.begun && said.family.is_none() && said.choices.is_empty() {
            let open = OPEN.iter().find(|(phrases, _)| says(words, phrases));
            said.choices = open.map_or_else(Vec::new, |(_, list)| list.to_vec());
        }
        if let (Some(current), Some(other)) = (in_force, said.family)
            && current != other
            && !create
            && says(words, &["as well", "also", "additionally", "combine", "combined", "together"])
        {
            said = Wish { choices: vec![current, other], ..Wish::default() };
        }
        let mut merged = self.wish.clone();
        merged.absorb(said.clone());
        if let Some(plan) = settle(&merged, ground) {
            scale(words, &mut said, &plan);
            if let Some([_, new]) = said.symbols.as_deref()
                && says(words, &["swap", "replace"])
            {
                said.symbols = Some(vec![new.clone()]);
            }
            if let Some(more) = &mut said.symbols
                && self.begun
                && says(words, &["also", "add", "as well", "too"])
                && let Some(now) = settle(&self.wish, ground)
            {
                let mut all = now.symbols.value;
                all.extend(
                    more.iter().filter(|symbol| !all.contains(symbol)).cloned().collect::<Vec<_>>(),
                );
                all.truncate(MOST);
                *more = all;
            }
        }
        said
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
        if !self.begun && says(words, &["what should i trade", "what to trade"]) {
            return Move::Ask;
        }
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
        if said.foreign && said.family.is_none() && (!self.begun || said.is_empty()) {
            return Move::Beyond;
        }
        if !said.choices.is_empty() {
            return Move::Ask;
        }
        if self.begun && said.is_empty() {
            if let Some(value) = unsaid(words) {
                return Move::AskValue(value);
            }
            if says(words, VAGUE) {
                return Move::AskBetter;
            }
        }
        let family = said.family.or_else(|| family_of(&self.wish, ground));
        if create && family.is_some() && !self.begun {
            return Move::Build;
        }
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

/// A question: by a word that asks anywhere, or one that stands first.
fn asks(words: &[Token]) -> bool {
    const FIRST: [&str; 7] = ["what", "whats", "how", "where", "which", "does", "is"];
    says(words, &["explain", "why", "describe", "tell me", "summarise", "summarize"])
        || words.iter().take(2).any(|word| FIRST.contains(&word.word()))
        || says(
            words.get(..2).unwrap_or_default(),
            &["when does", "when do", "when is", "when will"],
        )
}

fn create_something(create: bool, thing: bool) -> bool {
    create && thing
}

/// What a hint leaves open.
fn hinted(words: &[Token], family: Option<Family>) -> Vec<Family> {
    match family {
        Some(Family::Crossover) => TRENDS.to_vec(),
        Some(Family::BuyAndHold) => vec![Family::BuyAndHold, Family::VolatilityTarget],
        _ if says(words, &["oversold", "overbought"]) => OSCILLATORS.to_vec(),
        _ => REVERSIONS.to_vec(),
    }
}

/// "2", "the second one" after a question; "yes" where only one was offered.
fn chosen(words: &[Token], offered: &[Family]) -> Option<Family> {
    if words.len() > 5 {
        return None;
    }
    if let ([family], true) = (offered, says(words, &["yes", "yep", "ok", "sure", "please"])) {
        return Some(*family);
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
    offered.get(number.checked_sub(1)?).copied()
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
        (
            &["parameter", "parameters", "settings", "values", "timeframe", "symbol", "symbols"],
            Topic::Parameters,
        ),
    ] {
        if says(words, names) {
            return topic;
        }
    }
    Topic::Whole
}
