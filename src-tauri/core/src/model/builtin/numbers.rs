//! The family of a text, and its plain numbers: periods, levels, factors.

use super::family::{Family, denied, name_places, recognise};
use super::reading::Reading;
use super::understand::plain;
use super::wish::{Amount, Average, Span};
use super::words::{Token, places, says};

impl Reading {
    pub(super) fn family(&mut self, current: Option<Family>) {
        let mut named = recognise(&self.tokens, &self.skip);
        if named.family == Some(Family::Crossover) && self.three_in_a_row() {
            named.family = Some(Family::TripleAverage);
        }
        // A hint ("trend", "oversold") names a family only where none is in force.
        let names =
            |family: Family| name_places(&self.tokens, family).iter().any(|&at| !self.skip[at]);
        self.wish.family = named.family.filter(|&family| current.is_none() || names(family));
        if let (Some(family), Some(also), None) = (named.family, named.also, current)
            && says(&self.tokens, &["or"])
        {
            self.wish.choices = vec![family, also];
            self.wish.family = None;
            return;
        }
        if current.is_none() && named.hint {
            self.wish.hint = true;
        }
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
            self.usual([("fast", 50.0), ("slow", 200.0)]);
            self.wish.average = self.wish.average.or(Some(Average::Sma));
        }
        if family == Family::Donchian && says(&self.tokens, &["system"]) && self.system() == 2.0 {
            self.usual([("entry_period", 55.0), ("exit_period", 20.0)]);
        }
        if !self.wish.knobs.is_empty() {
            self.wish.knobs_of = Some(family);
        }
    }

    fn usual<const N: usize>(&mut self, values: [(&'static str, f64); N]) {
        for (name, value) in values {
            self.wish.knobs.insert(name, Amount { value, span: None });
        }
    }

    /// The number of one of the two systems of the Turtles.
    fn system(&self) -> f64 {
        places(&self.tokens, "system")
            .into_iter()
            .find_map(|at| match self.tokens.get(at + 1) {
                Some(Token::Number { value, percent: false, .. }) => Some(*value),
                _ => None,
            })
            .unwrap_or(0.0)
    }

    /// "8/21/55": three lengths of an average.
    fn three_in_a_row(&self) -> bool {
        let number = |i: usize| match self.tokens.get(i) {
            Some(Token::Number { value, percent: false, .. }) if !self.skip[i] => *value,
            _ => 0.0,
        };
        (0..self.tokens.len()).any(|at| {
            let (a, b, c) = (number(at), number(at + 2), number(at + 4));
            self.word(at + 1) == "/" && self.word(at + 3) == "/" && 0.0 < a && a < b && b < c
        }) || {
            let named: Vec<f64> = (0..self.tokens.len())
                .filter(|&at| matches!(self.word(at), "ema" | "sma" | "wma" | "ma"))
                .map(|at| number(at + 1))
                .collect();
            matches!(named[..], [a, b, c] if 0.0 < a && a < b && b < c)
        }
    }

    fn average(&mut self, family: Family) {
        let said = |words: &[&str]| {
            (0..self.tokens.len()).any(|at| {
                !self.skip[at] && words.contains(&self.word(at)) && !denied(&self.tokens, at)
            })
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
        .filter(|_| matches!(family, Family::Crossover | Family::TripleAverage));
    }

    /// Plain numbers: to the knob whose word stands beside them, else in order.
    fn numbers(&mut self, family: Family) {
        self.two_levels(family);
        let mut names = name_places(&self.tokens, family);
        if family == Family::TripleAverage {
            names.extend(name_places(&self.tokens, Family::Crossover));
        }
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
            // "RSI 14 oversold": what stands right behind the name is its first number.
            let named = at > 0 && names.contains(&(at - 1));
            let beside = beside.filter(|(knob, _)| {
                let first = named && family.spec().knobs[0].whole && value.fract() == 0.0;
                knob.whole || !(counted || first)
            });
            // "1.5 ATR": the width of a channel, never the period of its ATR.
            let atrs = matches!(self.word(at + 1), "atr" | "atrs" | "x")
                .then(|| knobs.iter().find(|k| matches!(k.name, "width" | "multiplier")))
                .flatten();
            // "20 day high sell 10 day low": the word behind the unit.
            let unit = counted
                .then(|| knobs.iter().find(|k| k.whole && k.words.contains(&self.word(at + 2))))
                .flatten();
            let beside = atrs.or(unit).map(|knob| (knob, 1)).or(beside);
            let follows = names.iter().any(|&name| self.joined(name, at));
            let listed = (matches!(self.word(at + 1), "/" | "and")
                || self.tokens.get(at + 1) == Some(&Token::Comma))
                && matches!(self.tokens.get(at + 2), Some(Token::Number { percent: false, .. }))
                && !self.skip[at + 2]
                && at.checked_sub(1).is_none_or(|before| self.word(before) != "between");
            let goes_on = last.is_some_and(|before: usize| at - before <= 2);
            let knob = match beside {
                Some((knob, _)) => Some(knob),
                None if follows || goes_on || counted || listed => {
                    in_order += 1;
                    order.by_ref().find(|knob| {
                        // A z-score is small; a window of so few bars is not meant.
                        let z = family == Family::ZScore && knob.whole && value <= 5.0 && !counted;
                        !self.wish.knobs.contains_key(knob.name) && !z
                    })
                }
                None => None,
            };
            let Some(knob) = knob else { continue };
            last = Some(at);
            // %R is negative, and often written without its sign.
            let value = if knob.most < 0.0 { -value } else { value };
            // A length of time is counted in bars later.
            let least = if span.is_some() { 1.0 } else { knob.least };
            let fits = (least..=knob.most).contains(&value);
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
        self.usual_order(family);
    }

    /// (20, 10, 2) and (20, 2, 10) are both written for a Keltner channel, (10, 3) and
    /// (3, 10) for a Supertrend.
    fn usual_order(&mut self, family: Family) {
        let (times, period) = (self.wish.knobs.get("multiplier"), self.wish.knobs.get("period"));
        if let (Family::Supertrend, Some(&times), Some(&period)) = (family, times, period)
            && times.value > 6.0
            && period.value <= 6.0
        {
            self.wish.knobs.insert("multiplier", period);
            self.wish.knobs.insert("period", times);
        }
        let (width, atr) = (self.wish.knobs.get("width"), self.wish.knobs.get("atr_period"));
        if let (Family::Keltner, Some(&width), Some(&atr)) = (family, width, atr)
            && width.value > 5.0
            && atr.value <= 5.0
        {
            self.wish.knobs.insert("width", atr);
            self.wish.knobs.insert("atr_period", width);
        }
    }

    /// "RSI 20/80": two numbers that make a hundred are the levels, not a period.
    fn two_levels(&mut self, family: Family) {
        if family.knob("oversold").is_none_or(|knob| knob.most < 0.0) {
            return;
        }
        let number = |i: usize| match self.tokens.get(i) {
            Some(Token::Number { value, percent: false, .. }) if !self.skip[i] => Some(*value),
            _ => None,
        };
        let found = (0..self.tokens.len()).find_map(|at| {
            let joint = matches!(self.word(at + 1), "/" | "and")
                || self.tokens.get(at + 1) == Some(&Token::Comma);
            let next = if joint { at + 2 } else { at + 1 };
            let (low, high) = (number(at)?, number(next)?);
            (low < 50.0 && low + high == 100.0).then_some((at, next, low, high))
        });
        if let Some((at, next, low, high)) = found {
            self.usual([("oversold", low), ("overbought", high)]);
            self.skip[at] = true;
            self.skip[next] = true;
        }
    }

    /// True when only small words stand between the name of an indicator and a number.
    fn joined(&self, name: usize, number: usize) -> bool {
        const SMALL: [&str; 32] = [
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
            "oscillator",
            "settings",
            "crypto",
            "hyo",
            "kinko",
            "thresholds",
            "periods",
            "system",
            "sma",
            "ema",
        ];
        let small = |range: std::ops::Range<usize>| {
            range.into_iter().all(|i| {
                self.tokens[i].is_number()
                    || self.tokens[i] == Token::Comma
                    || SMALL.contains(&self.word(i))
            })
        };
        if name < number {
            number - name <= 6 && small(name + 1..number)
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
