//! What stands behind a conversation: the context and the profile, read as wishes.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::family::{Family, Knob};
use super::symbols;
use super::understand::read;
use super::wish::{Direction, Wish};
use super::words::readable;
use crate::context::ContextDraft;
use crate::profile::{ProfileDraft, RiskTolerance, Timeframe};

/// The context and the profile, read once.
pub(super) struct Ground {
    pub(super) context: Wish,
    pub(super) profile: Wish,
    pub(super) tolerance: RiskTolerance,
    /// Valid symbols of the profile.
    pub(super) symbols: Vec<String>,
    /// The smallest of what the profile and the context allow.
    pub(super) max_size: Option<f64>,
    pub(super) max_drawdown: Option<f64>,
    pub(super) max_stop: Option<f64>,
    /// The context forbids shorts.
    pub(super) long_only: bool,
    /// Numbers of the context's data, by name.
    numbers: BTreeMap<String, f64>,
    /// Entries of the profile that are no symbols.
    pub(super) bad_symbols: usize,
}

/// Reads the context and the profile of a request.
pub(super) fn ground(profile: &ProfileDraft, context: Option<&ContextDraft>) -> Ground {
    let upper: Vec<String> =
        profile.symbols.iter().map(|s| s.trim().to_ascii_uppercase()).collect();
    let mut known: Vec<String> = upper.iter().filter(|s| symbols::valid(s)).cloned().collect();
    known.truncate(symbols::MOST);
    let risk = |name: &str, most: f64| {
        profile.risk_parameters.get(name).copied().filter(|v| *v > 0.0 && *v <= most)
    };
    // Free text may prefer a family; its numbers are too loose to trade on.
    let taste = read(&format!("{}\n{}", profile.preferences, profile.goals), None, &[]);
    let mine = Wish {
        family: taste.family,
        direction: taste.direction,
        symbols: (!known.is_empty()).then(|| known.clone()),
        timeframe: Some(profile.timeframe),
        stop: risk("stop_loss_pct", 0.9),
        take_profit: risk("take_profit_pct", 10.0).map(Some),
        size: risk("max_position_size", 1.0),
        risk: risk("risk_per_trade", 1.0).map(Some),
        drawdown: risk("max_drawdown", 0.99),
        ..Wish::default()
    };
    let (context, limits) = context.map_or_else(Default::default, |c| of_context(c, &known));
    let least = |a: Option<f64>, b: Option<f64>| a.into_iter().chain(b).reduce(f64::min);
    Ground {
        max_size: least(mine.size, limits.size),
        max_drawdown: least(mine.drawdown, limits.drawdown),
        max_stop: least(mine.stop, limits.stop),
        long_only: limits.long_only,
        numbers: limits.numbers,
        bad_symbols: upper.iter().filter(|s| !symbols::valid(s)).count(),
        tolerance: profile.risk_tolerance,
        symbols: known,
        profile: mine,
        context,
    }
}

/// What the data of a context states as a rule, and its plain numbers.
#[derive(Default)]
struct Limits {
    size: Option<f64>,
    drawdown: Option<f64>,
    stop: Option<f64>,
    long_only: bool,
    numbers: BTreeMap<String, f64>,
}

/// Names of an object whose entries are rules, not wishes.
const RULES: &[&str] = &["constraints", "limits", "risk_limits", "rules"];

/// The entries of the data, those of inner objects too; true for the ones that are rules.
fn entries(data: &Map<String, Value>) -> Vec<(String, &Value, bool)> {
    let plain = |key: &str| key.to_ascii_lowercase().replace([' ', '-'], "_");
    let mut found = Vec::new();
    for (key, value) in data.iter().take(200) {
        let key = plain(key);
        match value.as_object() {
            Some(inner) => {
                let rule = RULES.contains(&key.as_str());
                found.extend(inner.iter().take(100).map(|(key, value)| (plain(key), value, rule)));
            }
            None => found.push((key, value, false)),
        }
    }
    found
}

