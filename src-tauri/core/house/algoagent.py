"""The house module of AlgoAgent: strategies, indicators and a backtest in one file.

Standard library only, Python 3.10 or newer. Put it beside a strategy and run

    python my_strategy.py --data AAPL.csv --cash 10000

How orders fill, so that nobody has to guess:

* A market order made in `next` fills at the open of the following bar, or at the close
  of the same bar with `trade_on_close=True`.
* A limit order fills at its price or better, a stop order at its price or worse. If the
  bar opens beyond a stop (a gap), the stop fills at the open.
* Stop-loss and take-profit are looked at inside every bar, the entry bar included. When
  both lie inside one bar, the stop is assumed to have come first. A take-profit never
  fills on a bar whose entry happened inside that same bar.
* Market, stop and stop-loss fills pay half the spread plus the slippage; limit and
  take-profit fills pay half the spread only as far as the limit allows. Every fill pays
  the commission. None of the three is zero unless the caller says so.
* What is still open on the last bar is closed at its close ("end of data").
"""

from __future__ import annotations

import csv
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any

__all__ = [
    "ADX", "ATR", "BBANDS", "Backtest", "Bars", "CCI", "DONCHIAN", "DataError", "EMA",
    "HIGHEST", "KELTNER", "LOWEST", "MACD", "MOM", "OBV", "Order", "Position", "ROC",
    "RSI", "Result", "SMA", "STDDEV", "STOCH", "SUPERTREND", "Series", "Strategy",
    "Trade", "VWAP", "WMA", "ZSCORE", "bars_per_year", "crossover", "load_csv", "main",
    "metrics",
]

NAN = math.nan
DEFAULT_SIZE = 0.99


# --- Data -----------------------------------------------------------------------------


class DataError(ValueError):
    """Price data that can't be used as it is. The message names the lines."""


@dataclass(frozen=True)
class Bars:
    """Prices of one symbol, oldest first, all lists of one length."""

    index: list[datetime]
    Open: list[float]
    High: list[float]
    Low: list[float]
    Close: list[float]
    Volume: list[float]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        n = len(self.index)
        if n == 0:
            raise DataError("The data has no bars.")
        for name in ("Open", "High", "Low", "Close", "Volume"):
            column = getattr(self, name)
            if len(column) != n:
                raise DataError(f"{name} has {len(column)} values but there are {n} bars.")
        for i in range(n):
            fault = _bar_fault(
                self.Open[i], self.High[i], self.Low[i], self.Close[i], self.Volume[i]
            )
            if fault:
                raise DataError(f"Bar {i}: {fault}.")
            if i and self.index[i] <= self.index[i - 1]:
                raise DataError(f"Bar {i}: its time is not after that of the bar before.")

    def __len__(self) -> int:
        return len(self.index)

    def head(self, n: int) -> Bars:
        """The first `n` bars."""
        return Bars(
            self.index[:n], self.Open[:n], self.High[:n], self.Low[:n], self.Close[:n],
            self.Volume[:n], self.notes,
        )

    @classmethod
    def of(cls, data: Bars | Mapping[str, Sequence[Any]]) -> Bars:
        """Bars from a mapping with Open, High, Low, Close, index and perhaps Volume."""
        if isinstance(data, Bars):
            return data
        missing = [k for k in ("index", "Open", "High", "Low", "Close") if k not in data]
        if missing:
            raise DataError(f"The data lacks {', '.join(missing)}.")
        index = list(data["index"])
        columns = [[float(v) for v in data[k]] for k in ("Open", "High", "Low", "Close")]
        volume = [float(v) for v in data["Volume"]] if "Volume" in data else [0.0] * len(index)
        return cls(index, *columns, volume)


def _bar_fault(o: float, h: float, low: float, c: float, v: float) -> str | None:
    if not all(math.isfinite(x) for x in (o, h, low, c, v)):
        return "a value is not a finite number"
    if min(o, h, low, c) <= 0:
        return "a price is zero or negative"
    if v < 0:
        return "the volume is negative"
    slack = 1e-9 * h  # Adjusted prices carry rounding in their last digit.
    if h + slack < max(o, c, low) or low - slack > min(o, c):
        return "High and Low do not enclose Open and Close"
    return None


_HEADERS = {
    "date": "date", "datetime": "date", "timestamp": "date", "open time": "date",
    "date time": "date", "time": "time", "open": "Open", "high": "High", "low": "Low",
    "close": "Close", "close/last": "Close", "adj close": "Adj", "adjusted close": "Adj",
    "volume": "Volume", "vol": "Volume",
}


def _moment(text: str) -> datetime:
    """A time without zone; one with a zone is turned into UTC."""
    text = text.strip()
    if text.isdigit():
        if len(text) == 8:
            return datetime.strptime(text, "%Y%m%d")
        scale = {10: 1, 13: 1_000, 16: 1_000_000}.get(len(text))
        if scale is None:
            raise ValueError(text)
        return datetime.fromtimestamp(int(text) / scale, timezone.utc).replace(tzinfo=None)
    when = datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith(("Z", "z")) else text)
    return when.astimezone(timezone.utc).replace(tzinfo=None) if when.tzinfo else when


