/** The chat list: what is pinned, archived, deleted and brought back, exported, news. */
import { fireEvent, screen, within } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import { toasts } from '../../src/lib/ui/toasts.svelte';
import { refuse, type Backend } from '../fake/backend';
import { ask, button, choose, click, last, open, times, write } from './open';

const TITLE = 'Position size for TSLA';
const OPTIONS = 'Options of this chat';
const list = (name = 'Chats') => screen.findByRole('navigation', { name });
const titles = async (name = 'Chats') => [...(await list(name)).querySelectorAll('.title')].map(({ textContent }) => textContent.trim());
const headings = async () => [...(await list()).querySelectorAll('h2')].map(({ textContent }) => textContent);
const heading = () => screen.getByRole('heading', { level: 1 }).textContent;

function chatOf(backend: Backend, title = TITLE) {
  const chat = backend.chats.find((one) => one.title === title);
  if (!chat) throw new Error('no chat');
  return chat;
}

async function shown(): Promise<Backend> {
  const backend = open({ signedIn: true, chats: 4 });
  await click(TITLE);
  await screen.findAllByRole('article');
  return backend;
}

describe('a chat that is deleted', () => {
  it('is gone at once without a question, and the window begins a new one', async () => {
    const backend = await shown();
    await choose(OPTIONS, 'Delete');
    await vi.waitFor(() => { expect(heading()).toBe('New chat'); });
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(await titles()).not.toContain(TITLE);
    expect(await screen.findByText(`“${TITLE}” was deleted.`)).toBeTruthy();
    expect(backend.chats.some(({ title }) => title === TITLE)).toBe(false);
  });

  it('is brought back where it was, and shown again', async () => {
    await shown();
    const before = await titles();
    await choose(OPTIONS, 'Delete');
    await click('Undo');
    await vi.waitFor(() => { expect(heading()).toBe(TITLE); });
    expect(await titles()).toEqual(before);
    expect(screen.queryByRole('button', { name: 'Undo' })).toBeNull();
  });

  it('is brought back by the keys that take things back, but not while something is typed', async () => {
    const backend = await shown();
    await choose(OPTIONS, 'Delete');
    await button('Undo');
    const message = await screen.findByLabelText('Message');
    await vi.waitFor(() => { expect(document.activeElement).toBe(message); });
    await write('Message', 'half a thought');
    await fireEvent.keyDown(message, { key: 'z', ctrlKey: true });
    expect(times(backend, 'restore_chat')).toBe(0);
    await write('Message', '');
    await fireEvent.keyDown(message, { key: 'z', ctrlKey: true });
    await vi.waitFor(() => { expect(times(backend, 'restore_chat')).toBe(1); });
    await fireEvent.keyDown(document.body, { key: 'z', ctrlKey: true });
    expect(times(backend, 'restore_chat')).toBe(1);
  });

  it('doesn’t draw somebody back who has gone on elsewhere', async () => {
    await shown();
    await choose(OPTIONS, 'Delete');
    await click('Compare three breakout filters').catch(() => click('RSI mean reversion on MSFT, hourly bars'));
    await click('Undo');
    await vi.waitFor(async () => { expect(await titles()).toContain(TITLE); });
    expect(heading()).not.toBe(TITLE);
  });

  it('too long ago says so', async () => {
    const backend = await shown();
    await choose(OPTIONS, 'Delete');
    backend.talks.deleted.clear();
    await click('Undo');
    expect(await screen.findByText('This chat can’t be brought back any more.')).toBeTruthy();
  });

  it('at another door goes from the list and from the screen', async () => {
    const backend = await shown();
    backend.emit({ event: 'gone', chat_id: chatOf(backend).id });
    await vi.waitFor(() => { expect(heading()).toBe('New chat'); });
    expect(await titles()).not.toContain(TITLE);
    expect(screen.getByText(`“${TITLE}” was deleted elsewhere.`)).toBeTruthy();
  });

  it('here is said once, and at another door only while it is looked at', async () => {
    const backend = await shown();
    const other = backend.chats.find(({ title }) => title !== TITLE);
    backend.emit({ event: 'gone', chat_id: other?.id ?? 0 });
    await choose(OPTIONS, 'Delete');
    expect(await screen.findByText(`“${TITLE}” was deleted.`)).toBeTruthy();
    expect(screen.queryByText(/was deleted elsewhere/)).toBeNull();
  });

  it('keeps what was typed in it, in case it comes back', async () => {
    const backend = await shown();
    await write('Message', 'half a thought');
    await choose(OPTIONS, 'Delete');
    await click('Undo');
    await vi.waitFor(() => { expect(heading()).toBe(TITLE); });
    expect((await screen.findByLabelText<HTMLTextAreaElement>('Message')).value).toBe('half a thought');
    expect(backend.talks.drafts).toContainEqual({ at: 'chat', chat_id: chatOf(backend).id, text: 'half a thought' });
  });

  it('that can’t be stays', async () => {
    const backend = await shown();
    backend.refusals.set('delete_chat', refuse('disk_full', 'The disk is full.'));
    await choose(OPTIONS, 'Delete');
    expect(await screen.findByText('The disk is full.')).toBeTruthy();
    expect(await titles()).toContain(TITLE);
  });
});

it('a pinned chat stands first, under a heading of its own', async () => {
  await shown();
  await choose(OPTIONS, 'Pin');
  await vi.waitFor(async () => { expect((await headings())[0]).toBe('Pinned'); });
  expect((await titles())[0]).toBe(TITLE);
  await choose(OPTIONS, 'Unpin');
  await vi.waitFor(async () => { expect(await headings()).not.toContain('Pinned'); });
});

