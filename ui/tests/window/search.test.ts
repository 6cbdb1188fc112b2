/** Search in everything that was written, by keyboard alone. */
import { fireEvent, screen, within } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import type { Query } from '../../src/lib/api';
import { Finder } from '../../src/search/finder.svelte';
import { dayOf, spanOf } from '../../src/search/when';
import { install } from '../../src/lib/api';
import { Desk } from '../../src/chat/desk.svelte';
import { Backend, refuse } from '../fake/backend';
import { button, click, last, on, open, times } from './open';

const field = () => screen.findByRole<HTMLInputElement>('combobox', { name: 'Search in all chats' });
const press = (key: string, more: KeyboardEventInit = {}) => fireEvent.keyDown(document.activeElement ?? document.body, { key, ...more });
const marked = () => screen.queryAllByRole('option').find((option) => option.getAttribute('aria-selected') === 'true');
const query = (backend: Backend) => last(backend, 'search') as Query;

async function search(typed = ''): Promise<HTMLInputElement> {
  await button(/^Account:/);
  await press('F', { ctrlKey: true, shiftKey: true });
  const input = await field();
  await vi.waitFor(() => { expect(document.activeElement).toBe(input); });
  if (typed) await type(input, typed);
  return input;
}

const type = (input: HTMLElement, text: string) => fireEvent.input(input, { target: { value: text } });

/** Chooses in the menu of a filter. */
async function filter(name: RegExp, item: string): Promise<void> {
  const trigger = await screen.findByRole('button', { name });
  trigger.focus();
  await fireEvent.pointerDown(trigger, { button: 0 });
  await fireEvent.keyDown(trigger, { key: 'Enter' });
  await fireEvent.click(await screen.findByRole('menuitemradio', { name: item }));
}

