/** The profile's choices in words. */
import type { Profile, RiskTolerance, Timeframe } from '../lib/api';
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

/** The profile in one line: `Moderate · 1d · AAPL, MSFT`, and from three on their number. */
export function summary(profile: Profile): string {
  const risk = RISKS.find((one) => one.value === profile.risk_tolerance)?.label ?? '';
  const count = profile.symbols.length;
  const symbols = count > 2 ? many(count, 'symbol') : profile.symbols.join(', ') || 'no symbols';
  return `${risk} · ${profile.timeframe} · ${symbols}`;
}
