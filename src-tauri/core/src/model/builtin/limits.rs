//! What a plan may not exceed, and what in it can't be meant.

use super::family::{Family, Knob};
use super::ground::Ground;
use super::plan::{Plan, Set, Source, capital, percent};
use super::understand::plain;
use super::wish::Direction;
use crate::profile::Timeframe;

/// A fast average must be faster than the slow one, and a look-back longer than its gap.
pub(super) fn order(knobs: &mut [(&'static Knob, Set<f64>)], notes: &mut Vec<String>) {
    let names: Vec<&str> = knobs.iter().map(|(knob, _)| knob.name).collect();
    let at = |name: &str| names.iter().position(|known| *known == name);
    if let (Some(long), Some(skip)) = (at("lookback"), at("skip"))
        && knobs[skip].1.value * 2.0 > knobs[long].1.value
    {
        knobs[skip].1.value = (knobs[long].1.value / 12.0).floor();
        notes.push(format!(
            "The newest {} bars are left out, so that most of the look-back counts.",
            plain(knobs[skip].1.value)
        ));
    }
    if let (Some(base), Some(span)) = (at("base"), at("span"))
        && knobs[base].1.value > knobs[span].1.value
    {
        knobs[span].1.value = (knobs[base].1.value * 2.0).min(knobs[span].0.most);
        notes.push("The leading span is set to twice the base line.".to_owned());
    }
    if let (Some(middle), Some(fast), Some(slow)) = (at("middle"), at("fast"), at("slow")) {
        let mut lengths = [fast, middle, slow].map(|i| knobs[i].1.value);
        lengths.sort_by(f64::total_cmp);
        let [a, b, c] = lengths;
        if !(a < b && b < c) {
            for i in [fast, middle, slow] {
                knobs[i].1 = Set { value: knobs[i].0.default, source: Source::Standard };
            }
            notes.push("Three averages need three lengths; the standard ones are used.".to_owned());
        } else if [fast, middle, slow].map(|i| knobs[i].1.value) != lengths {
            for (i, value) in [fast, middle, slow].into_iter().zip(lengths) {
                knobs[i].1.value = value;
            }
            notes.push("The three averages are put in order, the fastest first.".to_owned());
        }
        return;
    }
    let (Some(fast), Some(slow)) = (at("fast"), at("slow")) else {
        return;
    };
    let (a, b) = (knobs[fast].1.value, knobs[slow].1.value);
    if a < b {
        return;
    }
    // Only one of the two was said: the other gives way, at the usual distance.
    if knobs[slow].1.source == Source::Standard && a <= 500.0 {
        knobs[slow].1.value = (a * 2.0).max(2.0);
        notes.push(format!(
            "The slow average is set to {} bars, so that it stays slower than the fast one.",
            plain(a * 2.0)
        ));
    } else if knobs[fast].1.source == Source::Standard && b >= 2.0 {
        knobs[fast].1.value = (b / 2.0).floor().max(1.0);
        notes.push(format!(
            "The fast average is set to {} bars, so that it stays faster than the slow one.",
            plain((b / 2.0).floor())
        ));
    } else if a > b {
        knobs[fast].1.value = b;
        knobs[slow].1.value = a;
        notes.push(format!(
            "The fast average has to be the shorter one, so {} and {} changed places.",
            plain(a),
            plain(b)
        ));
    } else {
        for at in [fast, slow] {
            knobs[at].1 = Set { value: knobs[at].0.default, source: Source::Standard };
        }
        notes.push(
            "Two averages of one length never cross; the standard lengths are used.".to_owned(),
        );
    }
}

impl Plan {
    /// Brings every value within what the person allows, and says so.
    pub(super) fn keep_limits(&mut self, ground: &Ground) {
        if let Some(most) = ground.max_size
            && self.size.value > most
        {
            if self.size.source < Source::Standard {
                self.notes.push(format!(
                    "A position of {} was asked for, but your limit is {} \
                        (`max_position_size`), so {} is used. To allow more, raise the limit in \
                        your profile or context.",
                    percent(self.size.value),
                    percent(most),
                    percent(most)
                ));
            }
            self.size.value = most;
        }
        if self.size.value > 0.99 {
            self.notes.push(
                "A position is at most 99 % of equity, so that costs can be paid; \
                leverage is not used."
                    .to_owned(),
            );
            self.size.value = 0.99;
        }
        if let (Some(most), Some(drawdown)) = (ground.max_drawdown, &mut self.drawdown)
            && drawdown.value > most
        {
            self.notes.push(format!(
                "A drawdown limit of {} was asked for, but yours is {} (`max_drawdown`), so {} \
                    is used. It can be changed in your profile or context.",
                percent(drawdown.value),
                percent(most),
                percent(most)
            ));
            drawdown.value = most;
        }
        if let (Some(Some(most)), Some(risk)) = (ground.profile.risk, &mut self.risk)
            && risk.value > most
        {
            self.notes.push(format!(
                "A risk of {} per trade was asked for, but yours is {} (`risk_per_trade`), so {} \
                    is used. It can be changed in your profile.",
                percent(risk.value),
                percent(most),
                percent(most)
            ));
            risk.value = most;
        }
        if let Some(most) = ground.max_stop
            && self.stop.value > most
        {
            if self.stop.source < Source::Profile {
                self.notes.push(format!(
                    "A stop of {} was asked for, but your limit is {} (`stop_loss_pct`), so {} is \
                        used. It can be changed in your profile or context.",
                    percent(self.stop.value),
                    percent(most),
                    percent(most)
                ));
            }
            self.stop.value = most;
        }
        if let (Some(atr), true) = (&self.atr_stop, ground.max_stop.is_some()) {
            self.notes.push(format!(
                "The stop stands {} ATR away, but never farther than {}, which is your limit.",
                plain(atr.value),
                percent(self.stop.value)
            ));
        }
        if ground.long_only && self.direction.value != Direction::LongOnly {
            self.notes.push(
                "The context allows long only, so nothing is sold short. It can be changed in the \
                    context."
                    .to_owned(),
            );
            self.direction = Set { value: Direction::LongOnly, source: Source::Context };
        }
        if self.family.value == Family::TurnOfMonth
            && matches!(self.timeframe.value, Timeframe::W1 | Timeframe::Mo1)
        {
            self.notes.push("The turn of the month needs daily or shorter bars.".to_owned());
        }
        if self.family.value.long_only() && self.direction.value != Direction::LongOnly {
            self.notes.push(format!(
                "{} is written for long positions only.",
                capital(self.family.value.spec().name)
            ));
            self.direction = Set { value: Direction::LongOnly, source: Source::Standard };
        }
        if self.family.value.long_only() && self.stop.value < 0.08 {
            self.notes.push(format!(
                "A stop of {} ends this kind of holding often; \"stop at 20 %\" would widen it.",
                percent(self.stop.value)
            ));
        }
        self.keep_target();
        if ground.bad_symbols > 0 && self.symbols.source == Source::Profile {
            self.notes.push(
                "An entry among your profile's symbols is not a symbol and was left out."
                    .to_owned(),
            );
        }
    }

    /// A short can't gain all of its price.
    pub(super) fn keep_target(&mut self) {
        if self.direction.value != Direction::LongOnly
            && let Some(target) = &mut self.take_profit
            && target.value >= 1.0
        {
            target.value = 0.9;
            self.notes.push("A short can't gain 100 %; the take-profit is 90 %.".to_owned());
        }
    }
}
