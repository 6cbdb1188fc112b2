/**
 * Four first questions in the person's own terms: their symbols, timeframe, goals and limits, and
 * those of the context that the new chat follows.
 */
import type { Context, Profile } from '../lib/api';
import { typeName, typeOf } from '../context/words';
import { percent } from '../profile/numbers';
import { barsOf } from '../profile/words';

export interface Starter {
  title: string;
  /** What it is about, in at most 80 letters. */
  lead: string;
  question: string;
}

export function starters(profile: Profile | null, context: Context | null = null): Starter[] {
  const { symbols, own, bars, limit, goals } = terms(profile, context);
  const first = symbols[0] ?? EXAMPLE;
  const second = symbols[1] ?? first;
  const type = context && typeOf(context.data);
  const kind = type ? typeName(type) : 'Momentum';
  const reverting = /revers|revert/i.test(kind);
  const pair = type === 'pairs' && symbols.length > 1;
  const on = pair ? `${first} and ${second}` : first;
  const example = symbols.length ? '' : `, ${EXAMPLE} as an example`;
  const titled = (what: string, where: string) => (symbols.length ? `${what} on ${where}` : what);
  const count = symbols.length > MOST ? `${String(MOST)} of ${own ? 'my ' : ''}${String(symbols.length)}` : `${own ? 'my ' : ''}${String(symbols.length)}`;
  return [
    {
      title: titled(kind, on),
      lead: short(`On ${bars} with ${limit}${using(context)}${example}`, `On ${bars} with ${limit}${example}`),
      question: `Write ${article(kind)} ${kind.toLowerCase()} strategy for ${on} on ${bars} with ${limit}${using(context)}. Explain when it trades and when it stays out.`,
    },
    reverting
      ? { title: titled('Breakout', second), lead: `On ${bars}, avoiding false breakouts${example}`, question: `Write a breakout strategy for ${second} on ${bars} with ${limit} that avoids false breakouts.` }
      : { title: titled('Mean reversion', second), lead: `On ${bars}, and in which market it loses${example}`, question: `Write a mean-reversion strategy for ${second} on ${bars} with ${limit}, and say in which market it loses.` },
    goals
      ? { title: 'A plan for my goals', lead: 'Which kinds fit them, which don’t, and the one to start with', question: `My goals: ${goals}\nWhich kinds of strategy fit them on ${bars}, and which don’t? Then write the one you would start with.` }
      : { title: 'Where to start', lead: `Three kinds that suit ${bars} compared, then the simplest`, question: `Which kinds of strategy suit ${bars} and my risk tolerance? Compare three in a table, then write the simplest one.` },
    symbols.length > 1
      ? { title: `Rotate ${count} symbols`, lead: `Holds the strongest on ${bars}, within my position limit`, question: `Write a strategy that holds the strongest of ${symbols.slice(0, MOST).join(', ')} on ${bars} and keeps my position limit.` }
      : { title: symbols.length ? `Stops for ${first}` : 'Stops', lead: `Fixed, of ATR or trailing on ${bars}${example}`, question: `Compare a fixed stop, a stop of a multiple of ATR and a trailing stop for ${first} on ${bars}. Then write the strategy with the one that fits my limits.` },
  ];
}

/** Whether nobody said yet what is traded. */
export function lacksSymbols(profile: Profile | null, context: Context | null): boolean {
  return profile !== null && terms(profile, context).symbols.length === 0;
}

/** What stands in a question where the person has no symbols. */
const EXAMPLE = 'AAPL';
/** So many letters at most has a lead. */
const LONGEST = 80;

const short = (lead: string, otherwise: string): string => (lead.length > LONGEST ? otherwise : lead);

/** So many symbols at most are named in a question. */
const MOST = 8;

/** The context's own terms go before those of the profile; the stricter stop counts. */
function terms(profile: Profile | null, context: Context | null) {
  const universe = strings(context?.data['universe']);
  const timeframe = context?.data['timeframe'];
  const constraints = context?.data['constraints'] as Record<string, unknown> | null | undefined;
  const stops = [profile?.risk_parameters['stop_loss_pct'], constraints?.['stop_loss_pct']].filter((stop) => typeof stop === 'number');
  return {
    symbols: universe.length ? universe : (profile?.symbols ?? []),
    own: universe.length === 0,
    bars: barsOf(typeof timeframe === 'string' && timeframe !== '' ? timeframe : (profile?.timeframe ?? '1d')),
    limit: stops.length ? `a ${percent(Math.min(...stops))} % stop` : 'a stop',
    goals: profile?.goals.trim() ?? '',
  };
}

/** The indicators that the context names. */
function using(context: Context | null): string {
  const names = strings(context?.data['indicators']).slice(0, 4);
  const last = names.pop();
  if (last === undefined) return '';
  return `, using ${names.length ? `${names.join(', ')} and ` : ''}${last}`;
}

const article = (word: string): string => (/^[aeiou]/i.test(word) ? 'an' : 'a');

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string' && one !== '') : [];
}
