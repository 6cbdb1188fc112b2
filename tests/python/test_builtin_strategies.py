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
        self.assertGreaterEqual(len({type_.__name__ for type_ in self.written.values()}), 24)

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


def sar(data, step=0.02, most=0.2):
    """Wilder's level for every bar from the second on, written out case by case."""
    high, low = data.High, data.Low
    rising = not (low[0] - low[1] > max(high[1] - high[0], 0))
    level, best, factor = (low[0], high[1], step) if rising else (high[0], low[1], step)
    sides = [0]
    for i in range(1, len(data)):
        before = max(i - 1, 1)
        if rising and low[i] <= level:
            rising, level, best, factor = False, max(best, high[before], high[i]), low[i], step
        elif not rising and high[i] >= level:
            rising, level, best, factor = True, min(best, low[before], low[i]), high[i], step
        elif rising and high[i] > best:
            best, factor = high[i], min(factor + step, most)
        elif not rising and low[i] < best:
            best, factor = low[i], min(factor + step, most)
        level += factor * (best - level)
        level = min(level, low[before], low[i]) if rising else max(level, high[before], high[i])
        sides.append(1 if rising else -1)
    return sides


def heikin_ashi(data):
    """The colour of every Heikin-Ashi candle: 1, -1 or 0."""
    opens, closes = [], []
    for o, h, low, c in zip(data.Open, data.High, data.Low, data.Close):
        opens.append((opens[-1] + closes[-1]) / 2 if opens else (o + c) / 2)
        closes.append((o + h + low + c) / 4)
    return [(c > o) - (c < o) for o, c in zip(opens, closes)]


def directional(data, n=14):
    """Which of +DI and -DI is larger, from Wilder's smoothed movement."""
    plus = minus = 0.0
    sides = [0]
    for i in range(1, len(data)):
        rise, fall = data.High[i] - data.High[i - 1], data.Low[i - 1] - data.Low[i]
        fade = 0.0 if i < n else 1 / n
        plus += -plus * fade + (rise if rise > max(fall, 0) else 0.0)
        minus += -minus * fade + (fall if fall > max(rise, 0) else 0.0)
        sides.append((plus > minus) - (plus < minus))
    return sides


@unittest.skipUnless(FOLDER, "ALGOAGENT_STRATEGIES names no folder; `cargo test -p algoagent-core` sets it")
class WhatTheyCompute(unittest.TestCase):
    """The families that keep their own figures, against a second way to compute them."""

    def entries(self, name, market):
        strategy = load(Path(FOLDER) / f"{name}.py")
        return [o for o in run(MARKETS[market], strategy).orders if o.closes is None]

    def agree(self, name, side, first=1):
        for market, data in MARKETS.items():
            sides = side(data)
            entries = self.entries(name, market)
            self.assertTrue(entries)
            for order in entries:
                want = 1 if order.size > 0 else -1
                for back in range(first):
                    with self.subTest(name, market=market, bar=order.bar):
                        self.assertEqual(sides[order.bar - back], want)

    def test_parabolic_sar(self):
        self.agree("parabolic_free", sar)
        self.agree("parabolic_both_free", lambda data: sar(data, step=0.03))

    def test_every_turn_of_the_sar_is_traded(self):
        strategy = load(Path(FOLDER) / "parabolic_free.py")
        strategy.stop_loss_pct = 0.5
        data = MARKETS["range"]
        sides = sar(data)
        turns = [i for i in range(1, len(sides) - 1) if sides[i] > 0 and sides[i - 1] <= 0]
        bars = [o.bar for o in run(data, strategy).orders if o.closes is None]
        self.assertEqual(bars, turns)

    def test_heikin_ashi(self):
        self.agree("heikin_free", heikin_ashi, first=2)
        self.agree("heikin_both_free", heikin_ashi, first=3)

    def test_directional_movement(self):
        self.agree("adx_free", directional)
        self.agree("adx_both_free", directional)

    def test_the_cloud_is_that_of_earlier_bars(self):
        for market, data in MARKETS.items():
            for order in self.entries("ichimoku_free", market):
                def middle(n, at):
                    return (max(data.High[at - n + 1 : at + 1]) + min(data.Low[at - n + 1 : at + 1])) / 2

                at = order.bar - 25
                with self.subTest(market=market, bar=order.bar):
                    self.assertGreater(middle(9, order.bar), middle(26, order.bar))
                    self.assertGreater(data.Close[order.bar], (middle(9, at) + middle(26, at)) / 2)
                    self.assertGreater(data.Close[order.bar], middle(52, at))

    def test_the_narrowest_bar_is_the_one_before(self):
        for market, data in MARKETS.items():
            for order in self.entries("narrow_free", market):
                spans = [data.High[i] - data.Low[i] for i in range(order.bar - 7, order.bar)]
                with self.subTest(market=market, bar=order.bar):
                    self.assertEqual(spans[-1], min(spans))
                    self.assertGreater(data.Close[order.bar], data.High[order.bar - 1])

    def test_the_turn_of_the_month_is_held(self):
        for market, data in MARKETS.items():
            for order in self.entries("turn_free", market):
                day = data.index[order.bar]
                later = [d for d in data.index if (d.year, d.month) == (day.year, day.month) and d > day]
                with self.subTest(market=market, day=day):
                    # The data have every weekday, so bars left are weekdays left.
                    if order.bar < len(data) - 30:
                        self.assertEqual(len(later), 4)

    def test_twelve_months_without_the_last(self):
        for market, data in MARKETS.items():
            for order in self.entries("absolute_free", market):
                with self.subTest(market=market, bar=order.bar):
                    self.assertGreater(data.Close[order.bar - 21], data.Close[order.bar - 252])

    def test_a_stop_in_ranges_stands_that_far_away(self):
        for market, data in MARKETS.items():
            ranges = aa.ATR(data.High, data.Low, data.Close, 14)
            for order in self.entries("williams_both_free", market):
                price = data.Close[order.bar]
                away = min(2 * ranges[order.bar], 0.10 * price)
                with self.subTest(market=market, bar=order.bar):
                    self.assertAlmostEqual(abs(order.sl - price), away, places=9)


if __name__ == "__main__":
    unittest.main()
