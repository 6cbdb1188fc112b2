//! What a plan may not exceed, and what in it can't be meant.

use super::family::Knob;
use super::ground::Ground;
use super::plan::{Plan, Set, Source, capital, percent};
use super::understand::plain;
use super::wish::Direction;

/// A fast average must be faster than the slow one.
pub(super) fn order(knobs: &mut [(&'static Knob, Set<f64>)], notes: &mut Vec<String>) {
    let at = |name: &str| knobs.iter().position(|(knob, _)| knob.name == name);
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
        if let Some(usual) = ground.profile.stop
            && self.stop.value > usual
            && self.stop.source < Source::Profile
        {
            self.notes.push(format!(
                "The stop of {} is wider than the {} in your profile.",
                percent(self.stop.value),
                percent(usual)
            ));
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
        if self.direction.value != Direction::LongOnly
            && let Some(target) = &mut self.take_profit
            && target.value >= 1.0
        {
            target.value = 0.9;
            self.notes.push("A short can't gain 100 %; the take-profit is 90 %.".to_owned());
        }
        if ground.bad_symbols > 0 && self.symbols.source == Source::Profile {
            self.notes.push(
                "An entry among your profile's symbols is not a symbol and was left out."
                    .to_owned(),
            );
        }
    }
}
