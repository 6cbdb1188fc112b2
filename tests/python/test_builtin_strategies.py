"""What the built-in model writes runs, trades, keeps its limits and never looks ahead.

The files come from the Rust test `builtin_strategies`, in the folder that the environment
variable ALGOAGENT_STRATEGIES names.
"""

import importlib.util
import inspect
import os
import random
import sys
import unittest
from datetime import datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "src-tauri" / "core" / "house"))

import algoagent as aa  # noqa: E402

FOLDER = os.environ.get("ALGOAGENT_STRATEGIES")
CUTS = (0.45, 0.62, 0.81)


def series(seed, drift, noise, pull=0.0, crash=None, n=700):
    """Seeded daily bars around a drift; `pull` draws the price back to its start."""
    dice = random.Random(seed)
    index, rows, price, day = [], [], 100.0, datetime(2020, 1, 1)
    while len(index) < n:
        day += timedelta(days=1)
        if day.weekday() >= 5:
            continue
        step = drift + pull * (100.0 - price) / 100.0
        if crash and crash <= len(index) < crash + 25:
            step = -0.025
        o = price * (1 + dice.gauss(0, noise / 3))
        c = max(1.0, o * (1 + step + dice.gauss(0, noise)))
        high, low = max(o, c) * (1 + dice.random() * noise / 2), min(o, c) * (1 - dice.random() * noise / 2)
        index.append(day)
        rows.append((o, high, low, c, 1_000_000 * (1 + dice.random())))
        price = c
    return aa.Bars(index, *(list(column) for column in zip(*rows)))


MARKETS = {
    "trend": series(1, 0.0008, 0.012),
    "range": series(2, 0.0, 0.014, pull=0.03),
    "crash": series(3, 0.0006, 0.011, crash=400),
    "fall": series(4, -0.0008, 0.013),
}


def load(path):
    spec = importlib.util.spec_from_file_location(f"written_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = [
        value for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, aa.Strategy) and value is not aa.Strategy
    ]
    assert len(found) == 1, f"{path.name} has {len(found)} strategies"
    return found[0]


def run(data, strategy, **options):
    return aa.Backtest(data, strategy, cash=100_000, **options).run()


def placed(result):
    return [(o.bar, o.size, o.limit, o.stop, o.sl, o.tp, o.closes is not None) for o in result.orders]


@unittest.skipUnless(FOLDER, "ALGOAGENT_STRATEGIES names no folder; `cargo test -p algoagent-core` sets it")
class BuiltInStrategies(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.written = {path.stem: load(path) for path in sorted(Path(FOLDER).glob("*.py"))}
        cls.results = {
            (name, market): run(data, strategy)
            for name, strategy in cls.written.items()
            for market, data in MARKETS.items()
        }

    def test_there_are_strategies(self):
        self.assertGreaterEqual(len(self.written), 12)

    def test_every_strategy_has_its_docstring_and_parameters(self):
        for name, strategy in self.written.items():
            with self.subTest(name):
                self.assertTrue(strategy.__doc__)
                self.assertIsInstance(strategy.symbols, tuple)
                self.assertGreater(strategy.stop_loss_pct, 0)
                self.assertLess(strategy.position_size, 1)
                if name.endswith("limited"):
                    self.assertLessEqual(strategy.position_size, 0.2)
                    self.assertEqual(strategy.max_drawdown, 0.25)

    def test_every_strategy_trades_somewhere(self):
        for name in self.written:
            with self.subTest(name):
                self.assertGreater(sum(len(self.results[name, market].trades) for market in MARKETS), 0)

    def test_every_entry_has_a_stop_on_its_losing_side(self):
        for (name, market), result in self.results.items():
            for order in result.orders:
                if order.closes is None:
                    with self.subTest(name, market=market):
                        self.assertIsNotNone(order.sl)

    def test_the_position_size_is_never_exceeded(self):
        for (name, market), result in self.results.items():
            strategy = self.written[name]
            holds = strategy.__name__ in ("VolatilityTarget", "BuyAndHold")
            for trade in result.trades:
                before = result.equity[trade.entry_bar - 1]
                share = abs(trade.size) * trade.entry_price / before
                with self.subTest(name, market=market, bar=trade.entry_bar):
                    # Equity may have moved between the last close and the fill.
                    self.assertLessEqual(share, strategy.position_size * 1.03)
                    others = [
                        t for t in result.trades
                        if t is not trade and t.entry_bar <= trade.entry_bar < t.exit_bar
                    ]
                    held = share + sum(abs(t.size) * trade.entry_price / before for t in others)
                    limit = strategy.position_size * (1.15 if holds else 1.03)
                    self.assertLessEqual(held, limit)

    def test_sides_are_kept(self):
        for (name, market), result in self.results.items():
            sides = {t.is_long for t in result.trades}
            with self.subTest(name, market=market):
                if "short" in name:
                    self.assertLessEqual(sides, {False})
                elif "both" not in name and name.split("_")[0] not in ("zscore", "stochastic"):
                    self.assertLessEqual(sides, {True})
        for name in self.written:
            if "both" in name:
                seen = {t.is_long for market in MARKETS for t in self.results[name, market].trades}
                self.assertEqual(seen, {True, False}, name)

    def test_cutting_the_future_off_changes_no_earlier_order(self):
        for (name, market), result in self.results.items():
            whole, data = placed(result), MARKETS[market]
            for cut in CUTS:
                n = int(len(data) * cut)
                with self.subTest(name, market=market, bars=n):
                    short = placed(run(data.head(n), self.written[name]))
                    self.assertEqual(short, [order for order in whole if order[0] < n])

    def test_nothing_is_opened_below_the_drawdown_limit(self):
        for (name, market), result in self.results.items():
            limit = getattr(self.written[name], "max_drawdown", None)
            if limit is None:
                continue
            for order in result.orders:
                if order.closes is None:
                    peak = max(result.equity[: order.bar + 1])
                    with self.subTest(name, market=market, bar=order.bar):
                        self.assertGreater(result.equity[order.bar], peak * (1 - limit))

    def test_a_second_run_is_the_same(self):
        for name, strategy in self.written.items():
            again = run(MARKETS["crash"], strategy)
            self.assertEqual(again.equity, self.results[name, "crash"].equity)


if __name__ == "__main__":
    unittest.main()