def load_csv(path: str) -> Bars:
    """Reads a CSV with the usual headers: a time (Date, Datetime, Time, Timestamp, Open
    time, or Date and Time), Open, High, Low, Close, perhaps Adj Close and Volume, in any
    case and order, separated by commas, semicolons or tabs.

    Times are ISO 8601, YYYYMMDD or a Unix time. With Adj Close, all prices are scaled by
    Adj Close / Close, or splits would look like crashes. A file that runs backwards is
    turned round. Anything doubtful raises DataError with the line numbers.
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            lines = list(_csv_rows(file.read()))
    except UnicodeDecodeError:
        raise DataError(f"{path} is not a UTF-8 text file.") from None
    except csv.Error as error:
        raise DataError(f"{path} is not readable as CSV: {error}.") from None
    if not lines:
        raise DataError(f"{path} is empty.")
    columns = _columns(lines[0][1])
    faults: list[str] = []
    rows: list[tuple[int, datetime, list[float]]] = []
    for number, cells in lines[1:]:
        try:
            rows.append((number, *_row(cells, columns)))
        except DataError as error:
            faults.append(f"line {number}: {error}")
    if not rows and not faults:
        raise DataError(f"{path} has a header but no rows.")
    notes: list[str] = []
    if len(rows) > 1 and all(a[1] > b[1] for a, b in zip(rows, rows[1:])):
        rows.reverse()
        notes.append("The file ran from new to old and was turned round.")
    for before, row in zip(rows, rows[1:]):
        if row[1] <= before[1]:
            faults.append(f"line {row[0]}: its time is not after that of line {before[0]}")
    if faults:
        more = f"; and {len(faults) - 5} more" if len(faults) > 5 else ""
        raise DataError(f"{path}: " + "; ".join(faults[:5]) + more + ".")
    if "Adj" in columns:
        notes.append("Prices are adjusted by Adj Close / Close.")
    if "Volume" not in columns:
        notes.append("The file has no Volume; it is taken as 0.")
    values = list(zip(*(row[2] for row in rows)))
    return Bars([row[1] for row in rows], *(list(v) for v in values), tuple(notes))


def _csv_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    reader = csv.reader(text.splitlines(), delimiter=mark)
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def _columns(header: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for i, cell in enumerate(header):
        name = " ".join(cell.strip().strip("<>*.").lower().replace("_", " ").split())
        key = _HEADERS.get(name)
        if key is None:
            continue
        if key in found:
            raise DataError(f"The header names {key} twice.")
        found[key] = i
    if "date" not in found and "time" in found:
        found["date"] = found.pop("time")
    missing = [k for k in ("date", "Open", "High", "Low", "Close") if k not in found]
    if missing:
        raise DataError(f"The header lacks {', '.join(missing)}; it has {', '.join(header)}.")
    return found


def _row(cells: list[str], columns: dict[str, int]) -> tuple[datetime, list[float]]:
    if len(cells) <= max(columns.values()):
        raise DataError("it has too few columns")
    stamp = cells[columns["date"]]
    if "time" in columns:
        stamp = f"{stamp.strip()} {cells[columns['time']].strip()}"
    try:
        when = _moment(stamp)
    except (ValueError, OverflowError, OSError):
        raise DataError(f"{stamp!r} is not a time I can read without guessing") from None
    found: dict[str, float] = {"Volume": 0.0}
    for key, i in columns.items():
        if key in ("date", "time"):
            continue
        try:
            found[key] = float(cells[i])
        except ValueError:
            raise DataError(f"{key} is {cells[i]!r}, not a number") from None
    o, h, low, c, v = (found[k] for k in ("Open", "High", "Low", "Close", "Volume"))
    fault = _bar_fault(o, h, low, c, v)
    if fault:
        raise DataError(fault)
    if "Adj" in found:
        ratio = found["Adj"] / c
        if not (math.isfinite(ratio) and ratio > 0):
            raise DataError("Adj Close is not a positive number")
        o, h, low, c = o * ratio, h * ratio, low * ratio, c * ratio
    return when, [o, h, low, c, v]


# --- What a strategy sees -------------------------------------------------------------


class _Cursor:
    """How many bars are visible now."""

    __slots__ = ("n",)

    def __init__(self, n: int) -> None:
        self.n = n


class Series(Sequence[Any]):
    """A read-only column of which only the bars up to now are visible; [-1] is now."""

    __slots__ = ("_cursor", "_values", "name")

    def __init__(self, values: list[Any], cursor: _Cursor, name: str) -> None:
        self._values = values
        self._cursor = cursor
        self.name = name

    def __len__(self) -> int:
        return self._cursor.n

    def __getitem__(self, key: Any) -> Any:
        n = self._cursor.n
        if isinstance(key, slice):
            return [self._values[i] for i in range(*key.indices(n))]
        at = key + n if key < 0 else key
        if not 0 <= at < n:
            raise IndexError(f"{self.name}[{key}]: only the {n} bars up to now are visible")
        return self._values[at]

    def __float__(self) -> float:
        return float(self[-1])

    def __repr__(self) -> str:
        return f"<{self.name}: {len(self)} bars, now {self[-1] if len(self) else None}>"


class Data:
    """`Open`, `High`, `Low`, `Close`, `Volume` and `index`, each a Series."""

    def __init__(self, bars: Bars, cursor: _Cursor) -> None:
        self._cursor = cursor
        self.Open = Series(bars.Open, cursor, "Open")
        self.High = Series(bars.High, cursor, "High")
        self.Low = Series(bars.Low, cursor, "Low")
        self.Close = Series(bars.Close, cursor, "Close")
        self.Volume = Series(bars.Volume, cursor, "Volume")
        self.index = Series(bars.index, cursor, "index")

    def __len__(self) -> int:
        return self._cursor.n


# --- Orders, trades, position ---------------------------------------------------------


@dataclass(eq=False)
class Order:
    """A wish to trade. `size` is signed: below one in amount it is a fraction of equity,
    otherwise units; for an order that closes a trade it is always units."""

    size: float
    limit: float | None = None
    stop: float | None = None
    sl: float | None = None
    tp: float | None = None
    tag: str | None = None
    bar: int = 0
    closes: Trade | None = None
    _book: Any = field(default=None, repr=False)

    @property
    def is_long(self) -> bool:
        """True for a buy."""
        return self.size > 0

    @property
    def is_short(self) -> bool:
        """True for a sell."""
        return self.size < 0

    def cancel(self) -> None:
        """Takes the order back if it has not filled."""
        if self in self._book.orders:
            self._book.orders.remove(self)


@dataclass(eq=False)
class Trade:
    """An entry and, once closed, its exit. `size` is in units, negative for a short."""

    size: float
    entry_bar: int
    entry_time: datetime
    entry_price: float
    sl: float | None = None
    tp: float | None = None
    tag: str | None = None
    commission: float = 0.0
    exit_bar: int | None = None
    exit_time: datetime | None = None
    exit_price: float | None = None
    exit_reason: str | None = None
    _inside: bool = field(default=False, repr=False)
    _book: Any = field(default=None, repr=False)

    @property
    def is_long(self) -> bool:
        """True for a long trade."""
        return self.size > 0

    @property
    def is_short(self) -> bool:
        """True for a short trade."""
        return self.size < 0

    @property
    def pl(self) -> float:
        """Profit or loss in money after commissions, at the exit or at the last close."""
        price = self._book.price if self.exit_price is None else self.exit_price
        return self.size * (price - self.entry_price) - self.commission

    @property
    def pl_pct(self) -> float:
        """`pl` as a fraction of what the entry was worth."""
        return self.pl / (abs(self.size) * self.entry_price)

    def close(self, portion: float = 1.0) -> None:
        """Closes the trade, or a portion of it, with a market order."""
        self._book.order_close(self, portion)


class Position:
    """All open trades together. False when there is none."""

    def __init__(self, book: _Book) -> None:
        self._book = book

    def __bool__(self) -> bool:
        return self.size != 0

    @property
    def size(self) -> float:
        """Units held, negative when short."""
        return math.fsum(t.size for t in self._book.trades)

    @property
    def is_long(self) -> bool:
        """True when more is held than sold short."""
        return self.size > 0

    @property
    def is_short(self) -> bool:
        """True when more is sold short than held."""
        return self.size < 0

    @property
    def pl(self) -> float:
        """Open profit or loss in money, after the commissions paid so far."""
        return math.fsum(t.pl for t in self._book.trades)

    @property
    def pl_pct(self) -> float:
        """`pl` as a fraction of what the entries were worth; 0 when flat."""
        worth = math.fsum(abs(t.size) * t.entry_price for t in self._book.trades)
        return self.pl / worth if worth else 0.0

    def close(self, portion: float = 1.0) -> None:
        """Closes every open trade, or a portion of each, with market orders."""
        for trade in list(self._book.trades):
            trade.close(portion)


class Strategy:
    """The base of every strategy: override `init` and `next`.

    Class attributes are parameters and can be overridden by `Backtest.run(name=value)`.
    `unit` is the smallest quantity that can be traded: 1 for shares, less for coins.
    """

    unit: float = 1.0

    def __init__(self, book: _Book, data: Data) -> None:
        self._book = book
        self._indicators: list[list[float]] = []
        self._ready = False
        self.data = data
        self.position = Position(book)

    def init(self) -> None:
        """Called once before the first bar: declare indicators with `self.I`."""
        raise NotImplementedError(f"{type(self).__name__} has no init")

    def next(self) -> None:
        """Called on every bar, once every indicator has a value."""
        raise NotImplementedError(f"{type(self).__name__} has no next")

    def I(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:  # noqa: E743
        """Computes an indicator over all bars; in `next` only its past is visible.

        Returns a Series, or a tuple of them for an indicator with several lines.
        """
        if self._ready:
            raise RuntimeError("self.I belongs in init, not in next")
        name = getattr(function, "__name__", "indicator")
        plain = [a._values if isinstance(a, Series) else a for a in args]
        named = {k: a._values if isinstance(a, Series) else a for k, a in kwargs.items()}
        lines = function(*plain, **named)
        if isinstance(lines, tuple):
            return tuple(self._line(line, name) for line in lines)
        return self._line(lines, name)

    def _line(self, values: Any, name: str) -> Series:
        values = [NAN if v is None else float(v) for v in values]
        if len(values) != self._book.n:
            raise ValueError(f"{name} gave {len(values)} values for {self._book.n} bars")
        self._indicators.append(values)
        return Series(values, self._book.cursor, name)

    def buy(
        self, size: float = DEFAULT_SIZE, limit: float | None = None,
        stop: float | None = None, sl: float | None = None, tp: float | None = None,
        tag: str | None = None,
    ) -> Order:
        """Buys. `size` below 1 is a fraction of equity, otherwise whole units."""
        return self._book.order(size, 1, limit, stop, sl, tp, tag)

    def sell(
        self, size: float = DEFAULT_SIZE, limit: float | None = None,
        stop: float | None = None, sl: float | None = None, tp: float | None = None,
        tag: str | None = None,
    ) -> Order:
        """Sells, short if nothing is held. To leave a position use `position.close()`."""
        return self._book.order(size, -1, limit, stop, sl, tp, tag)

    @property
    def equity(self) -> float:
        """Cash plus open positions at the last close."""
        return self._book.equity(self._book.price)

    @property
    def trades(self) -> tuple[Trade, ...]:
        """Open trades, oldest first. Their `sl` and `tp` may be moved."""
        return tuple(self._book.trades)

    @property
    def closed_trades(self) -> tuple[Trade, ...]:
        """Closed trades, in the order in which they closed."""
        return tuple(self._book.closed)

    @property
    def orders(self) -> tuple[Order, ...]:
        """Orders that wait to be filled."""
        return tuple(self._book.orders)


def _level(value: float | None, name: str) -> float | None:
    if value is None:
        return None
    value = float(value)
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"{name} is {value}, not a price")
    return value


class _Book:
    """Cash, orders and trades of one run."""

    def __init__(self, bars: Bars, test: Backtest, unit: float) -> None:
        self.bars = bars
        self.n = len(bars)
        self.cursor = _Cursor(self.n)
        self.test = test
        self.unit = unit
        self.cash = test.cash
        self.bar = 0
        self.price = bars.Close[0]
        self.orders: list[Order] = []
        self.trades: list[Trade] = []
        self.closed: list[Trade] = []
        self.log: list[Order] = []
        self.traded = 0.0
        self.fees = 0.0
        self.busy: set[int] = set()
        self.notes: dict[str, int] = {}

    def note(self, text: str) -> None:
        self.notes[text] = self.notes.get(text, 0) + 1

    def equity(self, price: float) -> float:
        return self.cash + math.fsum(t.size * (price - t.entry_price) for t in self.trades)

    def order(
        self, size: float, side: int, limit: float | None, stop: float | None,
        sl: float | None, tp: float | None, tag: str | None,
    ) -> Order:
        size = float(size)
        if not (math.isfinite(size) and size > 0):
            raise ValueError(f"size is {size}; it must be above zero")
        if size >= 1 and size != int(size):
            raise ValueError(f"size is {size}; from 1 upwards it must be whole units")
        limit, stop, sl, tp = (
            _level(v, k)
            for v, k in ((limit, "limit"), (stop, "stop"), (sl, "sl"), (tp, "tp"))
        )
        reference = limit or stop or self.price
        if sl is not None and (reference - sl) * side <= 0:
            where = "below" if side > 0 else "above"
            raise ValueError(f"sl {sl} is not {where} the entry at about {reference}")
        if tp is not None and (tp - reference) * side <= 0:
            where = "above" if side > 0 else "below"
            raise ValueError(f"tp {tp} is not {where} the entry at about {reference}")
        if self.test.exclusive_orders:
            self.orders = [o for o in self.orders if o.closes]
            for trade in self.trades:
                self.order_close(trade, 1.0)
        return self._place(Order(side * size, limit, stop, sl, tp, tag, self.bar, _book=self))

    def order_close(self, trade: Trade, portion: float) -> None:
        if not 0 < portion <= 1:
            raise ValueError(f"portion is {portion}; it must be above 0 and at most 1")
        if trade not in self.trades:
            return
        units = abs(trade.size) if portion == 1 else self._whole(abs(trade.size) * portion)
        if units > 0:
            size = -math.copysign(units, trade.size)
            self._place(Order(size, tag=trade.tag, bar=self.bar, closes=trade, _book=self))

    def _place(self, order: Order) -> Order:
        self.orders.append(order)
        self.log.append(replace(order))
        return order

    def _whole(self, units: float) -> float:
        steps = math.floor(units / self.unit + 1e-9)
        return round(steps * self.unit, 12)

    def open_bar(self, bar: int) -> None:
        """Fills what waits, then looks at every stop-loss and take-profit."""
        self.bar = bar
        self.cursor.n = bar + 1
        if self.trades:
            self.busy.add(bar)
        o, h, low = self.bars.Open[bar], self.bars.High[bar], self.bars.Low[bar]
        for order in sorted(self.orders, key=lambda order: order.closes is None):
            if order in self.orders:
                self._try(order, o, h, low)
        for trade in list(self.trades):
            self._protect(trade, o, h, low)
        self.price = self.bars.Close[bar]

    def close_bar(self) -> None:
        """Fills market orders at the close, for `trade_on_close`."""
        waiting = [o for o in self.orders if o.limit is None and o.stop is None]
        for order in sorted(waiting, key=lambda order: order.closes is None):
            if order in self.orders:
                self._fill(order, self._market(self.price, order.size), inside=True)

    def finish(self) -> None:
        """Closes what is open at the last close."""
        for trade in list(self.trades):
            self._exit(trade, self._market(self.price, -trade.size), "end of data")

    def _market(self, price: float, size: float) -> float:
        cost = self.test.spread / 2 + self.test.slippage
        return price * (1 + math.copysign(cost, size))

    def _limited(self, price: float, limit: float, size: float) -> float:
        half = price * (1 + math.copysign(self.test.spread / 2, size))
        return min(half, limit) if size > 0 else max(half, limit)

    def _try(self, order: Order, o: float, h: float, low: float) -> None:
        buy = order.size > 0
        if order.stop is not None:
            at_open = o >= order.stop if buy else o <= order.stop
            if not (at_open or (h >= order.stop if buy else low <= order.stop)):
                return
            level, order.stop = order.stop, None
            if order.limit is None:
                price = self._market(o if at_open else level, order.size)
                return self._fill(order, price, inside=not at_open)
            if not at_open:
                return  # A stop-limit that triggers inside a bar waits as a limit order.
        if order.limit is None:
            return self._fill(order, self._market(o, order.size), inside=False)
        if o <= order.limit if buy else o >= order.limit:
            self._fill(order, self._limited(o, order.limit, order.size), inside=False)
        elif low <= order.limit if buy else h >= order.limit:
            self._fill(order, order.limit, inside=True)

    def _fill(self, order: Order, price: float, inside: bool) -> None:
        self.orders.remove(order)
        if order.closes is not None:
            if order.closes in self.trades:
                self._exit(order.closes, price, "closed", abs(order.size))
            return
        units = abs(order.size)
        if units < 1:
            units = self._whole(self.equity(price) * units / price)
            if units <= 0:
                self.note(
                    "An order was worth less than the smallest quantity that can be traded; "
                    "start with more cash or set a smaller unit."
                )
                return
        if not self.test.hedging:
            for trade in list(self.trades):
                if units > 0 and trade.size * order.size < 0:
                    part = min(units, abs(trade.size))
                    self._exit(trade, price, "netted", part)
                    units = round(units - part, 12)
        if units <= 0:
            return
        held = math.fsum(abs(t.size) for t in self.trades) * price * self.test.margin
        fee = units * price * self.test.commission
        if units * price * self.test.margin + fee > self.equity(price) - held + 1e-9:
            self.note("An order was refused because there was not enough cash for it.")
            return
        self._pay(units * price)
        self.busy.add(self.bar)
        size = math.copysign(units, order.size)
        self.trades.append(Trade(
            size, self.bar, self.bars.index[self.bar], price, order.sl, order.tp, order.tag,
            fee, _inside=inside, _book=self,
        ))

    def _pay(self, notional: float) -> float:
        fee = notional * self.test.commission
        self.cash -= fee
        self.fees += fee
        self.traded += notional
        return fee

    def _protect(self, trade: Trade, o: float, h: float, low: float) -> None:
        long = trade.size > 0
        entered_inside = trade._inside and trade.entry_bar == self.bar
        sl, tp = trade.sl, trade.tp
        if sl is not None and (low <= sl if long else h >= sl):
            gapped = not entered_inside and (o <= sl if long else o >= sl)
            # Entered inside the bar and already beyond the stop: it can't fill better.
            base = o if gapped else sl
            return self._exit(trade, self._market(base, -trade.size), "stop-loss")
        if tp is not None and not entered_inside and (h >= tp if long else low <= tp):
            beyond = o >= tp if long else o <= tp
            price = self._limited(o, tp, -trade.size) if beyond else tp
            self._exit(trade, price, "take-profit")

    def _exit(
        self, trade: Trade, price: float, reason: str, units: float | None = None
    ) -> None:
        units = abs(trade.size) if units is None else min(units, abs(trade.size))
        share = units / abs(trade.size)
        size = math.copysign(units, trade.size)
        self.cash += size * (price - trade.entry_price)
        fee = self._pay(units * price)
        done = replace(
            trade, size=size, commission=trade.commission * share + fee, exit_bar=self.bar,
            exit_time=self.bars.index[self.bar], exit_price=price, exit_reason=reason,
        )
        self.closed.append(done)
        if share >= 1:
            self.trades.remove(trade)
        else:
            trade.size = round(trade.size - size, 12)
            trade.commission *= 1 - share


# --- Backtest -------------------------------------------------------------------------


@dataclass
class Result:
    """What a run gives. `metrics` holds None where a figure is not defined."""

    strategy: str
    metrics: dict[str, float | None]
    equity: list[float]
    index: list[datetime]
    trades: list[Trade]
    orders: list[Order]
    notes: list[str]

    def __str__(self) -> str:
        rows = [(label, _show(self.metrics[key], form)) for key, label, form in _TABLE]
        wide = max(len(label) for label, _ in rows)
        head = f"{self.strategy}: {len(self.index)} bars, {self.index[0]} to {self.index[-1]}"
        lines = [head, "-" * len(head)]
        lines += [f"{label.ljust(wide)}  {value:>14}" for label, value in rows]
        lines += [f"Note: {note}" for note in self.notes]
        return "\n".join([*lines, "A backtest shows the past; it is not a promise."])


class Backtest:
    """Runs a strategy over the bars of one symbol.

    commission  fraction of the notional, paid at every fill
    spread      width between bid and ask as a fraction of the price; a fill pays half
    slippage    fraction of the price lost at every market and stop fill
    margin      cash needed per unit of notional: 1 is no leverage, 0.5 is two to one
    hedging     longs and shorts may be open together; otherwise an order first closes
                what is open on the other side, oldest first
    exclusive_orders  every new order closes all trades and cancels waiting orders
    """

    def __init__(
        self, data: Bars | Mapping[str, Sequence[Any]], strategy: type[Strategy],
        cash: float = 10_000.0, commission: float = 0.001, spread: float = 0.0002,
        slippage: float = 0.0005, margin: float = 1.0, trade_on_close: bool = False,
        hedging: bool = False, exclusive_orders: bool = False,
    ) -> None:
        if not (isinstance(strategy, type) and issubclass(strategy, Strategy)):
            raise TypeError("strategy must be a subclass of Strategy, not an instance of it")
        if not (math.isfinite(cash) and cash > 0):
            raise ValueError(f"cash is {cash}; it must be above zero")
        for name, cost in (
            ("commission", commission), ("spread", spread), ("slippage", slippage)
        ):
            if not 0 <= cost < 0.5:
                raise ValueError(f"{name} is {cost}; it must be a fraction from 0 to 0.5")
        if not 0 < margin <= 1:
            raise ValueError(f"margin is {margin}; it must be above 0 and at most 1")
        self.bars = Bars.of(data)
        self.strategy = strategy
        self.cash = float(cash)
        self.commission, self.spread, self.slippage = commission, spread, slippage
        self.margin = margin
        self.trade_on_close = trade_on_close
        self.hedging = hedging
        self.exclusive_orders = exclusive_orders

    def run(self, **parameters: Any) -> Result:
        """One run; keyword arguments override class attributes of the strategy."""
        for name in parameters:
            if name.startswith("_") or not hasattr(self.strategy, name):
                raise AttributeError(f"{self.strategy.__name__} has no parameter {name!r}")
        unit = float(parameters.get("unit", self.strategy.unit))
        if not (math.isfinite(unit) and 0 < unit <= 1):
            raise ValueError(f"unit is {unit}; it must be above 0 and at most 1")
        book = _Book(self.bars, self, unit)
        strategy = self.strategy(book, Data(self.bars, book.cursor))
        for name, value in parameters.items():
            setattr(strategy, name, value)
        strategy.init()
        strategy._ready = True
        start = max([1, *(_first(line) for line in strategy._indicators)])
        notes = list(self.bars.notes)
        if start >= book.n:
            notes.append(
                f"The data has {book.n} bars, too few for the indicators: nothing was traded."
            )
        equity: list[float] = []
        for bar in range(book.n):
            book.open_bar(bar)
            if bar >= start:
                strategy.next()
                if self.trade_on_close:
                    book.close_bar()
            if bar == book.n - 1:
                book.finish()
            equity.append(book.equity(book.price))
            if equity[-1] <= 0:
                book.finish()
                notes.append(f"The account was empty on {self.bars.index[bar]}.")
                equity[-1] = 0.0
                equity += [0.0] * (book.n - len(equity))
                break
        notes += [f"{text} ({n} times)" if n > 1 else text for text, n in book.notes.items()]
        if not book.closed:
            notes.append("No trade was made.")
        figures = metrics(
            equity, self.bars.index, book.closed, exposure=len(book.busy) / book.n,
            traded=book.traded,
        )
        figures["buy_and_hold_return"] = self.bars.Close[-1] / self.bars.Close[0] - 1
        figures["commissions"] = book.fees
        return Result(
            self.strategy.__name__, figures, equity, list(self.bars.index), book.closed,
            book.log, notes,
        )


def _first(line: list[float]) -> int:
    """Where the warm-up of an indicator ends."""
    return next((i for i, v in enumerate(line) if v == v), len(line))


# --- Metrics --------------------------------------------------------------------------


def bars_per_year(index: Sequence[datetime]) -> float:
    """N: 252 for daily bars of stocks, 365 where bars fall on weekends, 52 weekly,
    12 monthly; for shorter bars the mean number of bars per day times 252 or 365."""
    if len(index) < 2:
        return 252.0
    gaps = sorted((b - a).total_seconds() / 86_400 for a, b in zip(index, index[1:]))
    typical = gaps[len(gaps) // 2]
    if typical > 20:
        return 12.0
    if typical > 4:
        return 52.0
    days = 365.0 if any(when.weekday() >= 5 for when in index) else 252.0
    if typical > 0.8:
        return days
    return days * len(index) / len({when.date() for when in index})


def metrics(
    equity: Sequence[float], index: Sequence[datetime], trades: Sequence[Trade] = (), *,
    exposure: float | None = None, traded: float = 0.0, rf: float = 0.0,
    periods: float | None = None,
) -> dict[str, float | None]:
    """The figures of an equity curve, with r the returns per bar and N = `periods`.

    cagr            (E_end / E_0)^(1 / years) - 1, years = calendar days / 365.25
    volatility      sqrt(N) std(r), ddof 1
    sharpe          sqrt(N) mean(r - rf) / std(r), rf per bar
    sortino         sqrt(N) mean(r - rf) / sqrt(mean(min(r, 0)^2))
    max_drawdown    min(E / peak - 1), not above 0
    calmar          cagr / |max_drawdown|
    profit_factor   sum of winning P&L / |sum of losing P&L|, in money
    expectancy      mean P&L of a trade, in money
    win_rate        winning trades / trades
    exposure        bars with a position / bars
    turnover        sum of |traded notional| / mean equity / years
    """
    n = periods or bars_per_year(index)
    years = (index[-1] - index[0]).total_seconds() / 86_400 / 365.25
    r = [b / a - 1 for a, b in zip(equity, equity[1:]) if a > 0]
    mean = math.fsum(r) / len(r) - rf if r else None
    std = None
    if len(r) > 1:
        centre = math.fsum(r) / len(r)
        std = math.sqrt(math.fsum((x - centre) ** 2 for x in r) / (len(r) - 1))
    down = math.sqrt(math.fsum(min(x, 0.0) ** 2 for x in r) / len(r)) if r else None
    peak, worst = equity[0], 0.0
    for value in equity:
        peak = max(peak, value)
        worst = min(worst, value / peak - 1)
    cagr = None
    if years > 0 and equity[-1] >= 0:
        try:
            cagr = (equity[-1] / equity[0]) ** (1 / years) - 1
        except OverflowError:
            cagr = None  # A few minutes of profit have no meaning over a year.
    pls = [t.pl for t in trades]
    wins = math.fsum(p for p in pls if p > 0)
    losses = -math.fsum(p for p in pls if p < 0)
    average = math.fsum(equity) / len(equity)
    return {
        "start_equity": equity[0],
        "end_equity": equity[-1],
        "total_return": equity[-1] / equity[0] - 1,
        "cagr": cagr,
        "volatility": None if std is None else math.sqrt(n) * std,
        "sharpe": math.sqrt(n) * mean / std if std and mean is not None else None,
        "sortino": math.sqrt(n) * mean / down if down and mean is not None else None,
        "max_drawdown": worst,
        "calmar": cagr / -worst if worst and cagr is not None else None,
        "trades": float(len(pls)),
        "win_rate": sum(p > 0 for p in pls) / len(pls) if pls else None,
        "profit_factor": wins / losses if losses else None,
        "expectancy": math.fsum(pls) / len(pls) if pls else None,
        "exposure": exposure,
        "turnover": traded / average / years if years > 0 and average else None,
        "bars_per_year": n,
    }


_TABLE = [
    ("start_equity", "Start equity", "money"), ("end_equity", "End equity", "money"),
    ("total_return", "Return", "%"), ("buy_and_hold_return", "Buy and hold", "%"),
    ("cagr", "CAGR", "%"), ("volatility", "Volatility (annual)", "%"),
    ("sharpe", "Sharpe", "x"), ("sortino", "Sortino", "x"),
    ("max_drawdown", "Max drawdown", "%"), ("calmar", "Calmar", "x"),
    ("trades", "Trades", "n"), ("win_rate", "Win rate", "%"),
    ("profit_factor", "Profit factor", "x"), ("expectancy", "Mean trade P&L", "money"),
    ("exposure", "Exposure", "%"), ("turnover", "Turnover per year", "x"),
    ("commissions", "Commissions paid", "money"), ("bars_per_year", "Bars per year", "n"),
]


def _show(value: float | None, form: str) -> str:
    if value is None:
        return "not defined"
    if form == "%":
        return f"{value * 100:,.2f} %"
    return f"{value:,.0f}" if form == "n" else f"{value:,.2f}"


# --- Indicators -----------------------------------------------------------------------
# Each takes whole columns and gives one list, or a tuple of lists, of the same length.
# The warm-up is NaN. "Warm-up k" means that the first value stands at position k.


def crossover(a: Any, b: Any) -> bool:
    """True when `a` is above `b` now and was not on the bar before. Each is a series or
    a number."""
    a0, a1 = (a, a) if isinstance(a, (int, float)) else (a[-2], a[-1])
    b0, b1 = (b, b) if isinstance(b, (int, float)) else (b[-2], b[-1])
    return bool(a0 <= b0 and a1 > b1)


def _period(n: Any, least: int = 1) -> int:
    if int(n) != n or n < least:
        raise ValueError(f"a period of {n} bars; it must be a whole number from {least} up")
    return int(n)


def _rolling(
    values: Sequence[float], n: int, f: Callable[[Sequence[float]], float]
) -> list[float]:
    """f over every window of n values; NaN while a window is short or holds a NaN."""
    values = list(values)
    out = [NAN] * len(values)
    bad = -1
    for i, v in enumerate(values):
        if v != v:
            bad = i
        elif i - bad >= n:
            out[i] = f(values[i - n + 1 : i + 1])
    return out


def _smooth(values: Sequence[float], n: int, alpha: float) -> list[float]:
    """Exponential smoothing seeded with the mean of the first n values."""
    out = [NAN] * len(values)
    seed: list[float] = []
    now: float | None = None
    for i, v in enumerate(values):
        if v != v:
            seed, now = [], None
        elif now is not None:
            now += alpha * (v - now)
            out[i] = now
        else:
            seed.append(v)
            if len(seed) == n:
                now = out[i] = math.fsum(seed) / n
    return out


def _mean(window: Sequence[float]) -> float:
    return math.fsum(window) / len(window)


def _deviation(window: Sequence[float]) -> float:
    centre = _mean(window)
    return math.sqrt(math.fsum((v - centre) ** 2 for v in window) / len(window))


def SMA(values: Sequence[float], n: int = 20) -> list[float]:
    """Simple moving average: mean of the last n values. Warm-up n - 1."""
    return _rolling(values, _period(n), _mean)


def EMA(values: Sequence[float], n: int = 20) -> list[float]:
    """Exponential moving average, factor 2 / (n + 1), seeded with the mean of the first
    n values as TA-Lib does. Warm-up n - 1."""
    return _smooth(values, _period(n), 2 / (n + 1))


def WMA(values: Sequence[float], n: int = 20) -> list[float]:
    """Weighted moving average, weights 1 to n, the newest heaviest. Warm-up n - 1."""
    n = _period(n)
    weight = n * (n + 1) / 2
    return _rolling(
        values, n, lambda w: math.fsum(v * k for k, v in enumerate(w, 1)) / weight
    )


def RSI(values: Sequence[float], n: int = 14) -> list[float]:
    """Relative strength index, J. W. Wilder, New Concepts in Technical Trading Systems
    (1978): 0 to 100; gains and losses smoothed by 1 / n from the mean of the first n
    changes. A market that did not move gives 50. Warm-up n."""
    n = _period(n)
    change = MOM(values, 1)
    up = _smooth([max(c, 0.0) if c == c else NAN for c in change], n, 1 / n)
    down = _smooth([max(-c, 0.0) if c == c else NAN for c in change], n, 1 / n)
    return [
        NAN if u != u else 50.0 if u + d == 0 else 100 * u / (u + d) for u, d in zip(up, down)
    ]


def MACD(
    values: Sequence[float], fast: int = 12, slow: int = 26, signal: int = 9
) -> tuple[list[float], list[float], list[float]]:
    """Moving average convergence divergence, G. Appel: (line, signal, histogram), the
    line being EMA(fast) - EMA(slow). Both averages are seeded on bar slow - 1 as in
    TA-Lib. Warm-up slow - 1 for the line, slow + signal - 2 for the others."""
    fast, slow, signal = _period(fast), _period(slow), _period(signal)
    if fast >= slow:
        raise ValueError(f"MACD needs fast < slow, not {fast} and {slow}")
    values = list(values)
    skip = min(_first(values) + slow - fast, len(values))
    quick = [NAN] * skip + EMA(values[skip:], fast)
    line = [a - b for a, b in zip(quick, EMA(values, slow))]
    smooth = EMA(line, signal)
    return line, smooth, [a - b for a, b in zip(line, smooth)]


def BBANDS(
    values: Sequence[float], n: int = 20, k: float = 2.0
) -> tuple[list[float], list[float], list[float]]:
    """Bollinger bands, J. Bollinger: (upper, middle, lower), the middle SMA(n), the
    others k population standard deviations away. Warm-up n - 1."""
    middle, width = SMA(values, n), STDDEV(values, n)
    upper = [m + k * w for m, w in zip(middle, width)]
    return upper, middle, [m - k * w for m, w in zip(middle, width)]


def _true_range(
    high: Sequence[float], low: Sequence[float], close: Sequence[float]
) -> list[float]:
    out = [NAN] * len(close)
    for i in range(1, len(close)):
        out[i] = max(high[i], close[i - 1]) - min(low[i], close[i - 1])
    return out


def ATR(
    high: Sequence[float], low: Sequence[float], close: Sequence[float], n: int = 14
) -> list[float]:
    """Average true range, Wilder (1978): true ranges smoothed by 1 / n from the mean of
    the first n, the first bar having none. Warm-up n."""
    return _smooth(_true_range(high, low, close), _period(n), 1 / n)


def ADX(
    high: Sequence[float], low: Sequence[float], close: Sequence[float], n: int = 14
) -> list[float]:
    """Average directional index, Wilder (1978), 0 to 100, with TA-Lib's start: the first
    sums hold n - 1 bars, the first value is the mean of n DX. Warm-up 2n - 1."""
    n = _period(n, 2)
    ranges = _true_range(high, low, close)
    index = [NAN] * len(close)
    up = down = span = 0.0
    for i in range(1, len(close)):
        rise, fall = high[i] - high[i - 1], low[i - 1] - low[i]
        keep = 1.0 if i < n else 1 - 1 / n
        up = up * keep + (rise if rise > fall and rise > 0 else 0.0)
        down = down * keep + (fall if fall > rise and fall > 0 else 0.0)
        span = span * keep + ranges[i]
        if i >= n:
            plus, minus = (up / span, down / span) if span else (0.0, 0.0)
            both = plus + minus
            index[i] = 100 * abs(plus - minus) / both if both else 0.0
    return _smooth(index, n, 1 / n)


def STOCH(
    high: Sequence[float], low: Sequence[float], close: Sequence[float],
    n: int = 14, smooth: int = 3, d: int = 3,
) -> tuple[list[float], list[float]]:
    """Slow stochastic, G. Lane: (%K, %D), 0 to 100. %K is where the close stands between
    the lowest low and the highest high of n bars, averaged over `smooth`; %D is SMA(d)
    of it. A range of zero gives 50. Warm-up n + smooth - 2, and d - 1 more for %D."""
    raw = [
        NAN if h != h else 100 * (c - lo) / (h - lo) if h > lo else 50.0
        for c, h, lo in zip(close, HIGHEST(high, n), LOWEST(low, n))
    ]
    k = SMA(raw, smooth)
    return k, SMA(k, d)


def CCI(
    high: Sequence[float], low: Sequence[float], close: Sequence[float], n: int = 20
) -> list[float]:
    """Commodity channel index, D. Lambert (1980): distance of the typical price from its
    SMA(n) in units of 0.015 mean absolute deviations; 0 if there is none. Warm-up n - 1."""

    def one(window: Sequence[float]) -> float:
        centre = _mean(window)
        spread = math.fsum(abs(v - centre) for v in window) / len(window)
        return (window[-1] - centre) / (0.015 * spread) if spread else 0.0

    return _rolling([(h + lo + c) / 3 for h, lo, c in zip(high, low, close)], _period(n), one)


def ROC(values: Sequence[float], n: int = 10) -> list[float]:
    """Rate of change in percent over n bars. Warm-up n."""
    n = _period(n)
    return _rolling(values, n + 1, lambda w: 100 * (w[-1] / w[0] - 1) if w[0] else NAN)


def MOM(values: Sequence[float], n: int = 10) -> list[float]:
    """Momentum: the difference to the value n bars ago. Warm-up n."""
    return _rolling(values, _period(n) + 1, lambda w: w[-1] - w[0])


def OBV(close: Sequence[float], volume: Sequence[float]) -> list[float]:
    """On-balance volume, J. Granville: volume added on a higher close and taken off on a
    lower one, starting with the first bar's volume as TA-Lib does. Warm-up 0."""
    out = list(volume[:1])
    for i in range(1, len(close)):
        sign = (close[i] > close[i - 1]) - (close[i] < close[i - 1])
        out.append(out[-1] + sign * volume[i])
    return out


