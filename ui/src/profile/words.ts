/** The profile's choices in words. */
import type { Profile, ProfileDraft, RiskTolerance, Timeframe } from '../lib/api';
import { many } from '../lib/ui/figures';

export const RISKS: { value: RiskTolerance; label: string }[] = [
  { value: 'conservative', label: 'Conservative' },
  { value: 'moderate', label: 'Moderate' },
  { value: 'aggressive', label: 'Aggressive' },
];

export const RISK_HINTS: Record<RiskTolerance, string> = {
  conservative: 'Small positions, tight stops.',
  moderate: 'Balanced positions and stops.',
  aggressive: 'Larger positions, wider stops.',
};

export const TIMEFRAMES: { value: Timeframe; label: string; note: string }[] = [
  { value: '1m', label: '1 minute', note: '1m' },
  { value: '5m', label: '5 minutes', note: '5m' },
  { value: '15m', label: '15 minutes', note: '15m' },
  { value: '30m', label: '30 minutes', note: '30m' },
  { value: '1h', label: 'Hourly', note: '1h' },
  { value: '4h', label: '4 hours', note: '4h' },
  { value: '1d', label: 'Daily', note: '1d' },
  { value: '1w', label: 'Weekly', note: '1w' },
  { value: '1mo', label: 'Monthly', note: '1mo' },
];

/** A timeframe as it is called wherever it is shown; one that nobody knows by its own word. */
export function timeframeName(timeframe: string): string {
  return TIMEFRAMES.find(({ value }) => value === timeframe)?.label ?? timeframe;
}

/** Risk, timeframe and symbols in one line. */
export function inOneLine(profile: Pick<ProfileDraft, 'risk_tolerance' | 'timeframe'>, symbols: string): string {
  const risk = RISKS.find(({ value }) => value === profile.risk_tolerance)?.label ?? profile.risk_tolerance;
  return `${risk} · ${timeframeName(profile.timeframe)} · ${symbols}`;
}

/** The profile in one line: `Moderate · Daily · AAPL, MSFT`, and from three on their number. */
export function summary(profile: Profile): string {
  const count = profile.symbols.length;
  return inOneLine(profile, count > 2 ? many(count, 'symbol') : profile.symbols.join(', ') || 'add symbols');
}

const BARS: Partial<Record<string, string>> = {
  '1m': '1-minute', '5m': '5-minute', '15m': '15-minute', '30m': '30-minute', '1h': 'hourly', '4h': '4-hour', '1d': 'daily', '1w': 'weekly', '1mo': 'monthly',
};

/** The bars of a timeframe inside a sentence: `daily bars`. */
export function barsOf(timeframe: string): string {
  return `${BARS[timeframe] ?? timeframe} bars`;
}
