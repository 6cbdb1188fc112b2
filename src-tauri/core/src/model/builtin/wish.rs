//! What somebody wants, as far as they said it; whatever they didn't say is left open.

use std::collections::BTreeMap;

use super::family::Family;
use crate::profile::Timeframe;

/// Which sides a strategy may take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Direction {
    #[default]
    LongOnly,
    ShortOnly,
    Both,
}

/// A number as it was said, before the timeframe is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Amount {
    pub(super) value: f64,
    /// `Some` when it was said in days, weeks, months or years.
    pub(super) span: Option<Span>,
}

/// A length of calendar time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Span {
    Days,
    Weeks,
    Months,
    Quarters,
    Years,
}

/// The kind of moving average.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Average {
    Sma,
    Ema,
    Wma,
}

impl Average {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sma => "SMA",
            Self::Ema => "EMA",
            Self::Wma => "WMA",
        }
    }
}

/// Wishes of one text, or of several read one after the other. An inner `None` of a
/// doubled option is the wish to have the thing removed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Wish {
    pub(super) family: Option<Family>,
    /// The family that `knobs` belong to.
    pub(super) knobs_of: Option<Family>,
    pub(super) knobs: BTreeMap<&'static str, Amount>,
    pub(super) average: Option<Average>,
    pub(super) symbols: Option<Vec<String>>,
    pub(super) timeframe: Option<Timeframe>,
    pub(super) direction: Option<Direction>,
    pub(super) stop: Option<f64>,
    pub(super) take_profit: Option<Option<f64>>,
    pub(super) trailing: Option<bool>,
    /// A stop in average true ranges.
    pub(super) atr_stop: Option<Option<f64>>,
    /// The take-profit as a multiple of the stop.
    pub(super) reward: Option<f64>,
    pub(super) size: Option<f64>,
    pub(super) risk: Option<Option<f64>>,
    pub(super) drawdown: Option<f64>,
    pub(super) trend_filter: Option<Option<f64>>,
    /// What was said but is not done, in words for the person.
    pub(super) left_out: Vec<String>,
    /// It names a kind of trading that is past the rules.
    pub(super) foreign: bool,
    /// Its family is only hinted at.
    pub(super) hint: bool,
    /// Families between which it does not decide.
    pub(super) choices: Vec<Family>,
}

impl Wish {
    /// True when it asks for nothing.
    pub(super) fn is_empty(&self) -> bool {
        Self {
            left_out: Vec::new(),
            foreign: false,
            hint: false,
            choices: Vec::new(),
            ..self.clone()
        } == Self::default()
    }

    /// Adds a later wish, which wins.
    pub(super) fn absorb(&mut self, later: Self) {
        fn take<T>(mine: &mut Option<T>, later: Option<T>) {
            if later.is_some() {
                *mine = later;
            }
        }
        let family = later.family.or(self.family);
        if family != self.family && self.knobs_of != family {
            self.knobs.clear();
        }
        self.family = family;
        if later.knobs_of.is_some() {
            if later.knobs_of != self.knobs_of {
                self.knobs.clear();
            }
            self.knobs_of = later.knobs_of;
            self.knobs.extend(later.knobs);
        }
        take(&mut self.average, later.average);
        take(&mut self.symbols, later.symbols);
        take(&mut self.timeframe, later.timeframe);
        take(&mut self.direction, later.direction);
        take(&mut self.stop, later.stop);
        // The later of a fixed target and a multiple of the stop holds.
        if later.take_profit.is_some() {
            self.reward = None;
        }
        if later.reward.is_some() {
            self.take_profit = None;
        }
        take(&mut self.reward, later.reward);
        take(&mut self.take_profit, later.take_profit);
        take(&mut self.trailing, later.trailing);
        take(&mut self.atr_stop, later.atr_stop);
        take(&mut self.size, later.size);
        take(&mut self.risk, later.risk);
        take(&mut self.drawdown, later.drawdown);
        take(&mut self.trend_filter, later.trend_filter);
        self.left_out = later.left_out;
        self.foreign = later.foreign;
        self.hint = later.hint;
        self.choices = later.choices;
    }
}
