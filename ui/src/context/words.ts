/** Contexts and what they say, in words. */
import type { Context, ContextVersion, Template, Warning } from '../lib/api';
import { ago, shortDate } from '../lib/ui/dates';
import { many } from '../lib/ui/figures';
import { KNOWN_RISKS } from '../profile/numbers';

/** A kind of strategy as it is called: `mean_reversion` → `Mean reversion`. */
export function typeName(type: string, templates: Template[] = []): string {
  const known = templates.find((template) => template.data['type'] === type);
  const plain = type.replaceAll('_', ' ').trim();
  return known?.name ?? plain.charAt(0).toUpperCase() + plain.slice(1);
}

export function typeOf(data: Record<string, unknown>): string | null {
  const type = data['type'];
  return typeof type === 'string' && type.trim() !== '' ? type : null;
}

/** Under its name in the list: `Momentum · v3 · used 2 hours ago`. */
export function about(context: Context, templates: Template[]): string {
  const type = typeOf(context.data);
  const used = context.last_used_at === null ? 'not used yet' : `used ${ago(context.last_used_at)}`;
  return [type === null ? null : typeName(type, templates), `v${String(context.version)}`, used]
    .filter((part) => part !== null)
    .join(' · ');
}

/** In what a context and the profile disagree: `Timeframe`, `Timeframe, Stop loss`, `3 disagreements`. */
export function disagreements(warnings: Warning[]): string {
  const fields = [...new Set(warnings.map(({ field }) => fieldName(field)))];
  return fields.length > 2 ? many(warnings.length, 'disagreement') : fields.join(', ');
}

function fieldName(field: string): string {
  const name = field.replace('constraints.', '');
  return KNOWN_RISKS.find((risk) => risk.name === name)?.label ?? typeName(name);
}

/** A version in the list of them. */
export function versionName(version: ContextVersion): string {
  return `Version ${String(version.number)}`;
}

export const versionDate = (version: ContextVersion): string => shortDate(version.created_at);

/** A field of the data that isn't as it was, each side as JSON; nothing where it wasn't there. */
export interface FieldChange {
  field: string;
  before: string;
  after: string;
}

/** Which fields of the data changed; constraints are told one by one. */
export function fieldChanges(before: Record<string, unknown>, after: Record<string, unknown>): FieldChange[] {
  const [old, now] = [flat(before), flat(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((field) => ({ field, before: old.get(field) ?? '', after: now.get(field) ?? '' }))
    .filter((change) => change.before !== change.after);
}

function flat(data: Record<string, unknown>): Map<string, string> {
  const fields = new Map<string, string>();
  for (const [key, value] of Object.entries(data)) {
    if (key === 'constraints' && typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [name, one] of Object.entries(value)) fields.set(`constraints.${name}`, JSON.stringify(one));
    } else fields.set(key, said(value));
  }
  return fields;
}

function said(value: unknown): string {
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
