/** A form that wasn't saved outlives a lock and the program, and is there again when it is opened. */
import { fireEvent, screen, within } from '@testing-library/svelte';
import { expect, it, vi } from 'vitest';
import { refuse, type Backend } from '../fake/backend';
import { button, choose, click, confirm, last, on, open, PASSWORD, restart, tab, times, write } from './open';

/** A new context as it was written down. */
const OLD = JSON.stringify({ format: 1, base: null, typed: { name: 'Old', instructions: '', active: true, model: null, data: { value: {}, json: null, indicators: '', universe: '', constraints: { known: {}, own: [] } } } });
const value = async (label: string) => (await screen.findByLabelText<HTMLTextAreaElement>(label)).value;
const places = (backend: Backend) => backend.talks.drafts.map(({ at }) => at);
/** Locks the window, does something meanwhile, and comes back. */
async function lock(meanwhile: () => void): Promise<void> {
  await fireEvent.keyDown(document.body, { key: 'l', ctrlKey: true });
  await on('locked');
  meanwhile();
  await write('Password', PASSWORD);
  await click('Unlock');
  await on('chat');
}

it('a new context, whole, until it is saved', async () => {
  const backend = open({ signedIn: true });
  await click('Contexts');
  await click('New context');
  await click(/^Blank/);
  await write('Name', 'Pairs');
  await write('Instructions', 'Only pairs of one sec');
  await write('Indicators', 'zsco');
  await write('Universe', 'sp');
  await write('Stop loss', '2.');
  await lock(() => { expect(places(backend)).toEqual(['context']); });
  expect(await screen.findByText('What you typed into a new context isn’t saved yet.')).toBeTruthy();
  await click('Open it');
  await on('contexts');
  expect(await screen.findByText(/You typed this earlier, and it isn’t saved yet\./)).toBeTruthy();
  expect(screen.queryByText(/was changed since then/)).toBeNull();
  expect(await Promise.all(['Name', 'Instructions', 'Indicators', 'Universe', 'Stop loss'].map(value))).toEqual(['Pairs', 'Only pairs of one sec', 'zsco', 'sp', '2.']);
  await write('Universe', 'spy');
  await write('Stop loss', '2.5');
  await click('Save');
  await vi.waitFor(() => {
    expect(last(backend, 'create_context')).toMatchObject({ name: 'Pairs', data: { indicators: ['zsco'], universe: ['SPY'], constraints: { stop_loss_pct: 0.025 } } });
  });
  await vi.waitFor(() => { expect(places(backend)).toEqual([]); });
  expect(screen.queryByText(/You typed this earlier/)).toBeNull();
  await write('Name', 'Pairs and more');
  expect(screen.queryByText(/You typed this earlier/)).toBeNull();
});

it('a context that was changed elsewhere since then, and says so', async () => {
  const backend = open({ signedIn: true });
  await click('Contexts');
  await tab('JSON');
  await write('JSON text', '{"type": ');
  await write('Instructions', 'Half a sent');
  const [context] = backend.contexts;
  if (!context) throw new Error('no context');
  await lock(() => Object.assign(context, { version: context.version + 1, instructions: 'Written elsewhere.' }));
  expect(await screen.findByText(`What you typed into the context “${context.name}” isn’t saved yet.`)).toBeTruthy();
  await click('Contexts');
  expect(within(await button(new RegExp(`^${context.name}`))).getByText('Not saved')).toBeTruthy();
  expect(await screen.findByText(/The context was changed since then: saving replaces that\./)).toBeTruthy();
  expect(await value('Instructions')).toBe('Half a sent');
  await tab('JSON');
  expect(await value('JSON text')).toBe('{"type": ');
  await click('Discard');
  expect(await value('Instructions')).toBe('Written elsewhere.');
  expect(screen.queryByText(/You typed this earlier|Not saved/)).toBeNull();
  await vi.waitFor(() => { expect(places(backend)).toEqual([]); });
});

