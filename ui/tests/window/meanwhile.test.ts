/** What happens while something else does. */
import { fireEvent, screen } from '@testing-library/svelte';
import { expect, it, vi } from 'vitest';
import { refuse, type Backend } from '../fake/backend';
import { ask, button, click, open, times } from './open';

const message = () => screen.findByLabelText<HTMLTextAreaElement>('Message');

/** Opens a chat whose answer is being written at another door. */
async function growing(backend: Backend) {
  const chat = backend.chats.find(({ title }) => title === 'Position size for TSLA');
  if (!chat) throw new Error('no chat');
  const answer = backend.message(chat.id, 'assistant', 'First.', { state: 'writing' });
  await click(chat.title);
  await screen.findByText('First.');
  const asked = () => backend.calls.filter(({ name }) => name === 'open_chat').length;
  return { chat, answer, asked, at: { chat_id: chat.id, message_id: answer.id } };
}

it('what is typed while the first question is on its way goes along into its chat', async () => {
  const backend = open({ signedIn: true });
  let release = (): void => undefined;
  backend.holds.set('send', new Promise((resolve) => (release = resolve)));
  await ask('What is a stop?');
  await fireEvent.input(await message(), { target: { value: 'What is a stop? And a target?' } });
  release();
  await screen.findByRole('article', { name: 'You' });
  await vi.waitFor(async () => { expect((await message()).value).toBe(' And a target?'); });
});

it('an answer that ends behind another screen leaves its dot until the chat is seen', async () => {
  const backend = open({ signedIn: true, chats: 3 });
  const { chat, answer, at } = await growing(backend);
  await click('Contexts');
  backend.emit({ event: 'ended', chat_id: at.chat_id, message: Object.assign(answer, { state: 'done' }) });
  backend.emit({ event: 'chat', chat: Object.assign(chat, { unseen: 'done', writing: false }) });
  expect(times(backend, 'seen')).toBe(0);
  expect(await screen.findByRole('img', { name: 'New answer' })).toBeTruthy();
  await click('Position size for TSLA');
  await vi.waitFor(() => { expect(screen.queryByRole('img', { name: 'New answer' })).toBeNull(); });
  await vi.waitFor(() => { expect(chat.unseen).toBeNull(); });
});

it('a gap in an answer asks for the chat again, once', async () => {
  const backend = open({ signedIn: true, chats: 3 });
  const { answer, asked, at } = await growing(backend);
  const before = asked();
  answer.blocks = ['First.', 'Second.', 'Third'].map((text) => ({ kind: 'html', html: `<p>${text}</p>` }));
  for (const text of ['Third', 'Third,', 'Third, growing']) {
    backend.emit({ event: 'tail', ...at, index: 2, tail: { kind: 'html', html: `<p>${text}</p>` } });
  }
  expect(await screen.findByText('Second.')).toBeTruthy();
  backend.emit({ event: 'tail', ...at, index: 2, tail: { kind: 'html', html: '<p>Third, whole</p>' } });
  expect(await screen.findByText('Third, whole')).toBeTruthy();
  expect(screen.queryByText('Third')).toBeNull();
  expect(asked()).toBe(before + 1);
});

it('a chat that can’t be asked for again stays readable', async () => {
  const backend = open({ signedIn: true, chats: 3 });
  await growing(backend);
  backend.refusals.set('open_chat', refuse('internal', 'The vault can’t be read.'));
  backend.emit({ event: 'resync' });
  expect(await screen.findByText(/The vault can’t be read/)).toBeTruthy();
  expect(screen.getByText('First.')).toBeTruthy();
  await click('Try again');
  await vi.waitFor(() => { expect(screen.queryByText(/The vault can’t be read/)).toBeNull(); });
  expect(await button('Stop')).toBeTruthy();
});
