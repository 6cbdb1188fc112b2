//! From one text to a [`Wish`]. Each step takes the tokens it understood out of the way
//! of the next, so that "200-day trend filter" never becomes the period of an RSI.

use super::family::Family;
use super::reading::Reading;
use super::symbols;
use super::wish::{Amount, Direction, Span, Wish};
use super::words::{Token, says, tokens};
use crate::profile::Timeframe;

/// Things of the field that the rules don't write.
const BEYOND: &[(&str, &str)] = &[
    ("neural", "neural networks"),
    ("lstm", "neural networks"),
    ("machine learning", "machine learning"),
    ("deep learning", "machine learning"),
    ("reinforcement", "machine learning"),
    ("options", "options"),
    ("option chain", "options"),
    ("sentiment", "sentiment"),
    ("news", "news"),
    ("earnings", "company figures"),
    ("fundamentals", "company figures"),
    ("arbitrage", "arbitrage"),
    ("pairs trading", "pairs of symbols"),
    ("pair trading", "pairs of symbols"),
    ("grid", "grids"),
    ("martingale", "martingale sizing"),
    ("order book", "order books"),
    ("ichimoku", "Ichimoku"),
    ("fibonacci", "Fibonacci levels"),
    ("elliott", "Elliott waves"),
    ("candlestick", "candlestick patterns"),
    ("adx", "ADX rules"),
    ("vwap", "VWAP rules"),
    ("obv", "OBV rules"),
    ("cci", "CCI rules"),
    ("atr stop", "stops in ATRs (stops here are a percentage)"),
    ("scale in", "scaling in"),
    ("pyramid", "pyramiding"),
    ("hedge", "hedging"),
    ("leverage", "leverage"),
    ("reward to risk", "a ratio of reward to risk (give the take-profit in per cent)"),
    ("risk reward", "a ratio of reward to risk (give the take-profit in per cent)"),
];

/// Reads a text. `current` is the family in force, whose parameters a number may belong
/// to; `known` are the person's symbols.
pub(super) fn read(text: &str, current: Option<Family>, known: &[String]) -> Wish {
    let all = tokens(text);
    let mut reading = Reading { skip: vec![false; all.len()], tokens: all, wish: Wish::default() };
    reading.filters();
    reading.direction();
    reading.removals();
    reading.shares();
    reading.timeframe();
    reading.family(current);
    reading.beyond();
    let named = symbols::named(text, known);
    reading.wish.symbols = (!named.is_empty()).then_some(named);
    reading.wish
}

impl Reading {
    /// "add a 200-day trend filter", "remove the filter"; other filters are left out.
    fn filters(&mut self) {
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
                        && (self.tokens[i] == Token::Stop || matches!(self.word(i), "and" | "with"))
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
            ],
        ) {
            Some(Direction::Both)
        } else {
            None
        };
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
            let rebalancing =
                self.near(at, 2, 2, &["rebalance", "rebalancing", "rebalanced", "rebalances"]);
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
                    self.wish
                        .knobs
                        .insert("rebalance_every", Amount { value: 1.0, span: Some(span) });
                } else {
                    self.wish.timeframe = Some(timeframe);
                }
                continue;
            }
            let Token::Number { value, percent: false, .. } = self.tokens[at] else {
                continue;
            };
            let unit = match self.word(at + 1) {
                "m" | "min" | "mins" | "minute" | "minutes" => "m",
                "h" | "hr" | "hrs" | "hour" | "hours" => "h",
                "d" | "day" if value == 1.0 => "d",
                "w" | "wk" | "week" if value == 1.0 => "w",
                "mo" | "month" if value == 1.0 => "mo",
                _ => continue,
            };
            let code = format!("{}{unit}", plain(value));
            match Timeframe::ALL.into_iter().find(|timeframe| timeframe.code() == code) {
                Some(timeframe) => self.wish.timeframe = Some(timeframe),
                None => self.wish.left_out.push(format!(
                    "bars of {code} (known are 1m, 5m, 15m, 30m, 1h, 4h, 1d, 1w, 1mo)"
                )),
            }
            self.skip[at] = true;
            self.skip[at + 1] = true;
        }
    }

    fn beyond(&mut self) {
        for (phrase, name) in BEYOND {
            let name = (*name).to_owned();
            if says(&self.tokens, &[phrase]) && !self.wish.left_out.contains(&name) {
                self.wish.left_out.push(name);
            }
        }
        self.wish.left_out.truncate(6);
    }
}

/// A number as a person writes it: no needless zeros.
pub(super) fn plain(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
