/** Texts that scripted answers are made of. */
export const MOMENTUM = `## Momentum on AAPL, daily bars

The strategy buys when the **20-day** exponential average crosses above the **50-day** one and the trend is strong enough (\`ADX > 20\`). It leaves on the opposite cross or at a 2 % stop, whichever comes first.

1. Wait for 50 bars, so that both averages mean something.
2. Enter at the next bar's open with 10 % of the account.
3. Place a stop 2 % under the entry and a target 5 % above it.
4. Stay out while the drawdown is beyond 15 %.

| Market | Trades a year | Win rate | Profit factor | Largest drawdown |
| --- | ---: | ---: | ---: | ---: |
| Trending up | 6 | 48.2 % | 1.84 | −7.3 % |
| Sideways | 11 | 31.0 % | 0.88 | −12.9 % |
| Trending down | 3 | 27.5 % | 0.71 | −9.4 % |

It loses in sideways markets: each false cross costs up to 2 % of the position, which is 0.2 % of the account.

\`\`\`python
from algoagent import ADX, EMA, Strategy, crossover


class MomentumCross(Strategy):
    """Daily momentum on AAPL: EMA 20 over EMA 50, 2 % stop. Long only."""

    fast = 20
    slow = 50
    stop_loss_pct = 0.02
    take_profit_pct = 0.05
    position_size = 0.10

    def init(self):
        self.ema_fast = self.I(EMA, self.data.Close, self.fast)
        self.ema_slow = self.I(EMA, self.data.Close, self.slow)
        self.adx = self.I(ADX, self.data.High, self.data.Low, self.data.Close, 14)

    def next(self):
        price = self.data.Close[-1]
        # Entries need a trend; exits never wait for one.
        if crossover(self.ema_fast, self.ema_slow) and not self.position:
            if self.adx[-1] > 20:
                self.buy(
                    size=self.position_size,
                    sl=price * (1 - self.stop_loss_pct),
                    tp=price * (1 + self.take_profit_pct),
                    tag="golden cross",
                )
        elif crossover(self.ema_slow, self.ema_fast) and self.position:
            self.position.close()
\`\`\`

Read more about [moving average crossovers](https://en.wikipedia.org/wiki/Moving_average_crossover?with=a&long=query) before you trade it.

> Past results say little about the next trade. Check it on data that it hasn't seen.

What I would try next:

- a wider stop from \`ATR(14)\` instead of 2 %
- the same rules on MSFT and GOOGL, to see whether they carry over
- no entries in the week of an earnings report`;

export const SHORT = `A stop of 2 % on a 10 % position risks **0.2 %** of the account per trade, before costs and gaps.

With 6 trades a year the worst case of a year is about 1.2 %.`;

export const THOUGHTS = `The person wants few trades, so a slow cross is better than a fast one.

**Stops**: 2 % is asked for. With 10 % of the account in a position that risks 0.2 %.

A filter by ADX keeps it out of sideways markets; 20 is the usual threshold.`;
