//! Families that trade a move out of a range: Donchian and Keltner (ATR).

use super::super::family::{Code, Spec};
use super::{bars, level};

pub(in super::super) const DONCHIAN: Spec = Spec {
    name: "Donchian breakout",
    class: "DonchianBreakout",
    phrases: &[
        ("donchian", 3),
        ("turtle", 3),
        ("turtles", 3),
        ("channel breakout", 3),
        ("breakout", 2),
        ("breakouts", 2),
        ("break out", 2),
        ("week high", 2),
        ("new high", 2),
        ("new highs", 2),
    ],
    knobs: &[
        bars(
            "entry_period",
            "entry channel, bars",
            20.0,
            2.0,
            &["entry", "lookback", "period", "window", "high", "highs"],
        ),
        bars("exit_period", "exit channel, bars", 10.0, 2.0, &["exit", "low", "lows"]),
    ],
    imports: &["DONCHIAN"],
    init: &[
        "self.entry_high, _, self.entry_low = self.I(",
        "    DONCHIAN, self.data.High, self.data.Low, self.entry_period",
        ")",
        "self.exit_high, _, self.exit_low = self.I(",
        "    DONCHIAN, self.data.High, self.data.Low, self.exit_period",
        ")",
    ],
    code: Code::Signals {
        lasting: false,
        enter_long: "price > self.entry_high[-2]",
        leave_long: "price < self.exit_low[-2]",
        enter_short: "price < self.entry_low[-2]",
        leave_short: "price > self.exit_high[-2]",
    },
    about: "A Donchian breakout buys when the close leaves the range of the last bars upwards, and leaves when it falls out of a shorter range downwards.",
    entry_long: "buys when the close is above the highest high of the {entry_period} bars before",
    exit_long: "leaves when the close is below the lowest low of the {exit_period} bars before",
    entry_short: "sells short when the close is below the lowest low of the {entry_period} bars before",
    exit_short: "covers when the close is above the highest high of the {exit_period} bars before",
    weakness: "Most breakouts fail: many small losses wait for a few large moves.",
    stop: None,
    try_next: "use 55/20",
};

pub(in super::super) const KELTNER: Spec = Spec {
    name: "ATR (Keltner) volatility breakout",
    class: "VolatilityBreakout",
    phrases: &[
        ("keltner", 4),
        ("atr breakout", 4),
        ("atr channel", 4),
        ("atr bands", 4),
        ("volatility breakout", 4),
        ("volatility break", 4),
    ],
    knobs: &[
        bars(
            "period",
            "middle line, bars",
            20.0,
            1.0,
            &["period", "periods", "length", "window", "lookback"],
        ),
        level(
            "width",
            "channel width, ATRs",
            2.0,
            (0.1, 20.0),
            &["width", "multiplier", "atrs", "times", "factor"],
        ),
        bars("atr_period", "ATR period, bars", 10.0, 1.0, &["atr"]),
    ],
    imports: &["KELTNER", "crossover"],
    init: &[
        "self.upper, self.middle, self.lower = self.I(",
        "    KELTNER, self.data.High, self.data.Low, self.data.Close,",
        "    self.period, self.atr_period, self.width,",
        ")",
    ],
    code: Code::Signals {
        lasting: false,
        enter_long: "crossover(self.data.Close, self.upper)",
        leave_long: "price < self.middle[-1]",
        enter_short: "crossover(self.lower, self.data.Close)",
        leave_short: "price > self.middle[-1]",
    },
    about: "A volatility breakout buys when the close leaves a channel of some average true ranges around its average, and leaves at the average.",
    entry_long: "buys when the close crosses above the {period}-bar EMA plus {width} ATR({atr_period})",
    exit_long: "leaves when the close is below the {period}-bar EMA",
    entry_short: "sells short when the close crosses below the {period}-bar EMA minus {width} ATR({atr_period})",
    exit_short: "covers when the close is above the {period}-bar EMA",
    weakness: "After a quiet time the channel is narrow and small moves look like breakouts.",
    stop: None,
    try_next: "use a width of 1.5",
};
