mod honesty;
mod reading;

use super::*;
use crate::context::ContextDraft;
use crate::model::{Speaker, Turn};
use crate::profile::{ProfileDraft, RiskTolerance, Timeframe};

/// A conversation of the person's turns, answered by the model in between.
fn talk(profile: &ProfileDraft, context: Option<&ContextDraft>, said: &[&str]) -> Vec<String> {
    let mut request = Request {
        system: String::new(),
        turns: Vec::new(),
        profile: profile.clone(),
        context: context.cloned(),
    };
    said.iter()
        .map(|text| {
            request.turns.push(Turn {
                speaker: Speaker::Person,
                text: (*text).to_owned(),
                opaque: None,
            });
            let text = answer(&request);
            request.turns.push(Turn { speaker: Speaker::Model, text: text.clone(), opaque: None });
            text
        })
        .collect()
}

fn say(said: &[&str]) -> String {
    talk(&profile(), None, said).pop().expect("an answer")
}

fn profile() -> ProfileDraft {
    ProfileDraft {
        risk_tolerance: RiskTolerance::Moderate,
        timeframe: Timeframe::D1,
        symbols: vec!["AAPL".into(), "MSFT".into()],
        risk_parameters: [
            ("max_position_size", 0.1),
            ("max_drawdown", 0.2),
            ("stop_loss_pct", 0.02),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into(),
        ..ProfileDraft::default()
    }
}

fn context(instructions: &str, data: serde_json::Value) -> ContextDraft {
    ContextDraft {
        name: "Mine".into(),
        instructions: instructions.into(),
        data: data.as_object().cloned().unwrap_or_default(),
        active: true,
        model: None,
    }
}

fn code(text: &str) -> &str {
    let start = text.find("```python\n").unwrap_or_else(|| panic!("no code in {text}")) + 10;
    let end = text[start..].find("```").expect("a closed block");
    &text[start..start + end]
}

fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is missing in:\n{text}");
    }
}

#[test]
fn a_momentum_strategy_is_written_at_once_from_the_profile() {
    let text = say(&["Create a momentum strategy for AAPL"]);
    has(
        &text,
        &[
            "**momentum",
            "**AAPL**",
            "**daily bars**",
            "How it trades",
            "| `lookback` | 60 |",
            "Taken from",
            "not a promise",
        ],
    );
    has(
        code(&text),
        &[
            "class MomentumStrategy(Strategy):",
            "symbols = (\"AAPL\",)",
            "timeframe = \"1d\"",
            "stop_loss_pct = 0.02",
            "position_size = 0.1\n",
            "max_drawdown = 0.2\n",
            "def init(self):",
            "def next(self):",
            "main(MomentumStrategy)",
        ],
    );
}

#[test]
fn what_was_said_wins_over_context_and_profile() {
    let given = context(
        "Use RSI mean reversion with a 4% stop on 4h.",
        serde_json::json!({"symbols": ["TSLA"], "period": 10}),
    );
    let text = talk(&profile(), Some(&given), &["Write me a strategy"]).remove(0);
    has(
        code(&text),
        &["class RsiReversion", "(\"TSLA\",)", "\"4h\"", "period = 10", "stop_loss_pct = 0.02"],
    );
    has(&text, &["4 % was asked for", "your limit is 2 %"]);
    let text = talk(
        &profile(),
        Some(&given),
        &["Write an RSI strategy for BTC-USD and MSFT, RSI 21, stop at 1%, daily"],
    )
    .remove(0);
    has(
        code(&text),
        &[
            "(\"BTC-USD\", \"MSFT\")",
            "\"1d\"",
            "period = 21",
            "stop_loss_pct = 0.01",
            "unit = 0.0001",
        ],
    );
}

#[test]
fn a_limit_is_kept_and_said() {
    let text = say(&["momentum strategy with a position size of 50%"]);
    has(code(&text), &["position_size = 0.1\n"]);
    has(&text, &["50 % was asked for", "your limit is 10 %", "in your profile"]);
    let text = say(&["momentum strategy, max drawdown 40%"]);
    has(code(&text), &["max_drawdown = 0.2\n"]);
    has(&text, &["yours is 20 %"]);
}

#[test]
fn a_context_can_tighten_a_limit_but_not_loosen_it() {
    for (limit, used) in [(0.05, "0.05"), (0.5, "0.1")] {
        let given = context("", serde_json::json!({"max_position_size": limit}));
        let text = talk(&profile(), Some(&given), &["momentum strategy"]).remove(0);
        has(code(&text), &[&format!("position_size = {used}\n")]);
    }
}

