//! Changes in proportion ("double the stop", "half the size", "tighter"), short answers to
//! a question, and questions about a value that was named without a number.

use super::plan::Plan;
use super::wish::Wish;
use super::words::{Token, says, tokens};

/// A value that somebody wants changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Stop,
    TakeProfit,
    Size,
    Risk,
    Drawdown,
}

impl Value {
    /// The words that stand before its number.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::TakeProfit => "take profit",
            Self::Size => "position size",
            Self::Risk => "risk",
            Self::Drawdown => "max drawdown",
        }
    }

    fn named(words: &[Token]) -> Option<Self> {
        [
            (Self::TakeProfit, &["take profit", "tp", "profit target", "target"][..]),
            (Self::Drawdown, &["drawdown"]),
            (Self::Stop, &["stop", "stops", "stop loss", "sl", "stoploss"]),
            (Self::Size, &["size", "position", "positions", "sizing"]),
            (Self::Risk, &["risk"]),
        ]
        .into_iter()
        .find(|(_, names)| says(words, names))
        .map(|(value, _)| value)
    }
}

/// A factor that a text names, and whether smaller is meant by "tighter" and the like.
fn factor(words: &[Token]) -> Option<f64> {
    const SMALLER: &[&str] =
        &["half", "halve", "tight", "tighter", "tighten", "closer", "smaller", "narrower"];
    const LARGER: &[&str] = &["double", "twice", "wide", "wider", "widen", "looser", "bigger"];
    if says(words, SMALLER) {
        Some(0.5)
    } else if says(words, LARGER) {
        Some(2.0)
    } else {
        None
    }
}

/// Puts a change in proportion to `plan` into the wish, where no number was said for it.
pub(super) fn scale(words: &[Token], said: &mut Wish, plan: &Plan) {
    let Some(factor) = factor(words) else { return };
    match Value::named(words) {
        Some(Value::Stop) if said.stop.is_none() && said.atr_stop.is_none() => {
            if let Some(atr) = &plan.atr_stop {
                said.atr_stop = Some(Some((atr.value * factor).clamp(0.1, 20.0)));
            } else {
                said.stop = Some((plan.stop.value * factor).clamp(0.001, 0.9));
            }
        }
        Some(Value::Size) if said.size.is_none() => {
            said.size = Some((plan.size.value * factor).clamp(0.001, 10.0));
        }
        Some(Value::TakeProfit) if said.take_profit.is_none() => {
            if let Some(target) = &plan.take_profit {
                said.take_profit = Some(Some((target.value * factor).clamp(0.001, 10.0)));
            }
        }
        Some(Value::Risk) if said.risk.is_none() => {
            if let Some(risk) = &plan.risk {
                said.risk = Some(Some((risk.value * factor).clamp(0.0001, 1.0)));
            }
        }
        Some(Value::Drawdown) if said.drawdown.is_none() => {
            if let Some(limit) = &plan.drawdown {
                said.drawdown = Some((limit.value * factor).clamp(0.001, 0.99));
            }
        }
        _ => {}
    }
}

/// "change the stop": the value is named, its number is not.
pub(super) fn unsaid(words: &[Token]) -> Option<Value> {
    const VERBS: &[&str] = &[
        "change",
        "set",
        "adjust",
        "modify",
        "update",
        "another",
        "different",
        "use",
        "add",
        "increase",
        "raise",
        "lower",
        "decrease",
        "reduce",
    ];
    let numbers = words.iter().any(Token::is_number);
    (!numbers && words.len() <= 8 && says(words, VERBS)).then(|| Value::named(words)).flatten()
}

/// The answer to a question about a value: "4%", "4" and "4 please" become "stop 4 percent";
/// any other text stays as it is.
pub(super) fn completed(value: Value, text: &str) -> String {
    let words = tokens(text);
    let numbers: Vec<&Token> = words.iter().filter(|token| token.is_number()).collect();
    let few = words.iter().filter(|token| !token.word().is_empty()).count() <= 2;
    match numbers[..] {
        [Token::Number { value: number, percent, .. }] if few => {
            let bare = !percent && *number >= 1.0 && !says(&words, &["atr", "atrs"]);
            let share = if bare { " percent" } else { "" };
            format!("{} {text}{share}", value.word())
        }
        _ => text.to_owned(),
    }
}

/// The one question about a value, with three values to choose from.
pub(super) fn question(value: Value, plan: Option<&Plan>) -> String {
    let (usual, fallback) = match value {
        Value::Stop => (plan.map(|plan| plan.stop.value), 0.03),
        Value::TakeProfit => {
            (plan.and_then(|plan| plan.take_profit.as_ref()).map(|set| set.value), 0.06)
        }
        Value::Size => (plan.map(|plan| plan.size.value), 0.10),
        Value::Risk => (plan.and_then(|plan| plan.risk.as_ref()).map(|set| set.value), 0.01),
        Value::Drawdown => {
            (plan.and_then(|plan| plan.drawdown.as_ref()).map(|set| set.value), 0.20)
        }
    };
    let now = usual.unwrap_or(fallback);
    let shown: Vec<String> =
        [0.5, 1.5, 2.0].map(|factor| super::plan::percent(now * factor)).into();
    let stands = usual.map_or_else(
        || "It has none now. ".to_owned(),
        |now| format!("It is {} now. ", super::plan::percent(now)),
    );
    format!(
        "{stands}What should the {} be: {}, {}, {} or another percentage? Nothing was changed \
            so far.",
        value.word(),
        shown[0],
        shown[1],
        shown[2]
    )
}
