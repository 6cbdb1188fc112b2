import { fireEvent, screen, within } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import { refuse } from '../fake/backend';
import { ask, button, click, last, open } from './open';

const LONG = 'Write a momentum strategy for AAPL on daily bars.';
const message = () => screen.findByLabelText<HTMLTextAreaElement>('Message');
const answers = () => screen.findAllByRole('article', { name: 'Answer' });

function ended(state: string): Promise<void> {
  return vi.waitFor(async () => { expect((await answers()).at(-1)?.dataset.state).toBe(state); }, { timeout: 15_000 });
}

describe('asking', () => {
  it('shows question and answer, and begins a chat in the list', async () => {
    open({ signedIn: true });
    await ask(LONG);
    await ended('done');
    expect((await screen.findByRole('article', { name: 'You' })).textContent).toContain(LONG);
    const list = await screen.findByRole('navigation', { name: 'Chats' });
    expect(within(list).getByRole('button', { name: LONG })).toBeTruthy();
    expect((await message()).value).toBe('');
  });

  it('keeps the text when it is refused', async () => {
    const backend = open({ signedIn: true });
    backend.refusals.set('send', refuse('disk_full', 'The disk is full. Free some space and send again.'));
    await ask('What is a stop?');
    expect(await screen.findByText(/The disk is full/)).toBeTruthy();
    expect((await message()).value).toBe('What is a stop?');
  });

  it('doesn’t send with an Enter that confirms a candidate, nor with Shift', async () => {
    const backend = open({ signedIn: true });
    const field = await message();
    await fireEvent.input(field, { target: { value: '戦略' } });
    await fireEvent.keyDown(field, { key: 'Enter', isComposing: true });
    await fireEvent.keyDown(field, { key: 'Enter', keyCode: 229 });
    await fireEvent.keyDown(field, { key: 'Enter', shiftKey: true });
    expect(backend.calls.some(({ name }) => name === 'send')).toBe(false);
  });

  it('while an answer is written keeps the text and says why', async () => {
    const backend = open({ signedIn: true, pace: 5 });
    await ask('are you busy');
    await button('Stop');
    await ask('next');
    expect(await screen.findByText('An answer is being written. Stop it or wait.')).toBeTruthy();
    expect((await message()).value).toBe('next');
    expect(backend.calls.filter(({ name }) => name === 'send')).toHaveLength(1);
    await click('Stop');
    await ended('stopped');
  });

  it('keeps a draft per chat', async () => {
    open({ signedIn: true, chats: 3 });
    await fireEvent.input(await message(), { target: { value: 'for later' } });
    await click('Position size for TSLA');
    expect((await message()).value).toBe('');
    await click('New chat');
    expect((await message()).value).toBe('for later');
  });
});

describe('an answer', () => {
  it('never draws a finished block again', async () => {
    open({ signedIn: true, pace: 1 });
    await ask(LONG);
    const first = await vi.waitFor(() => {
      const block = document.querySelector('[data-block="1"] p');
      expect(block).not.toBeNull();
      return block;
    });
    await ended('done');
    expect(document.querySelector('[data-block="1"] p')).toBe(first);
  });

  it('has its code copied while that is still written', async () => {
    const backend = open({ signedIn: true, pace: 30 });
    await ask(LONG);
    await vi.waitFor(() => {
      const copy = document.querySelector('[aria-label="Copy code"]');
      if (!copy) throw new Error('no code yet');
      return fireEvent.click(copy);
    }, { timeout: 15_000, interval: 20 });
    expect(last(backend, 'copy_code')).toMatchObject({ message_id: Number((await answers())[0]?.dataset.messageId) });
    expect((await answers())[0]?.dataset.state).toBe('writing');
    await click('Stop');
    await ended('stopped');
  }, 20_000);

  it('ends in a code block that is named after its strategy and copied by its place', async () => {
    const backend = open({ signedIn: true });
    await ask(LONG);
    await ended('done');
    expect(await screen.findByText('MomentumCross', { selector: 'figcaption *' })).toBeTruthy();
    await click('Copy code');
    const place = document.querySelector('figure')?.dataset.block;
    const id = (await answers())[0]?.dataset.messageId;
    expect(backend.calls.at(-1)).toEqual({ name: 'copy_code', request: { message_id: Number(id), block: Number(place) } });
  });

  it('that failed is a card with its words, the service’s own, and a way on', async () => {
    open({ signedIn: true });
    await ask('ask with no key');
    await ended('failed');
    expect(await screen.findByText(/Gemini needs a key/, { selector: 'article *' })).toBeTruthy();
    await click('Open model settings');
    expect(document.body.dataset.screen).toBe('settings');
  });

  it('that failed can be asked for again', async () => {
    open({ signedIn: true });
    await ask('please fail');
    await ended('failed');
    await click('Try again');
    await ended('done');
    expect(await answers()).toHaveLength(1);
    expect(await screen.findAllByRole('article', { name: 'You' })).toHaveLength(1);
  });

  it('of another chat never shows in the one on the screen', async () => {
    const backend = open({ signedIn: true, chats: 3 });
    await click('Position size for TSLA');
    await answers();
    const other = backend.chats[0];
    if (!other) throw new Error('no chat');
    const strange = backend.message(other.id, 'assistant', 'A stranger.', { state: 'writing', blocks: [] });
    backend.emit({ event: 'started', chat_id: other.id, message: strange });
    backend.emit({ event: 'block', chat_id: other.id, message_id: strange.id, index: 0, block: { kind: 'html', html: '<p>A stranger.</p>' } });
    backend.emit({ event: 'ended', chat_id: other.id, message: { ...strange, state: 'done', blocks: [{ kind: 'html', html: '<p>A stranger.</p>' }] } });
    backend.emit({ event: 'chat', chat: Object.assign(other, { unseen: 'done' }) });
    expect(await screen.findByRole('img', { name: 'New answer' })).toBeTruthy();
    expect(screen.queryByText('A stranger.')).toBeNull();
  });

  it('that a slow chat brings late doesn’t replace the chat chosen since', async () => {
    const backend = open({ signedIn: true, chats: 3 });
    let release = (): void => undefined;
    backend.holds.set('open_chat', new Promise((resolve) => (release = resolve)));
    await click('Position size for TSLA');
    await click('New chat');
    release();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(screen.queryAllByRole('article')).toHaveLength(0);
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('New chat');
  });

  it('leads out of the program only through a dialog that shows the whole address', async () => {
    const backend = open({ signedIn: true });
    await ask(LONG);
    await ended('done');
    await fireEvent.click(await screen.findByRole('link', { name: 'moving average crossovers' }));
    const dialog = await screen.findByRole('dialog');
    expect(dialog.textContent).toContain('https://en.wikipedia.org/wiki/Moving_average_crossover?with=a&long=query');
    expect(backend.calls.some(({ name }) => name === 'open_link')).toBe(false);
    await fireEvent.click(within(dialog).getByRole('button', { name: 'Open in browser' }));
    expect(backend.calls.at(-1)).toEqual({ name: 'open_link', request: { url: 'https://en.wikipedia.org/wiki/Moving_average_crossover?with=a&long=query' } });
  });
});

it('everything is asked for again when events were missed', async () => {
  const backend = open({ signedIn: true, chats: 3 });
  await click('Position size for TSLA');
  await answers();
  const chat = backend.chats.find(({ title }) => title === 'Position size for TSLA');
  if (!chat) throw new Error('no chat');
  backend.message(chat.id, 'user', 'Asked at the terminal.');
  backend.emit({ event: 'resync' });
  expect(await screen.findByText('Asked at the terminal.')).toBeTruthy();
});