def VWAP(
    high: Sequence[float], low: Sequence[float], close: Sequence[float],
    volume: Sequence[float], n: int = 20,
) -> list[float]:
    """Volume-weighted mean of the typical price over the last n bars (rolling, not per
    session); NaN where nothing was traded. Warm-up n - 1."""
    worth = [(h + lo + c) / 3 * v for h, lo, c, v in zip(high, low, close, volume)]
    return [a / b if b else NAN for a, b in zip(SMA(worth, n), SMA(volume, n))]


def DONCHIAN(
    high: Sequence[float], low: Sequence[float], n: int = 20
) -> tuple[list[float], list[float], list[float]]:
    """Donchian channel, R. Donchian: (upper, middle, lower) of the last n bars, this one
    included: compare a close with [-2] to see a breakout. Warm-up n - 1."""
    upper, lower = HIGHEST(high, n), LOWEST(low, n)
    return upper, [(a + b) / 2 for a, b in zip(upper, lower)], lower


def KELTNER(
    high: Sequence[float], low: Sequence[float], close: Sequence[float],
    n: int = 20, atr: int = 10, k: float = 2.0,
) -> tuple[list[float], list[float], list[float]]:
    """Keltner channel in L. Raschke's form: (upper, middle, lower), the middle EMA(n) of
    the close, the others k ATR(atr) away. Warm-up max(n - 1, atr)."""
    middle, width = EMA(close, n), ATR(high, low, close, atr)
    middle = [m if w == w else NAN for m, w in zip(middle, width)]
    upper = [m + k * w for m, w in zip(middle, width)]
    return upper, middle, [m - k * w for m, w in zip(middle, width)]


