/** Versions of questions and answers, and the ways between them. */
import { fireEvent, screen, within } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import { refuse, type Backend } from '../fake/backend';
import { ask, button, click, last, open, restart, times, write } from './open';

const questions = () => screen.queryAllByRole('article', { name: 'You' });
const answers = () => screen.queryAllByRole('article', { name: 'Answer' });
const composer = () => screen.findByLabelText<HTMLTextAreaElement>('Message');
const shown = () => [...questions(), ...answers()].map(({ textContent }) => textContent);
const of = (article: HTMLElement | undefined, name: string) => within(article ?? document.body).getByRole('button', { name });

function ended(count: number): Promise<void> {
  return vi.waitFor(() => {
    expect(answers()).toHaveLength(count);
    for (const answer of answers()) expect(answer.dataset.state).toBe('done');
  });
}

const editor = () => screen.findByLabelText<HTMLTextAreaElement>('Edit question', { selector: 'textarea' });

async function edit(nth: number, text: string): Promise<HTMLElement> {
  await fireEvent.click(of(questions()[nth], 'Edit question'));
  const field = await screen.findByLabelText('Edit question', { selector: 'textarea' });
  await fireEvent.input(field, { target: { value: text } });
  return field;
}

/** A chat of two questions. */
async function talk(): Promise<Backend> {
  const backend = open({ signedIn: true });
  await ask('First?');
  await ended(1);
  await ask('Second?');
  await ended(2);
  return backend;
}

describe('a question in other words', () => {
  it('is answered on a branch of its own, and the old one is a step away', async () => {
    await talk();
    const field = await edit(0, 'First, better?');
    expect(screen.getByText('The old question and its answers stay, on a branch of their own.')).toBeTruthy();
    await fireEvent.keyDown(field, { key: 'Enter' });
    await ended(1);
    expect(questions().map(({ textContent }) => textContent)).toEqual([expect.stringContaining('First, better?')]);
    expect(document.activeElement).toBe(await composer());
    expect(within(questions()[0] ?? document.body).getByRole('img', { name: 'Version 2 of 2' }).textContent).toBe('2/2');

    of(questions()[0], 'Previous version').focus();
    await fireEvent.click(of(questions()[0], 'Previous version'));
    await ended(2);
    expect(shown().join()).toContain('Second?');
    expect(within(questions()[0] ?? document.body).getByRole('img', { name: 'Version 1 of 2' })).toBeTruthy();
    const previous = of(questions()[0], 'Previous version');
    expect(document.activeElement).toBe(previous);
    expect(previous.getAttribute('aria-disabled')).toBe('true');
    await fireEvent.click(of(questions()[0], 'Next version'));
    await vi.waitFor(() => { expect(shown().join()).toContain('First, better?'); });
  });

  it('breaks lines with Shift, and confirms no candidate', async () => {
    const backend = await talk();
    const field = await edit(0, 'Other');
    await fireEvent.keyDown(field, { key: 'Enter', shiftKey: true });
    await fireEvent.keyDown(field, { key: 'Enter', isComposing: true });
    await fireEvent.keyDown(field, { key: 'Enter', keyCode: 229 });
    expect(times(backend, 'edit')).toBe(0);
    // Saved here, not over the next test's core.
    await vi.waitFor(() => { expect(backend.talks.drafts).toHaveLength(1); });
  });

  it('is put away with Escape, kept, and there again when it is opened anew', async () => {
    const backend = await talk();
    const field = await edit(1, 'Other');
    await fireEvent.keyDown(field, { key: 'Escape' });
    expect(questions()[1]?.textContent).toContain('Second?');
    const pencil = () => of(questions()[1], 'Go on editing the question');
    await vi.waitFor(() => { expect(document.activeElement).toBe(pencil()); });
    await vi.waitFor(() => { expect(backend.talks.drafts.map(({ text }) => text)).toEqual(['Other']); });
    // Another visit in the same session leaves it put away; the program's next start shows it.
    await click('New chat');
    await click('First?');
    await ended(2);
    expect(screen.queryByLabelText('Edit question', { selector: 'textarea' })).toBeNull();
    await fireEvent.click(pencil());
    expect((await editor()).value).toBe('Other');
    expect(times(backend, 'edit')).toBe(0);
    restart();
    await click('First?');
    expect((await editor()).value).toBe('Other');
  });

  it('is forgotten by whoever discards it', async () => {
    const backend = await talk();
    await edit(1, 'Other');
    await vi.waitFor(() => { expect(backend.talks.drafts).toHaveLength(1); });
    await click('Discard');
    await vi.waitFor(() => { expect(backend.talks.drafts).toEqual([]); });
    await fireEvent.click(of(questions()[1], 'Edit question'));
    expect((await editor()).value).toBe('Second?');
    expect(screen.queryByRole('button', { name: 'Discard' })).toBeNull();
    await click('Cancel');
    await vi.waitFor(() => { expect(document.activeElement).toBe(of(questions()[1], 'Edit question')); });
  });

  it('is forgotten by whoever empties it, and stays open meanwhile', async () => {
    const backend = await talk();
    await edit(1, 'Half a thought');
    await vi.waitFor(() => { expect(backend.talks.drafts).toHaveLength(1); });
    restart();
    await click('First?');
    const field = await editor();
    expect(field.value).toBe('Half a thought');
    await fireEvent.input(field, { target: { value: '' } });
    await vi.waitFor(() => { expect(backend.talks.drafts).toEqual([]); });
    expect(screen.getByLabelText('Edit question', { selector: 'textarea' })).toBe(field);
    await fireEvent.keyDown(field, { key: 'Escape' });
    await fireEvent.click(of(questions()[1], 'Edit question'));
    expect((await editor()).value).toBe('Second?');
  });

  it('that is refused stays in its field', async () => {
    const backend = await talk();
    await edit(0, 'Other');
    backend.refusals.set('edit', refuse('disk_full', 'The disk is full.'));
    await fireEvent.click(of(questions()[0], 'Send'));
    expect(await screen.findByText('The disk is full.')).toBeTruthy();
    expect(screen.getByLabelText<HTMLTextAreaElement>('Edit question', { selector: 'textarea' }).value).toBe('Other');
  });

  it('isn’t offered for what only lets an answer go on', async () => {
    const backend = open({ signedIn: true, chats: 1 });
    const chat = backend.chats[0];
    backend.message(chat?.id ?? 0, 'user', 'Go on.', { goes_on: true });
    backend.message(chat?.id ?? 0, 'assistant', 'More.');
    await click(chat?.title ?? '');
    await ended(2);
    expect(screen.getAllByRole('button', { name: 'Edit question' })).toHaveLength(1);
  });
});

