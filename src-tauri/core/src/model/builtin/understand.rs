//! From one text to a [`Wish`]. Each step takes the tokens it understood out of the way
//! of the next, so that "200-day trend filter" never becomes the period of an RSI.

use super::family::{Family, recognise};
use super::reading::Reading;
use super::symbols;
use super::wish::{Amount, Direction, Span, Wish};
use super::words::{Token, places, says, tokens};
use crate::profile::Timeframe;

/// Reads a text. `current` is the family in force, whose parameters a number may belong
/// to; `known` are the person's symbols.
pub(super) fn read(text: &str, current: Option<Family>, known: &[String]) -> Wish {
    let all = tokens(text);
    let mut reading = Reading { skip: vec![false; all.len()], tokens: all, wish: Wish::default() };
    reading.strangers();
    reading.filters(current);
    reading.direction();
    reading.removals();
    reading.atr_stop();
    reading.shares(current);
    reading.timeframe();
    reading.family(current);
    reading.beyond();
    // A stop in per cent takes the place of one in ATRs.
    if reading.wish.stop.is_some() && reading.wish.atr_stop.is_none() {
        reading.wish.atr_stop = Some(None);
    }
    let named = symbols::named(text, known);
    reading.wish.symbols = (!named.is_empty()).then_some(named);
    reading.wish
}

impl Reading {
    /// "add a 200-day trend filter", "remove the filter"; other filters are left out.
    fn filters(&mut self, current: Option<Family>) {
        self.only_above(current);
        for at in 0..self.tokens.len() {
            if !matches!(self.word(at), "filter" | "filters") {
                continue;
            }
            let from = (at.saturating_sub(5)..at)
                .rev()
                .find(|&i| {
                    matches!(self.tokens[i], Token::Stop | Token::Comma)
                        || matches!(self.word(i), "add" | "with" | "and" | "a" | "the")
                })
                .map_or(at.saturating_sub(5), |i| i + 1);
            let gone = self.near(at, 5, 0, &["remove", "no", "without", "drop", "delete"]);
            let trend = (from..at).all(|i| {
                self.tokens[i].is_number()
                    || matches!(
                        self.word(i),
                        "trend"
                            | "ma"
                            | "sma"
                            | "ema"
                            | "moving"
                            | "average"
                            | "day"
                            | "days"
                            | "bar"
                            | "bars"
                            | "period"
                            | "long"
                            | "term"
                            | "remove"
                            | "no"
                            | "without"
                            | "drop"
                            | "delete"
                    )
            });
            if trend || gone {
                let span = from..(at + 5).min(self.tokens.len());
                let stop = span.clone().find(|&i| {
                    i > at
                        && (self.tokens[i] == Token::Stop
                            || matches!(self.word(i), "and" | "with")
                            || (self.tokens[i] == Token::Comma
                                && !self.tokens.get(i + 1).is_some_and(Token::is_number)))
                });
                let span = from..stop.unwrap_or(span.end);
                let period = span.clone().find_map(|i| match self.tokens[i] {
                    Token::Number { value, percent: false, .. }
                        if (2.0..=1_000.0).contains(&value) && value.fract() == 0.0 =>
                    {
                        Some(value)
                    }
                    _ => None,
                });
                self.wish.trend_filter = Some((!gone).then(|| period.unwrap_or(200.0)));
                self.skip[span].fill(true);
            } else {
                let name: Vec<&str> = (from..at)
                    .map(|i| self.word(i))
                    .filter(|w| w.is_ascii() && !w.is_empty())
                    .collect();
                self.wish.left_out.push(match name.last() {
                    Some(name) if name.len() <= 20 => {
                        format!("a filter on {name} (only a trend filter is written here)")
                    }
                    _ => "that filter (only a trend filter is written here)".to_owned(),
                });
                self.skip[from..=at].fill(true);
            }
        }
    }

    /// "only above the 200 SMA" filters a strategy of another family.
    fn only_above(&mut self, current: Option<Family>) {
        let named = recognise(&self.tokens, &self.skip).family.or(current);
        if named.is_none() || named == Some(Family::Crossover) && current.is_none() {
            return;
        }
        for at in 0..self.tokens.len() {
            let Token::Number { value, percent: false, .. } = self.tokens[at] else { continue };
            let average = (at + 1..at + 4)
                .find(|&i| matches!(self.word(i), "sma" | "ema" | "ma" | "dma" | "average"));
            let side = (at.saturating_sub(3)..at)
                .find(|&i| matches!(self.word(i), "above" | "over" | "below" | "under"));
            if let (Some(end), Some(start)) = (average, side)
                && self.near(start, 3, 0, &["only", "if", "while", "when", "but"])
                && (2.0..=1_000.0).contains(&value)
                && value.fract() == 0.0
            {
                self.wish.trend_filter = Some(Some(value));
                self.skip[start..=end].fill(true);
            }
        }
    }

