//! Percentages: which of stop, target, size, risk and drawdown a number belongs to.

use super::family::Family;
use super::reading::Reading;
use super::understand::plain;
use super::wish::Amount;
use super::words::{Token, says};

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
    pub(super) fn shares(&mut self) {
        let trail =
            says(&self.tokens, &["trailing stop", "trail the stop", "trailing stops", "trailing"]);
        if trail && self.wish.trailing.is_none() {
            self.wish.trailing = Some(true);
        }
        for at in 0..self.tokens.len() {
            let Token::Number { value, percent, money } = self.tokens[at] else {
                continue;
            };
            if self.skip[at] || money {
                if money {
                    self.wish.left_out.push(
                        "an amount of money (the cash is given when a run starts: `--cash`)"
                            .to_owned(),
                    );
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
            Share::Volatility | Share::Threshold | Share::Band => {
                let (family, name, value) = match share {
                    Share::Volatility => (Family::VolatilityTarget, "target_volatility", fraction),
                    Share::Threshold => (Family::Momentum, "threshold", fraction * 100.0),
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