/// The wish of a context, and the limits that its data states.
fn of_context(context: &ContextDraft, known: &[String]) -> (Wish, Limits) {
    let mut kinds = String::new();
    let mut limits = Limits::default();
    let mut exact = Wish::default();
    for (key, value, rule) in entries(&context.data) {
        match key.as_str() {
            "symbols" | "symbol" | "universe" | "tickers" | "ticker" => {
                let list: Vec<String> = strings(value)
                    .flat_map(|text| text.split([',', ' ', ';']))
                    .map(str::to_ascii_uppercase)
                    .filter(|symbol| symbols::valid(symbol))
                    .take(symbols::MOST)
                    .collect();
                exact.symbols = (!list.is_empty()).then_some(list);
            }
            "timeframe" | "interval" | "bars" => {
                exact.timeframe = strings(value).find_map(|text| {
                    let text = text.trim().to_ascii_lowercase();
                    let named = Timeframe::ALL.into_iter().find(|t| t.code() == text);
                    named.or_else(|| read(&text, None, &[]).timeframe)
                });
            }
            "stop_loss_pct" | "stop_loss" | "stop" | "max_stop_loss" | "max_stop_loss_pct" => {
                let stop = fraction(value, 0.9);
                if rule || key.starts_with("max") {
                    limits.stop = stop;
                }
                exact.stop = stop;
            }
            "take_profit_pct" | "take_profit" => {
                exact.take_profit = fraction(value, 10.0).map(Some)
            }
            "max_position_size" | "max_position_pct" => limits.size = fraction(value, 1.0),
            "position_size" => {
                exact.size = fraction(value, 1.0);
                if rule {
                    limits.size = exact.size;
                }
            }
            "risk_per_trade" => exact.risk = fraction(value, 1.0).map(Some),
            "max_drawdown" | "max_drawdown_pct" => limits.drawdown = fraction(value, 0.99),
            "long_only" | "no_shorts" | "no_short" if value.as_bool() == Some(true) => {
                limits.long_only = true;
                exact.direction = Some(Direction::LongOnly);
            }
            "allow_short" | "allow_shorts" | "shorting" if value.as_bool() == Some(false) => {
                limits.long_only = true;
                exact.direction = Some(Direction::LongOnly);
            }
            _ => {
                // Of several indicators none is preferred.
                let joint = if key == "indicators" { " or " } else { ". " };
                let list: Vec<&str> = strings(value).take(50).map(readable).collect();
                kinds.push_str(&list.join(joint));
                kinds.push_str(". ");
                if value.as_bool() == Some(true) {
                    kinds.push_str(&key.replace('_', " "));
                    kinds.push_str(". ");
                }
                if let Some(number) = value.as_f64() {
                    limits.numbers.insert(key, number);
                }
            }
        }
    }
    let mut wish = read(&context.name, None, &[]);
    wish.symbols = None;
    let mut typed = read(&kinds, None, known);
    // The type of the strategy is stronger than a list of indicators.
    let kind = ["strategy_type", "strategy", "type", "family"]
        .iter()
        .find_map(|key| context.data.get(*key).and_then(Value::as_str))
        .and_then(|text| read(&text.replace(['_', '-'], " "), None, &[]).family);
    if kind.is_some() && typed.family != kind {
        typed = Wish { family: kind, knobs_of: None, knobs: BTreeMap::new(), ..typed };
        typed.choices.clear();
    }
    let choices = std::mem::take(&mut typed.choices);
    wish.absorb(Wish { symbols: None, ..typed });
    wish.absorb(read(&context.instructions, wish.family, known));
    wish.absorb(exact);
    if wish.family.is_none() && wish.choices.is_empty() {
        wish.choices = choices;
    }
    wish.size = wish.size.or(limits.size);
    wish.drawdown = wish.drawdown.or(limits.drawdown);
    wish.stop = wish.stop.or(limits.stop);
    (wish, limits)
}

impl Ground {
    /// A parameter among the context's numbers: `fast`, `fast_period`, `rsi_period`. A name
    /// that says no family belongs to the context's own.
    pub(super) fn number(&self, family: Family, knob: &Knob) -> Option<f64> {
        let own = self.context.family.is_none_or(|own| own == family);
        let whose = |prefix: &str| {
            family.spec().phrases.iter().any(|(phrase, weight)| *weight >= 2 && *phrase == prefix)
        };
        let (_, value) = self.numbers.iter().find(|(key, _)| {
            let key = key.strip_suffix("_period").filter(|key| *key == knob.name).unwrap_or(key);
            match key.strip_suffix(knob.name).map(|head| head.trim_end_matches('_')) {
                Some("") => own,
                Some(prefix) => whose(prefix) && key.len() > knob.name.len() + prefix.len(),
                None => false,
            }
        })?;
        let fits = (knob.least..=knob.most).contains(value);
        (fits && (!knob.whole || value.fract() == 0.0)).then_some(*value)
    }
}

fn strings(value: &Value) -> Box<dyn Iterator<Item = &str> + '_> {
    match value {
        Value::String(text) => Box::new(std::iter::once(text.as_str())),
        Value::Array(list) => Box::new(list.iter().filter_map(Value::as_str)),
        _ => Box::new(std::iter::empty()),
    }
}

fn fraction(value: &Value, most: f64) -> Option<f64> {
    value.as_f64().filter(|v| *v > 0.0 && *v <= most)
}
