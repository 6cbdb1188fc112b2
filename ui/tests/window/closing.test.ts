/** What stops answers asks first; chats leave as files and come in. */
import { fireEvent, screen, within } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import { problem, refuse } from '../fake/backend';
import { ask, button, choose, click, confirm, on, open, section, tab, times, write } from './open';

const close = (writing: number, unsaved = 0) => window.dispatchEvent(new CustomEvent('close-asked', { detail: { writing, unsaved } }));

describe('closing the window', () => {
  it('asks while answers are being written, and keeps open', async () => {
    const backend = open({ signedIn: true });
    await button(/^Account:/);
    close(2);
    const dialog = await screen.findByRole('dialog', { name: '2 answers are still being written' });
    expect(dialog.textContent).toContain('Closing stops them. What was written so far is kept, and they can go on the next time.');
    await confirm('2 answers are still being written', 'Keep open');
    await vi.waitFor(() => { expect(screen.queryByRole('dialog')).toBeNull(); });
    expect(backend.calls.filter(({ name }) => name === 'close_window')).toEqual([{ name: 'close_window', request: { on: false } }]);
  });

  it('closes when that is said, also from the lock', async () => {
    const backend = open({ people: ['ada'] });
    await button('Sign in');
    close(1);
    await confirm('1 answer is still being written', 'Close');
    await vi.waitFor(() => {
      expect(backend.calls.filter(({ name }) => name === 'close_window')).toEqual([{ name: 'close_window', request: { on: true } }]);
    });
  });

  it('says why it was refused', async () => {
    const backend = open({ signedIn: true });
    await button(/^Account:/);
    backend.refusals.set('close_window', refuse('internal', 'The window can’t be closed.'));
    close(0);
    expect(await screen.findByText('The window can’t be closed.')).toBeTruthy();
  });
});

describe('signing out', () => {
  it('counts what is written in chats that were never looked at', async () => {
    open({ signedIn: true }, (backend) => {
      const chat = backend.chat('In a terminal');
      for (let i = 0; i < 2; i += 1) backend.message(chat.id, 'assistant', '', { state: 'writing' });
    });
    await choose(/^Account:/, 'Sign out');
    const dialog = await screen.findByRole('dialog', { name: '2 answers are still being written' });
    expect(dialog.textContent).toContain('Signing out stops them.');
  });

  it('doesn’t wait for a core that can’t tell', async () => {
    const backend = open({ signedIn: true, pace: 5 });
    await ask('are you busy');
    await button('Stop');
    backend.refusals.set('answers_at_stake', refuse('internal', 'Something went wrong.'));
    await choose(/^Account:/, 'Sign out');
    await on('sign-in');
  });

  it('asks while an answer is being written', async () => {
    const backend = open({ signedIn: true, pace: 5 });
    await ask('are you busy');
    await button('Stop');
    await choose(/^Account:/, 'Sign out');
    const dialog = await screen.findByRole('dialog', { name: '1 answer is still being written' });
    expect(dialog.textContent).toContain('Signing out stops it.');
    await confirm('1 answer is still being written', 'Stay');
    await vi.waitFor(() => { expect(screen.queryByRole('dialog')).toBeNull(); });
    expect(times(backend, 'sign_out')).toBe(0);
    await choose(/^Account:/, 'Switch user');
    await confirm('1 answer is still being written', 'Switch user');
    await on('sign-in');
    expect(times(backend, 'lock')).toBe(1);
  });

  it('asks nothing otherwise', async () => {
    open({ signedIn: true, chats: 3 });
    await choose(/^Account:/, 'Sign out');
    await on('sign-in');
  });
});

