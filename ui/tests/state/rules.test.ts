import { describe, expect, it, vi } from 'vitest';
import { groupByDay } from '../../src/chat/days';
import { Drafts } from '../../src/lib/drafts.svelte';
import { bytes, LONGEST_QUESTION, refusal } from '../../src/chat/limits';
import { lacksSymbols, starters } from '../../src/chat/starters';
import { jsonFault, readObject } from '../../src/context/json';
import type { Chat, Profile } from '../../src/lib/api';
import { fieldWords, retryAfter } from '../../src/lib/api';
import { composing, pressed } from '../../src/lib/ui/keys';
import { lineDiff } from '../../src/lib/ui/line-diff';
import { ProfileForm } from '../../src/profile/form.svelte';
import { fraction, KNOWN_RISKS, percent, riskError } from '../../src/profile/numbers';
import { SymbolList } from '../../src/profile/symbol-list.svelte';
import { addSymbols, parseSymbols } from '../../src/profile/symbols';
import { here } from '../../src/settings/words';
import { leavesPage, offersMenu } from '../../src/shell/webview';
import { Backend } from '../fake/backend';

const chat = (updated_at: string): Chat => ({ ...new Backend().chat('x'), updated_at });

describe('the chat list', () => {
  it('is grouped by day for a week and by month before that', () => {
    const now = new Date(2026, 4, 14, 0, 30);
    const at = (...when: [number, number, number, number]) => chat(new Date(...when).toISOString());
    const groups = groupByDay([at(2026, 4, 14, 0), at(2026, 4, 13, 23), at(2026, 4, 13, 1), at(2026, 4, 7, 9), at(2026, 4, 6, 9), at(2025, 11, 31, 9)], now);
    expect(groups.map(({ heading, chats }) => [heading, chats.length])).toEqual([
      ['Today', 1],
      ['Yesterday', 2],
      ['Previous 7 days', 1],
      ['May 2026', 1],
      ['December 2025', 1],
    ]);
  });

  it('calls a chat of a clock that runs ahead today’s', () => {
    const now = new Date(2026, 4, 14, 12);
    expect(groupByDay([chat(new Date(2026, 4, 15, 9).toISOString())], now)[0]?.heading).toBe('Today');
  });
});

describe('the composer', () => {
  it('counts bytes, not letters', () => {
    expect(bytes('aé€😀')).toBe(10);
  });

  it('takes exactly 256 KiB and refuses one byte more', () => {
    expect(refusal('a'.repeat(LONGEST_QUESTION), false)).toBeNull();
    expect(refusal('a'.repeat(LONGEST_QUESTION + 1), false)).toContain('at most 256 KiB');
    expect(refusal('€'.repeat(LONGEST_QUESTION / 3 + 1), false)).toContain('at most 256 KiB');
  });

  it('refuses while an answer is being written', () => {
    expect(refusal('hi', true)).toBe('An answer is being written. Stop it or wait.');
  });

  it('knows an Enter that confirms an input method’s candidate', () => {
    expect(composing(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true }))).toBe(true);
    expect(composing(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229 }))).toBe(true);
    expect(composing(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 13 }))).toBe(false);
  });

  it('keeps what was typed while a question was on its way', () => {
    const drafts = new Drafts();
    drafts.write(1, 'first and more');
    drafts.sent(1, 'first');
    expect(drafts.of(1)).toBe(' and more');
    drafts.write(2, 'rewritten');
    drafts.sent(2, 'first');
    expect(drafts.of(2)).toBe('rewritten');
  });

  it('moves that into the chat that the question began', () => {
    const drafts = new Drafts();
    drafts.write(null, 'first and more');
    drafts.sent(null, 'first');
    drafts.move(null, 3);
    expect(drafts.of(3)).toBe(' and more');
    expect(drafts.of(null)).toBe('');
  });

  it('tells a shortcut from the same key with another modifier', () => {
    const press = (init: KeyboardEventInit) => pressed(new KeyboardEvent('keydown', { key: 'n', ...init }), 'mod+n');
    expect(press({ ctrlKey: true })).toBe(true);
    expect(press({ ctrlKey: true, shiftKey: true })).toBe(false);
    expect(press({ ctrlKey: true, altKey: true })).toBe(false);
    expect(press({})).toBe(false);
  });
});

describe('symbols', () => {
  it('are read from any list, in upper case, each once', () => {
    expect(parseSymbols('aapl, $msft;AAPL\nbtc-usd  ^gspc eurusd=x').symbols).toEqual(['AAPL', 'MSFT', 'BTC-USD', '^GSPC', 'EURUSD=X']);
  });

  it('that are none are handed back as they were written', () => {
    expect(parseSymbols('AAPL, “x”, --').refused).toEqual(['“x”', '--']);
  });

  it('keep the person’s order', () => {
    expect(addSymbols(['TSLA', 'AAPL'], ['MSFT', 'TSLA'])).toEqual(['TSLA', 'AAPL', 'MSFT']);
  });

  it('beyond the hundredth stay in the field, and it is said', () => {
    const list = new SymbolList(Array.from({ length: 99 }, (_, i) => `S${String(i)}`));
    expect(list.take('AAPL, MSFT, TSLA, ?')).toBe(false);
    expect(list.taken).toHaveLength(100);
    expect(list.taken.at(-1)).toBe('AAPL');
    expect(list.typed).toBe('? MSFT TSLA');
    expect(list.refused).toContain('MSFT, TSLA were not added');
  });

  it('that are still typed count as a change of the profile', () => {
    const form = new ProfileForm(new Backend().profile);
    form.symbols.typed = 'nvda';
    expect(form.changed).toBe(true);
    expect(form.symbols.take()).toBe(true);
    expect(form.draft.symbols.at(-1)).toBe('NVDA');
  });
});

