//! Every family that the built-in model writes runs and trades in the house module.
//!
//! The phrasings stand here and only the public interface is used; what the Python then
//! has to do is in `tests/python/test_builtin_strategies.py`. Needs `python3`.

use std::path::Path;
use std::process::Command;

use algoagent_core::model::{Request, Speaker, Turn, builtin};
use algoagent_core::profile::ProfileDraft;

/// A name for the file, and what the person says, turn by turn.
const SAID: &[(&str, &[&str])] = &[
    ("momentum", &["Create a momentum strategy for AAPL"]),
    ("momentum_both", &["20-day momentum for AAPL, long and short, threshold 2%"]),
    (
        "momentum_filtered",
        &["20-day momentum for AAPL", "add a 100-day trend filter", "use a trailing stop"],
    ),
    ("crossover", &["EMA 10/40 for AAPL"]),
    ("crossover_both", &["SMA crossover 5/20 for AAPL", "allow shorts", "risk 1%", "stop at 3 %"]),
    (
        "crossover_weighted",
        &["a moving average crossover", "use WMA 10 and 30 instead", "take profit 8%"],
    ),
    ("rsi", &["RSI mean reversion for MSFT", "RSI 7"]),
    (
        "rsi_both",
        &["RSI(7) mean reversion, oversold 35, overbought 65, long/short, take profit 4%"],
    ),
    ("rsi_short", &["RSI 7 strategy, short only, trailing stop of 4%"]),
    ("bollinger", &["Bollinger mean reversion for AAPL"]),
    ("bollinger_both", &["Bollinger bands 20, 1.5, long and short"]),
    ("zscore", &["z-score mean reversion for AAPL, long and short"]),
    ("stochastic", &["stochastic strategy for AAPL, long and short"]),
    ("donchian", &["Donchian breakout for AAPL"]),
    (
        "donchian_both",
        &["turtle breakout, entry 30 bars, exit 15 bars, allow shorts, trailing stop"],
    ),
    ("keltner", &["ATR volatility breakout for AAPL"]),
    ("keltner_both", &["Keltner breakout with a width of 1.5, long and short"]),
    ("macd", &["MACD trend for AAPL"]),
    ("macd_both", &["MACD 8, 21, 5 for BTC-USD, long and short, with a trend filter"]),
    ("supertrend", &["supertrend for AAPL"]),
    ("supertrend_both", &["supertrend with a multiplier of 2, long and short"]),
    ("volatility", &["volatility targeting at 10% target volatility for AAPL"]),
    ("volatility_coin", &["volatility targeting for BTC-USD on 4h, trailing stop of 10%, risk 1%"]),
    ("hold", &["buy and hold with monthly rebalancing for AAPL"]),
    (
        "hold_filtered",
        &[
            "buy and hold, rebalance every 10 days",
            "add a trend filter of 50 days",
            "take profit 30%",
        ],
    ),
    ("cci", &["CCI reversion for AAPL"]),
    ("cci_both", &["CCI 14, level 80, long and short"]),
    ("williams", &["Williams %R for AAPL"]),
    ("williams_both", &["Williams %R(10), -85/-15, long and short, 2 ATR stop"]),
    ("vwap", &["VWAP mean reversion for AAPL"]),
    ("vwap_both", &["fade 1.5% away from vwap, long and short"]),
    ("adx", &["ADX trend for AAPL"]),
    ("adx_both", &["DMI with ADX over 20, long and short, trailing stop of 4%"]),
    ("triple", &["triple moving average for AAPL"]),
    ("triple_both", &["triple SMA 4/9/18, long and short"]),
    ("absolute", &["12-1 momentum for AAPL"]),
    ("absolute_both", &["time series momentum, 126 day lookback, long and short"]),
    ("heikin", &["Heikin-Ashi for AAPL"]),
    ("heikin_both", &["Heikin-Ashi, 3 candles, long and short"]),
    ("ichimoku", &["Ichimoku cloud for AAPL"]),
    ("ichimoku_both", &["Ichimoku 7 22 44, long and short"]),
    ("parabolic", &["Parabolic SAR for AAPL"]),
    ("parabolic_both", &["psar, stop and reverse, step 0.03"]),
    ("narrow", &["NR7 breakout for AAPL"]),
    ("narrow_both", &["NR4 long and short"]),
    ("inside", &["inside bar breakout for AAPL"]),
    ("inside_both", &["inside bar breakout, long and short, 3 ATR stop, risk 1%, trailing stop"]),
    ("turn", &["turn of the month for SPY"]),
    ("turn_both", &["turn of the month, long and short, 3 days before, 2 days after"]),
    ("hold_atr", &["buy and hold with a 4 ATR stop, risk 1%, trailing stop"]),
    ("rsi_reward", &["RSI 7 with a 2% stop and a reward to risk of 2"]),
];

fn profile(limited: bool) -> ProfileDraft {
    let parameters: &[(&str, f64)] = if limited {
        &[("max_position_size", 0.2), ("max_drawdown", 0.25), ("stop_loss_pct", 0.04)]
    } else {
        &[]
    };
    ProfileDraft {
        symbols: vec!["AAPL".to_owned()],
        risk_parameters: parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), *value))
            .collect(),
        ..ProfileDraft::default()
    }
}

fn python(said: &[&str], limited: bool) -> String {
    let turns = said
        .iter()
        .map(|text| Turn { speaker: Speaker::Person, text: (*text).to_owned(), opaque: None })
        .collect();
    let request =
        Request { system: String::new(), turns, profile: profile(limited), context: None };
    let answer = builtin::answer(&request);
    let (_, rest) = answer
        .split_once("```python\n")
        .unwrap_or_else(|| panic!("no code for {said:?}:\n{answer}"));
    let (code, _) = rest.split_once("```").expect("the block is closed");
    code.to_owned()
}

#[test]
fn every_family_runs_and_trades_in_the_house_module() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = tempfile::tempdir().expect("a folder");
    for (name, said) in SAID {
        for limited in [false, true] {
            let file = folder
                .path()
                .join(format!("{name}_{}.py", if limited { "limited" } else { "free" }));
            std::fs::write(file, python(said, limited)).expect("the file is written");
        }
    }
    let run = Command::new("python3")
        .args([
            "-m",
            "unittest",
            "discover",
            "-s",
            "tests/python",
            "-p",
            "test_builtin_strategies.py",
        ])
        .env("ALGOAGENT_STRATEGIES", folder.path())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(&root)
        .output()
        .expect("python3 is needed to run the strategies");
    let report = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{report}");
    assert!(!report.contains("skipped"), "the strategies were not run:\n{report}");
}
