/** What is read aloud of a finished answer. */
import { expect, it } from 'vitest';
import { spoken } from '../../src/chat/spoken';
import { MOMENTUM, SHORT } from '../fake/answers';

it('words are read without marks, and keep their own', () => {
  expect(spoken(SHORT)).toBe('A stop of 2 % on a 10 % position risks 0.2 % of the account per trade, before costs and gaps. With 6 trades a year the worst case of a year is about 1.2 %.');
  expect(spoken('A *20-day* average of `snake_case`, -2 % or 2 * 3.')).toBe('A 20-day average of snake_case, -2 % or 2 * 3.');
  expect(spoken('> # Said\n\n- one\n- two\n\n---\n\n1. first')).toBe('Said. one. two. 1. first.');
});

it('code is only told of, and a table is read cell by cell', () => {
  const read = spoken(MOMENTUM);
  expect(read).toContain('0.2 % of the account. code, 30 lines. Read more about moving average crossovers before');
  expect(read).toContain('Market, Trades a year, Win rate, Profit factor, Largest drawdown. Trending up, 6, 48.2 %');
  expect(read).not.toMatch(/https|import|```|\|/);
  expect(spoken('```\na\n\nb')).toBe('code, 3 lines.');
  expect(spoken('````md\n```\nx\n```\n````\nAfter.')).toBe('code, 3 lines. After.');
});

it('of a very long one the beginning is read, up to the end of a word', () => {
  const read = spoken('word '.repeat(1000));
  expect(read.length).toBeLessThanOrEqual(2002);
  expect(read.length).toBeGreaterThan(1900);
  expect(read).toMatch(/word …$/);
});