#[test]
fn follow_ups_change_the_last_strategy_and_list_what_changed() {
    let answers = talk(
        &profile(),
        None,
        &[
            "Create an RSI strategy for AAPL",
            "use RSI 21",
            "stop at 1 %",
            "allow shorts",
            "make it 4h",
            "add a trend filter",
            "add a take profit of 6%",
            "long only",
            "remove the take profit",
            "use a trailing stop",
            "for MSFT",
        ],
    );
    let wants = [
        "**RSI",
        "14 → **21**",
        "2 % → **1 %**",
        "long only → **long and short**",
        "daily bars → **4-hour bars**",
        "none → **200**",
        "none → **6 %**",
        "long and short → **long only**",
        "6 % → **none**",
        "fixed → **trailing**",
        "AAPL → **MSFT**",
    ];
    for (text, want) in answers.iter().zip(wants) {
        has(text, &[want]);
        has(code(text), &["class RsiReversion(Strategy):"]);
        assert!(
            want.starts_with("**RSI")
                || text.matches(" → **").count() == 1
                || want.contains("long and short"),
            "{text}"
        );
    }
    has(
        code(answers.last().expect("answers")),
        &["period = 21", "stop_loss_pct = 0.01", "trend_filter = 200", "\"4h\"", "trade.sl = max("],
    );
}

#[test]
fn a_change_of_averages_keeps_the_family() {
    let text = say(&["SMA 20/50 crossover", "use EMA 10 and 30 instead"]);
    has(code(&text), &["fast = 10", "slow = 30", "self.I(EMA"]);
    has(&text, &["SMA → **EMA**"]);
    has(code(&say(&["EMA 50/20"])), &["fast = 20", "slow = 50"]);
    has(code(&say(&["EMA cross", "set fast to 80"])), &["fast = 80", "slow = 160"]);
}

#[test]
fn numbers_in_a_row_reach_the_strategy_that_is_there() {
    has(
        code(&say(&["Donchian breakout", "use 55/20 days"])),
        &["entry_period = 55", "exit_period = 20"],
    );
    has(code(&say(&["52-week high breakout"])), &["entry_period = 260"]);
    has(code(&say(&["12-month momentum"])), &["lookback = 252"]);
}

#[test]
fn every_follow_up_that_is_offered_works() {
    for family in family::Family::ALL {
        let spec = family.spec();
        let first = format!("Create a {} strategy for AAPL", spec.name);
        let answers = talk(&profile(), None, &[&first, spec.try_next]);
        has(&answers[0], &[&format!("class {}(", spec.class), spec.try_next]);
        has(&answers[1], &["What changed", &format!("class {}(", spec.class)]);
        assert!(!answers[1].contains("Left out"), "{}", answers[1]);
    }
}

#[test]
fn a_second_strategy_replaces_the_first() {
    let said =
        ["Create a 20-day momentum strategy for AAPL", "Create a mean reversion strategy for MSFT"];
    has(code(&say(&said)), &["class RsiReversion", "MSFT", "period = 14"]);
    has(code(&say(&["momentum", "switch to trend following"])), &["class AverageCrossover"]);
}

#[test]
fn explanations_come_without_code() {
    for (question, want) in [
        ("explain the exit", "rate of change is below zero"),
        ("why this size?", "10 % of equity"),
        ("what are the risks?", "can go wrong"),
        ("explain the strategy", "How it trades"),
        ("where is the stop? explain", "2 %"),
    ] {
        let text = say(&["Create a momentum strategy for AAPL", question]);
        assert!(!text.contains("```"), "{question}: {text}");
        has(&text, &[want]);
    }
    has(&say(&["what is RSI?"]), &["buys weakness"]);
}

#[test]
fn an_unclear_family_is_asked_for_once_and_what_was_said_is_kept() {
    let answers =
        talk(&profile(), None, &["Build me a strategy for TSLA on 4h with a 1% stop", "3"]);
    has(&answers[0], &["Which kind", "1. momentum"]);
    assert!(!answers[0].contains("```"));
    has(code(&answers[1]), &["class RsiReversion", "TSLA", "\"4h\"", "stop_loss_pct = 0.01"]);
}

#[test]
fn one_sided_levels_and_single_averages_mean_what_people_mean() {
    let text = say(&["buy AAPL when RSI is below 25 and sell above 60"]);
    has(code(&text), &["oversold = 25.0", "middle = 60.0"]);
    assert!(!code(&text).contains("overbought"), "{text}");
    has(
        code(&say(&["RSI strategy, buy below 25, sell above 60, long and short"])),
        &["overbought = 60.0", "middle = 50.0"],
    );
    let text =
        say(&["write a strategy that buys SPY when price is above the 200 day moving average"]);
    has(code(&text), &["fast = 1\n", "slow = 200", "self.I(SMA"]);
}
