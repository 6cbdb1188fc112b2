//! Contexts to begin with, for the usual kinds of strategy.

use super::Template;

/// Id, name, what it is for, instructions, and the structured facts as JSON.
const ALL: &[(&str, &str, &str, &str, &str)] = &[
    (
        "momentum",
        "Momentum",
        "Buys what has been strong and leaves when the strength fades.",
        "Trade with the move, never against it. Enter only when the trend of a longer average agrees with the signal. Prefer a trailing stop or a stop of a multiple of ATR over a fixed target, so that winners can run. Say how the strategy behaves in a market without direction.",
        r#"{"type": "momentum", "timeframe": "1d", "indicators": ["EMA", "ROC", "ADX", "ATR"]}"#,
    ),
    (
        "mean-reversion",
        "Mean reversion",
        "Buys what has fallen too far and sells when it is back at its mean.",
        "Enter at a measured distance from a mean (bands, z-score, RSI) and leave at the mean. Don't enter against a strong trend: filter with a long average or ADX. Every trade has a stop, for what looks cheap can get cheaper, and a limit on how long it is held.",
        r#"{"type": "mean_reversion", "timeframe": "1h", "indicators": ["BBANDS", "RSI", "ZSCORE", "ADX"]}"#,
    ),
    (
        "breakout",
        "Breakout",
        "Enters when price leaves a range in which it has stood for long.",
        "Define the range by the highest high and lowest low of a number of bars. Ask for confirmation by volume or by a close outside the range. Put the stop back inside the range. Say what is done after a false breakout.",
        r#"{"type": "breakout", "timeframe": "1d", "indicators": ["DONCHIAN", "ATR", "HIGHEST", "LOWEST"]}"#,
    ),
    (
        "trend-following",
        "Trend following",
        "Holds long moves for weeks or months, with few trades.",
        "Use slow signals: crossings of long averages, channels of 50 bars and more. Size positions by volatility, so that each risks the same. Leave by a trailing stop, never by a target. Few trades matter more than many.",
        r#"{"type": "trend_following", "timeframe": "1d", "indicators": ["SMA", "DONCHIAN", "SUPERTREND", "ATR"]}"#,
    ),
    (
        "swing",
        "Swing trading",
        "Holds for days, from one turn of the market to the next.",
        "Look for pullbacks inside a trend. Hold for two to ten bars. State the reward against the risk of each entry, and take nothing below two to one.",
        r#"{"type": "swing", "timeframe": "4h", "indicators": ["EMA", "RSI", "STOCH", "ATR"]}"#,
    ),
    (
        "intraday",
        "Intraday",
        "Opens and closes inside one session.",
        "Hold nothing over night: close all before the end of the session. Count costs and slippage, which weigh more here than anywhere. Use VWAP as the reference, and don't trade in the first and last minutes.",
        r#"{"type": "intraday", "timeframe": "5m", "indicators": ["VWAP", "EMA", "ATR"]}"#,
    ),
    (
        "pairs",
        "Pairs and spreads",
        "Trades the distance between two instruments that move together.",
        "Explain why the two belong together before trading them. Measure the spread by a z-score over a window, enter beyond two, leave near zero, stop beyond three. Say what is done when they part for good.",
        r#"{"type": "pairs", "timeframe": "1d", "indicators": ["ZSCORE", "STDDEV", "SMA"]}"#,
    ),
    (
        "allocation",
        "Long-term allocation",
        "Keeps weights of a few holdings and adjusts them now and then.",
        "Few changes, each with a reason. Adjust monthly at most, and only beyond a band around the target weights. Prefer a broad filter (a long average) that goes to cash over any attempt to time the market.",
        r#"{"type": "allocation", "timeframe": "1w", "indicators": ["SMA", "ROC"]}"#,
    ),
    (
        "volatility",
        "Volatility",
        "Trades, or steers its size by, how much price moves.",
        "Measure volatility by ATR or standard deviation against its own past. Make positions smaller when it is high. State what happens in the days in which it jumps.",
        r#"{"type": "volatility", "timeframe": "1d", "indicators": ["ATR", "STDDEV", "KELTNER", "BBANDS"]}"#,
    ),
];

pub(super) fn all() -> Vec<Template> {
    ALL.iter()
        .map(|(id, name, about, instructions, data)| Template {
            id: (*id).to_owned(),
            name: (*name).to_owned(),
            about: (*about).to_owned(),
            instructions: (*instructions).to_owned(),
            data: serde_json::from_str(data).unwrap_or_default(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Timeframe;

    #[test]
    fn each_template_names_a_kind_a_known_timeframe_and_indicators_of_the_house() {
        for template in all() {
            let field = |name: &str| template.data.get(name).cloned().unwrap_or_default();
            assert_ne!(field("type").as_str(), None, "{}", template.id);
            let timeframe = field("timeframe");
            assert!(
                Timeframe::ALL.iter().any(|known| timeframe == known.code()),
                "{}: {timeframe}",
                template.id
            );
            for indicator in field("indicators").as_array().expect("a list") {
                let name = indicator.as_str().expect("a name");
                let defined = [format!("def {name}("), format!("{name} =")];
                assert!(
                    defined.iter().any(|line| crate::strategy::HOUSE_MODULE.contains(line)),
                    "{}: {name}",
                    template.id
                );
            }
        }
    }
}
