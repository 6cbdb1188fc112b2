//! The family of a text, and its plain numbers: periods, levels, factors.

use super::family::{Family, name_places, recognise};
use super::reading::Reading;
use super::understand::plain;
use super::wish::{Amount, Average, Span};
use super::words::{Token, says};

impl Reading {
    pub(super) fn family(&mut self, current: Option<Family>) {
        let named = recognise(&self.tokens, &self.skip);
        // A hint ("trend", "oversold") names a family only where none is in force.
        let names =
            |family: Family| name_places(&self.tokens, family).iter().any(|&at| !self.skip[at]);
        self.wish.family = named.family.filter(|&family| current.is_none() || names(family));
        if let Some(also) = named.also {
            self.wish.left_out.push(format!("{} (one family at a time)", also.spec().name));
        }
        let Some(family) = self.wish.family.or(current) else {
            return;
        };
        self.wish.knobs.retain(|name, _| family.knob(name).is_some());
        if self.wish.knobs_of.is_some_and(|of| of != family) {
            self.wish.knobs_of = None;
        }
        self.average(family);
        self.numbers(family);
        if family == Family::Crossover
            && self.wish.knobs.is_empty()
            && says(&self.tokens, &["golden cross", "death cross"])
        {
            for (name, value) in [("fast", 50.0), ("slow", 200.0)] {
                self.wish.knobs.insert(name, Amount { value, span: None });
            }
            self.wish.average = self.wish.average.or(Some(Average::Sma));
        }
        if !self.wish.knobs.is_empty() {
            self.wish.knobs_of = Some(family);
        }
    }

    fn average(&mut self, family: Family) {
        let said = |words: &[&str]| {
            (0..self.tokens.len()).any(|at| !self.skip[at] && words.contains(&self.word(at)))
        };
        self.wish.average = if said(&["ema", "exponential"]) {
            Some(Average::Ema)
        } else if said(&["wma", "weighted"]) {
            Some(Average::Wma)
        } else if said(&["sma", "simple"])
            || says(&self.tokens, &["moving average", "moving averages"])
        {
            Some(Average::Sma)
        } else {
            None
        }
        .filter(|_| family == Family::Crossover);
    }

    /// Plain numbers: to the knob whose word stands beside them, else in order.
    fn numbers(&mut self, family: Family) {
        let names = name_places(&self.tokens, family);
        let mut in_order = 0;
        let mut order = family.spec().knobs.iter();
        let mut last = None;
        for at in 0..self.tokens.len() {
            let Token::Number { value, percent: false, .. } = self.tokens[at] else {
                continue;
            };
            if self.skip[at] {
                continue;
            }
            let span = match self.word(at + 1) {
                "day" | "days" | "d" => Some(Span::Days),
                "week" | "weeks" => Some(Span::Weeks),
                "month" | "months" => Some(Span::Months),
                "year" | "years" => Some(Span::Years),
                _ => None,
            };
            let counted = span.is_some()
                || matches!(self.word(at + 1), "bar" | "bars" | "period" | "periods");
            let knobs = family.spec().knobs;
            let beside = self
                .nearest(at, |word| knobs.iter().find(|knob| knob.words.contains(&word)))
                .filter(|(_, d)| *d <= if counted { 3 } else { 4 });
            let follows = names.iter().any(|&name| self.joined(name, at));
            let listed =
                self.word(at + 1) == "/" && self.tokens.get(at + 2).is_some_and(Token::is_number);
            let goes_on = last.is_some_and(|before: usize| at - before <= 2);
            let knob = match beside {
                Some((knob, _)) => Some(knob),
                None if follows || goes_on || counted || listed => {
                    in_order += 1;
                    order.by_ref().find(|knob| !self.wish.knobs.contains_key(knob.name))
                }
                None => None,
            };
            let Some(knob) = knob else { continue };
            last = Some(at);
            let fits = (knob.least..=knob.most).contains(&value);
            if span.is_some() && !knob.whole || !fits || (knob.whole && value.fract() != 0.0) {
                self.wish.left_out.push(format!(
                    "{} as the {} (from {} to {})",
                    plain(value),
                    knob.label,
                    plain(knob.least),
                    plain(knob.most)
                ));
                continue;
            }
            self.wish.knobs.insert(knob.name, Amount { value, span });
        }
        if family == Family::Crossover && in_order == 1 {
            self.one_average();
        }
    }

    /// True when only small words stand between the name of an indicator and a number.
    fn joined(&self, name: usize, number: usize) -> bool {
        const SMALL: [&str; 22] = [
            "of",
            "at",
            "to",
            "is",
            "the",
            "and",
            "a",
            "/",
            "cross",
            "crossover",
            "bands",
            "band",
            "channel",
            "channels",
            "average",
            "averages",
            "ma",
            "length",
            "lookback",
            "trend",
            "breakout",
            "strategy",
        ];
        let small = |range: std::ops::Range<usize>| {
            range.into_iter().all(|i| {
                self.tokens[i].is_number()
                    || self.tokens[i] == Token::Comma
                    || SMALL.contains(&self.word(i))
            })
        };
        if name < number {
            number - name <= 4 && small(name + 1..number)
        } else {
            name - number <= 2 && (small(number + 1..name) || self.word(number + 1).len() > 2)
        }
    }

    /// "above the 200-day moving average": one length, compared with the close itself.
    fn one_average(&mut self) {
        let Some(&amount) = self.wish.knobs.get("fast") else {
            return;
        };
        let price = says(&self.tokens, &["price", "close", "closes", "above the", "below the"]);
        if self.wish.knobs.len() > 1 || !(price || amount.value >= 50.0) {
            return;
        }
        self.wish.knobs.clear();
        self.wish.knobs.insert("slow", amount);
        if price {
            let close = Amount { value: 1.0, span: None };
            self.wish.knobs.insert("fast", close);
        }
    }
}
