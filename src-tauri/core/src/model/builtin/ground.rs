//! What stands behind a conversation: the context and the profile, read as wishes.

use serde_json::Value;

use super::family::Family;
use super::symbols;
use super::understand::read;
use super::wish::{Amount, Wish};
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
    let (context, size, drawdown) =
        context.map_or_else(Default::default, |c| of_context(c, &known));
    let least = |a: Option<f64>, b: Option<f64>| a.into_iter().chain(b).reduce(f64::min);
    Ground {
        max_size: least(mine.size, size),
        max_drawdown: least(mine.drawdown, drawdown),
        bad_symbols: upper.iter().filter(|s| !symbols::valid(s)).count(),
        tolerance: profile.risk_tolerance,
        symbols: known,
        profile: mine,
        context,
    }
}

/// The wish of a context, and the limits that its data states.
fn of_context(context: &ContextDraft, known: &[String]) -> (Wish, Option<f64>, Option<f64>) {
    let mut kinds = String::new();
    let (mut size, mut drawdown) = (None, None);
    let mut exact = Wish::default();
    for (key, value) in context.data.iter().take(200) {
        let key = key.to_ascii_lowercase().replace([' ', '-'], "_");
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
                    Timeframe::ALL.into_iter().find(|timeframe| timeframe.code() == text)
                });
            }
            "stop_loss_pct" | "stop_loss" | "stop" => exact.stop = fraction(value, 0.9),
            "take_profit_pct" | "take_profit" => {
                exact.take_profit = fraction(value, 10.0).map(Some)
            }
            "max_position_size" => size = fraction(value, 1.0),
            "position_size" => exact.size = fraction(value, 1.0),
            "risk_per_trade" => exact.risk = fraction(value, 1.0).map(Some),
            "max_drawdown" => drawdown = fraction(value, 0.99),
            _ => {
                for text in strings(value).take(50) {
                    kinds.push_str(readable(text));
                    kinds.push_str(". ");
                }
                if value.as_bool() == Some(true) {
                    kinds.push_str(&key.replace('_', " "));
                    kinds.push_str(". ");
                }
            }
        }
    }
    let mut wish = read(&context.name, None, &[]);
    wish.symbols = None;
    let typed = read(&kinds, None, known);
    wish.absorb(Wish { symbols: None, ..typed });
    wish.absorb(read(&context.instructions, wish.family, known));
    let family = wish.family;
    wish.absorb(exact);
    if let Some(family) = family {
        numbers(&mut wish, family, &context.data);
    }
    wish.size = wish.size.or(size);
    wish.drawdown = wish.drawdown.or(drawdown);
    (wish, size, drawdown)
}

/// `{"fast": 10}` and `{"parameters": {"fast": 10}}`.
fn numbers(wish: &mut Wish, family: Family, data: &serde_json::Map<String, Value>) {
    let inner = data.get("parameters").and_then(Value::as_object);
    for knob in family.spec().knobs {
        let value =
            [Some(data), inner].into_iter().flatten().find_map(|map| map.get(knob.name)?.as_f64());
        if let Some(value) = value
            && (knob.least..=knob.most).contains(&value)
            && (!knob.whole || value.fract() == 0.0)
        {
            wish.knobs_of = Some(family);
            wish.knobs.insert(knob.name, Amount { value, span: None });
        }
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