describe('searching', () => {
  it('finds messages, chats and contexts, with the words marked', async () => {
    open({ signedIn: true, chats: 6 });
    await search('stop');
    const messages = await screen.findByRole('group', { name: 'Messages' });
    expect(within(messages).getAllByRole('option').length).toBeGreaterThan(5);
    expect(within(screen.getByRole('group', { name: 'Chats' })).getByRole('option', { name: /Momentum on AAPL with a 2 % stop/ })).toBeTruthy();
    expect([...document.querySelectorAll('mark')].every(({ textContent }) => textContent.toLowerCase() === 'stop')).toBe(true);
    expect(document.querySelectorAll('mark').length).toBeGreaterThan(5);
    await fireEvent.input(await field(), { target: { value: 'averag' } });
    expect(await screen.findByRole('group', { name: 'Contexts' })).toBeTruthy();
  });

  it('names a chat once over its messages, and the version of what it doesn’t show', async () => {
    const backend = open({ signedIn: true, chats: 6 });
    const hidden = [...backend.messages.values()].flat().find(({ text }) => text.includes('stop'));
    backend.search.versions.set(hidden?.id ?? 0, { number: 1, of: 2 });
    await search('stop');
    const messages = await screen.findByRole('group', { name: 'Messages' });
    const chats = within(messages).getAllByRole('group');
    const titles = chats.map((chat) => chat.querySelector('.title')?.textContent);
    expect(new Set(titles).size).toBe(titles.length);
    expect(chats.some((chat) => within(chat).getAllByRole('option').length > 1)).toBe(true);
    const option = within(messages).getByRole('option', { name: /version 1\/2/ });
    expect(option.id).toBe(`search-message-${String(hidden?.id)}`);
    // The arrows go down the list as it stands on the screen.
    const options = screen.getAllByRole('option');
    for (const next of options.slice(1)) {
      await press('ArrowDown');
      expect(marked()).toBe(next);
    }
  });

  it('asks once typing rests, and shows nothing that belongs to words typed over', async () => {
    const backend = open({ signedIn: true, chats: 6 });
    const input = await search();
    for (const text of ['k', 'ke', 'kel', 'kelly']) await type(input, text);
    expect(times(backend, 'search')).toBe(0);
    await screen.findByRole('option', { name: /Kelly|MSFT/ }).catch(() => undefined);
    await vi.waitFor(() => { expect(times(backend, 'search')).toBe(1); });
    expect(query(backend).text).toBe('kelly');
  });

  it('by the keyboard: arrows mark, Enter goes to the message', async () => {
    const backend = open({ signedIn: true, chats: 6 });
    const jump = vi.spyOn(Desk.prototype, 'jump');
    const input = await search('stays out');
    await screen.findByRole('group', { name: 'Messages' });
    const [first, second] = screen.getAllByRole('option');
    expect(marked()).toBe(first);
    await press('ArrowDown');
    expect(marked()).toBe(second);
    expect(input.getAttribute('aria-activedescendant')).toBe(second?.id);
    const wanted = [...backend.messages.values()].flat().find(({ id }) => second?.id === `search-message-${String(id)}`);
    await press('Enter');
    await vi.waitFor(() => { expect(jump).toHaveBeenCalledWith(wanted?.chat_id, wanted?.id); });
    expect(screen.queryByRole('dialog')).toBeNull();
    const title = backend.chats.find(({ id }) => id === wanted?.chat_id)?.title ?? '';
    expect(await screen.findByRole('heading', { name: title, level: 1 })).toBeTruthy();
  });

  it('opens chats and contexts', async () => {
    open({ signedIn: true, chats: 6 });
    await search('tsla');
    await fireEvent.click(await screen.findByRole('option', { name: /^Position size for TSLA/ }));
    expect(await screen.findByRole('heading', { name: 'Position size for TSLA', level: 1 })).toBeTruthy();
    await search('bollinger');
    await fireEvent.click(await screen.findByRole('option', { name: /^Mean reversion, ETFs/ }));
    await on('contexts');
    expect((await screen.findByLabelText<HTMLInputElement>('Name')).value).toBe('Mean reversion, ETFs');
  });

  it('an Enter before the answer opens nothing of the words before', async () => {
    const backend = open({ signedIn: true, chats: 6 });
    const input = await search('stop');
    await screen.findByRole('group', { name: 'Messages' });
    await type(input, 'kelly');
    await press('Enter');
    expect(screen.getByRole('dialog')).toBeTruthy();
    await vi.waitFor(() => { expect(query(backend).text).toBe('kelly'); });
  });

  it('keeps words, filters and what was found until it is opened again', async () => {
    const backend = open({ signedIn: true, chats: 6 });
    await search('stop');
    await fireEvent.click(await button('Has code'));
    await vi.waitFor(() => { expect(query(backend).has_code).toBe(true); });
    await press('Escape');
    await vi.waitFor(() => { expect(screen.queryByRole('dialog')).toBeNull(); });
    await click('Search');
    const input = await field();
    expect(input.value).toBe('stop');
    expect((await button('Has code')).getAttribute('aria-pressed')).toBe('true');
    expect(screen.getAllByRole('option').length).toBeGreaterThan(0);
    await vi.waitFor(() => { expect([input.selectionStart, input.selectionEnd]).toEqual([0, 4]); });
  });

  it('lists the next messages under the first', async () => {
    const backend = open({ signedIn: true, chats: 40 });
    const input = await search('write a momentum');
    const more = await screen.findByRole('option', { name: 'More results' });
    expect(screen.getByText('30+ messages')).toBeTruthy();
    const known = screen.getAllByRole('option').length;
    await fireEvent.click(more);
    await vi.waitFor(() => { expect(screen.getAllByRole('option').length).toBeGreaterThan(known - 1 + 5); });
    expect(query(backend).skip).toBe(30);
    expect(marked()).toBe(screen.getAllByRole('option')[known - 1]);
    expect(document.activeElement).toBe(input);
    expect(screen.queryByRole('option', { name: 'More results' })).toBeNull();
  });
});