describe('locking', () => {
  const lock = () => fireEvent.keyDown(document.body, { key: 'l', ctrlKey: true });

  it('waits for nothing, not even for an answer that is being written', async () => {
    const backend = open({ signedIn: true, pace: 5 });
    await ask('are you busy');
    await button('Stop');
    await lock();
    // The keys are pressed twice.
    await lock();
    await on('locked');
    expect(times(backend, 'lock')).toBe(1);
  });

  it('asks when it would lose an answer that the disk doesn’t take', async () => {
    const backend = open({ signedIn: true }, (made) => {
      made.message(made.chat('Full').id, 'assistant', 'Every word.', { state: 'failed', problem: problem('not_saved', 'This answer isn’t saved.', { advice: ['make_room'] }) });
    });
    await button(/^Account:/);
    await lock();
    const dialog = await screen.findByRole('dialog', { name: '1 answer isn’t saved' });
    expect(dialog.textContent).toContain('Locking now loses what isn’t saved');
    await confirm('1 answer isn’t saved', 'Don’t lock');
    await vi.waitFor(() => { expect(screen.queryByRole('dialog')).toBeNull(); });
    expect(times(backend, 'lock')).toBe(0);
    close(2, 1);
    await confirm('1 answer isn’t saved', 'Keep open');
    await click('Full');
    expect(await screen.findByText('This answer isn’t saved.')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull();
  });

  it('asks when it would lose what was typed', async () => {
    const backend = open({ signedIn: true });
    await button(/^Account:/);
    backend.refusals.set('save_draft', refuse('disk_full', 'The disk is full.'));
    await write('Message', 'half a thought');
    await lock();
    await confirm('What you typed can’t be saved', 'Don’t lock');
    await vi.waitFor(() => { expect(screen.queryByRole('dialog')).toBeNull(); });
    await lock();
    await on('locked');
    expect(backend.talks.drafts.map(({ text }) => text)).toEqual(['half a thought']);
  });
});

describe('chats as files', () => {
  it('leave, and it is said where they went', async () => {
    const backend = open({ signedIn: true });
    await section('Data');
    let release = (): void => undefined;
    backend.holds.set('export_chats', new Promise((resolve) => (release = resolve)));
    await click('Export all chats…');
    expect((await button('Export all chats…')).getAttribute('aria-busy')).toBe('true');
    expect((await button('Import chats…')).getAttribute('aria-disabled')).toBe('true');
    release();
    expect(await screen.findByText('/home/ada/Documents/algoagent-chats.zip')).toBeTruthy();
    expect((await button('Export all chats…')).getAttribute('aria-busy')).toBe('false');
  });

  it('show how far they are on their way out, and can be given up', async () => {
    const backend = open({ signedIn: true }, ({ house }) => {
      house.work = { kind: 'export', step: 'Exporting chats', done: 30, total: 120 };
    });
    await section('Data');
    let release = (): void => undefined;
    backend.holds.set('export_chats', new Promise((resolve) => (release = resolve)));
    await click('Export all chats…');
    const bar = await screen.findByRole('progressbar', { name: 'Exporting chats' });
    expect(bar.closest('.work')?.textContent).toContain('25');
    await click('Cancel');
    await vi.waitFor(() => { expect(times(backend, 'cancel_work')).toBe(1); });
    backend.refusals.set('export_chats', refuse('cancelled', 'It was cancelled.'));
    release();
    await vi.waitFor(async () => { expect((await button('Export all chats…')).getAttribute('aria-busy')).toBe('false'); });
    expect(screen.queryByText(/were exported|It was cancelled/)).toBeNull();
  });

  it('come in, and it is said how many', async () => {
    open({ signedIn: true });
    await section('Data');
    await click('Import chats…');
    expect(await screen.findByText('12 chats with 340 messages came in. 3 were here already.')).toBeTruthy();
  });

  it('that could not be taken are listed with why', async () => {
    open({ signedIn: true }, ({ search }) => (search.imported = { chats: 0, messages: 0, known: 1, refused: ['“RSI”: its messages have no order.', 'Line 7: no chat.'], cancelled: false }));
    await section('Data');
    await click('Import chats…');
    expect(await screen.findByText('1 was here already. 2 chats could not be taken:')).toBeTruthy();
    const list = screen.getByRole('list', { name: 'Chats that could not be taken' });
    expect(within(list).getAllByRole('listitem').map((item) => item.textContent)).toEqual(['“RSI”: its messages have no order.', 'Line 7: no chat.']);
  });

  it('show how far it is, and can be given up: what came in before stays', async () => {
    const backend = open({ signedIn: true }, ({ house, search }) => {
      house.work = { kind: 'import', step: 'Importing chats', done: 30, total: 120 };
      search.imported = { chats: 2, messages: 9, known: 0, refused: [], cancelled: true };
    });
    await section('Data');
    let release = (): void => undefined;
    backend.holds.set('import_chats', new Promise((resolve) => (release = resolve)));
    await click('Import chats…');
    const bar = await screen.findByRole('progressbar', { name: 'Importing chats' });
    expect(bar.closest('.work')?.textContent).toContain('25');
    await click('Cancel');
    await vi.waitFor(() => { expect(times(backend, 'cancel_work')).toBe(1); });
    release();
    expect(await screen.findByText('2 chats with 9 messages came in. Then it was cancelled; they stay.')).toBeTruthy();
  });

  it('go on when their screen is left, and say what came of it on the return, once', async () => {
    const backend = open({ signedIn: true }, ({ search, house }) => {
      house.work = { kind: 'import', step: 'Importing chats', done: 30, total: 120 };
      search.imported = { chats: 1, messages: 2, known: 0, refused: ['“RSI”: its messages have no order.'], cancelled: false };
    });
    await section('Data');
    let release = (): void => undefined;
    backend.holds.set('import_chats', new Promise((resolve) => (release = resolve)));
    await click('Import chats…');
    await tab('Appearance');
    await tab('Data');
    expect(await screen.findByRole('progressbar', { name: 'Importing chats' })).toBeTruthy();
    await tab('Appearance');
    release();
    await new Promise((resolve) => setTimeout(resolve, 10));
    await tab('Data');
    expect(await screen.findByText('1 chat with 2 messages came in. 1 chat could not be taken:')).toBeTruthy();
    expect(screen.getByText('“RSI”: its messages have no order.')).toBeTruthy();
    await tab('Appearance');
    await tab('Data');
    await button('Import chats…');
    expect(screen.queryByText(/came in/)).toBeNull();
  });

  it('say nothing when the person cancels', async () => {
    open({ signedIn: true }, ({ search }) => (search.imported = null));
    await section('Data');
    await click('Import chats…');
    await vi.waitFor(async () => { expect((await button('Import chats…')).getAttribute('aria-busy')).toBe('false'); });
    expect(screen.queryByText(/came in|no chat in it/)).toBeNull();
  });
});
