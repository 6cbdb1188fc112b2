/** Numbers, dates and the audit log, as a person reads them. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sentence } from '../../src/account/admin/audit-words';
import { firstPassword } from '../../src/account/admin/first-password';
import type { AuditEntry } from '../../src/lib/api';
import { ago, ahead, dayName, fullDate, shortDate } from '../../src/lib/ui/dates';
import { dollars, many, minutes, price, round, size, taken, whole } from '../../src/lib/ui/figures';

it('sizes have as many digits as a person needs', () => {
  const sizes = [0, 999, 1000, 1449, 9_949, 9_950, 18_432_000, 999_999, 2e12].map((bytes) => size(bytes).replace('\u00a0', ' '));
  expect(sizes).toEqual(['0 B', '999 B', '1.0 kB', '1.4 kB', '9.9 kB', '10 kB', '18 MB', '1.0 MB', '2.0 TB']);
});

it('minutes are hours where that is shorter', () => {
  expect([1, 15, 60, 90, 240].map(minutes)).toEqual(['1 minute', '15 minutes', '1 hour', '90 minutes', '4 hours']);
  expect([many(1, 'session'), many(0, 'session')]).toEqual(['1 session', '0 sessions']);
});

it('tokens, dollars and durations are written for people', () => {
  expect([999, 8192, 128_000, 131_072, 200_000, 1_040_384, 1_048_576, 2_000_000].map(round)).toEqual(['999', '8K', '128K', '128K', '200K', '1M', '1M', '2M']);
  expect([1_040_384, 7].map(whole)).toEqual(['1,040,384', '7']);
  expect([0, 0.0042, 0.000_031, 0.25, 12.4, 1234.5].map((amount) => dollars(amount).replace('\u00a0', ' '))).toEqual(['US$ 0.00', 'US$ 0.0042', 'US$ 0.000031', 'US$ 0.25', 'US$ 12.40', 'US$ 1,234.50']);
  expect([0.3, 10, 0.075].map(price)).toEqual(['0.30', '10.00', '0.075']);
  expect([840, 12_300, 65_000, 120_000].map((ms) => taken(ms).replaceAll('\u00a0', ' '))).toEqual(['0.8 s', '12 s', '1 min 5 s', '2 min']);
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

  it('that lies ahead has a day unless it is today’s', () => {
    expect(ahead(at(2027, 2, 12, 21, 0))).toBe('21:00');
    expect(ahead(at(2027, 2, 13, 9, 0))).toBe('tomorrow, 09:00');
    expect(ahead(at(2027, 2, 15, 9, 0))).toBe('15 Mar 2027, 09:00');
    expect([dayName('2027-03-12'), dayName('2027-03-11'), dayName('2027-03-01')]).toEqual(['Today', 'Yesterday', '1 Mar 2027']);
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
    expect(say('computer_key_granted', 'ada', 'grace')).toBe('ada let grace use this computer’s key');
    expect(say('computer_key_withheld', 'ada', 'grace')).toBe('ada no longer lets grace use this computer’s key');
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
