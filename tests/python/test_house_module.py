"""The house module does what its docstrings say: against hand figures and naive loops."""

import contextlib
import io
import math
import random
import statistics
import sys
import tempfile
import unittest
from datetime import datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "src-tauri" / "core" / "house"))

import algoagent as aa  # noqa: E402

FREE = {"commission": 0.0, "spread": 0.0, "slippage": 0.0}


def days(n, start=datetime(2024, 1, 1)):
    """n weekdays."""
    out = []
    while len(out) < n:
        if start.weekday() < 5:
            out.append(start)
        start += timedelta(days=1)
    return out


def bars(rows):
    """Bars from (open, high, low, close) rows."""
    o, h, low, c = (list(map(float, column)) for column in zip(*rows))
    return aa.Bars(days(len(rows)), o, h, low, c, [1000.0] * len(rows))


def walk(n=300, seed=7):
    dice = random.Random(seed)
    rows, price = [], 100.0
    for _ in range(n):
        o = price * (1 + dice.gauss(0, 0.004))
        c = o * (1 + dice.gauss(0.0003, 0.012))
        rows.append((o, max(o, c) * (1 + dice.random() / 100), min(o, c) * (1 - dice.random() / 100), c))
        price = c
    return bars(rows)


def flat(n, price=100.0):
    return [(price, price, price, price)] * n


def script(steps, **attributes):
    """A strategy that calls steps[bar](strategy)."""

    class Scripted(aa.Strategy):
        def init(self):
            self.seen = []

        def next(self):
            bar = len(self.data) - 1
            self.seen.append(bar)
            if bar in steps:
                steps[bar](self)

    for name, value in attributes.items():
        setattr(Scripted, name, value)
    return Scripted


def run(rows, steps, **options):
    return aa.Backtest(bars(rows), script(steps), **{**FREE, **options}).run()


class Close(unittest.TestCase):
    def assert_lines(self, got, want, places=9):
        self.assertEqual(len(got), len(want))
        for i, (a, b) in enumerate(zip(got, want)):
            if b is None or b != b:
                self.assertTrue(a != a, f"position {i}: {a} where the warm-up should be")
            else:
                self.assertAlmostEqual(a, b, places=places, msg=f"position {i}")


