/** Four first questions in the person's own terms: their symbols, timeframe, goals and limits. */
import type { Profile, Timeframe } from '../lib/api';
import { percent } from '../profile/numbers';
import { TIMEFRAMES } from '../profile/words';

export interface Starter {
  title: string;
  question: string;
}

export function starters(profile: Profile | null): Starter[] {
  const symbols = profile?.symbols.length ? profile.symbols : ['AAPL'];
  const first = symbols[0] ?? 'AAPL';
  const second = symbols[1] ?? first;
  const bars = barsOf(profile?.timeframe ?? '1d');
  const goals = profile?.goals.trim() ?? '';
  const stop = profile?.risk_parameters['stop_loss_pct'];
  const limit = stop === undefined ? 'a stop' : `a ${percent(stop)} % stop`;
  return [
    {
      title: `Momentum on ${first}`,
      question: `Write a momentum strategy for ${first} on ${bars} with ${limit}. Explain when it trades and when it stays out.`,
    },
    {
      title: `Mean reversion on ${second}`,
      question: `Write a mean-reversion strategy for ${second} on ${bars} with ${limit}, and say in which market it loses.`,
    },
    goals
      ? { title: 'A plan for my goals', question: `My goals: ${goals}\nWhich kinds of strategy fit them on ${bars}, and which don't? Then write the one you would start with.` }
      : { title: 'Where to start', question: `Which kinds of strategy suit ${bars} and my risk tolerance? Compare three in a table, then write the simplest one.` },
    {
      title: symbols.length > 1 ? `Rotate ${symbols.slice(0, 3).join(', ')}` : `Breakout on ${first}`,
      question:
        symbols.length > 1
          ? `Write a strategy that holds the strongest of ${symbols.join(', ')} on ${bars} and keeps my position limit.`
          : `Write a breakout strategy for ${first} on ${bars} that avoids false breakouts.`,
    },
  ];
}

function barsOf(timeframe: Timeframe): string {
  const name = TIMEFRAMES.find((one) => one.value === timeframe)?.label.toLowerCase() ?? timeframe;
  return `${name} bars`;
}
