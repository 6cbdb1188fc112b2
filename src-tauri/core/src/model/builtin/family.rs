//! The families of strategies under the field's own names, and how each is recognised.

use super::families::{
    allocation, breakout, candle, direction, oscillator, pattern, reversion, trend,
};
use super::words::{Token, places};

/// A kind of strategy that the rules can write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Family {
    Crossover,
    Momentum,
    Rsi,
    Bollinger,
    ZScore,
    Stochastic,
    Donchian,
    Keltner,
    Macd,
    Supertrend,
    VolatilityTarget,
    BuyAndHold,
    Cci,
    Williams,
    Vwap,
    Adx,
    TripleAverage,
    AbsoluteMomentum,
    HeikinAshi,
    Ichimoku,
    ParabolicSar,
    NarrowRange,
    InsideBar,
    TurnOfMonth,
}

/// A parameter of a family.
#[derive(Debug)]
pub(super) struct Knob {
    /// The class attribute.
    pub(super) name: &'static str,
    /// For the person.
    pub(super) label: &'static str,
    pub(super) default: f64,
    pub(super) least: f64,
    pub(super) most: f64,
    /// A whole number of bars.
    pub(super) whole: bool,
    /// Words that stand beside its number.
    pub(super) words: &'static [&'static str],
}

/// Everything that the rules know about a family. In texts, `{name}` stands for the value
/// of a knob and `{MA}` for the kind of average.
#[derive(Debug)]
pub(super) struct Spec {
    /// As in "an RSI mean-reversion strategy".
    pub(super) name: &'static str,
    pub(super) class: &'static str,
    /// Phrases, each with its weight: 3 and more names the family, 1 only hints at it.
    pub(super) phrases: &'static [(&'static str, u8)],
    /// In the order in which people list their numbers.
    pub(super) knobs: &'static [Knob],
    pub(super) imports: &'static [&'static str],
    /// Lines of `init`.
    pub(super) init: &'static [&'static str],
    pub(super) code: Code,
    pub(super) about: &'static str,
    pub(super) entry_long: &'static str,
    pub(super) exit_long: &'static str,
    pub(super) entry_short: &'static str,
    pub(super) exit_short: &'static str,
    /// What tends to go wrong with it.
    pub(super) weakness: &'static str,
    /// A stop that suits the family where the person has none.
    pub(super) stop: Option<f64>,
    /// A follow-up worth trying.
    pub(super) try_next: &'static str,
}

/// How `next` is written.
#[derive(Debug)]
pub(super) enum Code {
    /// Conditions in Python, after the lines `before` them; a `lasting` entry is acted on
    /// when it begins.
    Signals {
        lasting: bool,
        before: &'static [&'static str],
        enter_long: &'static str,
        leave_long: &'static str,
        enter_short: &'static str,
        leave_short: &'static str,
    },
    /// A body of its own: holds more or less, long only.
    Allocation(&'static [&'static str]),
}

impl Family {
    pub(super) const ALL: [Self; 24] = [
        Self::Crossover,
        Self::Momentum,
        Self::Rsi,
        Self::Bollinger,
        Self::ZScore,
        Self::Stochastic,
        Self::Donchian,
        Self::Keltner,
        Self::Macd,
        Self::Supertrend,
        Self::VolatilityTarget,
        Self::BuyAndHold,
        Self::Cci,
        Self::Williams,
        Self::Vwap,
        Self::Adx,
        Self::TripleAverage,
        Self::AbsoluteMomentum,
        Self::HeikinAshi,
        Self::Ichimoku,
        Self::ParabolicSar,
        Self::NarrowRange,
        Self::InsideBar,
        Self::TurnOfMonth,
    ];

    pub(super) fn spec(self) -> &'static Spec {
        match self {
            Self::Crossover => &trend::CROSSOVER,
            Self::Momentum => &trend::MOMENTUM,
            Self::Macd => &trend::MACD,
            Self::Supertrend => &trend::SUPERTREND,
            Self::Rsi => &reversion::RSI,
            Self::Bollinger => &reversion::BOLLINGER,
            Self::ZScore => &reversion::ZSCORE,
            Self::Stochastic => &reversion::STOCHASTIC,
            Self::Donchian => &breakout::DONCHIAN,
            Self::Keltner => &breakout::KELTNER,
            Self::VolatilityTarget => &allocation::VOLATILITY_TARGET,
            Self::BuyAndHold => &allocation::BUY_AND_HOLD,
            Self::Cci => &oscillator::CCI,
            Self::Williams => &oscillator::WILLIAMS,
            Self::Vwap => &oscillator::VWAP,
            Self::Adx => &direction::ADX,
            Self::TripleAverage => &direction::TRIPLE,
            Self::AbsoluteMomentum => &direction::ABSOLUTE,
            Self::HeikinAshi => &candle::HEIKIN_ASHI,
            Self::Ichimoku => &candle::ICHIMOKU,
            Self::ParabolicSar => &candle::PARABOLIC_SAR,
            Self::NarrowRange => &pattern::NARROW_RANGE,
            Self::InsideBar => &pattern::INSIDE_BAR,
            Self::TurnOfMonth => &pattern::TURN_OF_MONTH,
        }
    }

    /// True when it only ever holds.
    pub(super) fn long_only(self) -> bool {
        matches!(self.spec().code, Code::Allocation(_))
    }

    pub(super) fn knob(self, name: &str) -> Option<&'static Knob> {
        self.spec().knobs.iter().find(|knob| knob.name == name)
    }
}