class Indicators(Close):
    def setUp(self):
        self.b = walk()
        self.c = self.b.Close

    def test_simple_and_weighted_averages_match_hand_figures(self):
        self.assert_lines(aa.SMA([1, 2, 3, 4, 8], 3), [None, None, 2, 3, 5])
        self.assert_lines(aa.WMA([1, 2, 3, 4], 3), [None, None, 14 / 6, 20 / 6])

    def test_ema_is_seeded_with_the_mean_of_the_first_values(self):
        self.assert_lines(aa.EMA([1, 2, 3, 4, 8], 3), [None, None, 2, 3, 5.5])

    def test_ema_skips_a_warm_up_in_its_input(self):
        self.assert_lines(aa.EMA([math.nan, 1, 2, 3, 4], 3), [None, None, None, 2, 3])

    def test_rsi_matches_a_naive_loop(self):
        n, want = 14, [None] * len(self.c)
        moves = [b - a for a, b in zip(self.c, self.c[1:])]
        up = sum(max(m, 0) for m in moves[:n]) / n
        down = sum(max(-m, 0) for m in moves[:n]) / n
        want[n] = 100 - 100 / (1 + up / down)
        for i in range(n, len(moves)):
            up = (up * (n - 1) + max(moves[i], 0)) / n
            down = (down * (n - 1) + max(-moves[i], 0)) / n
            want[i + 1] = 100 - 100 / (1 + up / down)
        self.assert_lines(aa.RSI(self.c, n), want)

    def test_rsi_of_extremes(self):
        self.assertEqual(aa.RSI(list(range(1, 30)), 14)[-1], 100)
        self.assertEqual(aa.RSI(list(range(30, 1, -1)), 14)[-1], 0)
        self.assertEqual(aa.RSI([5.0] * 30, 14)[-1], 50)

    def test_atr_matches_a_naive_loop(self):
        b, n, want = self.b, 14, [None] * len(self.c)
        tr = [max(b.High[i] - b.Low[i], abs(b.High[i] - b.Close[i - 1]), abs(b.Low[i] - b.Close[i - 1]))
              for i in range(1, len(b))]
        now = want[n] = sum(tr[:n]) / n
        for i in range(n, len(tr)):
            now = want[i + 1] = (now * (n - 1) + tr[i]) / n
        self.assert_lines(aa.ATR(b.High, b.Low, b.Close, n), want)

    def test_bollinger_deviation_and_zscore_use_the_population_deviation(self):
        upper, middle, lower = aa.BBANDS(self.c, 20, 2)
        for i in range(19, len(self.c)):
            window = self.c[i - 19:i + 1]
            m, s = statistics.fmean(window), statistics.pstdev(window)
            self.assertAlmostEqual(upper[i], m + 2 * s, places=9)
            self.assertAlmostEqual(middle[i], m, places=9)
            self.assertAlmostEqual(lower[i], m - 2 * s, places=9)
            self.assertAlmostEqual(aa.ZSCORE(self.c, 20)[i], (self.c[i] - m) / s, places=7)

    def test_macd_starts_where_its_docstring_says(self):
        line, signal, histogram = aa.MACD(self.c, 12, 26, 9)
        self.assertEqual(aa._first(line), 25)
        self.assertEqual(aa._first(signal), 33)
        fast = sum(self.c[14:26]) / 12
        slow = sum(self.c[:26]) / 26
        self.assertAlmostEqual(line[25], fast - slow, places=9)
        fast += (self.c[26] - fast) * 2 / 13
        slow += (self.c[26] - slow) * 2 / 27
        self.assertAlmostEqual(line[26], fast - slow, places=9)
        self.assertAlmostEqual(histogram[40], line[40] - signal[40], places=12)

    def test_adx_matches_a_naive_loop_and_stays_in_range(self):
        b, n = self.b, 14
        plus, minus, tr = [], [], []
        for i in range(1, len(b)):
            up, down = b.High[i] - b.High[i - 1], b.Low[i - 1] - b.Low[i]
            plus.append(up if up > down and up > 0 else 0)
            minus.append(down if down > up and down > 0 else 0)
            tr.append(max(b.High[i], b.Close[i - 1]) - min(b.Low[i], b.Close[i - 1]))
        sums = [sum(x[:n - 1]) for x in (plus, minus, tr)]
        dx = []
        for i in range(n - 1, len(tr)):
            sums = [s - s / n + x[i] for s, x in zip(sums, (plus, minus, tr))]
            p, m = sums[0] / sums[2], sums[1] / sums[2]
            dx.append(100 * abs(p - m) / (p + m))
        now = sum(dx[:n]) / n
        want = [None] * (2 * n - 1) + [now]
        for x in dx[n:]:
            now = (now * (n - 1) + x) / n
            want.append(now)
        got = aa.ADX(b.High, b.Low, b.Close, n)
        self.assert_lines(got, want)
        self.assertTrue(all(0 <= v <= 100 for v in got if v == v))

    def test_stochastic_donchian_highest_and_lowest_match_windows(self):
        b = self.b
        k, d = aa.STOCH(b.High, b.Low, b.Close, 14, 1, 3)
        upper, middle, lower = aa.DONCHIAN(b.High, b.Low, 14)
        for i in range(20, len(b)):
            h, low = max(b.High[i - 13:i + 1]), min(b.Low[i - 13:i + 1])
            self.assertAlmostEqual(k[i], 100 * (b.Close[i] - low) / (h - low), places=9)
            self.assertAlmostEqual(d[i], statistics.fmean(k[i - 2:i + 1]), places=9)
            self.assertEqual((upper[i], middle[i], lower[i]), (h, (h + low) / 2, low))

    def test_cci_roc_mom_obv_and_vwap_match_windows(self):
        b = self.b
        typical = [(h + low + c) / 3 for h, low, c in zip(b.High, b.Low, b.Close)]
        cci, obv = aa.CCI(b.High, b.Low, b.Close, 20), aa.OBV(b.Close, b.Volume)
        vwap = aa.VWAP(b.High, b.Low, b.Close, b.Volume, 5)
        total = b.Volume[0]
        for i in range(1, len(b)):
            total += b.Volume[i] * (1 if b.Close[i] > b.Close[i - 1] else -1)
            self.assertEqual(obv[i], total)
            if i < 20:
                continue
            w = typical[i - 19:i + 1]
            m = statistics.fmean(w)
            self.assertAlmostEqual(cci[i], (w[-1] - m) / (0.015 * statistics.fmean(abs(x - m) for x in w)), places=7)
            self.assertAlmostEqual(aa.ROC(b.Close, 10)[i], (b.Close[i] / b.Close[i - 10] - 1) * 100, places=9)
            self.assertAlmostEqual(aa.MOM(b.Close, 10)[i], b.Close[i] - b.Close[i - 10], places=9)
            self.assertAlmostEqual(vwap[i], statistics.fmean(typical[i - 4:i + 1]), places=9)

    def test_keltner_stands_around_the_ema_by_the_atr(self):
        b = self.b
        upper, middle, lower = aa.KELTNER(b.High, b.Low, b.Close, 20, 10, 1.5)
        ema, atr = aa.EMA(b.Close, 20), aa.ATR(b.High, b.Low, b.Close, 10)
        self.assertEqual(aa._first(upper), 19)
        self.assertAlmostEqual(upper[50], ema[50] + 1.5 * atr[50], places=9)
        self.assertAlmostEqual(lower[50], ema[50] - 1.5 * atr[50], places=9)
        self.assertEqual(middle[50], ema[50])

    def test_supertrend_turns_with_the_market_and_trails_it(self):
        b = bars([(p, p + 1, p - 1, p) for p in [*range(100, 140), *range(140, 80, -1)]])
        line, direction = aa.SUPERTREND(b.High, b.Low, b.Close, 10, 2)
        self.assertEqual(direction[39], 1)
        self.assertEqual(direction[-1], -1)
        self.assertTrue(all(x <= y for x, y in zip(line[10:40], line[11:41])))
        for value, side, close in zip(line[10:], direction[10:], b.Close[10:]):
            self.assertTrue(close >= value if side > 0 else close <= value)

    def test_every_indicator_gives_the_same_past_when_the_future_is_cut_off(self):
        b = self.b
        calls = {
            "SMA": (b.Close,), "EMA": (b.Close,), "WMA": (b.Close,), "RSI": (b.Close,),
            "MACD": (b.Close,), "BBANDS": (b.Close,), "ROC": (b.Close,), "MOM": (b.Close,),
            "STDDEV": (b.Close,), "HIGHEST": (b.Close,), "LOWEST": (b.Close,), "ZSCORE": (b.Close,),
            "ATR": (b.High, b.Low, b.Close), "ADX": (b.High, b.Low, b.Close),
            "STOCH": (b.High, b.Low, b.Close), "CCI": (b.High, b.Low, b.Close),
            "KELTNER": (b.High, b.Low, b.Close), "SUPERTREND": (b.High, b.Low, b.Close),
            "DONCHIAN": (b.High, b.Low), "OBV": (b.Close, b.Volume),
            "VWAP": (b.High, b.Low, b.Close, b.Volume),
        }
        for name, columns in calls.items():
            function = getattr(aa, name)
            whole, cut = function(*columns), function(*(c[:150] for c in columns))
            pairs = zip(whole, cut) if isinstance(whole, tuple) else [(whole, cut)]
            for a, z in pairs:
                with self.subTest(name):
                    self.assert_lines(z, a[:150], places=12)
            self.assertIn("arm-up", function.__doc__, name)

    def test_a_period_must_be_a_whole_number(self):
        for bad in (0, -3, 2.5):
            with self.assertRaises(ValueError):
                aa.SMA([1, 2, 3], bad)

    def test_crossover_is_true_only_on_the_bar_of_the_cross(self):
        self.assertTrue(aa.crossover([1, 3], [2, 2]))
        self.assertTrue(aa.crossover([2, 3], 2))
        self.assertFalse(aa.crossover([3, 4], [2, 2]))
        self.assertFalse(aa.crossover([math.nan, 3], [2, 2]))


