//! Phrases and what is understood from them.

use super::super::family::Family;
use super::super::understand::read;
use super::super::wish::{Direction, Wish};
use crate::profile::Timeframe;

fn wish(text: &str) -> Wish {
    read(text, None, &[])
}

fn knobs(text: &str, current: Option<Family>) -> Vec<(&'static str, f64)> {
    read(text, current, &[]).knobs.into_iter().map(|(name, amount)| (name, amount.value)).collect()
}

#[test]
fn percentages_go_to_the_words_beside_them() {
    let w = wish("3% stop loss and 6% take profit, risk 1%, position size 5%, max drawdown 15%");
    assert_eq!((w.stop, w.take_profit, w.risk), (Some(0.03), Some(Some(0.06)), Some(Some(0.01))));
    assert_eq!((w.size, w.drawdown), (Some(0.05), Some(0.15)));
    assert_eq!(wish("stop at 3 %").stop, Some(0.03));
    assert_eq!(wish("use a 2.5% trailing stop").trailing, Some(true));
    assert_eq!(wish("use a 2.5% trailing stop").stop, Some(0.025));
    assert_eq!(wish("stop_loss_pct 0.02").stop, Some(0.02));
    assert_eq!(wish("add a take profit of 6%").take_profit, Some(Some(0.06)));
    assert_eq!(wish("remove the take profit").take_profit, Some(None));
    assert_eq!(wish("5% of equity").size, Some(0.05));
}

#[test]
fn plain_numbers_go_to_the_knobs() {
    assert_eq!(knobs("EMA 10/40", None), [("fast", 10.0), ("slow", 40.0)]);
    assert_eq!(
        knobs("use EMA 10 and 30 instead", Some(Family::Crossover)),
        [("fast", 10.0), ("slow", 30.0)]
    );
    assert_eq!(knobs("RSI 21", None), [("period", 21.0)]);
    assert_eq!(
        knobs("RSI with oversold 25 and overbought 75", None),
        [("overbought", 75.0), ("oversold", 25.0)]
    );
    assert_eq!(
        knobs("RSI(2), buy below 10 and short above 90", None),
        [("overbought", 90.0), ("oversold", 10.0), ("period", 2.0)]
    );
    assert_eq!(knobs("use MACD 8, 21, 5", None), [("fast", 8.0), ("signal", 5.0), ("slow", 21.0)]);
    assert_eq!(knobs("20-day momentum", None), [("lookback", 20.0)]);
    assert_eq!(knobs("set slow to 100", Some(Family::Crossover)), [("slow", 100.0)]);
    assert_eq!(knobs("Bollinger bands 20, 2.5", None), [("period", 20.0), ("width", 2.5)]);
    assert_eq!(
        knobs("use 55/20", Some(Family::Donchian)),
        [("entry_period", 55.0), ("exit_period", 20.0)]
    );
    assert_eq!(knobs("a 14 period RSI strategy with 2:1 reward to risk", None), [("period", 14.0)]);
    assert_eq!(knobs("golden cross", None), [("fast", 50.0), ("slow", 200.0)]);
    assert_eq!(knobs("20 EMA and 50 EMA cross", None), [("fast", 20.0), ("slow", 50.0)]);
    assert_eq!(knobs("I have 3 children", Some(Family::Rsi)), []);
    assert_eq!(
        knobs("volatility targeting with a 10% target volatility", None),
        [("target_volatility", 0.1)]
    );
}

#[test]
fn timeframes_are_not_periods() {
    for (text, code) in [
        ("make it 4h", "4h"),
        ("on 4H", "4h"),
        ("15 minute bars", "15m"),
        ("weekly", "1w"),
        ("1d", "1d"),
        ("daily", "1d"),
        ("1 hour", "1h"),
        ("1mo", "1mo"),
    ] {
        assert_eq!(wish(text).timeframe.map(Timeframe::code), Some(code), "{text}");
    }
    assert_eq!(wish("20-day momentum").timeframe, None);
    assert!(!wish("make it 2h").left_out.is_empty());
}

#[test]
fn filters_and_directions_are_read() {
    assert_eq!(wish("add a trend filter").trend_filter, Some(Some(200.0)));
    assert_eq!(wish("add a 100-day trend filter").trend_filter, Some(Some(100.0)));
    assert_eq!(wish("remove the trend filter").trend_filter, Some(None));
    let rsi = wish("MACD with an RSI filter");
    assert_eq!((rsi.family, rsi.trend_filter), (Some(Family::Macd), None));
    assert!(!rsi.left_out.is_empty());
    assert_eq!(wish("long only").direction, Some(Direction::LongOnly));
    assert_eq!(wish("long/short").direction, Some(Direction::Both));
    assert_eq!(wish("allow shorts").direction, Some(Direction::Both));
}

#[test]
fn what_it_does_not_do_is_kept_to_be_told() {
    assert_eq!(wish("momentum with news sentiment").left_out, ["sentiment", "news"]);
    assert!(wish("momentum without a stop").left_out[0].contains("always one"));
}