describe('percentages', () => {
  it('go to fractions and back without dust', () => {
    for (const text of ['0.1', '2', '7', '14.5', '33.3', '57', '500']) {
      const value = fraction(text);
      expect(typeof value === 'number' && percent(value)).toBe(text);
    }
    expect(fraction('7')).toBe(0.07);
    expect(fraction('2,5 %')).toBe(0.025);
  });

  it('that are no number are told from empty ones', () => {
    expect(fraction(' ')).toBeUndefined();
    for (const text of ['x', '1e3', '-2', '1.2.3', '0x10']) expect(fraction(text)).toBeNull();
  });

  it('are taken at their bounds and refused beyond them', () => {
    const stop = KNOWN_RISKS.find((risk) => risk.name === 'stop_loss_pct');
    if (!stop) throw new Error('no stop');
    for (const good of ['', '0.1', '50']) expect(riskError(stop, good)).toBeNull();
    for (const bad of ['0', '50.1', 'x']) expect(riskError(stop, bad)).toContain('0.1 to 50 %');
  });
});

describe('a profile that is edited', () => {
  const profile: Profile = new Backend().profile;

  it('keeps risk parameters that have no field', () => {
    const form = new ProfileForm(profile);
    form.limits.known['stop_loss_pct'] = '3';
    expect(form.draft.risk_parameters).toEqual({ ...profile.risk_parameters, stop_loss_pct: 0.03 });
  });

  it('leaves out a limit that was emptied', () => {
    const form = new ProfileForm(profile);
    form.limits.known['max_drawdown'] = '';
    expect(Object.keys(form.draft.risk_parameters)).not.toContain('max_drawdown');
  });

  it('has changed only when something else would be stored', () => {
    const form = new ProfileForm(profile);
    expect(form.changed).toBe(false);
    form.goals = 'other';
    expect(form.changed).toBe(true);
    form.saved(profile, form.state);
    expect(form.changed).toBe(false);
  });
});

it('a context’s data is a JSON object or nothing', () => {
  expect(readObject('  ').data).toEqual({});
  expect(readObject('{"a": [1]}').data).toEqual({ a: [1] });
  for (const text of ['[1]', '"a"', 'null', '{a: 1}']) expect(readObject(text).data).toBeNull();
});

it('starters are made of the person’s own symbols, timeframe and goals', () => {
  const made = starters({ ...new Backend().profile, symbols: ['NVDA', 'BTC-USD'], timeframe: '4h', goals: 'Sleep well' });
  expect(made).toHaveLength(4);
  expect(made[0]?.question).toContain('NVDA');
  expect(made[1]?.question).toContain('BTC-USD');
  expect(made[2]?.question).toContain('Sleep well');
  expect(made.every(({ question }) => question.includes('4-hour bars'))).toBe(true);
});

it('starters follow the context of the new chat before the profile', () => {
  const { profile, written } = new Backend();
  const context = written.put({ name: 'Opening range', instructions: '', data: { type: 'intraday', timeframe: '5m', indicators: ['VWAP', 'ATR'], universe: ['SPY', 'QQQ'], constraints: { stop_loss_pct: 0.005 } }, active: true, model: null });
  const made = starters(profile, context);
  expect(made[0]).toEqual({ title: 'Intraday on SPY', lead: 'On 5-minute bars with a 0.5 % stop, using VWAP and ATR', question: 'Write an intraday strategy for SPY on 5-minute bars with a 0.5 % stop, using VWAP and ATR. Explain when it trades and when it stays out.' });
  expect(made.map(({ title }) => title)).toEqual(['Intraday on SPY', 'Mean reversion on QQQ', 'A plan for my goals', 'Rotate 2 symbols']);
  const odd = starters(profile, { ...context, data: { type: 3, universe: 'SPX', constraints: null, timeframe: 5 } });
  expect(odd[0]?.title).toBe('Momentum on AAPL');
  expect(starters(null)).toHaveLength(4);
});