class Fills(unittest.TestCase):
    def test_a_market_order_fills_at_the_next_open(self):
        rows = [*flat(3), (110, 112, 109, 111), *flat(2, 111)]
        result = run(rows, {2: lambda s: s.buy(size=5)})
        trade = result.trades[0]
        self.assertEqual((trade.entry_bar, trade.entry_price, trade.size), (3, 110, 5))
        self.assertEqual((trade.exit_reason, trade.pl), ("end of data", 5))

    def test_trade_on_close_fills_at_the_same_close(self):
        rows = [*flat(2), (100, 105, 99, 104), (110, 112, 109, 111)]
        trade = run(rows, {2: lambda s: s.buy(size=5)}, trade_on_close=True).trades[0]
        self.assertEqual((trade.entry_bar, trade.entry_price), (2, 104))

    def test_a_limit_fills_at_its_price_or_better(self):
        buy = {1: lambda s: s.buy(size=1, limit=95)}
        inside = run([*flat(2), (100, 101, 94, 99), *flat(1)], buy).trades[0]
        self.assertEqual(inside.entry_price, 95)
        gap = run([*flat(2), (90, 96, 89, 95), *flat(1)], buy).trades[0]
        self.assertEqual(gap.entry_price, 90)
        self.assertEqual(run([*flat(2), (100, 101, 96, 99), *flat(1)], buy).trades, [])

    def test_a_stop_entry_fills_at_its_price_or_at_a_gapped_open(self):
        buy = {1: lambda s: s.buy(size=1, stop=105)}
        self.assertEqual(run([*flat(2), (100, 107, 99, 106), *flat(1, 106)], buy).trades[0].entry_price, 105)
        self.assertEqual(run([*flat(2), (108, 109, 107, 108), *flat(1, 108)], buy).trades[0].entry_price, 108)
        sell = {1: lambda s: s.sell(size=1, stop=95)}
        self.assertEqual(run([*flat(2), (92, 93, 90, 91), *flat(1, 91)], sell).trades[0].entry_price, 92)

    def test_a_stop_loss_inside_the_bar_fills_at_the_stop(self):
        rows = [*flat(3), (100, 101, 94, 99), *flat(1)]
        trade = run(rows, {1: lambda s: s.buy(size=1, sl=95)}).trades[0]
        self.assertEqual((trade.exit_price, trade.exit_reason, trade.exit_bar), (95, "stop-loss", 3))

    def test_a_stop_loss_that_gaps_fills_at_the_open(self):
        rows = [*flat(3), (90, 91, 88, 89), *flat(1, 89)]
        trade = run(rows, {1: lambda s: s.buy(size=1, sl=95)}).trades[0]
        self.assertEqual((trade.exit_price, trade.exit_reason), (90, "stop-loss"))
        rows = [*flat(3), (110, 111, 109, 110), *flat(1, 110)]
        short = run(rows, {1: lambda s: s.sell(size=1, sl=105)}).trades[0]
        self.assertEqual((short.exit_price, short.pl), (110, -10))

    def test_with_both_inside_one_bar_the_stop_comes_first(self):
        rows = [*flat(3), (100, 120, 80, 100), *flat(1)]
        trade = run(rows, {1: lambda s: s.buy(size=1, sl=95, tp=105)}).trades[0]
        self.assertEqual(trade.exit_reason, "stop-loss")

    def test_a_take_profit_fills_at_its_price_or_at_a_better_open(self):
        buy = {1: lambda s: s.buy(size=1, sl=90, tp=105)}
        self.assertEqual(run([*flat(3), (100, 106, 99, 100), *flat(1)], buy).trades[0].exit_price, 105)
        self.assertEqual(run([*flat(3), (108, 109, 107, 108), *flat(1)], buy).trades[0].exit_price, 108)

    def test_a_take_profit_waits_when_the_entry_was_inside_the_bar(self):
        rows = [*flat(2), (100, 110, 94, 100), (100, 101, 99, 100)]
        trade = run(rows, {1: lambda s: s.buy(size=1, limit=95, tp=105)}).trades[0]
        self.assertEqual(trade.exit_reason, "end of data")

    def test_a_stop_limit_never_buys_above_its_limit(self):
        steps = {1: lambda s: s.buy(size=1, stop=105, limit=106)}
        rows = [*flat(2), (110, 112, 109, 111), (111, 112, 104, 105)]
        self.assertEqual(run(rows, steps).trades[0].entry_price, 106)

    def test_a_stop_moved_by_the_strategy_counts_from_the_next_bar(self):
        def trail(s):
            s.trades[0].sl = 98

        rows = [*flat(3), (100, 101, 97, 100), (100, 101, 97, 100)]
        trade = run(rows, {1: lambda s: s.buy(size=1, sl=90), 3: trail}).trades[0]
        self.assertEqual((trade.exit_bar, trade.exit_price), (4, 98))

    def test_closing_and_opening_the_other_way_happen_at_one_open(self):
        def turn(s):
            s.position.close()
            s.sell(size=2)

        result = run(flat(6), {1: lambda s: s.buy(size=3), 3: turn})
        self.assertEqual([(t.size, t.exit_reason) for t in result.trades], [(3, "closed"), (-2, "end of data")])
        self.assertEqual(result.trades[1].entry_bar, 4)

    def test_an_opposite_order_nets_unless_hedging(self):
        steps = {1: lambda s: s.buy(size=5), 2: lambda s: s.sell(size=2)}
        netted = run(flat(6), steps)
        self.assertEqual([(t.size, t.exit_reason) for t in netted.trades], [(2, "netted"), (3, "end of data")])
        hedged = run(flat(6), steps, hedging=True)
        self.assertEqual([t.size for t in hedged.trades], [5, -2])

    def test_exclusive_orders_close_what_was_open(self):
        steps = {1: lambda s: s.buy(size=5), 3: lambda s: s.buy(size=2)}
        result = run(flat(6), steps, exclusive_orders=True)
        self.assertEqual([(t.size, t.exit_bar) for t in result.trades], [(5, 4), (2, 5)])

    def test_a_portion_can_be_closed(self):
        result = run(flat(6), {1: lambda s: s.buy(size=4), 3: lambda s: s.position.close(portion=0.5)})
        self.assertEqual([t.size for t in result.trades], [2, 2])

    def test_an_order_can_be_cancelled(self):
        steps = {1: lambda s: s.buy(size=1, limit=50), 2: lambda s: s.orders[0].cancel()}
        self.assertEqual(run([*flat(3), (100, 100, 40, 90)], steps).trades, [])


