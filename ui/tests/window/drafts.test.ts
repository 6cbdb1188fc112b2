/** What is typed outlives whatever happens to the window. */
import { fireEvent, screen } from '@testing-library/svelte';
import { expect, it, vi } from 'vitest';
import { refuse, type Backend } from '../fake/backend';
import { ask, click, on, open, restart, times, write } from './open';

const message = () => screen.findByLabelText<HTMLTextAreaElement>('Message');
const kept = (backend: Backend) => backend.talks.drafts.map(({ text }) => text);

it('a restart', async () => {
  const backend = open({ signedIn: true, chats: 3 });
  await write('Message', 'for a new chat');
  await click('Position size for TSLA');
  await write('Message', 'for this one');
  await fireEvent.blur(await message());
  await vi.waitFor(() => { expect(kept(backend)).toEqual(['for a new chat', 'for this one']); });
  restart();
  await vi.waitFor(async () => { expect((await message()).value).toBe('for a new chat'); });
  await click('Position size for TSLA');
  expect((await message()).value).toBe('for this one');
});

it('a lock, by whichever way', async () => {
  const backend = open({ signedIn: true });
  await write('Message', 'half a thought');
  await fireEvent.keyDown(document.body, { key: 'l', ctrlKey: true });
  await vi.waitFor(() => { expect(times(backend, 'lock')).toBe(1); });
  const names = backend.calls.map(({ name }) => name);
  expect(kept(backend)).toEqual(['half a thought']);
  expect(names.indexOf('save_draft')).toBeLessThan(names.indexOf('lock'));
});

it('the end of the page', async () => {
  const backend = open({ signedIn: true });
  await write('Message', 'half a thought');
  await fireEvent(window, new Event('pagehide'));
  expect(kept(backend)).toEqual(['half a thought']);
});

it('nothing of it comes back once it was sent', async () => {
  const backend = open({ signedIn: true });
  await write('Message', 'What is a stop?');
  await fireEvent.blur(await message());
  await vi.waitFor(() => { expect(kept(backend)).toEqual(['What is a stop?']); });
  await ask('What is a stop? And a target?');
  await screen.findByRole('article', { name: 'Answer' });
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(kept(backend)).toEqual([]);
  restart();
  await on('chat');
  expect((await message()).value).toBe('');
});

it('that it isn’t saved is said over the composer', async () => {
  const backend = open({ signedIn: true });
  for (const text of ['a', 'ab']) {
    backend.refusals.set('save_draft', refuse('disk_full', 'The disk is full.'));
    await write('Message', text);
    await fireEvent.blur(await message());
    await vi.waitFor(() => { expect(backend.refusals.size).toBe(0); });
  }
  expect(await screen.findByText('What you type is not saved: The disk is full.')).toBeTruthy();
  await write('Message', 'abc');
  await fireEvent.blur(await message());
  await vi.waitFor(() => { expect(screen.queryByText(/is not saved/)).toBeNull(); });
  expect(kept(backend)).toEqual(['abc']);
});

it('a starter, which goes behind it, and takes the place of another that nothing was done to', async () => {
  open({ signedIn: true });
  await write('Message', 'Only on Mondays.');
  const [first, second] = document.querySelectorAll('.empty ul button');
  if (!first || !second) throw new Error('no starters');
  await fireEvent.click(first);
  const one = (await message()).value;
  expect(one).toMatch(/^Only on Mondays\.\n\n\S/);
  await fireEvent.click(second);
  const other = (await message()).value;
  expect(other).toMatch(/^Only on Mondays\.\n\n\S/);
  expect(other).not.toContain(one.slice('Only on Mondays.\n\n'.length));
  await write('Message', `${other} And soon.`);
  await fireEvent.click(first);
  expect((await message()).value).toBe(`${other} And soon.\n\n${one.slice('Only on Mondays.\n\n'.length)}`);
});
