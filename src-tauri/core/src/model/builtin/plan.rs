//! What is going to be written: every setting with its value and where it came from.
//!
//! The conversation comes first, then the context, then the profile, then the rules'
//! own values. The limits of the person hold against all of them.

use super::family::{Family, Knob};
use super::ground::Ground;
use super::limits::order;
use super::symbols::is_coin;
use super::understand::plain;
use super::wish::{Amount, Average, Direction, Span, Wish};
use crate::profile::{RiskTolerance, Timeframe};

/// Where a setting came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    Conversation,
    Context,
    Profile,
    Standard,
}

impl Source {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Conversation => "conversation",
            Self::Context => "context",
            Self::Profile => "profile",
            Self::Standard => "standard value",
        }
    }
}

/// A value and its source.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Set<T> {
    pub(super) value: T,
    pub(super) source: Source,
}

/// A whole strategy.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) family: Set<Family>,
    pub(super) average: Set<Average>,
    pub(super) knobs: Vec<(&'static Knob, Set<f64>)>,
    pub(super) symbols: Set<Vec<String>>,
    pub(super) timeframe: Set<Timeframe>,
    pub(super) direction: Set<Direction>,
    pub(super) stop: Set<f64>,
    pub(super) trailing: Set<bool>,
    /// A stop in average true ranges; `stop` then is its outer limit.
    pub(super) atr_stop: Option<Set<f64>>,
    pub(super) take_profit: Option<Set<f64>>,
    pub(super) size: Set<f64>,
    pub(super) risk: Option<Set<f64>>,
    pub(super) drawdown: Option<Set<f64>>,
    pub(super) trend_filter: Option<Set<f64>>,
    /// What the person has to know: limits that held, values that were put right.
    pub(super) notes: Vec<String>,
}

/// One line of the table of parameters.
pub(super) struct Row {
    /// The class attribute.
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    /// As Python.
    pub(super) code: String,
    /// For the person.
    pub(super) shown: String,
    pub(super) source: Source,
}

/// The layers of wishes, the strongest first.
struct Layers<'a>([(Source, &'a Wish); 3]);