def STDDEV(values: Sequence[float], n: int = 20) -> list[float]:
    """Population standard deviation (ddof 0) of the last n values. Warm-up n - 1."""
    return _rolling(values, _period(n), _deviation)


def HIGHEST(values: Sequence[float], n: int = 20) -> list[float]:
    """Highest of the last n values, this one included. Warm-up n - 1."""
    return _rolling(values, _period(n), max)


def LOWEST(values: Sequence[float], n: int = 20) -> list[float]:
    """Lowest of the last n values, this one included. Warm-up n - 1."""
    return _rolling(values, _period(n), min)


def ZSCORE(values: Sequence[float], n: int = 20) -> list[float]:
    """Distance from SMA(n) in population standard deviations; 0 if there is no
    deviation. Warm-up n - 1."""

    def one(window: Sequence[float]) -> float:
        width = _deviation(window)
        return (window[-1] - _mean(window)) / width if width else 0.0

    return _rolling(values, _period(n), one)


def SUPERTREND(
    high: Sequence[float], low: Sequence[float], close: Sequence[float],
    n: int = 10, k: float = 3.0,
) -> tuple[list[float], list[float]]:
    """Supertrend, O. Seban: (line, direction). The line trails k ATR(n) from the middle
    of the bar and only moves towards the price; the direction is 1 with the line below
    the close and -1 with it above. It starts with 1. Warm-up n."""
    line, direction = [NAN] * len(close), [NAN] * len(close)
    upper = lower = NAN
    side = 1.0
    for i, width in enumerate(ATR(high, low, close, n)):
        if width != width:
            continue
        middle = (high[i] + low[i]) / 2
        top, bottom = middle + k * width, middle - k * width
        if upper == upper:
            upper = min(top, upper) if close[i - 1] <= upper else top
            lower = max(bottom, lower) if close[i - 1] >= lower else bottom
        else:
            upper, lower = top, bottom
        if side > 0 and close[i] < lower:
            side = -1.0
        elif side < 0 and close[i] > upper:
            side = 1.0
        line[i], direction[i] = (lower if side > 0 else upper), side
    return line, direction


