import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Pace } from '../../src/lib/api/pace';

/** Pictures are drawn when the test says so. */
let drawn: ((cost: number) => void)[] = [];
let taken: string[] = [];
let failed: unknown[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  drawn = [];
  taken = [];
  failed = [];
});
afterEach(() => {
  vi.useRealTimers();
});

function pace(take = (event: string) => void taken.push(event)): Pace<string> {
  const hearer = { take, weigh: (event: string) => event.length, failed: (error: unknown) => void failed.push(error) };
  return new Pace(hearer, { now: () => 0, drawn: (then) => void drawn.push(then) });
}

/** A picture that cost so many milliseconds, and the rest after it. */
async function draws(cost: number): Promise<void> {
  await Promise.resolve();
  expect(drawn).toHaveLength(1);
  drawn.pop()?.(cost);
  vi.advanceTimersByTime(Math.max(6 * cost, 48 - cost));
}

test('what comes to a page at rest is taken at once', () => {
  pace().add('first');
  expect(taken).toEqual(['first']);
});

test('what comes while a picture is drawn is taken with the next one, in order', async () => {
  const events = pace();
  for (const event of ['a', 'b', 'c']) events.add(event);
  expect(taken).toEqual(['a']);
  await draws(10);
  expect(taken).toEqual(['a', 'b', 'c']);
  await draws(10);
  events.add('d');
  expect(taken).toEqual(['a', 'b', 'c', 'd']);
});

test.each([
  { cost: 10, rest: 60, what: 'six times as long as it worked' },
  { cost: 2, rest: 46, what: 'until a picture is due for somebody who reads' },
  { cost: 30, rest: 120, what: 'no longer than an answer may seem to stand still' },
])('after $cost ms the page rests $what', async ({ cost, rest }) => {
  const events = pace();
  events.add('a');
  events.add('b');
  await Promise.resolve();
  drawn.pop()?.(cost);
  vi.advanceTimersByTime(rest - 1);
  expect(taken).toEqual(['a']);
  vi.advanceTimersByTime(1);
  expect(taken).toEqual(['a', 'b']);
});

test('events that come together are taken together', () => {
  pace().add('a', 'b');
  expect(taken).toEqual(['a', 'b']);
});

test('a slow screen gets less at a time, a fast one more, and nothing is lost', async () => {
  const events = pace();
  const pieces = Array.from({ length: 64 }, (_, at) => String(at).padEnd(4_000));
  events.add('begin');
  for (const piece of pieces) events.add(piece);
  const each = async (cost: number) => {
    const before = taken.length;
    await draws(cost);
    return taken.length - before;
  };
  expect(await each(20)).toBe(2);
  expect(await each(20)).toBe(1);
  expect(await each(20)).toBe(1);
  expect(await each(2)).toBe(1);
  expect(await each(2)).toBe(2);
  expect(await each(2)).toBe(4);
  while (taken.length <= pieces.length) await each(10);
  expect(taken).toEqual(['begin', ...pieces]);
});

test('an event that fails holds no other up', async () => {
  const events = pace((event) => {
    if (event === 'bad') throw new Error('it is bad');
    taken.push(event);
  });
  for (const event of ['a', 'bad', 'b']) events.add(event);
  await draws(1);
  expect(taken).toEqual(['a', 'b']);
  expect(failed).toEqual([new Error('it is bad')]);
});