describe('another answer', () => {
  it('to an earlier question makes a version of it, and what followed is a step away', async () => {
    const backend = await talk();
    await fireEvent.click(of(answers()[0], 'Another answer'));
    await ended(1);
    expect(questions()).toHaveLength(1);
    expect(last(backend, 'try_again')).toEqual({ message_id: Number(answers()[0]?.dataset.messageId) - 3 });
    expect(screen.getByRole('img', { name: 'Version 2 of 2' })).toBeTruthy();
    expect(document.activeElement).toBe(await composer());
    await click('Previous version');
    await ended(2);
    expect(shown().join()).toContain('Second?');
  });

  it('is refused while one is written, with the reason', async () => {
    const backend = open({ signedIn: true, pace: 5 });
    await ask('First?');
    await ended(1);
    await ask('are you busy');
    await button('Stop');
    const again = of(answers()[0], 'Another answer');
    expect(again.getAttribute('aria-disabled')).toBe('true');
    expect(again.title).toBe('An answer is being written. Stop it or wait.');
    await fireEvent.click(again);
    expect(times(backend, 'try_again')).toBe(0);
    await click('Stop');
  });

  it('that is written on another branch asks for nothing again and again', async () => {
    const backend = open({ signedIn: true, pace: 5 });
    await ask('First?');
    await ended(1);
    await fireEvent.click(of(answers()[0], 'Another answer'));
    await button('Stop');
    const before = times(backend, 'open_chat');
    await fireEvent.click(await within(screen.getAllByRole('article', { name: 'You' })[0] ?? document.body).findByRole('button', { name: 'Copy message' }));
    await vi.waitFor(() => { expect(answers().at(-1)?.dataset.state).toBe('done'); }, 4000);
    expect(times(backend, 'open_chat')).toBe(before);
  });
});

it('an answer is copied as Markdown or as text, a question as it was typed', async () => {
  const backend = await talk();
  const answer = answers()[1];
  const message_id = Number(answer?.dataset.messageId);
  await fireEvent.click(of(answer, 'Copy message'));
  await vi.waitFor(() => { expect(last(backend, 'copy_message')).toEqual({ message_id, form: 'markdown' }); });
  of(answer, 'Copy as text').focus();
  await fireEvent.click(of(answer, 'Copy as text'));
  await vi.waitFor(() => { expect(last(backend, 'copy_message')).toEqual({ message_id, form: 'text' }); });
  expect(within(questions()[0] ?? document.body).queryByRole('button', { name: 'Copy as text' })).toBeNull();
  expect(of(questions()[0], 'Copy message')).toBeTruthy();
});

it('a fork from a message opens a chat of its own', async () => {
  const backend = await talk();
  await fireEvent.click(of(answers()[0], 'Fork into a new chat from here'));
  expect(await screen.findByRole('heading', { level: 1, name: 'First? (fork)' })).toBeTruthy();
  await ended(1);
  expect(last(backend, 'open_chat')).toMatchObject({ before: null, after: null });
  expect(document.activeElement).toBe(await composer());
});

it('what was typed in a question that is changed stands open in its next visit', async () => {
  const backend = await talk();
  await edit(0, 'Half a thought');
  await click('New chat');
  await vi.waitFor(() => { expect(backend.talks.drafts.map(({ text }) => text)).toEqual(['Half a thought']); });
  await click('First?');
  expect((await screen.findByLabelText<HTMLTextAreaElement>('Edit question', { selector: 'textarea' })).value).toBe('Half a thought');
  await write('Message', 'x');
  await fireEvent.click(of(questions()[0], 'Send'));
  await ended(1);
  expect(backend.talks.drafts.filter(({ at }) => at === 'question')).toEqual([]);
});
