//! Percentages: which of stop, target, size, risk and drawdown a number belongs to.

use super::family::{Family, recognise};
use super::reading::Reading;
use super::understand::plain;
use super::wish::Amount;
use super::words::{Token, places, says};

/// What a percentage or a fraction may belong to.
#[derive(Clone, Copy, PartialEq)]
enum Share {
    Stop,
    TakeProfit,
    Size,
    Risk,
    Drawdown,
    Volatility,
    Threshold,
    Band,
    Distance,
}

const SHARES: &[(&str, Share)] = &[
    ("stop", Share::Stop),
    ("stops", Share::Stop),
    ("stoploss", Share::Stop),
    ("sl", Share::Stop),
    ("loss", Share::Stop),
    ("trailing", Share::Stop),
    ("trail", Share::Stop),
    ("take", Share::TakeProfit),
    ("profit", Share::TakeProfit),
    ("profits", Share::TakeProfit),
    ("tp", Share::TakeProfit),
    ("target", Share::TakeProfit),
    ("takeprofit", Share::TakeProfit),
    ("position", Share::Size),
    ("positions", Share::Size),
    ("size", Share::Size),
    ("sizing", Share::Size),
    ("allocation", Share::Size),
    ("allocate", Share::Size),
    ("invest", Share::Size),
    ("exposure", Share::Size),
    ("hold", Share::Size),
    ("risk", Share::Risk),
    ("risking", Share::Risk),
    ("drawdown", Share::Drawdown),
    ("dd", Share::Drawdown),
    ("volatility", Share::Volatility),
    ("vol", Share::Volatility),
    ("threshold", Share::Threshold),
    ("band", Share::Band),
    ("equity", Share::Size),
    ("capital", Share::Size),
    ("trade", Share::Size),
];

/// After a number: it is no percentage.
const UNITS: &[&str] = &[
    "atr", "atrs", "x", "bar", "bars", "period", "periods", "d", "day", "days", "w", "week",
    "weeks", "mo", "month", "months", "year", "years", "h", "hr", "hrs", "hour", "hours", "m",
    "min", "mins", "minute", "minutes", "times",
];

impl Reading {
    /// Percentages, and small numbers beside the words for a stop, a target, a size.
    pub(super) fn shares(&mut self, current: Option<Family>) {
        let trail = says(
            &self.tokens,
            &["trailing stop", "trail the stop", "trailing stops", "trailing", "trail"],
        );
        if trail && self.wish.trailing.is_none() {
            self.wish.trailing = Some(true);
        }
        self.reward();
        for at in 0..self.tokens.len() {
            let Token::Number { value, percent, money } = self.tokens[at] else {
                continue;
            };
            if self.skip[at] || money {
                if money {
                    self.wish.left_out.push(format!(
                        "{} in money (sizes are shares of equity; the cash is given when a run \
                            starts: `--cash`)",
                        plain(value)
                    ));
                    self.skip[at] = true;
                }
                continue;
            }
            let share = self.nearest(at, |word| {
                SHARES.iter().find(|(name, _)| *name == word).map(|(_, share)| *share)
            });
            let share = match share {
                Some((Share::TakeProfit, _)) if self.near(at, 4, 4, &["volatility", "vol"]) => {
                    Some((Share::Volatility, 1))
                }
                None if percent => self.loose(at, current).map(|share| (share, 1)),
                other => other,
            };
            let fraction = if percent {
                value / 100.0
            } else if value > 0.0
                && value < 1.0
                && matches!(share, Some((kind, d)) if d <= 3 && kind != Share::Threshold)
            {
                value
            } else if matches!(share, Some((Share::Stop | Share::TakeProfit, d)) if d <= 2)
                && (1.0..=30.0).contains(&value)
                && !UNITS.contains(&self.word(at + 1))
            {
                value / 100.0
            } else {
                continue;
            };
            self.skip[at] = true;
            let Some((share, _)) = share else {
                self.wish.left_out.push(format!(
                    "{} % (it was not clear what it belongs to)",
                    plain(fraction * 100.0)
                ));
                continue;
            };
            self.take_share(share, fraction);
        }
    }

    /// A percentage without a word of its own beside it.
    fn loose(&self, at: usize, current: Option<Family>) -> Option<Share> {
        let named = recognise(&self.tokens, &self.skip).family.or(current)?;
        let beside = self.near(at, 3, 3, &["above", "below", "over", "under", "exceeds", "away"]);
        match named {
            Family::VolatilityTarget => Some(Share::Volatility),
            Family::BuyAndHold => Some(Share::Size),
            Family::Vwap => Some(Share::Distance),
            Family::Momentum if beside => Some(Share::Threshold),
            _ => None,
        }
    }

