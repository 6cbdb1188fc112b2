/** Numbers, dates and the audit log, as a person reads them. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sentence } from '../../src/account/admin/audit-words';
import { firstPassword } from '../../src/account/admin/first-password';
import type { AuditEntry } from '../../src/lib/api';
import { ago, fullDate, shortDate } from '../../src/lib/ui/dates';
import { many, minutes, size } from '../../src/lib/ui/figures';

it('sizes have as many digits as a person needs', () => {
  const sizes = [0, 999, 1000, 1449, 9_949, 9_950, 18_432_000, 999_999, 2e12].map((bytes) => size(bytes).replace('\u00a0', ' '));
  expect(sizes).toEqual(['0 B', '999 B', '1.0 kB', '1.4 kB', '9.9 kB', '10 kB', '18 MB', '1.0 MB', '2.0 TB']);
});

it('minutes are hours where that is shorter', () => {
  expect([1, 15, 60, 90, 240].map(minutes)).toEqual(['1 minute', '15 minutes', '1 hour', '90 minutes', '4 hours']);
  expect([many(1, 'session'), many(0, 'session')]).toEqual(['1 session', '0 sessions']);
});

describe('a moment', () => {
  const at = (...when: [number, number, number, number, number]) => new Date(...when).toISOString();

  beforeEach(() => {
    vi.useFakeTimers({ now: new Date(2027, 2, 12, 14, 30) });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('in a list is near or a date', () => {
    expect(shortDate(at(2027, 2, 12, 0, 5))).toBe('Today, 00:05');
    expect(shortDate(at(2027, 2, 11, 23, 59))).toBe('Yesterday, 23:59');
    expect(shortDate(at(2027, 2, 10, 9, 0))).toBe('10 Mar 2027, 09:00');
    expect(fullDate(at(2027, 2, 12, 0, 5))).toBe('12 March 2027, 00:05');
  });

  it('that passed is told by how long ago it was', () => {
    expect(ago(at(2027, 2, 12, 14, 30))).toBe('just now');
    expect(ago(at(2027, 2, 12, 14, 31))).toBe('just now');
    expect(ago(at(2027, 2, 12, 14, 29))).toBe('1 minute ago');
    expect(ago(at(2027, 2, 12, 12, 0))).toBe('2 hours ago');
    expect(ago(at(2027, 2, 9, 14, 0))).toBe('3 days ago');
    expect(ago(at(2027, 1, 1, 14, 0))).toBe('on 1 Feb 2027');
  });
});

describe('the audit log', () => {
  const say = (action: string, actor: string | null, subject: string | null) =>
    sentence({ id: 1, at: '', door: 'desktop', action, actor, subject } satisfies AuditEntry);

  it('is written in sentences', () => {
    expect(say('account_created', 'ada', 'grace')).toBe('ada made the account grace');
    // Nobody does it for them: an account of one's own, a backup of one's own vault.
    expect(say('account_created', null, 'ada')).toBe('ada made an account');
    expect(say('backup_restored', null, 'ada')).toBe('ada restored a backup');
    expect(say('backup_restored', 'ada', 'grace')).toBe('ada restored a backup of grace');
    expect(say('sign_in_refused', null, 'grace')).toBe('A sign-in as grace was refused');
    expect(say('sign_in_refused', null, null)).toBe('A sign-in as somebody was refused');
    expect(say('administrator_granted', 'ada', 'grace')).toBe('ada made grace an administrator');
  });

  it('names what it has no sentence for', () => {
    expect(say('moon_landed', 'ada', null)).toBe('ada: moon landed');
  });
});

it('a suggested first password is long and never the same', () => {
  const made = Array.from({ length: 50 }, firstPassword);
  for (const password of made) expect(password).toMatch(/^([a-hjkmnp-z2-9]{4}-){4}[a-hjkmnp-z2-9]{4}$/);
  expect(new Set(made).size).toBe(50);
});
