//! What belongs to the field and is past the rules, so that it can be named and not guessed.

use super::reading::Reading;
use super::words::{Token, says};

/// Whole kinds of trading that the rules don't write: nothing else is read from a text
/// that names one and no family.
const KINDS: &[(&str, &str)] = &[
    ("neural", "neural networks"),
    ("lstm", "neural networks"),
    ("machine learning", "machine learning"),
    ("deep learning", "machine learning"),
    ("reinforcement", "machine learning"),
    ("random forest", "machine learning"),
    ("xgboost", "machine learning"),
    ("options", "options"),
    ("option chain", "options"),
    ("covered call", "options"),
    ("covered calls", "options"),
    ("iron condor", "options"),
    ("straddle", "options"),
    ("strangle", "options"),
    ("wheel", "options"),
    ("butterfly", "options"),
    ("calls", "options"),
    ("puts", "options"),
    ("insider", "company figures"),
    ("ranked", "a ranking of several symbols"),
    ("credit spread", "options"),
    ("sentiment", "sentiment"),
    ("twitter", "texts from the net"),
    ("stocktwits", "texts from the net"),
    ("social media", "texts from the net"),
    ("hft", "trading in fractions of a second"),
    ("latency", "trading in fractions of a second"),
    ("reddit", "texts from the net"),
    ("news", "news"),
    ("earnings", "company figures"),
    ("fundamentals", "company figures"),
    ("dividends", "company figures"),
    ("p / e", "company figures"),
    ("arbitrage", "arbitrage"),
    ("stat arb", "arbitrage"),
    ("funding rate", "funding rates"),
    ("pairs trading", "pairs of symbols"),
    ("pair trading", "pairs of symbols"),
    ("pairs trade", "pairs of symbols"),
    ("cointegration", "pairs of symbols"),
    ("the strongest of", "a ranking of several symbols"),
    ("rotate", "a ranking of several symbols"),
    ("rotation", "a ranking of several symbols"),
    ("grid", "grids of orders"),
    ("martingale", "martingale sizing"),
    ("order book", "order books"),
    ("order flow", "order flow"),
    ("orderflow", "order flow"),
    ("market making", "market making"),
    ("market maker", "market making"),
    ("opening gap", "gaps at the open (a bar is seen only when it is over)"),
    ("gap fade", "gaps at the open (a bar is seen only when it is over)"),
    ("fade the gap", "gaps at the open (a bar is seen only when it is over)"),
    ("opening range", "opening ranges of a session"),
    ("fibonacci", "Fibonacci levels"),
    ("elliott", "Elliott waves"),
    ("harmonic", "harmonic patterns"),
    ("gartley", "harmonic patterns"),
    ("head and shoulders", "chart patterns"),
    ("double top", "chart patterns"),
    ("double bottom", "chart patterns"),
    ("wyckoff", "Wyckoff phases"),
    ("smart money", "order blocks"),
    ("order block", "order blocks"),
    ("buffett", "portfolios of other people"),
    ("copy trading", "portfolios of other people"),
    ("candlestick", "candlestick patterns"),
    ("engulfing", "candlestick patterns"),
];

/// Names of other strategies that contain the name of a family.
const OTHERS: &[(&str, &str)] = &[
    ("squeeze", "a squeeze of bands"),
    ("stoch rsi", "the StochRSI"),
    ("stochastic rsi", "the StochRSI"),
    ("stochrsi", "the StochRSI"),
];

/// Parts of a strategy that are left out of one that can be written.
const PARTS: &[(&str, &str)] = &[
    ("obv", "OBV rules"),
    ("time of day", "a time of day"),
    ("session", "a time of day (trading sessions)"),
    ("scale in", "scaling in"),
    ("scale out", "partial exits"),
    ("partial", "partial exits"),
    ("pyramid", "pyramiding"),
    ("hedge", "hedging"),
    ("leverage", "leverage"),
    ("kelly", "Kelly sizing"),
    ("pips", "a distance in pips (stops are a percentage or in ATRs)"),
    ("pip", "a distance in pips (stops are a percentage or in ATRs)"),
    ("ticks", "a distance in ticks (stops are a percentage or in ATRs)"),
    ("breakeven", "a stop at break-even"),
    ("break even", "a stop at break-even"),
];

impl Reading {
    /// Numbers that belong to something that is left out, before anything else takes them.
    pub(super) fn strangers(&mut self) {
        for at in 0..self.tokens.len() {
            let number = |i: usize| self.tokens.get(i).is_some_and(Token::is_number);
            if !number(at) {
                if self.word(at) == "partial" {
                    for near in at + 1..(at + 5).min(self.tokens.len()) {
                        self.skip[near] |= number(near) || self.word(near) == "profit";
                    }
                }
                continue;
            }
            if matches!(self.word(at + 1), "pips" | "pip" | "ticks") {
                self.skip[at] = true;
            }
            let clock = self.word(at + 1) == ":"
                && matches!(self.tokens.get(at + 2), Some(Token::Number { value, .. })
                    if *value == 0.0 || (10.0..60.0).contains(value));
            if clock && !says(&self.tokens, &["reward to risk"]) {
                self.skip[at] = true;
                self.skip[at + 2] = true;
                self.leave_out("a time of day");
            }
        }
    }

    /// Names what is past the rules.
    pub(super) fn beyond(&mut self) {
        for (phrase, name) in KINDS {
            if says(&self.tokens, &[phrase]) {
                self.leave_out(name);
                self.wish.foreign = true;
            }
        }
        // Two symbols against each other.
        if self.tokens.iter().any(|token| matches!(token.word(), "vs" | "versus"))
            && says(&self.tokens, &["pair", "pairs", "spread"])
        {
            self.leave_out("pairs of symbols");
            self.wish.foreign = true;
        }
        for (phrase, name) in OTHERS {
            if says(&self.tokens, &[phrase]) {
                self.wish.family = None;
                self.wish.knobs.clear();
                self.wish.knobs_of = None;
                self.wish.left_out.clear();
                self.leave_out(name);
                self.wish.foreign = true;
            }
        }
        if says(&self.tokens, &["divergence", "divergences"])
            && !says(&self.tokens, &["convergence divergence"])
        {
            self.leave_out("divergences");
        }
        for (phrase, name) in PARTS {
            if says(&self.tokens, &[phrase]) {
                self.leave_out(name);
            }
        }
        self.wish.left_out.truncate(6);
    }

    fn leave_out(&mut self, name: &str) {
        if !self.wish.left_out.iter().any(|known| known == name) {
            self.wish.left_out.push(name.to_owned());
        }
    }
}