describe('filters', () => {
  it('narrow by who, when, code and chat', async () => {
    const backend = open({ signedIn: true, chats: 6 });
    await click('Position size for TSLA');
    await screen.findAllByRole('article', { name: 'Answer' });
    await search('stop');
    await filter(/^Who wrote it/, 'Me');
    await vi.waitFor(() => { expect(query(backend).role).toBe('user'); });
    await filter(/^When/, 'Past week');
    await vi.waitFor(() => { expect(query(backend).from).toBe(spanOf('week', '', '', new Date()).from); });
    await click('This chat only');
    await vi.waitFor(() => { expect(query(backend).chat_id).toBe(backend.chats.find(({ title }) => title === 'Position size for TSLA')?.id); });
  });

  it('offer no chat where none is shown', async () => {
    open({ signedIn: true, chats: 6 });
    await search('stop');
    expect(screen.queryByRole('button', { name: 'This chat only' })).toBeNull();
  });

  it('between two days, as they are counted here', async () => {
    const backend = open({ signedIn: true, chats: 6 });
    await search('stop');
    await filter(/^When/, 'From … to …');
    await type(await screen.findByLabelText('From'), '2026-03-01');
    await type(await screen.findByLabelText('to'), '2026-03-31');
    await vi.waitFor(() => {
      expect(query(backend)).toMatchObject({ from: new Date(2026, 2, 1).toISOString(), until: new Date(2026, 3, 1).toISOString() });
    });
    await type(await screen.findByLabelText('to'), '2026-02-30');
    expect((await screen.findByRole('alert')).textContent).toContain('Write a day like');
    await type(await screen.findByLabelText('to'), '2026-02-01');
    expect((await screen.findByRole('alert')).textContent).toContain('The first day is after the last.');
  });

  it('are named when nothing is found, and cleared from there', async () => {
    const backend = open({ signedIn: true, chats: 6 });
    await search('rsi mean');
    await screen.findByRole('group', { name: 'Chats' });
    await click('Has code');
    expect(await screen.findByText('These filters are on: with code.')).toBeTruthy();
    await click('Clear the filters');
    expect(await screen.findByRole('group', { name: 'Chats' })).toBeTruthy();
    expect(query(backend).has_code).toBe(false);
  });
});

describe('what is said', () => {
  it('before anything is typed, what can be searched', async () => {
    open({ signedIn: true, chats: 6 });
    await search();
    expect(screen.getByText('stop_loss_pct')).toBeTruthy();
  });

  it('when nothing is found', async () => {
    open({ signedIn: true, chats: 6 });
    await search('xylophone');
    expect(await screen.findByText(/No message, title or context holds all of these words/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Clear the filters' })).toBeNull();
  });

  it('when nothing holds all words, each alone is offered', async () => {
    const backend = open({ signedIn: true, chats: 6 });
    const input = await search('stop xylophone');
    await click('Only “stop”');
    expect(await screen.findByRole('group', { name: 'Messages' })).toBeTruthy();
    expect(query(backend).text).toBe('stop');
    expect(input.value).toBe('stop');
    expect(document.activeElement).toBe(input);
  });

  it('when it was refused, and asks again', async () => {
    const backend = open({ signedIn: true, chats: 6 });
    backend.refusals.set('search', refuse('internal', 'The vault can’t be read.'));
    await search('stop');
    expect((await screen.findByRole('alert')).textContent).toBe('The vault can’t be read.');
    await click('Try again');
    expect(await screen.findByRole('group', { name: 'Messages' })).toBeTruthy();
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('while older messages are still being read in', async () => {
    open({ signedIn: true, chats: 6 }, (backend) => (backend.search.missing = 1200));
    await search('stop');
    expect(await screen.findByText(/About 1,200 older messages are still being read into the search\./)).toBeTruthy();
  });
});

it('late answers are dropped', async () => {
  const backend = new Backend({ signedIn: true, chats: 6 });
  install(backend);
  const finder = new Finder();
  const ask = (text: string) => { finder.ask({ text, chat_id: null, role: null, from: null, until: null, has_code: false, skip: 0 }); };
  let release = (): void => undefined;
  backend.holds.set('search', new Promise((resolve) => (release = resolve)));
  ask('stop');
  await vi.waitFor(() => { expect(times(backend, 'search')).toBe(1); });
  backend.holds.delete('search');
  ask('kelly');
  await vi.waitFor(() => { expect(finder.busy).toBe(false); });
  const kelly = finder.found;
  release();
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(finder.found).toBe(kelly);
});

it('days are those of the calendar', () => {
  expect(dayOf('2026-02-29')).toBeNull();
  expect(dayOf('2028-02-29')).toEqual(new Date(2028, 1, 29));
  expect(dayOf('29.02.2028')).toBeNull();
  const now = new Date(2026, 2, 15, 13, 30);
  expect(spanOf('today', '', '', now).from).toBe(new Date(2026, 2, 15).toISOString());
  expect(spanOf('month', '', '', now).from).toBe(new Date(2026, 1, 15).toISOString());
  expect(spanOf('year', '', '', now).from).toBe(new Date(2025, 2, 15).toISOString());
});