describe('an archived chat', () => {
  it('is in a list of its own, from which it is brought back', async () => {
    const backend = await shown();
    await choose(OPTIONS, 'Archive');
    await vi.waitFor(async () => { expect(await titles()).not.toContain(TITLE); });
    expect(heading()).toBe(TITLE);
    expect(screen.getByText('Archived')).toBeTruthy();
    await click('Archived chats');
    expect(last(backend, 'chats')).toMatchObject({ list: 'archived', after: null });
    await vi.waitFor(async () => { expect(await titles('Archived chats')).toEqual([TITLE]); });
    expect(document.activeElement).toBe(await button('Back to all chats'));
    await choose('Chat options', 'Unarchive');
    await vi.waitFor(async () => { expect(await titles('Archived chats')).toEqual([]); });
    expect(await screen.findByText(/^No chat is archived/)).toBeTruthy();
    expect(screen.queryByText('Archived')).toBeNull();
    await click('Back to all chats');
    expect(await titles()).toContain(TITLE);
    expect(document.activeElement).toBe(await button('Archived chats'));
  });

  it('can be taken back at once', async () => {
    await shown();
    await choose(OPTIONS, 'Archive');
    const note = (await screen.findByText(`“${TITLE}” was archived.`)).closest('.toast') ?? document.body;
    const held = vi.spyOn(toasts, 'hold');
    await fireEvent.pointerEnter(note);
    expect(held).toHaveBeenCalledWith(expect.any(Number), 'pointer');
    await click('Undo');
    await vi.waitFor(async () => { expect(await titles()).toContain(TITLE); });
    expect(await screen.findByText(`“${TITLE}” is back among your chats.`)).toBeTruthy();
  });
});

describe('news', () => {
  it('is what ended in a chat that isn’t looked at, until it is', async () => {
    const backend = open({ signedIn: true, chats: 4 }, (made) => {
      chatOf(made).unseen = 'failed';
    });
    const dot = await screen.findByRole('img', { name: 'The answer failed' });
    const row = within(await list()).getByRole('button', { name: TITLE });
    expect(row.getAttribute('aria-describedby')).toBe(dot.id);
    await click(TITLE);
    await vi.waitFor(() => { expect(chatOf(backend).unseen).toBeNull(); });
    expect(last(backend, 'seen')).toEqual({ chat_id: chatOf(backend).id });
    expect(screen.queryByRole('img', { name: 'The answer failed' })).toBeNull();
  });

  it('isn’t what ends before the person’s eyes', async () => {
    const backend = open({ signedIn: true });
    await ask('What is a stop?');
    await vi.waitFor(() => { expect(times(backend, 'seen')).toBe(1); });
    expect(screen.queryByRole('img', { name: 'New answer' })).toBeNull();
  });
});

describe('a screen reader', () => {
  const said = () => document.querySelector('[aria-live=polite].unseen')?.textContent ?? '';

  it('is read a finished answer whole, code only by its length', async () => {
    open({ signedIn: true });
    await ask('Write a momentum strategy for AAPL on daily bars.');
    await vi.waitFor(() => { expect(said()).toContain('Answer finished. Momentum on AAPL, daily bars. The strategy buys when'); });
    expect(said()).toContain('code, 30 lines.');
    expect(said()).toMatch(/the week of an earnings report\.$/);
  });

  it('is told that an answer ended which isn’t looked at', async () => {
    const backend = await shown();
    const end = (title: string, state: 'done' | 'failed' | 'stopped') => {
      const chat_id = chatOf(backend, title).id;
      backend.emit({ event: 'ended', chat_id, message: backend.message(chat_id, 'assistant', 'Long words.', { state }) });
    };
    const other = backend.chats.find(({ title }) => title !== TITLE)?.title ?? '';
    end(other, 'done');
    await vi.waitFor(() => { expect(said()).toBe(`The answer in “${other}” is ready.`); });
    end(other, 'failed');
    await vi.waitFor(() => { expect(said()).toBe(`The answer in “${other}” failed.`); });
    end(other, 'stopped');
    await click('Contexts');
    end(TITLE, 'done');
    await vi.waitFor(() => { expect(said()).toBe(`The answer in “${TITLE}” is ready.`); });
  });
});

it('a chat is exported through the system’s dialog', async () => {
  const backend = await shown();
  await choose(OPTIONS, 'Export as JSON');
  expect(await screen.findByText('Saved to /home/ada/chat.json')).toBeTruthy();
  await choose(OPTIONS, 'Export as Markdown');
  expect(await screen.findByText('Saved to /home/ada/chat.md')).toBeTruthy();
  expect(last(backend, 'export_chat')).toEqual({ chat_id: chatOf(backend).id, format: 'markdown' });
});

it('the list is asked for again when all of it has changed', async () => {
  const backend = await shown();
  backend.chat('Imported');
  backend.emit({ event: 'list_changed' });
  await vi.waitFor(async () => { expect(await titles()).toContain('Imported'); });
});

it('a long list comes page by page, and a chat that changes far down isn’t put between', async () => {
  const backend = open({ signedIn: true }, (made) => {
    for (let i = 0; i < 70; i += 1) made.chat(`Chat ${String(i)}`, i);
  });
  await vi.waitFor(async () => { expect(await titles()).toHaveLength(50); });
  const far = chatOf(backend, 'Chat 60');
  backend.emit({ event: 'chat', chat: { ...far, title: 'Renamed' } });
  expect(await titles()).toHaveLength(50);
  await click('Older chats');
  await vi.waitFor(async () => { expect(await titles()).toHaveLength(70); });
  expect(within(await list()).getAllByRole('button', { name: 'Chat 49' })).toHaveLength(1);
});