it('a starter says in a short line what it asks, and names no symbol as the person’s that isn’t', () => {
  const { profile, written } = new Backend();
  const indicators = ['Ichimoku cloud', 'Volume-weighted average price', 'Average directional index', 'ATR'];
  const context = written.put({ name: 'Long', instructions: '', data: { type: 'mean_reversion', timeframe: '15m', indicators }, active: true, model: null });
  const many = Array.from({ length: 20 }, (_, at) => `S${String(at)}`);
  const profiles = [profile, { ...profile, symbols: [], goals: '' }, { ...profile, symbols: ['NVDA'] }, { ...profile, symbols: many, timeframe: '30m' as const }];
  for (const one of profiles) {
    for (const { title, lead } of [...starters(one), ...starters(one, context)]) {
      expect(lead.length, lead).toBeLessThanOrEqual(80);
      expect(title.length, title).toBeLessThanOrEqual(40);
    }
  }
  expect(starters(profile)[3]?.title).toBe('Rotate my 4 symbols');
  expect(starters({ ...profile, symbols: many })[3]?.title).toBe('Rotate 8 of my 20 symbols');
  const none = starters({ ...profile, symbols: [], goals: '' });
  expect(none.map(({ title }) => title)).toEqual(['Momentum', 'Mean reversion', 'Where to start', 'Stops']);
  expect(none[0]?.lead).toBe('On daily bars with a 2 % stop, AAPL as an example');
  expect(lacksSymbols({ ...profile, symbols: [] }, null)).toBe(true);
  expect(lacksSymbols({ ...profile, symbols: [] }, { ...context, data: { universe: ['SPY'] } })).toBe(false);
  expect(lacksSymbols(null, null) || lacksSymbols(profile, null)).toBe(false);
});

it.each([
  ['{"a": 1,}', 1, 9], ['{"a": 1', 1, 8], ["{'a': 1}", 1, 2], ['{\n  "a": tru\n}', 2, 8], ['{"a": 01}', 1, 8], ['{"a": "b}', 1, 7], ['{"a" 1}', 1, 6], ['{"a": 1} x', 1, 10], ['{"a": "\\x"}', 1, 8], ['[1 2]', 1, 4],
])('the place at which %s stops being JSON is found', (text, line, column) => {
  expect(jsonFault(text)).toMatchObject({ line, column });
});

it('a line diff keeps what both have, and is quick with two large texts', () => {
  expect(lineDiff('a\nb\nc', 'a\nc\nd').map(({ kind, text }) => `${kind} ${text}`)).toEqual(['same a', 'removed b', 'same c', 'added d']);
  expect(lineDiff('', 'a')).toEqual([{ kind: 'added', text: 'a' }]);
  const long = (word: string) => Array.from({ length: 9000 }, (_, i) => `${word}${String(i)}`).join('\n');
  expect(lineDiff(long('a'), long('b'))).toHaveLength(18_000);
});

it('a refusal’s detail is read without trusting its shape', () => {
  const fault = (detail: unknown) => ({ code: 'invalid_field' as const, message: 'm', detail });
  expect(fieldWords(fault({ email: ['Taken.', 'Really.'] }), 'email')).toBe('Taken. Really.');
  expect(fieldWords(fault(null), 'email')).toBeNull();
  expect(retryAfter({ ...fault({ retry_after: 12.2 }), code: 'too_many_attempts' })).toBe(13);
  expect(retryAfter(fault('x'))).toBeNull();
});

it('the settings don’t send anybody to the settings', () => {
  expect(here('Gemini refused the key. Check it in Settings → Models, or enter another one.')).toBe('Gemini refused the key. Check it, or enter another one.');
});

describe('the webview', () => {
  const leaves = (key: string, init: KeyboardEventInit = {}) => leavesPage(new KeyboardEvent('keydown', { key, ...init }));

  it('is kept from reloading the page and from going back', () => {
    for (const left of [leaves('F5'), leaves('F5', { ctrlKey: true }), leaves('r', { ctrlKey: true }), leaves('R', { ctrlKey: true, shiftKey: true }), leaves('ArrowLeft', { altKey: true }), leaves('ArrowRight', { altKey: true })]) expect(left).toBe(true);
    for (const kept of [leaves('r'), leaves('ArrowLeft'), leaves('ArrowLeft', { ctrlKey: true }), leaves('c', { ctrlKey: true })]) expect(kept).toBe(false);
  });

  it('shows its menu only over a field or selected text', () => {
    document.body.innerHTML = '<p>read me</p><textarea></textarea>';
    const at = (selector: string, clientX: number) => {
      const event = new MouseEvent('contextmenu', { clientX, clientY: 5, bubbles: true });
      document.querySelector(selector)?.dispatchEvent(event);
      return offersMenu(event);
    };
    Range.prototype.getClientRects = () => [new DOMRect(10, 0, 20, 10)] as unknown as DOMRectList;
    expect(at('p', 15)).toBe(false);
    expect(at('textarea', 15)).toBe(true);
    document.getSelection()?.selectAllChildren(document.querySelector('p') ?? document.body);
    expect(at('p', 15)).toBe(true);
    expect(at('p', 40)).toBe(false);
    document.body.innerHTML = '';
  });
});

it('a call that is cut off because the page goes away tells nobody', async () => {
  vi.resetModules();
  const api = await import('../../src/lib/api');
  api.install({ call: () => Promise.reject(new Error('Load failed')), listen: () => Promise.resolve() });
  await expect(api.call('me', {})).rejects.toMatchObject({ code: 'internal' });
  api.leavePage();
  const told = vi.fn();
  api.call('me', {}).then(told, told);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(told).not.toHaveBeenCalled();
});
