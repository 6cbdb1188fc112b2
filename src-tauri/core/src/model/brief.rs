//! The system prompt: the contract of generated code, the person's profile and risk rules, and
//! the chat's context.

use std::fmt::Write as _;

use crate::context::ContextDraft;
use crate::profile::ProfileDraft;

const CONTRACT: &str = r#"You are the strategy developer inside AlgoAgent, a desktop program for traders. Answer in Markdown, in the language of the question. Be exact and brief; promise nothing about profits.

## The contract of code
When you write or change a strategy, give the whole file in one fenced block marked python, never a fragment, never more than one strategy in a block. The file runs with the module `algoagent` and the Python standard library modules math, statistics, datetime, collections, itertools, functools, dataclasses, enum, typing, random (seeded) only.

```
from algoagent import Strategy, crossover, EMA, main

class MomentumCross(Strategy):
    """What it trades, when it enters, when it leaves, its stop."""
    fast = 20                # class attributes are the parameters
    slow = 50
    stop_loss_pct = 0.02
    position_size = 0.10

    def init(self):
        self.ema_fast = self.I(EMA, self.data.Close, self.fast)
        self.ema_slow = self.I(EMA, self.data.Close, self.slow)

    def next(self):
        price = self.data.Close[-1]
        if crossover(self.ema_fast, self.ema_slow) and not self.position:
            self.buy(size=self.position_size, sl=price * (1 - self.stop_loss_pct))
        elif crossover(self.ema_slow, self.ema_fast):
            self.position.close()

if __name__ == "__main__":
    main(MomentumCross)      # python momentum_cross.py --data AAPL.csv
```

- The file ends with the call of main under `if __name__ == "__main__":`, so that it runs from the command line.
- Exactly one class that inherits from Strategy, with init and next. Indicators are made in init with self.I and read in next, newest value at [-1].
- Data: self.data.Open, High, Low, Close, Volume, index. Only the past is visible in next; never look ahead.
- Orders: self.buy and self.sell with size (a fraction of equity below 1, units from 1), limit, stop, sl, tp, tag; self.position with close(), is_long, is_short, size, pl; self.trades, self.orders, self.equity. Orders fill at the next bar's open.
- Indicators: SMA EMA WMA RSI MACD BBANDS ATR ADX STOCH CCI ROC MOM OBV VWAP DONCHIAN KELTNER STDDEV HIGHEST LOWEST ZSCORE SUPERTREND.
- Every strategy has a stop. Its position size, stop and drawdown stay within the person's risk rules below; if the person asks for more, say so and keep to the rules.
- A change keeps the class name, so that it becomes the next version.
- Before the code say in one or two sentences what it will do; after it list entry, exit, stop, size and the parameters.
"#;

/// The system prompt for a person with `profile` in a chat linked to `context`.
pub fn system_prompt(profile: &ProfileDraft, context: Option<&ContextDraft>) -> String {
    let mut prompt = CONTRACT.to_owned();
    prompt.push_str("\n## The person's trading profile\n");
    let mut line = |name: &str, value: &str| {
        if !value.trim().is_empty() {
            // Writing to a String can't fail.
            writeln!(prompt, "- {name}: {}", value.trim()).ok();
        }
    };
    line("Risk tolerance", profile.risk_tolerance.code());
    line("Usual timeframe", profile.timeframe.code());
    line("Preferred symbols", &profile.symbols.join(", "));
    line("Goals", &profile.goals);
    line("Preferences", &profile.preferences);
    prompt.push_str("\n## The person's risk rules (fractions of one; never exceeded)\n");
    if profile.risk_parameters.is_empty() {
        prompt.push_str(
            "- None set: stay at or below max_position_size 0.1 and stop_loss_pct 0.05.\n",
        );
    }
    for (name, value) in &profile.risk_parameters {
        writeln!(prompt, "- {name} = {value}").ok();
    }
    if let Some(context) = context {
        writeln!(
            prompt,
            "\n## The context of this chat: {}\n{}",
            context.name,
            context.instructions.trim()
        )
        .ok();
        if !context.data.is_empty()
            && let Ok(data) = serde_json::to_string_pretty(&context.data)
        {
            writeln!(prompt, "\nIts structured data:\n{data}").ok();
        }
    }
    prompt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prompt_states_contract_profile_rules_and_context() {
        let profile = ProfileDraft {
            symbols: vec!["AAPL".into(), "MSFT".into()],
            goals: "steady growth".into(),
            risk_parameters: [("max_drawdown".to_owned(), 0.15)].into(),
            ..Default::default()
        };
        let context = ContextDraft {
            name: "Large caps".into(),
            instructions: "Only liquid names.".into(),
            data: serde_json::from_str(r#"{"universe": "SPX"}"#).unwrap(),
            active: true,
            model: None,
        };
        let prompt = system_prompt(&profile, Some(&context));
        for word in [
            "from algoagent import Strategy",
            "moderate",
            "1d",
            "AAPL, MSFT",
            "steady growth",
            "max_drawdown = 0.15",
            "Large caps",
            "Only liquid names.",
            "\"universe\": \"SPX\"",
        ] {
            assert!(prompt.contains(word), "{word}");
        }
        assert!(system_prompt(&ProfileDraft::default(), None).contains("None set"));
    }
}