# --- Command line ---------------------------------------------------------------------


def main(strategy: type[Strategy], arguments: Sequence[str] | None = None) -> Result:
    """Runs a strategy from the command line and prints the result.

    Ends the program with status 2 and a plain sentence when the data can't be used.
    """
    import argparse

    about = (strategy.__doc__ or strategy.__name__).strip().splitlines()[0]
    parser = argparse.ArgumentParser(description=about.replace("%", "%%"))
    parser.add_argument("--data", required=True, metavar="FILE.csv", help="prices")
    parser.add_argument("--cash", type=float, default=10_000.0)
    parser.add_argument("--commission", type=float, default=0.001, help="fraction per fill")
    parser.add_argument("--spread", type=float, default=0.0002, help="fraction of the price")
    parser.add_argument("--slippage", type=float, default=0.0005, help="fraction of the price")
    parser.add_argument("--trades", action="store_true", help="list every trade")
    chosen = parser.parse_args(arguments)
    try:
        test = Backtest(
            load_csv(chosen.data), strategy, cash=chosen.cash, commission=chosen.commission,
            spread=chosen.spread, slippage=chosen.slippage,
        )
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
    result = test.run()
    print(result)
    if chosen.trades:
        for t in result.trades:
            print(
                f"{t.entry_time}  {t.size:+g} @ {t.entry_price:.4f}  ->  "
                f"{t.exit_time} @ {t.exit_price:.4f}  {t.pl:+.2f}  {t.exit_reason}"
            )
    return result
