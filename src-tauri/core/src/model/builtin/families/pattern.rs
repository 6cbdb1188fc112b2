//! Families of bars and dates: narrow range, inside bar, turn of the month.

use super::super::family::{Code, Spec};
use super::bars;

const LEAVE: &[&str] = &[
    "self.exit_high, _, self.exit_low = self.I(",
    "    DONCHIAN, self.data.High, self.data.Low, self.exit_period",
    ")",
];

pub(in super::super) const NARROW_RANGE: Spec = Spec {
    name: "narrow-range breakout (NR7)",
    class: "NarrowRange",
    phrases: &[
        ("nr", 4),
        ("narrow range", 4),
        ("narrowest range", 4),
        ("crabel", 4),
        ("toby crabel", 4),
    ],
    knobs: &[
        bars("period", "bars whose range is compared", 7.0, 2.0, &["period", "length", "range"]),
        bars("exit_period", "exit channel, bars", 5.0, 2.0, &["exit"]),
    ],
    imports: &["DONCHIAN"],
    init: LEAVE,
    code: Code::Signals {
        lasting: false,
        before: &[
            "n = self.period",
            "highs, lows = self.data.High[-n - 1 : -1], self.data.Low[-n - 1 : -1]",
            "ranges = [high - low for high, low in zip(highs, lows)]",
            "narrow = len(ranges) == n and ranges[-1] == min(ranges)",
        ],
        enter_long: "narrow and price > self.data.High[-2]",
        leave_long: "price < self.exit_low[-2]",
        enter_short: "narrow and price < self.data.Low[-2]",
        leave_short: "price > self.exit_high[-2]",
    },
    about: "A narrow-range breakout waits for the bar with the narrowest range of several, and follows the next close out of that bar.",
    entry_long: "buys when the bar before had the narrowest range of {period} bars and the close is above its high",
    exit_long: "leaves when the close is below the lowest low of the {exit_period} bars before",
    entry_short: "sells short when the bar before had the narrowest range of {period} bars and the close is below its low",
    exit_short: "covers when the close is above the highest high of the {exit_period} bars before",
    weakness: "A narrow bar says that a move is due, not which way: the first break is often the wrong one.",
    stop: None,
    try_next: "make it NR4",
};

pub(in super::super) const INSIDE_BAR: Spec = Spec {
    name: "inside-bar breakout",
    class: "InsideBar",
    phrases: &[
        ("inside bar", 4),
        ("inside bars", 4),
        ("inside day", 4),
        ("inside candle", 4),
        ("mother bar", 4),
        ("mother candle", 4),
    ],
    knobs: &[bars(
        "exit_period",
        "exit channel, bars",
        5.0,
        2.0,
        &["exit", "period", "channel", "window"],
    )],
    imports: &["DONCHIAN"],
    init: LEAVE,
    code: Code::Signals {
        lasting: false,
        before: &[
            "inside = (",
            "    len(self.data) > 2",
            "    and self.data.High[-2] < self.data.High[-3]",
            "    and self.data.Low[-2] > self.data.Low[-3]",
            ")",
        ],
        enter_long: "inside and price > self.data.High[-3]",
        leave_long: "price < self.exit_low[-2]",
        enter_short: "inside and price < self.data.Low[-3]",
        leave_short: "price > self.exit_high[-2]",
    },
    about: "An inside bar lies wholly within the bar before it; the strategy follows the next close out of that larger bar.",
    entry_long: "buys when the bar before was an inside bar and the close is above the high of the bar around it",
    exit_long: "leaves when the close is below the lowest low of the {exit_period} bars before",
    entry_short: "sells short when the bar before was an inside bar and the close is below the low of the bar around it",
    exit_short: "covers when the close is above the highest high of the {exit_period} bars before",
    weakness: "The signal is rare on daily bars, so few trades stand behind any result.",
    stop: None,
    try_next: "exit 10 bars",
};

pub(in super::super) const TURN_OF_MONTH: Spec = Spec {
    name: "turn of the month",
    class: "TurnOfMonth",
    phrases: &[
        ("turn of the month", 5),
        ("turn of month", 5),
        ("end of month", 4),
        ("days of the month", 4),
        ("end of the month", 4),
        ("month end", 4),
        ("monthend", 4),
    ],
    knobs: &[
        bars(
            "days_before",
            "weekdays before the end of the month",
            4.0,
            1.0,
            &["before", "end", "last"],
        ),
        bars(
            "days_after",
            "weekdays of the new month",
            3.0,
            1.0,
            &["into", "after", "new", "first"],
        ),
    ],
    imports: &[],
    init: &[],
    code: Code::Signals {
        lasting: true,
        before: &[
            "today = self.data.index[-1]",
            "gone = sum(today.replace(day=d).weekday() < 5 for d in range(1, today.day + 1))",
            "left, day = 0, today + timedelta(days=1)",
            "while day.month == today.month:",
            "    left += day.weekday() < 5",
            "    day += timedelta(days=1)",
            "quiet = left > self.days_before and gone >= self.days_after",
        ],
        enter_long: "left <= self.days_before",
        leave_long: "quiet",
        enter_short: "quiet",
        leave_short: "left <= self.days_before",
    },
    about: "The turn of the month is a habit of stock indices: much of their rise falls on the last and the first days of a month. The strategy is in the market only then.",
    entry_long: "buys when at most {days_before} weekdays of the month are left",
    exit_long: "leaves on weekday {days_after} of the new month",
    entry_short: "sells short between the turns, from weekday {days_after} of a month",
    exit_short: "covers when at most {days_before} weekdays of the month are left",
    weakness: "It is a habit of the past, known for decades, and has no reason to last; holidays count as weekdays here.",
    stop: None,
    try_next: "2 days before",
};
