//! Families that hold more or less: volatility targeting, buy-and-hold with rebalancing.
//!
//! In a body, `{PEAK}` is the line of the drawdown guard, `{MAY}` what must be true to
//! buy, `{BUY}` an order of that size with its stop and target.

use super::super::family::{Code, Spec};
use super::{bars, level};

pub(in super::super) const VOLATILITY_TARGET: Spec = Spec {
    name: "volatility targeting",
    class: "VolatilityTarget",
    phrases: &[
        ("volatility targeting", 5),
        ("vol targeting", 5),
        ("target volatility", 5),
        ("volatility target", 5),
        ("target vol", 5),
        ("vol target", 5),
        ("target a vol", 5),
        ("target a volatility", 5),
        ("vol targeted", 5),
        ("volatility targeted", 5),
        ("constant volatility", 5),
        ("annual volatility", 4),
        ("annualised volatility", 4),
        ("annualized volatility", 4),
    ],
    knobs: &[
        bars(
            "window",
            "volatility window, bars",
            20.0,
            2.0,
            &["window", "lookback", "period", "length"],
        ),
        level("target_volatility", "target volatility a year, fraction", 0.15, (0.01, 2.0), &[]),
        bars(
            "rebalance_every",
            "looks again every, bars",
            5.0,
            1.0,
            &["every", "rebalance", "rebalancing"],
        ),
        level("band", "difference that is worth a trade", 0.1, (0.0, 0.9), &["band"]),
    ],
    imports: &["ROC", "STDDEV"],
    init: &[
        "self.change = self.I(ROC, self.data.Close, 1)",
        "self.deviation = self.I(STDDEV, self.change, self.window)",
    ],
    code: Code::Allocation(&[
        "price = self.data.Close[-1]",
        "{PEAK}",
        "if len(self.data) % self.rebalance_every:",
        "    return",
        "volatility = self.deviation[-1] / 100 * math.sqrt(self.bars_per_year)",
        "if volatility <= 0:",
        "    return",
        "target = self.position_size * min(1.0, self.target_volatility / volatility)",
        "held = self.position.size * price / self.equity",
        "if held > target * (1 + self.band):",
        "    self.position.close(portion=min(1.0, (held - target) / held))",
        "elif {MAY}held < target * (1 - self.band):",
        "{BUY} target - held",
    ]),
    about: "Volatility targeting holds less when the market moves more: the position is scaled so that its volatility stays near a target.",
    entry_long: "holds the position size times target / realised volatility ({window} bars), never more than the position size, looked at every {rebalance_every} bars",
    exit_long: "sells the part above the target when the volatility rises",
    entry_short: "",
    exit_short: "",
    weakness: "Volatility is measured after it has risen: a sudden fall arrives at full size.",
    stop: Some(0.15),
    try_next: "target volatility 10 %",
};

pub(in super::super) const BUY_AND_HOLD: Spec = Spec {
    name: "buy-and-hold with rebalancing",
    class: "BuyAndHold",
    phrases: &[
        ("buy and hold", 5),
        ("buy hold", 5),
        ("buy n hold", 5),
        ("rebalancing", 2),
        ("rebalance", 2),
        ("rebalanced", 2),
        ("passive", 1),
    ],
    knobs: &[
        bars(
            "rebalance_every",
            "rebalances every, bars",
            21.0,
            1.0,
            &["every", "rebalance", "rebalancing", "period"],
        ),
        level("band", "difference that is worth a trade", 0.1, (0.0, 0.9), &["band"]),
    ],
    imports: &[],
    init: &[],
    code: Code::Allocation(&[
        "price = self.data.Close[-1]",
        "{PEAK}",
        "if len(self.data) % self.rebalance_every:",
        "    return",
        "held = self.position.size * price / self.equity",
        "if held > self.position_size * (1 + self.band):",
        "    self.position.close(portion=(held - self.position_size) / held)",
        "elif {MAY}held < self.position_size * (1 - self.band):",
        "{BUY} self.position_size - held",
    ]),
    about: "Buy-and-hold with rebalancing keeps a fixed share of the equity in one symbol and brings it back to that share from time to time.",
    entry_long: "holds the position size, and buys what is missing every {rebalance_every} bars",
    exit_long: "sells what is above the position size every {rebalance_every} bars",
    entry_short: "",
    exit_short: "",
    weakness: "It carries every fall of the market until the stop, and comes back at the next rebalancing.",
    stop: Some(0.20),
    try_next: "rebalance every 63 days",
};