/// What a text names: the best family, and another one that it names as clearly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) family: Option<Family>,
    pub(super) also: Option<Family>,
    /// Only a hint was there, as in "mean reversion".
    pub(super) hint: bool,
}

/// Recognises the family of a text; `skip` marks tokens that belong to something else.
pub(super) fn recognise(tokens: &[Token], skip: &[bool]) -> Named {
    let mut scores: Vec<(Family, u32, u8, usize)> = Vec::new();
    for family in Family::ALL {
        let (mut sum, mut top, mut first) = (0, 0, usize::MAX);
        for &(phrase, weight) in family.spec().phrases {
            let here = phrase_places(tokens, phrase)
                .into_iter()
                .find(|&at| !skip[at] && !denied(tokens, at));
            if let Some(at) = here {
                sum += u32::from(weight);
                top = top.max(weight);
                first = first.min(at);
            }
        }
        if sum > 0 {
            scores.push((family, sum, top, first));
        }
    }
    // The clearest name first; of two as clear, the one that was said first.
    scores.sort_by_key(|&(_, sum, top, first)| (std::cmp::Reverse((top, sum)), first));
    let also = scores.get(1).filter(|(_, _, top, _)| *top >= 3).map(|score| score.0);
    let hint = scores.first().is_some_and(|(_, _, top, _)| *top < 2);
    Named { family: scores.first().map(|score| score.0), also, hint }
}

/// Where the words stand that name a family, hints left out.
pub(super) fn name_places(tokens: &[Token], family: Family) -> Vec<usize> {
    family
        .spec()
        .phrases
        .iter()
        .filter(|(_, weight)| *weight >= 2)
        .flat_map(|(phrase, _)| {
            let last = phrase.split(' ').count() - 1;
            phrase_places(tokens, phrase).into_iter().map(move |at| at + last)
        })
        .collect()
}

fn phrase_places(tokens: &[Token], phrase: &str) -> Vec<usize> {
    let exact = places(tokens, phrase);
    if !exact.is_empty() || phrase.contains(' ') || phrase.len() < 7 {
        return exact;
    }
    (0..tokens.len()).filter(|&i| one_slip(tokens[i].word(), phrase)).collect()
}

/// "not momentum", "without RSI", "instead of MACD".
pub(super) fn denied(tokens: &[Token], at: usize) -> bool {
    let before = |n: usize| at.checked_sub(n).map_or("", |i| tokens[i].word());
    matches!(before(1), "not" | "no" | "without")
        || matches!((before(2), before(1)), ("instead" | "tired", "of") | ("rather", "than"))
        || (matches!(before(2), "not" | "dont" | "no" | "without")
            && matches!(before(1), "a" | "an" | "the" | "want" | "use" | "more" | "like"))
}

/// One letter too many, too few, changed, or two swapped.
fn one_slip(word: &str, right: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (word.chars().collect(), right.chars().collect());
    if a.is_empty() || a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let swapped = a.len() == b.len()
        && head + 1 < a.len()
        && a[head] == b[head + 1]
        && a[head + 1] == b[head]
        && a[head + 2..] == b[head + 2..];
    head > 0 && (swapped || head + tail + 1 >= a.len().max(b.len()))
}

#[cfg(test)]
mod tests {
    use super::super::words::tokens;
    use super::*;

    fn family(text: &str) -> Option<Family> {
        let tokens = tokens(text);
        recognise(&tokens, &vec![false; tokens.len()]).family
    }

    #[test]
    fn every_family_is_recognised_by_the_fields_names() {
        for (text, want) in [
            ("Create a momentum strategy for AAPL", Family::Momentum),
            ("rate of change system", Family::Momentum),
            ("EMA 10/40", Family::Crossover),
            ("a golden cross on SPY", Family::Crossover),
            ("trend following please", Family::Crossover),
            ("moving average crossover momentum", Family::Crossover),
            ("mean reversion for MSFT", Family::Rsi),
            ("RSI mean reversion", Family::Rsi),
            ("Bollinger mean reversion", Family::Bollinger),
            ("z-score mean reversion", Family::ZScore),
            ("stochastic oscillator", Family::Stochastic),
            ("20-day breakout", Family::Donchian),
            ("the turtle rules", Family::Donchian),
            ("volatility breakout with ATR", Family::Keltner),
            ("Keltner channels", Family::Keltner),
            ("MACD trend", Family::Macd),
            ("supertrend", Family::Supertrend),
            ("volatility targeting at 10%", Family::VolatilityTarget),
            ("buy and hold with rebalancing", Family::BuyAndHold),
            ("buy & hold", Family::BuyAndHold),
            ("a momentun stratgy", Family::Momentum),
            ("bolinger bands", Family::Bollinger),
        ] {
            assert_eq!(family(text), Some(want), "{text}");
        }
    }

    #[test]
    fn what_is_denied_is_not_chosen() {
        assert_eq!(family("not momentum but RSI"), Some(Family::Rsi));
        assert_eq!(family("MACD instead of RSI"), Some(Family::Macd));
        assert_eq!(family("no momentum"), None);
        assert_eq!(family("what is the weather"), None);
    }
}