class SizesAndCosts(unittest.TestCase):
    def test_a_fraction_is_of_equity_rounded_down_to_whole_units(self):
        trade = run(flat(4, 300), {1: lambda s: s.buy(size=0.1)}, cash=10_000).trades[0]
        self.assertEqual(trade.size, 3)

    def test_a_smaller_unit_allows_a_part(self):
        test = aa.Backtest(bars(flat(4, 30_000)), script({1: lambda s: s.buy(size=0.1)}), **FREE)
        self.assertEqual(test.run().trades, [])
        self.assertIn("smallest quantity", " ".join(test.run().notes))
        self.assertAlmostEqual(test.run(unit=0.0001).trades[0].size, 0.0333)

    def test_an_order_beyond_the_cash_is_refused_and_said_so(self):
        result = run(flat(4), {1: lambda s: s.buy(size=101)})
        self.assertEqual(result.trades, [])
        self.assertIn("not enough cash", " ".join(result.notes))
        self.assertEqual(run(flat(4), {1: lambda s: s.buy(size=101)}, margin=0.5).trades[0].size, 101)

    def test_costs_are_charged_as_written(self):
        result = run(flat(4), {1: lambda s: s.buy(size=10)}, commission=0.001, spread=0.002, slippage=0.003)
        trade = result.trades[0]
        self.assertAlmostEqual(trade.entry_price, 100 * 1.004)
        self.assertAlmostEqual(trade.exit_price, 100 * 0.996)
        fees = 10 * (100.4 + 99.6) * 0.001
        self.assertAlmostEqual(result.metrics["commissions"], fees)
        self.assertAlmostEqual(trade.pl, -8 - fees)
        self.assertAlmostEqual(result.equity[-1], 10_000 - 8 - fees)

    def test_a_limit_order_never_pays_more_than_its_limit(self):
        steps = {1: lambda s: s.buy(size=1, limit=100, tp=105)}
        rows = [*flat(2), (100, 100, 100, 100), (104, 106, 104, 105), *flat(1)]
        trade = run(rows, steps, spread=0.01, slippage=0.01).trades[0]
        self.assertEqual((trade.entry_price, trade.exit_price), (100, 105))

    def test_costs_are_never_zero_by_default(self):
        result = aa.Backtest(bars(flat(4)), script({1: lambda s: s.buy(size=10)})).run()
        self.assertLess(result.equity[-1], 10_000 - 10 * 100 * 0.002)

    def test_orders_that_make_no_sense_are_refused_with_a_sentence(self):
        for bad in (
            lambda s: s.buy(size=0), lambda s: s.buy(size=-1), lambda s: s.buy(size=1.5),
            lambda s: s.buy(size=math.nan), lambda s: s.buy(sl=101), lambda s: s.buy(tp=99),
            lambda s: s.sell(sl=99), lambda s: s.sell(tp=101), lambda s: s.buy(sl=math.nan),
        ):
            with self.assertRaises(ValueError):
                run(flat(4), {1: bad})

    def test_money_adds_up(self):
        dice = random.Random(3)

        class Noise(aa.Strategy):
            def init(self):
                pass

            def next(self):
                price = self.data.Close[-1]
                roll = dice.random()
                if roll < 0.1:
                    self.buy(size=0.2, sl=price * 0.97, tp=price * 1.05)
                elif roll < 0.2:
                    self.sell(size=0.2, sl=price * 1.03, tp=price * 0.95)
                elif roll < 0.25:
                    self.position.close(portion=0.5)

        result = aa.Backtest(walk(800), Noise).run()
        self.assertGreater(len(result.trades), 50)
        self.assertAlmostEqual(10_000 + sum(t.pl for t in result.trades), result.equity[-1], places=6)

    def test_an_empty_account_ends_the_run(self):
        rows = [*flat(3), (300, 300, 300, 300), *flat(2, 300)]
        result = run(rows, {1: lambda s: s.sell(size=90)})
        self.assertEqual(result.equity[-1], 0)
        self.assertIn("empty", " ".join(result.notes))
        self.assertEqual(len(result.equity), len(rows))


