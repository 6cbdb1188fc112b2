/** Jumping to a message, wherever it is, and going on from there. */
import { fireEvent, render, screen } from '@testing-library/svelte';
import { expect, it, vi } from 'vitest';
import { Desk } from '../../src/chat/desk.svelte';
import { install, type Chat, type Message } from '../../src/lib/api';
import { Drafts } from '../../src/lib/drafts.svelte';
import { Backend, refuse } from '../fake/backend';
import Stage from './Stage.svelte';

function stage(count: number): { backend: Backend; desk: Desk; chat: Chat; messages: Message[] } {
  const backend = new Backend({ pace: 0 });
  const chat = backend.chat('Long');
  const messages = Array.from({ length: count }, (_, i) => backend.message(chat.id, i % 2 ? 'assistant' : 'user', `Number ${String(i + 1)}.`));
  install(backend);
  const desk = new Desk(new Drafts());
  render(Stage, { desk });
  return { backend, desk, chat, messages };
}

const article = (text: string) => vi.waitFor(() => {
  const found = screen.getByText(text).closest<HTMLElement>('article');
  if (!found) throw new Error('no article');
  return found;
});

// By role it would take seconds.
const scroller = () => document.querySelector<HTMLElement>('[role=log]') ?? document.body;
const ends = (desk: Desk) => [desk.conversation.messages[0]?.text, desk.conversation.messages.at(-1)?.text];

/** Scrolls to a place of a column of 9000 pixels. */
async function scroll(top: number): Promise<void> {
  Object.defineProperties(scroller(), { scrollHeight: { value: 9000, configurable: true }, clientHeight: { value: 500, configurable: true }, scrollTop: { value: top, configurable: true, writable: true } });
  await fireEvent.scroll(scroller());
}

it('a message far up is shown with what is around it, takes the keyboard and stands out for a moment', async () => {
  const { desk, chat, messages } = stage(400);
  await desk.jump(chat.id, messages[99]?.id ?? 0);
  const found = await article('Number 100.');
  await vi.waitFor(() => { expect(document.activeElement).toBe(found); });
  expect(found.classList).toContain('found');
  expect(screen.getByText('Number 99.')).toBeTruthy();
  expect(screen.getByText('Number 110.')).toBeTruthy();
  expect(screen.queryByText('Number 400.')).toBeNull();
  expect([desk.conversation.branch.hasOlder, desk.conversation.branch.hasNewer]).toEqual([true, true]);
  await vi.waitFor(() => { expect(found.classList).not.toContain('found'); }, 3000);
  screen.getByTitle('Jump to latest').click();
  expect(await screen.findByText('Number 400.')).toBeTruthy();
}, 10_000);

it('a message of a short chat that isn’t open is shown too, above the screen full that would come first', async () => {
  const { desk, chat, messages } = stage(12);
  await desk.jump(chat.id, messages[1]?.id ?? 0);
  const found = await article('Number 2.');
  await vi.waitFor(() => { expect(document.activeElement).toBe(found); });
  expect(found.classList).toContain('found');
  expect(ends(desk)).toEqual(['Number 1.', 'Number 12.']);
});

it('a message on another branch makes that the current one', async () => {
  const { backend, desk, chat, messages } = stage(8);
  await desk.open(chat.id);
  await article('Number 8.');
  backend.message(chat.id, 'user', 'Another third.', { parent_id: messages[1]?.id ?? 0 });
  await desk.conversation.reload();
  await article('Another third.');
  await desk.jump(chat.id, messages[6]?.id ?? 0);
  await article('Number 7.');
  expect(screen.queryByText('Another third.')).toBeNull();
});

it('a message that is gone leaves what is on the screen, and says so', async () => {
  const { backend, desk, chat } = stage(8);
  await desk.open(chat.id);
  await article('Number 8.');
  backend.refusals.set('show_message', refuse('not_found', 'This message is gone.'));
  await desk.jump(chat.id, 1);
  expect(await screen.findByText(/This message is gone/)).toBeTruthy();
  expect(screen.getByText('Number 8.')).toBeTruthy();
});

it('the reader of an earlier part isn’t disturbed by an answer that is asked for elsewhere', async () => {
  const { backend, desk, chat, messages } = stage(400);
  await desk.jump(chat.id, messages[99]?.id ?? 0);
  await article('Number 100.');
  const before = backend.calls.length;
  const answer = backend.message(chat.id, 'assistant', '', { state: 'writing' });
  desk.take({ event: 'started', chat_id: chat.id, message: answer });
  desk.take({ event: 'block', chat_id: chat.id, message_id: answer.id, index: 0, block: { kind: 'html', html: '<p>Far below.</p>' } });
  expect(await screen.findByRole('button', { name: 'Stop' })).toBeTruthy();
  expect(screen.queryByText('Far below.')).toBeNull();
  expect(backend.calls.slice(before).map(({ name }) => name)).not.toContain('open_chat');
});

it('pages come at whichever end the reader gets near', async () => {
  const { desk, chat, messages } = stage(400);
  await desk.jump(chat.id, messages[99]?.id ?? 0);
  await article('Number 100.');
  expect(ends(desk)).toEqual(['Number 91.', 'Number 110.']);
  await scroll(4000);
  await scroll(8400);
  await vi.waitFor(() => { expect(ends(desk)).toEqual(['Number 91.', 'Number 130.']); });
  await scroll(100);
  await vi.waitFor(() => { expect(ends(desk)).toEqual(['Number 71.', 'Number 130.']); });
});

it('a question asked while an earlier part is shown brings the end of the chat', async () => {
  const { backend, desk, chat, messages } = stage(400);
  await desk.jump(chat.id, messages[99]?.id ?? 0);
  await article('Number 100.');
  desk.drafts.write(chat.id, 'And now?');
  await desk.send();
  expect(await screen.findByText('And now?', { selector: '.bubble' })).toBeTruthy();
  expect(await screen.findByText('Number 400.')).toBeTruthy();
  expect(screen.queryByText('Number 100.')).toBeNull();
  expect(desk.conversation.branch.hasNewer).toBe(false);
  expect(backend.calls.findLast(({ name }) => name === 'open_chat')?.request).toMatchObject({ before: null, after: null });
});