    /// "ATR stop 2x", "stop = 1.5 x ATR(14)", "a 3 ATR stop".
    pub(super) fn atr_stop(&mut self) {
        let is_stop = |word: &str| matches!(word, "stop" | "stops" | "sl" | "stoploss");
        for at in 0..self.tokens.len() {
            if !matches!(self.word(at), "atr" | "atrs") || self.skip[at] {
                continue;
            }
            let span = at.saturating_sub(4)..(at + 3).min(self.tokens.len());
            let Some(stop) = span.clone().find(|&i| is_stop(self.word(i))) else { continue };
            let number = |i: usize| match self.tokens.get(i) {
                Some(Token::Number { value, percent: false, .. }) if !self.skip[i] => {
                    Some((i, *value)).filter(|(_, value)| (0.1..=20.0).contains(value))
                }
                _ => None,
            };
            let before = (at.saturating_sub(3)..at).rev().find_map(number);
            let after = || (at.max(stop) + 1..at.max(stop) + 4).find_map(number);
            let found = before.or_else(after);
            self.wish.atr_stop = Some(Some(found.map_or(2.0, |(_, value)| value)));
            let far = found.map_or(at, |(i, _)| i);
            self.skip[at.min(stop).min(far)..=at.max(stop).max(far)].fill(true);
            // The period of the ATR itself, in brackets.
            for i in at + 1..(at + 3).min(self.tokens.len()) {
                self.skip[i] |= self.tokens[i].is_number() && self.tokens[at + 1] == Token::Comma;
            }
        }
    }

    /// "2:1 reward to risk", "a reward to risk of 2".
    fn reward(&mut self) {
        let Some(&place) = places(&self.tokens, "reward to risk").first() else { return };
        let numbers: Vec<(usize, f64)> = (place.saturating_sub(4)..place + 8)
            .filter_map(|i| match self.tokens.get(i) {
                Some(Token::Number { value, percent: false, .. }) if !self.skip[i] => {
                    Some((i, *value))
                }
                _ => None,
            })
            .collect();
        let ratio = match numbers[..] {
            [(a, x), (b, y)] if b == a + 2 && self.word(a + 1) == ":" => {
                Some((x.max(y) / x.min(y), a..b + 1))
            }
            [(a, x)] => Some((x, a..a + 1)),
            _ => None,
        };
        match ratio {
            Some((ratio, span)) if (0.1..=20.0).contains(&ratio) => {
                self.wish.reward = Some(ratio);
                self.skip[span].fill(true);
                self.skip[place..place + 3].fill(true);
            }
            _ => self.wish.left_out.push("that ratio of reward to risk".to_owned()),
        }
    }

    fn take_share(&mut self, share: Share, fraction: f64) {
        let wish = &mut self.wish;
        let (slot, name, least, most) = match share {
            Share::Stop => (&mut wish.stop, "stop", 0.001, 0.9),
            Share::Size => (&mut wish.size, "position size", 0.001, 10.0),
            Share::Drawdown => (&mut wish.drawdown, "drawdown limit", 0.001, 0.99),
            Share::TakeProfit | Share::Risk => {
                let (slot, name, most) = if share == Share::Risk {
                    (&mut wish.risk, "risk per trade", 1.0)
                } else {
                    (&mut wish.take_profit, "take-profit", 10.0)
                };
                if (0.0001..=most).contains(&fraction) {
                    *slot = Some(Some(fraction));
                } else {
                    wish.left_out.push(format!("a {name} of {} %", plain(fraction * 100.0)));
                }
                return;
            }
            Share::Volatility | Share::Threshold | Share::Band | Share::Distance => {
                let (family, name, value) = match share {
                    Share::Volatility => (Family::VolatilityTarget, "target_volatility", fraction),
                    Share::Threshold => (Family::Momentum, "threshold", fraction * 100.0),
                    Share::Distance => (Family::Vwap, "distance", fraction * 100.0),
                    _ => (Family::BuyAndHold, "band", fraction),
                };
                wish.knobs_of = Some(family);
                wish.knobs.insert(name, Amount { value, span: None });
                return;
            }
        };
        if (least..=most).contains(&fraction) {
            *slot = Some(fraction);
        } else {
            wish.left_out.push(format!("a {name} of {} %", plain(fraction * 100.0)));
        }
    }
}