class OnlyThePast(unittest.TestCase):
    def test_next_sees_nothing_after_now(self):
        seen = []

        class Peek(aa.Strategy):
            def init(self):
                self.sma = self.I(aa.SMA, self.data.Close, 3)

            def next(self):
                n = len(self.data)
                assert len(self.data.Close) == len(self.sma) == len(self.data.index) == n
                assert self.data.Close[-1] == self.data.Close[n - 1]
                assert len(self.data.Close[:]) == n and len(list(self.sma)) == n
                try:
                    self.data.Close[n]
                except IndexError:
                    seen.append(n)

        aa.Backtest(walk(30), Peek).run()
        self.assertEqual(seen, list(range(3, 31)))

    def test_next_starts_when_every_indicator_has_a_value(self):
        first = []

        class Late(aa.Strategy):
            def init(self):
                self.a, self.b = self.I(aa.SMA, self.data.Close, 5), self.I(aa.RSI, self.data.Close, 9)

            def next(self):
                first.append(len(self.data) - 1)

        aa.Backtest(walk(30), Late).run()
        self.assertEqual(first[0], 9)
        first.clear()
        self.assertIn("too few", " ".join(aa.Backtest(walk(9), Late).run().notes))
        self.assertEqual(first, [])

    def test_indicators_belong_in_init(self):
        with self.assertRaises(RuntimeError):
            run(flat(4), {1: lambda s: s.I(aa.SMA, s.data.Close, 2)})

    def test_a_parameter_can_be_overridden_and_a_wrong_name_is_refused(self):
        strategy = script({1: lambda s: s.buy(size=s.units)}, units=2)
        test = aa.Backtest(bars(flat(4)), strategy, **FREE)
        self.assertEqual(test.run(units=7).trades[0].size, 7)
        self.assertEqual(test.run().trades[0].size, 2)
        with self.assertRaises(AttributeError):
            test.run(unitz=7)


