//! One table per group of families: the words, the parameters and the Python of each.

pub(super) mod allocation;
pub(super) mod breakout;
pub(super) mod candle;
pub(super) mod direction;
pub(super) mod oscillator;
pub(super) mod pattern;
pub(super) mod reversion;
pub(super) mod trend;

use super::family::Knob;

/// A period in whole bars.
const fn bars(
    name: &'static str,
    label: &'static str,
    default: f64,
    least: f64,
    words: &'static [&'static str],
) -> Knob {
    Knob { name, label, default, least, most: 1_000.0, whole: true, words }
}

/// A level or a factor.
const fn level(
    name: &'static str,
    label: &'static str,
    default: f64,
    (least, most): (f64, f64),
    words: &'static [&'static str],
) -> Knob {
    Knob { name, label, default, least, most, whole: false, words }
}
