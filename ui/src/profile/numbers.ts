/** Risk parameters: the known ones are fractions of one in the core and percent on the screen. */

/** 0.07 → `7`, without the dust of binary fractions. */
export function percent(fraction: number): string {
  return String(Number((fraction * 100).toPrecision(10)));
}

/** `7`, `7.5`, `7,5 %` → the fraction; null when it is no number; undefined when it is empty. */
export function fraction(text: string): number | null | undefined {
  const bare = text.replace('%', '').trim().replace(',', '.');
  if (bare === '') return undefined;
  if (!/^\d*\.?\d+$|^\d+\.$/.test(bare)) return null;
  return Number((Number(bare) / 100).toPrecision(12));
}

/** A risk parameter that every person has words for, with its bounds in percent. */
export interface KnownRisk {
  name: string;
  label: string;
  hint: string;
  low: number;
  high: number;
}

export const KNOWN_RISKS: KnownRisk[] = [
  { name: 'max_position_size', label: 'Largest position', hint: 'Of the account, 0.1 to 100 %', low: 0.1, high: 100 },
  { name: 'max_drawdown', label: 'Largest drawdown', hint: 'From the last peak, 1 to 100 %', low: 1, high: 100 },
  { name: 'stop_loss_pct', label: 'Stop loss', hint: 'From the entry price, 0.1 to 50 %', low: 0.1, high: 50 },
  { name: 'take_profit_pct', label: 'Take profit', hint: 'From the entry price, 0.1 to 500 %', low: 0.1, high: 500 },
];

/** Why a percentage can't be taken, or null. An empty one is left out. */
export function riskError(risk: KnownRisk, text: string): string | null {
  const value = fraction(text);
  if (value === undefined) return null;
  const bounds = `${String(risk.low)} to ${String(risk.high)} %`;
  if (value === null) return `Write a number, ${bounds}.`;
  const inside = value * 100 >= risk.low - 1e-9 && value * 100 <= risk.high + 1e-9;
  return inside ? null : `From ${bounds}.`;
}

export const isKnown = (name: string): boolean => KNOWN_RISKS.some((risk) => risk.name === name);

/** `5`, `-0.5`, `2,5` → the number; null when it is none; undefined when it is empty. */
export function plain(text: string): number | null | undefined {
  const bare = text.trim().replace(',', '.').replace('−', '-');
  if (bare === '') return undefined;
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(bare) && Number.isFinite(Number(bare)) ? Number(bare) : null;
}

/** Why the number of a limit of the person's own can't be taken, or null. */
export function plainError(text: string): string | null {
  const value = plain(text);
  if (value === undefined) return 'Write its number.';
  return value === null ? 'Write a number, such as 5 or 0.25.' : null;
}

/** Why a limit of the person's own can't be called that, or null. */
export function ownNameError(name: string, others: string[]): string | null {
  if (name === '') return 'Give it a name.';
  if (!/^[A-Za-z0-9_]{1,64}$/.test(name)) return 'Only letters, digits and _, at most 64.';
  const known = KNOWN_RISKS.find((risk) => risk.name === name);
  if (known) return `That is “${known.label}” above.`;
  return others.includes(name) ? 'Another one is called that.' : null;
}
