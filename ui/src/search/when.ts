/** The times among which somebody searches. */
import type { Timestamp } from '../lib/api';

export type When = 'any' | 'today' | 'week' | 'month' | 'year' | 'custom';

export const WHENS: { value: When; label: string }[] = [
  { value: 'any', label: 'Any time' },
  { value: 'today', label: 'Today' },
  { value: 'week', label: 'Past week' },
  { value: 'month', label: 'Past month' },
  { value: 'year', label: 'Past year' },
  { value: 'custom', label: 'From … to …' },
];

export interface Span {
  from: Timestamp | null;
  until: Timestamp | null;
}

const DATE = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;

/** The midnight with which a day begins that is written `2026-11-20`; null when there is no such day. */
export function dayOf(written: string): Date | null {
  const [, year, month, day] = (DATE.exec(written.trim()) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return null;
  const date = new Date(year, month - 1, day);
  return date.getMonth() === month - 1 && date.getDate() === day ? date : null;
}

/** Why what was written is no day; nothing while it is one, or nothing was written. */
export function dayFault(written: string): string | null {
  return written.trim() === '' || dayOf(written) ? null : 'Write a day like 2026-11-20.';
}

/** From when until when, counted in this computer's days. The last day belongs to it. */
export function spanOf(when: When, from: string, to: string, now: Date): Span {
  if (when === 'any') return { from: null, until: null };
  if (when === 'custom') {
    const last = dayOf(to);
    last?.setDate(last.getDate() + 1);
    return { from: dayOf(from)?.toISOString() ?? null, until: last?.toISOString() ?? null };
  }
  const start = new Date(now);
  start.setHours(0, 0, 0, 0);
  if (when === 'week') start.setDate(start.getDate() - 7);
  else if (when === 'month') start.setMonth(start.getMonth() - 1);
  else if (when === 'year') start.setFullYear(start.getFullYear() - 1);
  return { from: start.toISOString(), until: null };
}
