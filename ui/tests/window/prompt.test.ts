/** What the model sees. */
import { fireEvent, screen, within } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import { refuse } from '../fake/backend';
import { button, click, last, open, write } from './open';

const dialog = async () => within(await screen.findByRole('dialog', { name: 'What the model sees' }));

it('is the prompt of a new chat, with what is typed and the context that is chosen', async () => {
  const backend = open({ signedIn: true });
  await fireEvent.click(await button('Context: No context'));
  await click('Trend following, large caps');
  await write('Message', 'What is a stop?');
  await fireEvent.click(await button('Context: Trend following, large caps'));
  await click('What the model sees…');
  const shown = await dialog();
  expect(await shown.findByText('Gemini 3.8 Flash · about 4,210 of 1,000,000 tokens')).toBeTruthy();
  expect(last(backend, 'prompt')).toEqual({ chat_id: null, context_id: 1, model: null, text: 'What is a stop?' });
  expect(shown.getByRole('region', { name: 'System prompt' }).textContent).toContain('## The context of this chat: Trend following, large caps');
  expect(shown.getByRole('region', { name: 'You, not sent yet' }).textContent).toContain('What is a stop?');
});

it('shows the turns of a chat, folds long ones and says what is missing', async () => {
  const backend = open({ signedIn: true, chats: 1 });
  backend.written.prompt = { left_out: 3, limit: null };
  await click('Momentum on AAPL with a 2 % stop');
  await screen.findByRole('article', { name: 'You' });
  await click('What the model sees');
  const shown = await dialog();
  expect(await shown.findByText('Gemini 3.8 Flash · about 4,210 tokens')).toBeTruthy();
  expect(shown.getByText('The first 3 messages are left out, because the model’s window is small.')).toBeTruthy();
  expect(shown.getByRole('region', { name: 'You' })).toBeTruthy();
  const answer = within(shown.getByRole('region', { name: 'Answer' }));
  expect(answer.queryByText(/wider stop from/)).toBeNull();
  await fireEvent.click(answer.getByRole('button', { name: 'Show all of it' }));
  expect(answer.getByText(/wider stop from/)).toBeTruthy();
});

it('says how much would be summarised first', async () => {
  const backend = open({ signedIn: true });
  backend.written.prompt = { to_summarise: 212 };
  await click('What the model sees');
  expect(await screen.findByText(/^The first 212 messages would be summarised first/)).toBeTruthy();
  expect(await screen.findByText('No messages yet, and nothing is typed.')).toBeTruthy();
});

it('that can’t be put together says so and is asked for again', async () => {
  const backend = open({ signedIn: true });
  await button(/^Account:/);
  backend.refusals.set('prompt', refuse('internal', 'It can’t be read.'));
  await click('What the model sees');
  const shown = await dialog();
  expect(await shown.findByText('It can’t be read.')).toBeTruthy();
  await fireEvent.click(shown.getByRole('button', { name: 'Try again' }));
  expect(await shown.findByRole('region', { name: 'System prompt' })).toBeTruthy();
  await fireEvent.click(shown.getByRole('button', { name: 'Close' }));
  expect(screen.queryByRole('dialog')).toBeNull();
});
