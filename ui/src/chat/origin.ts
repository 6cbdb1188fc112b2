/** What an answer was made with, in words for a person. */
import type { Origin, ProfileDraft } from '../lib/api';
import { many } from '../lib/ui/figures';
import { KNOWN_RISKS, percent } from '../profile/numbers';
import { inOneLine } from '../profile/words';

export type Fact = [name: string, value: string];

export function originFacts({ context, profile, parameters }: Origin): Fact[] {
  const facts: Fact[] = [['Context', context ? `${context.name}, version ${String(context.number)}` : 'None']];
  if (profile) facts.push(['Profile', profileWords(profile)]);
  const limits = profile ? riskWords(profile) : '';
  if (limits) facts.push(['Risk limits', limits]);
  const asked = Object.entries(parameters ?? {});
  if (asked.length) facts.push(['Parameters', asked.map(([name, value]) => `${name}: ${plain(value)}`).join(', ')]);
  return facts;
}

function profileWords(profile: ProfileDraft): string {
  const { symbols } = profile;
  const shown = symbols.slice(0, 6).join(', ');
  const rest = symbols.length - 6;
  return inOneLine(profile, symbols.length === 0 ? 'no symbols' : rest > 0 ? `${shown} and ${many(rest, 'other')}` : shown);
}

const ENDINGS: [words: string, says: string[]][] = [
  ['The model had said all', ['stop', 'end_turn', 'stop_sequence', 'eos']],
  ['The longest length was reached', ['length', 'max_tokens']],
  ['Refused for its content', ['safety', 'recitation', 'content_filter', 'refusal', 'blocklist', 'prohibited_content', 'spii']],
];

/** A service’s word for how an answer ended, with what it means where that is known. */
export function endingWords(finish: string): string {
  const known = ENDINGS.find(([, says]) => says.includes(finish.toLowerCase()));
  return known ? `${known[0]} (${finish})` : finish;
}

function riskWords({ risk_parameters: risks }: ProfileDraft): string {
  const known = KNOWN_RISKS.filter(({ name }) => risks[name] !== undefined);
  const words = known.map(({ name, label }) => `${label.toLowerCase()} ${percent(risks[name] ?? 0)}\u00a0%`).join(', ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