class Metrics(unittest.TestCase):
    def test_the_figures_of_a_known_curve(self):
        curve = [100.0, 110.0, 99.0, 108.9, 120.0]
        index = [datetime(2024, 1, 1) + timedelta(days=i) for i in range(5)]
        got = aa.metrics(curve, index, periods=252)
        r = [0.1, -0.1, 0.1, 120 / 108.9 - 1]
        years = 4 / 365.25
        cagr = 1.2 ** (1 / years) - 1
        self.assertAlmostEqual(got["cagr"], cagr, places=6)
        self.assertAlmostEqual(got["volatility"], statistics.stdev(r) * math.sqrt(252), places=12)
        self.assertAlmostEqual(got["sharpe"], statistics.fmean(r) / statistics.stdev(r) * math.sqrt(252), places=12)
        self.assertAlmostEqual(got["sortino"], statistics.fmean(r) / math.sqrt(0.01 / 4) * math.sqrt(252), places=12)
        self.assertAlmostEqual(got["max_drawdown"], -0.1, places=12)
        self.assertAlmostEqual(got["calmar"] / (cagr / 0.1), 1, places=9)

    def test_trade_figures(self):
        def steps():
            return {
                1: lambda s: s.buy(size=10), 2: lambda s: s.position.close(),
                4: lambda s: s.buy(size=10), 5: lambda s: s.position.close(),
            }

        rows = [*flat(3), *flat(2, 110), *flat(1, 110), *flat(2, 105)]
        result = run(rows, steps())
        m = result.metrics
        self.assertEqual([t.pl for t in result.trades], [100, -50])
        self.assertEqual((m["trades"], m["win_rate"], m["profit_factor"], m["expectancy"]), (2, 0.5, 2, 25))
        self.assertAlmostEqual(m["exposure"], 4 / 8)
        years = (result.index[-1] - result.index[0]).days / 365.25
        traded = 1000 + 1100 + 1100 + 1050
        self.assertAlmostEqual(m["turnover"], traded / statistics.fmean(result.equity) / years)

    def test_figures_that_are_not_defined_are_none(self):
        m = run(flat(10), {}).metrics
        for name in ("sharpe", "sortino", "calmar", "profit_factor", "win_rate", "expectancy"):
            self.assertIsNone(m[name], name)
        self.assertEqual(m["max_drawdown"], 0)

    def test_bars_per_year_are_inferred(self):
        monday = datetime(2024, 1, 1)
        self.assertEqual(aa.bars_per_year(days(100)), 252)
        self.assertEqual(aa.bars_per_year([monday + timedelta(days=i) for i in range(100)]), 365)
        self.assertEqual(aa.bars_per_year([monday + timedelta(weeks=i) for i in range(50)]), 52)
        self.assertEqual(aa.bars_per_year([monday + timedelta(days=30 * i) for i in range(50)]), 12)
        self.assertEqual(aa.bars_per_year([monday + timedelta(hours=4 * i) for i in range(600)]), 365 * 6)

    def test_the_table_reads_without_error(self):
        text = str(run(flat(10), {}))
        self.assertIn("Max drawdown", text)
        self.assertIn("not defined", text)
        self.assertIn("No trade was made.", text)