    fn direction(&mut self) {
        let t = &self.tokens;
        self.wish.direction = if says(
            t,
            &[
                "long only",
                "only long",
                "only go long",
                "longs only",
                "only longs",
                "no short",
                "no shorts",
                "no shorting",
                "no short selling",
                "without shorts",
                "without shorting",
                "dont short",
                "never short",
                "remove shorts",
                "stop shorting",
                "disable shorts",
                "not short",
            ],
        ) {
            Some(Direction::LongOnly)
        } else if says(t, &["short only", "only short", "shorts only", "only shorts"]) {
            Some(Direction::ShortOnly)
        } else if says(
            t,
            &[
                "allow short",
                "allow shorts",
                "allow shorting",
                "long and short",
                "long / short",
                "long short",
                "short and long",
                "long or short",
                "both directions",
                "both sides",
                "both ways",
                "short too",
                "short ok",
                "shorts ok",
                "shorting ok",
                "short is fine",
                "shorts are fine",
                "shorts too",
                "also short",
                "with shorts",
                "go short",
                "enable shorts",
                "enable shorting",
                "short selling",
                "short as well",
                "add shorts",
                "sell short",
                "both side",
                "bidirectional",
            ],
        ) || self.both_sides()
        {
            Some(Direction::Both)
        } else {
            None
        };
    }

    /// "buy below, short above"; "both" on its own.
    fn both_sides(&self) -> bool {
        let ends = |i: usize| !matches!(self.tokens.get(i), Some(Token::Word(_)));
        let verb = |at: usize| {
            let next = self.word(at + 1);
            !matches!(next, "term" | "ma" | "ema" | "sma" | "average" | "period" | "window")
        };
        let both = places(&self.tokens, "both").into_iter().any(|at| ends(at + 1));
        let short = places(&self.tokens, "short").into_iter().any(verb);
        both || (short && says(&self.tokens, &["buy", "go long", "long when", "long above"]))
    }

    fn removals(&mut self) {
        for at in 0..self.tokens.len() {
            if !matches!(self.word(at), "remove" | "no" | "without" | "drop" | "delete") {
                continue;
            }
            let next: Vec<&str> = (at + 1..at + 5)
                .map(|i| self.word(i))
                .take_while(|w| !w.is_empty() && *w != "and")
                .collect();
            if next.contains(&"profit") || next.contains(&"tp") || next.contains(&"target") {
                self.wish.take_profit = Some(None);
            } else if next.contains(&"trailing") {
                self.wish.trailing = Some(false);
            } else if next.contains(&"stop") || next.contains(&"stops") {
                self.wish.left_out.push(
                    "a strategy without a stop (there is always one; it can be wider)".to_owned(),
                );
            } else if next.first() == Some(&"risk")
                || next.contains(&"risk") && next.len() > 1 && next[1] == "risk"
            {
                self.wish.risk = Some(None);
            }
        }
    }

    fn timeframe(&mut self) {
        for at in 0..self.tokens.len() {
            if self.skip[at] {
                continue;
            }
            let rebalancing = self.near(
                at,
                2,
                2,
                &[
                    "rebalance",
                    "rebalancing",
                    "rebalanced",
                    "rebalances",
                    "check",
                    "checks",
                    "checked",
                ],
            );
            let worded = match self.word(at) {
                "daily" => Some((Timeframe::D1, Span::Days)),
                "weekly" => Some((Timeframe::W1, Span::Weeks)),
                "monthly" => Some((Timeframe::Mo1, Span::Months)),
                "quarterly" if rebalancing => Some((Timeframe::Mo1, Span::Quarters)),
                "yearly" if rebalancing => Some((Timeframe::Mo1, Span::Years)),
                "hourly" => Some((Timeframe::H1, Span::Days)),
                _ => None,
            };
            if let Some((timeframe, span)) = worded {
                if rebalancing {
                    // The family keeps the one that it knows.
                    for name in ["rebalance_every", "check_every"] {
                        self.wish.knobs.insert(name, Amount { value: 1.0, span: Some(span) });
                    }
                } else {
                    self.wish.timeframe = Some(timeframe);
                }
                continue;
            }
            let Token::Number { value, percent: false, .. } = self.tokens[at] else {
                continue;
            };
            let length = ["high", "highs", "low", "lows", "lookback", "momentum", "return"];
            if length.contains(&self.word(at + 2)) {
                continue;
            }
            let unit = match self.word(at + 1) {
                "m" | "min" | "mins" | "minute" | "minutes" => "m",
                "h" | "hr" | "hrs" | "hour" | "hours" => "h",
                "d" | "day" if value == 1.0 => "d",
                "w" | "wk" | "week" if value == 1.0 => "w",
                "mo" | "month" if value == 1.0 => "mo",
                // `H4`, `M15`: as charts name them.
                _ => match at.checked_sub(1).map_or("", |before| self.word(before)) {
                    before @ ("h" | "m") if [1.0, 4.0, 5.0, 15.0, 30.0].contains(&value) => before,
                    _ => continue,
                },
            };
            let code = format!("{}{unit}", plain(value));
            match Timeframe::ALL.into_iter().find(|timeframe| timeframe.code() == code) {
                Some(timeframe) => self.wish.timeframe = Some(timeframe),
                // "a 300 hour average" is a length.
                None if value > 24.0 => continue,
                None => self.wish.left_out.push(format!(
                    "bars of {code} (known are 1m, 5m, 15m, 30m, 1h, 4h, 1d, 1w, 1mo)"
                )),
            }
            self.skip[at] = true;
            if matches!(self.tokens.get(at + 1), Some(Token::Word(_))) {
                self.skip[at + 1] = true;
            }
        }
    }
}

/// A number as a person writes it: no needless zeros.
pub(super) fn plain(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