it('what is typed while the form is being saved', async () => {
  const backend = open({ signedIn: true });
  await click('Contexts');
  await click('New context');
  await click(/^Blank/);
  await write('Name', 'Pairs');
  let release = (): void => undefined;
  backend.holds.set('create_context', new Promise((resolve) => (release = resolve)));
  await click('Save');
  await write('Instructions', 'And more.');
  release();
  await vi.waitFor(() => { expect(times(backend, 'create_context')).toBe(1); });
  const id = () => backend.contexts.find(({ name }) => name === 'Pairs')?.id;
  await vi.waitFor(() => { expect(backend.talks.drafts.map((draft) => 'context_id' in draft && draft.context_id)).toEqual([id()]); });
  expect(await value('Instructions')).toBe('And more.');
  expect((await button('Save')).getAttribute('aria-disabled')).not.toBe('true');
  await click('Save');
  await vi.waitFor(() => { expect(last(backend, 'update_context')).toMatchObject({ draft: { instructions: 'And more.' } }); });
  await vi.waitFor(() => { expect(places(backend)).toEqual([]); });
});

it('a new one that is emptied stays open', async () => {
  const backend = open({ signedIn: true }, ({ talks }) => talks.drafts.push({ at: 'context', context_id: null, text: OLD }));
  backend.contexts = [];
  await click('Contexts');
  expect(await value('Name')).toBe('Old');
  await write('Name', '');
  await vi.waitFor(() => { expect(places(backend)).toEqual([]); });
  expect(await value('Name')).toBe('');
});

it('says so when what was typed earlier can’t be read, and writes nothing over it', async () => {
  const backend = open({ signedIn: true }, ({ talks, refusals }) => {
    talks.drafts.push({ at: 'profile', text: 'something' });
    refusals.set('drafts', refuse('internal', 'They can’t be read.'));
  });
  await choose(/^Account:/, 'Profile');
  expect(await screen.findByText('They can’t be read.')).toBeTruthy();
  expect(screen.queryByLabelText('Goals')).toBeNull();
  await click('Try again');
  expect(await value('Goals')).toBe('Steady growth with few trades and no sleepless nights.');
  expect(places(backend)).toEqual(['profile']);
});

it('a new one that isn’t wanted after all', async () => {
  const backend = open({ signedIn: true }, ({ talks }) => {
    talks.drafts.push({ at: 'context', context_id: null, text: OLD });
  });
  await click('Contexts');
  await click('New context');
  expect(await value('Name')).toBe('Old');
  await click('Discard');
  await button(/^Blank/);
  await vi.waitFor(() => { expect(places(backend)).toEqual([]); });
});

it('the profile, with a number that can’t be read', async () => {
  const backend = open({ signedIn: true });
  await choose(/^Account:/, 'Profile');
  await write('Goals', 'Sleep we');
  await write('Symbols', 'nv');
  await write('Stop loss', 'tw');
  await fireEvent(window, new Event('pagehide'));
  expect(places(backend)).toEqual(['profile']);
  restart();
  expect(await screen.findByText('What you typed into your profile isn’t saved yet.')).toBeTruthy();
  await choose(/^Account:/, 'Profile');
  expect(await Promise.all(['Goals', 'Symbols', 'Stop loss'].map(value))).toEqual(['Sleep we', 'nv', 'tw']);
  await click('Discard');
  expect(await value('Goals')).toBe('Steady growth with few trades and no sleepless nights.');
  await vi.waitFor(() => { expect(places(backend)).toEqual([]); });
});

it('but not what the person left on purpose, nor what an older program can’t have written', async () => {
  const backend = open({ signedIn: true }, ({ talks }) => talks.drafts.push({ at: 'profile', text: '{"format": 0}' }));
  await click('Contexts');
  await write('Name', 'Changed');
  await vi.waitFor(() => { expect(places(backend)).toContain('context'); });
  await click('New chat');
  await confirm('Leave without saving?', 'Leave');
  await vi.waitFor(() => { expect(places(backend)).toEqual(['profile']); });
  await choose(/^Account:/, 'Profile');
  expect(await value('Goals')).toBe('Steady growth with few trades and no sleepless nights.');
});

it('signing out asks nothing of it', async () => {
  const backend = open({ signedIn: true });
  await click('Contexts');
  await write('Name', 'Changed');
  await choose(/^Account:/, 'Sign out');
  await on('sign-in');
  expect(places(backend)).toEqual(['context']);
});