class Files(unittest.TestCase):
    def read(self, text, encoding="utf-8"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "prices.csv"
            path.write_bytes(text.encode(encoding))
            return aa.load_csv(str(path))

    def refuse(self, text, *words):
        with self.assertRaises(aa.DataError) as caught:
            self.read(text)
        for word in words:
            self.assertIn(word, str(caught.exception))

    def test_the_usual_exports_are_read(self):
        yahoo = self.read("Date,Open,High,Low,Close,Adj Close,Volume\n2024-01-02,10,12,9,11,5.5,100\n2024-01-03,11,12,10,12,6,90\n")
        self.assertEqual((yahoo.Open[0], yahoo.High[0], yahoo.Close[0]), (5, 6, 5.5))
        stooq = self.read("<TICKER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>\nAAPL,20240102,10:00,10,12,9,11,100\n".replace("20240102", "2024-01-02"))
        self.assertEqual(stooq.index[0], datetime(2024, 1, 2, 10))
        binance = self.read("open_time,open,high,low,close,volume\n1704153600000,10,12,9,11,100\n")
        self.assertEqual(binance.index[0], datetime(2024, 1, 2))
        tradingview = self.read("\ufefftime,OPEN,HIGH,LOW,CLOSE\r\n2024-01-02T00:00:00Z,10,12,9,11\r\n")
        self.assertEqual((tradingview.index[0], tradingview.Volume), (datetime(2024, 1, 2), [0.0]))
        semicolons = self.read("Datetime;Open;High;Low;Close\n20240102;10;12;9;11\n")
        self.assertEqual(len(semicolons), 1)

    def test_a_file_from_new_to_old_is_turned_and_said_so(self):
        b = self.read("Date,Open,High,Low,Close\n2024-01-03,11,12,10,12\n2024-01-02,10,12,9,11\n")
        self.assertEqual(b.Close, [11, 12])
        self.assertIn("turned round", " ".join(b.notes))

    def test_bad_rows_are_named_by_line(self):
        head = "Date,Open,High,Low,Close\n2024-01-02,10,12,9,11\n"
        self.refuse(head + "2024-01-03,null,12,10,12\n", "line 3", "Open is 'null'")
        self.refuse(head + "\n2024-01-03,11,10,12,12\n", "line 4", "enclose")
        self.refuse(head + "01/03/2024,11,12,10,12\n", "line 3", "without guessing")
        self.refuse(head + "2024-01-02,11,12,10,12\n", "line 3", "line 2")
        self.refuse(head + "2024-01-03,nan,12,10,12\n", "line 3", "finite")
        self.refuse(head + "2024-01-03,-1,12,-2,12\n", "line 3", "zero or negative")
        self.refuse(head + "2024-01-03,11,12\n", "line 3", "too few columns")

    def test_what_is_not_price_data_is_refused(self):
        self.refuse("", "empty")
        self.refuse("Date,Open,High,Low,Close\n", "no rows")
        self.refuse("Date,Price\n2024-01-02,10\n", "lacks Open, High, Low, Close")
        self.refuse("Date,Open,Open,High,Low,Close\n", "twice")

    def test_the_command_line_prints_a_table(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "prices.csv"
            b = walk(60)
            rows = zip(b.index, b.Open, b.High, b.Low, b.Close)
            path.write_text("Date,Open,High,Low,Close\n" + "\n".join(",".join(map(str, r)) for r in rows))
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                aa.main(script({1: lambda s: s.buy(size=0.5)}), ["--data", str(path), "--cash", "5000", "--trades"])
            self.assertIn("5,000.00", out.getvalue())
            self.assertIn("end of data", out.getvalue())
            err = io.StringIO()
            with contextlib.redirect_stderr(err), self.assertRaises(SystemExit) as end:
                aa.main(script({}), ["--data", str(path) + ".missing"])
            self.assertEqual(end.exception.code, 2)


if __name__ == "__main__":
    unittest.main()