impl<'a> Layers<'a> {
    fn pick<T>(&self, get: impl Fn(&'a Wish) -> Option<T>) -> Option<Set<T>> {
        self.0.iter().find_map(|&(source, wish)| get(wish).map(|value| Set { value, source }))
    }

    fn or<T>(&self, get: impl Fn(&'a Wish) -> Option<T>, standard: T) -> Set<T> {
        self.pick(get).unwrap_or(Set { value: standard, source: Source::Standard })
    }
}

/// The family in force: said, else the context's, else the profile's.
pub(super) fn family_of(said: &Wish, ground: &Ground) -> Option<Family> {
    said.family.or(ground.context.family).or(ground.profile.family)
}

/// Settles every question; nothing when no family is known.
pub(super) fn settle(said: &Wish, ground: &Ground) -> Option<Plan> {
    let layers = Layers([
        (Source::Conversation, said),
        (Source::Context, &ground.context),
        (Source::Profile, &ground.profile),
    ]);
    let family = layers.pick(|wish| wish.family)?;
    let spec = family.value.spec();
    let mut notes = Vec::new();
    let timeframe = layers.or(|wish| wish.timeframe, Timeframe::D1);
    let symbols = layers.or(|wish| wish.symbols.clone(), Vec::new());
    let (size, stop) = match ground.tolerance {
        RiskTolerance::Conservative => (0.05, 0.02),
        RiskTolerance::Moderate => (0.10, 0.03),
        RiskTolerance::Aggressive => (0.20, 0.05),
    };
    let mut knobs = Vec::new();
    for knob in spec.knobs {
        let mine = |wish: &&Wish| wish.knobs_of == Some(family.value);
        let said = |source: Source| {
            let find = |wish: &'_ Wish| wish.knobs.get(knob.name).filter(|_| mine(&wish)).copied();
            layers.0.iter().find(|layer| layer.0 == source).and_then(|(_, wish)| find(wish))
        };
        let number = || {
            let value = ground.number(family.value, knob)?;
            Some(Amount { value, span: None })
        };
        let found = [
            (said(Source::Conversation), Source::Conversation),
            (number().or(said(Source::Context)), Source::Context),
            (said(Source::Profile), Source::Profile),
        ]
        .into_iter()
        .find_map(|(amount, source)| amount.map(|value| Set { value, source }));
        let set = match found {
            Some(Set { value, source }) => {
                Set { value: bars(value, timeframe.value, knob, &mut notes), source }
            }
            None => Set { value: knob.default, source: Source::Standard },
        };
        knobs.push((knob, set));
    }
    order(&mut knobs, &mut notes);
    let mut plan = Plan {
        average: layers.or(|wish| wish.average, Average::Ema),
        direction: layers.or(|wish| wish.direction, Direction::LongOnly),
        stop: layers.or(|wish| wish.stop, spec.stop.unwrap_or(stop)),
        trailing: layers.or(|wish| wish.trailing, false),
        atr_stop: layers.pick(|wish| wish.atr_stop).and_then(inner),
        take_profit: layers.pick(|wish| wish.take_profit).and_then(inner),
        size: layers.or(|wish| wish.size, size),
        risk: layers.pick(|wish| wish.risk).and_then(inner),
        drawdown: layers.pick(|wish| wish.drawdown),
        trend_filter: layers.pick(|wish| wish.trend_filter).and_then(inner),
        family,
        knobs,
        symbols,
        timeframe,
        notes,
    };
    if plan.atr_stop.is_some() && plan.stop.source == Source::Standard {
        plan.stop.value = WIDEST_ATR_STOP;
    }
    plan.keep_limits(ground);
    if let Some(reward) = layers.pick(|wish| wish.reward)
        && plan.take_profit.as_ref().is_none_or(|set| reward.source <= set.source)
    {
        let value = (reward.value * plan.stop.value).min(10.0);
        plan.take_profit = Some(Set { value, source: reward.source });
        plan.keep_target();
    }
    plan.leave_at_the_far_level();
    Some(plan)
}

/// How far from the price a stop in ATRs may stand where no other limit is known.
const WIDEST_ATR_STOP: f64 = 0.10;

fn inner<T>(set: Set<Option<T>>) -> Option<Set<T>> {
    set.value.map(|value| Set { value, source: set.source })
}

/// Calendar time in bars; a note where that is not what the words say.
fn bars(amount: Amount, timeframe: Timeframe, knob: &Knob, notes: &mut Vec<String>) -> f64 {
    let Some(span) = amount.span else {
        return amount.value;
    };
    let factor = match (timeframe, span) {
        (Timeframe::D1, Span::Days)
        | (Timeframe::W1, Span::Weeks)
        | (Timeframe::Mo1, Span::Months) => 1.0,
        (Timeframe::D1, Span::Weeks) => 5.0,
        (Timeframe::D1, Span::Months) => 21.0,
        (Timeframe::D1, Span::Quarters) => 63.0,
        (Timeframe::D1, Span::Years) => 252.0,
        (Timeframe::W1, Span::Months) => 4.0,
        (Timeframe::W1, Span::Quarters) => 13.0,
        (Timeframe::W1, Span::Years) => 52.0,
        (Timeframe::Mo1, Span::Quarters) => 3.0,
        (Timeframe::Mo1, Span::Years) => 12.0,
        _ => {
            notes.push(format!(
                "On {} the {} is counted in bars: {}.",
                timeframe.bars(),
                knob.label,
                plain(amount.value)
            ));
            1.0
        }
    };
    (amount.value * factor).clamp(knob.least, knob.most)
}

impl Plan {
    /// "Buy below 30 and sell above 70" on one side only: the far level is the exit.
    fn leave_at_the_far_level(&mut self) {
        let Some(far) = self.unused() else { return };
        let find = |name: &str| self.knobs.iter().position(|(knob, _)| knob.name == name);
        if let (Some(far), Some(middle)) = (find(far), find("middle"))
            && self.knobs[far].1.source < self.knobs[middle].1.source
        {
            self.knobs[middle].1 = self.knobs[far].1.clone();
        }
    }

    /// The level that an RSI on one side never looks at.
    fn unused(&self) -> Option<&'static str> {
        match (self.family.value, self.direction.value) {
            (Family::Rsi, Direction::LongOnly) => Some("overbought"),
            (Family::Rsi, Direction::ShortOnly) => Some("oversold"),
            _ => None,
        }
    }

    /// A knob's value.
    pub(super) fn knob(&self, name: &str) -> Option<f64> {
        self.knobs.iter().find(|(knob, _)| knob.name == name).map(|(_, set)| set.value)
    }

    /// The smallest quantity that can be traded.
    pub(super) fn unit(&self) -> f64 {
        if self.symbols.value.iter().any(|symbol| is_coin(symbol)) { 0.0001 } else { 1.0 }
    }

    /// Bars in a year, for what is annualised.
    pub(super) fn bars_per_year(&self) -> f64 {
        let coin = !self.symbols.value.is_empty()
            && self.symbols.value.iter().all(|symbol| is_coin(symbol));
        let (days, minutes) = if coin { (365.0, 1_440.0) } else { (252.0, 390.0) };
        let minutes_each = match self.timeframe.value {
            Timeframe::D1 => return days,
            Timeframe::W1 => return 52.0,
            Timeframe::Mo1 => return 12.0,
            Timeframe::M1 => 1.0,
            Timeframe::M5 => 5.0,
            Timeframe::M15 => 15.0,
            Timeframe::M30 => 30.0,
            Timeframe::H1 => 60.0,
            Timeframe::H4 => 240.0,
        };
        (days * minutes / minutes_each).round()
    }

    /// Every class attribute, in the order of the file.
    pub(super) fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut row =
            |name, label, code, shown, source| rows.push(Row { name, label, code, shown, source });
        let list = &self.symbols.value;
        let quoted: Vec<String> = list.iter().map(|symbol| format!("\"{symbol}\"")).collect();
        let tuple = if list.len() == 1 {
            format!("({},)", quoted[0])
        } else {
            format!("({})", quoted.join(", "))
        };
        let shown = if list.is_empty() { "any".to_owned() } else { list.join(", ") };
        row("symbols", "what it trades", tuple, shown, self.symbols.source);
        let code = self.timeframe.value.code();
        row(
            "timeframe",
            "length of a bar",
            format!("\"{code}\""),
            self.timeframe.value.bars().to_owned(),
            self.timeframe.source,
        );
        if self.unit() < 1.0 {
            row(
                "unit",
                "smallest quantity",
                plain(self.unit()),
                plain(self.unit()),
                self.symbols.source,
            );
        }
        for (knob, set) in self.knobs.iter().filter(|(knob, _)| Some(knob.name) != self.unused()) {
            let code = if knob.whole { plain(set.value) } else { float(set.value) };
            row(knob.name, knob.label, code, plain(set.value), set.source);
        }
        if self.family.value == Family::VolatilityTarget {
            let n = plain(self.bars_per_year());
            row("bars_per_year", "bars in a year", n.clone(), n, Source::Standard);
        }
        if let Some(set) = &self.trend_filter {
            row(
                "trend_filter",
                "trend filter, SMA bars",
                plain(set.value),
                plain(set.value),
                set.source,
            );
        }
        if let Some(set) = &self.atr_stop {
            row(
                "atr_stop",
                "stop, ATRs of 14 bars",
                float(set.value),
                plain(set.value),
                set.source,
            );
        }
        let mut share = |name, label, set: &Set<f64>| {
            row(name, label, float(set.value), percent(set.value), set.source)
        };
        let label = if self.atr_stop.is_some() { "farthest stop-loss" } else { "stop-loss" };
        share("stop_loss_pct", label, &self.stop);
        if let Some(set) = &self.take_profit {
            share("take_profit_pct", "take-profit", set);
        }
        share("position_size", "position size, of equity", &self.size);
        if let Some(set) = &self.risk {
            share("risk_per_trade", "risk per trade, of equity", set);
        }
        if let Some(set) = &self.drawdown {
            share("max_drawdown", "drawdown at which it stops opening", set);
        }
        rows
    }

    /// Fills `{MA}` and the names of knobs in a text of the tables.
    pub(super) fn fill(&self, text: &str) -> String {
        let mut filled = text.replace("{MA}", self.average.value.name());
        for (knob, set) in &self.knobs {
            filled = filled.replace(&format!("{{{}}}", knob.name), &plain(set.value));
        }
        filled
    }
}

/// `0.025` → `2.5 %`.
pub(super) fn percent(fraction: f64) -> String {
    format!("{} %", plain((fraction * 1e6).round() / 1e4))
}

/// A Python float.
fn float(value: f64) -> String {
    let text = format!("{value:.6}");
    let text = text.trim_end_matches('0');
    if text.ends_with('.') { format!("{text}0") } else { text.to_owned() }
}

/// A capital first letter.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}
