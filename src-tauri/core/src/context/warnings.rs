//! Where a context and the trading profile disagree. The model is told both, and the person's risk
//! rules count: so the person should know.

use serde_json::Value;

use super::{ContextDraft, Warning};
use crate::profile::{ProfileDraft, Timeframe};

/// Rules of which the smaller value is the stricter one.
const LIMITS: [(&str, &str); 3] = [
    ("max_position_size", "largest position"),
    ("stop_loss_pct", "stop"),
    ("max_drawdown", "largest drawdown"),
];

/// Where `context` and `profile` disagree.
pub(super) fn between(context: &ContextDraft, profile: &ProfileDraft) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |field: &str, why: String| {
        warnings.push(Warning { field: field.to_owned(), why });
    };
    let usual = profile.timeframe.code();
    if let Some(told) = context.data.get("timeframe").and_then(Value::as_str)
        && !told.is_empty()
        && told != usual
    {
        let known = Timeframe::ALL.into_iter().find(|one| one.code() == told);
        let told = known.map_or(told, |known| known.bars());
        let usual = profile.timeframe.bars();
        warn("timeframe", format!("It works on {told}; your profile says {usual}."));
    }
    for (name, what) in LIMITS {
        let told = context.data.get("constraints").and_then(|all| all.get(name));
        let told = told.and_then(Value::as_f64);
        if let Some((told, rule)) = told.zip(profile.risk_parameters.get(name).copied())
            && told > rule
        {
            warn(
                &format!("constraints.{name}"),
                format!(
                    "Its {what} of {} is beyond your risk rule of {}. The rule counts.",
                    percent(told),
                    percent(rule)
                ),
            );
        }
    }
    let universe: Vec<&str> = match context.data.get("universe") {
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !universe.is_empty()
        && !profile.symbols.is_empty()
        && !profile
            .symbols
            .iter()
            .any(|own| universe.iter().any(|one| one.eq_ignore_ascii_case(own)))
    {
        warn(
            "universe",
            format!("None of your symbols is in it ({}).", profile.symbols.join(", ")),
        );
    }
    warnings
}

/// `0.025` → `2.5 %`.
fn percent(fraction: f64) -> String {
    let percent = (fraction * 10_000.0).round() / 100.0;
    format!("{percent} %")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(data: Value) -> Vec<(String, String)> {
        let data = serde_json::from_value(data).expect("an object");
        let context = ContextDraft {
            name: "A".into(),
            instructions: String::new(),
            data,
            active: true,
            model: None,
        };
        let profile = ProfileDraft {
            symbols: vec!["AAPL".into()],
            risk_parameters: [("stop_loss_pct".to_owned(), 0.02)].into(),
            ..ProfileDraft::default()
        };
        between(&context, &profile).into_iter().map(|one| (one.field, one.why)).collect()
    }

    #[test]
    fn disagreements_are_told_and_agreement_is_not() {
        let told = fields(json!({
            "timeframe": "15m",
            "universe": ["MSFT", "NVDA"],
            "constraints": { "stop_loss_pct": 0.055, "max_drawdown": 0.5 },
        }));
        let named: Vec<&str> = told.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(named, ["timeframe", "constraints.stop_loss_pct", "universe"]);
        assert_eq!(told[0].1, "It works on 15-minute bars; your profile says daily bars.");
        let strange = fields(json!({ "timeframe": "7m" }));
        assert_eq!(strange[0].1, "It works on 7m; your profile says daily bars.");
        assert!(told[1].1.contains("5.5 %") && told[1].1.contains("2 %"), "{told:?}");
        let agree = json!({
            "timeframe": "1d", "universe": ["aapl"], "constraints": { "stop_loss_pct": 0.02 },
        });
        assert_eq!(fields(agree), []);
        assert_eq!(fields(json!({ "timeframe": 5, "universe": "SPX", "constraints": "none" })), []);
    }
}
