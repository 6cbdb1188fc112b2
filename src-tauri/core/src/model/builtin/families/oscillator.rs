//! Families around a middle: CCI, Williams %R, the volume-weighted average price.

use super::super::family::{Code, Spec};
use super::{bars, level};

const PERIOD: &[&str] = &["period", "periods", "length", "window", "lookback"];

pub(in super::super) const CCI: Spec = Spec {
    name: "CCI mean reversion",
    class: "CciReversion",
    phrases: &[("cci", 4), ("commodity channel index", 4), ("mean reversion", 1)],
    knobs: &[
        bars("period", "CCI period, bars", 20.0, 2.0, PERIOD),
        level(
            "level",
            "distance from zero to enter at",
            100.0,
            (10.0, 400.0),
            &["level", "threshold", "oversold", "overbought", "below", "above", "under", "over"],
        ),
    ],
    imports: &["CCI", "crossover"],
    init: &["self.cci = self.I(CCI, self.data.High, self.data.Low, self.data.Close, self.period)"],
    code: Code::Signals {
        lasting: false,
        before: &[],
        enter_long: "crossover(-self.level, self.cci)",
        leave_long: "self.cci[-1] > 0",
        enter_short: "crossover(self.cci, self.level)",
        leave_short: "self.cci[-1] < 0",
    },
    about: "CCI mean reversion measures how far the typical price stands from its average in mean deviations, enters far away and leaves at the average.",
    entry_long: "buys when the {period}-bar CCI falls below minus {level}",
    exit_long: "leaves when the CCI is above zero again",
    entry_short: "sells short when the {period}-bar CCI rises above {level}",
    exit_short: "covers when the CCI is below zero again",
    weakness: "A new trend starts with an extreme CCI: the entry then stands against it until the stop.",
    stop: None,
    try_next: "use CCI 14",
};

pub(in super::super) const WILLIAMS: Spec = Spec {
    name: "Williams %R reversal",
    class: "WilliamsReversal",
    phrases: &[
        ("williams", 4),
        ("percent r", 4),
        ("williams r", 4),
        ("larry williams", 4),
        ("wpr", 4),
    ],
    knobs: &[
        bars("period", "%R period, bars", 14.0, 2.0, PERIOD),
        level("oversold", "oversold level", -80.0, (-99.0, -51.0), &["oversold", "below", "under"]),
        level(
            "overbought",
            "overbought level",
            -20.0,
            (-49.0, -1.0),
            &["overbought", "above", "over"],
        ),
    ],
    imports: &["STOCH", "crossover"],
    init: &[
        "# %R is the unsmoothed %K less 100.",
        "self.k, _ = self.I(",
        "    STOCH, self.data.High, self.data.Low, self.data.Close, self.period, 1, 1",
        ")",
    ],
    code: Code::Signals {
        lasting: false,
        before: &[],
        enter_long: "crossover(self.oversold + 100, self.k)",
        leave_long: "self.k[-1] > 50",
        enter_short: "crossover(self.k, self.overbought + 100)",
        leave_short: "self.k[-1] < 50",
    },
    about: "Williams %R runs from minus 100 at the lowest low of its period to 0 at the highest high; it enters near an end and leaves in the middle.",
    entry_long: "buys when the {period}-bar %R falls below {oversold}",
    exit_long: "leaves when the %R is above -50",
    entry_short: "sells short when the {period}-bar %R rises above {overbought}",
    exit_short: "covers when the %R is below -50",
    weakness: "In a trend %R stays at one end, and the entry comes early.",
    stop: None,
    try_next: "oversold 90",
};

pub(in super::super) const VWAP: Spec = Spec {
    name: "VWAP mean reversion",
    class: "VwapReversion",
    phrases: &[
        ("vwap", 4),
        ("volume weighted average price", 4),
        ("volume weighted", 3),
        ("mean reversion", 1),
        ("reversion", 1),
    ],
    knobs: &[
        bars("period", "VWAP window, bars", 20.0, 2.0, PERIOD),
        level(
            "distance",
            "distance from the VWAP, per cent",
            2.0,
            (0.05, 50.0),
            &["distance", "deviation", "away"],
        ),
    ],
    imports: &["VWAP"],
    init: &[
        "self.vwap = self.I(",
        "    VWAP, self.data.High, self.data.Low, self.data.Close, self.data.Volume, self.period",
        ")",
    ],
    code: Code::Signals {
        lasting: true,
        before: &["away = 100 * (price / self.vwap[-1] - 1)"],
        enter_long: "away < -self.distance",
        leave_long: "away >= 0",
        enter_short: "away > self.distance",
        leave_short: "away <= 0",
    },
    about: "VWAP mean reversion buys below the volume-weighted average price of the last bars and leaves when the close is back at it.",
    entry_long: "buys when the close falls {distance} % below the VWAP of {period} bars",
    exit_long: "leaves when the close is back at the VWAP",
    entry_short: "sells short when the close rises {distance} % above the VWAP of {period} bars",
    exit_short: "covers when the close is back at the VWAP",
    weakness: "The VWAP is a rolling one, not that of a session, and needs volume: without it nothing is traded.",
    stop: None,
    try_next: "use a 50-bar window",
};
