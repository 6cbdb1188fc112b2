/** The command palette and the shortcuts: one table of commands, by keyboard alone. */
import { fireEvent, screen, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { fit } from '../../src/lib/ui/fuzzy';
import { COMMANDS, IDS } from '../../src/shell/commands';
import { appearance } from '../../src/settings/appearance.svelte';
import { ask, button, choose, click, last, on, open, section, times, write } from './open';

const field = () => screen.findByRole<HTMLInputElement>('combobox', { name: 'Command, chat or context' });
const options = () => screen.queryAllByRole('option');
const marked = () => options().find((option) => option.getAttribute('aria-selected') === 'true');
const press = (key: string, more: KeyboardEventInit = {}) => fireEvent.keyDown(document.activeElement ?? document.body, { key, ...more });
const ctrl = (key: string, more: KeyboardEventInit = {}) => press(key, { ctrlKey: true, ...more });

async function palette(typed = ''): Promise<HTMLInputElement> {
  await button(/^Account:/);
  await ctrl('k');
  const input = await field();
  await vi.waitFor(() => { expect(document.activeElement).toBe(input); });
  if (typed) await fireEvent.input(input, { target: { value: typed } });
  return input;
}

beforeEach(async () => {
  await appearance.load().catch(() => undefined);
});

describe('the palette', () => {
  it('is a field with a list, and its first option is marked', async () => {
    open({ signedIn: true });
    const input = await palette();
    const list = screen.getByRole('listbox', { name: 'Commands' });
    expect(input.getAttribute('aria-controls')).toBe(list.id);
    expect(input.getAttribute('aria-expanded')).toBe('true');
    expect(marked()?.textContent).toContain('New chat');
    expect(input.getAttribute('aria-activedescendant')).toBe(marked()?.id);
  });

  it('goes through its list with arrows, Home and End', async () => {
    open({ signedIn: true });
    const input = await palette();
    const all = options();
    await press('ArrowDown');
    expect(marked()).toBe(all[1]);
    await press('End');
    expect(marked()).toBe(all.at(-1));
    await press('ArrowDown');
    expect(marked()).toBe(all.at(-1));
    expect(input.getAttribute('aria-activedescendant')).toBe(all.at(-1)?.id);
    await press('Home');
    expect(marked()).toBe(all[0]);
    await press('ArrowUp');
    expect(marked()).toBe(all[0]);
  });

  it('does what Enter chooses, and is gone before that', async () => {
    open({ signedIn: true });
    await palette('contx');
    expect(marked()?.textContent).toContain('Contexts');
    await press('Enter');
    await on('contexts');
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('finds commands by beginnings, parts and other words', async () => {
    open({ signedIn: true });
    const input = await palette();
    for (const [typed, words] of [['nc', 'New chat'], ['zoom in', 'Larger text'], ['log out', 'Sign out'], ['set short', 'Settings: Shortcuts'], ['sidb', 'Hide the sidebar']] as const) {
      await fireEvent.input(input, { target: { value: typed } });
      expect(marked()?.textContent, typed).toContain(words);
    }
  });

  it('Escape closes it and the keyboard goes back to where it was', async () => {
    open({ signedIn: true });
    const message = await screen.findByLabelText('Message');
    message.focus();
    await palette();
    await press('Escape');
    await vi.waitFor(() => { expect(screen.queryByRole('dialog')).toBeNull(); });
    await vi.waitFor(() => { expect(document.activeElement).toBe(message); });
  });

  it('is found in the account menu', async () => {
    open({ signedIn: true });
    await choose(/^Account:/, 'All commands');
    expect(await field()).toBeTruthy();
  });

  it('the keys that show it hide it', async () => {
    open({ signedIn: true });
    await palette();
    await ctrl('k');
    await vi.waitFor(() => { expect(screen.queryByRole('dialog')).toBeNull(); });
  });

  it('an Enter that confirms a candidate chooses nothing', async () => {
    open({ signedIn: true });
    await palette('contexts');
    await press('Enter', { isComposing: true });
    expect(screen.getByRole('dialog')).toBeTruthy();
  });

  it('opens a chat by its title', async () => {
    const backend = open({ signedIn: true, chats: 6 });
    await palette('position');
    const option = await screen.findByRole('option', { name: /Position size for TSLA/ });
    expect(marked()).toBe(option);
    await press('Enter');
    expect(await screen.findByRole('heading', { name: 'Position size for TSLA', level: 1 })).toBeTruthy();
    expect(last(backend, 'search')).toMatchObject({ text: 'position', chat_id: null, skip: 0 });
  });

  it('begins a chat with a context that is offered to new chats', async () => {
    open({ signedIn: true });
    const input = await palette('trend');
    const option = screen.getByRole('option', { name: /New chat with Trend following/ });
    await fireEvent.click(option);
    expect(await screen.findByRole('button', { name: 'Context: Trend following, large caps' })).toBeTruthy();
    expect(input.isConnected).toBe(false);
  });

  it('searches messages for what is typed', async () => {
    open({ signedIn: true, chats: 3 });
    await palette('stays out');
    await press('End');
    expect(marked()?.textContent).toContain('Search messages for “stays out”');
    await press('Enter');
    expect((await screen.findByRole<HTMLInputElement>('combobox', { name: 'Search in all chats' })).value).toBe('stays out');
  });

  it('shows what was used last first', async () => {
    open({ signedIn: true });
    await palette('profile');
    await press('Enter');
    await on('profile');
    await palette();
    expect(within(screen.getByRole('group', { name: 'Used last' })).getAllByRole('option')[0]?.textContent).toContain('Profile');
    expect(screen.getAllByRole('option', { name: /^Profile/ })).toHaveLength(1);
  });

  it('offers only what can be done now', async () => {
    open({ signedIn: true, chats: 3 });
    const input = await palette();
    const names = () => options().map((option) => option.textContent.trim());
    expect(names().some((name) => name.startsWith('Stop the answer'))).toBe(false);
    expect(names().some((name) => name.startsWith('Copy the last code'))).toBe(false);
    expect(names().some((name) => name.startsWith('Settings: Audit log'))).toBe(false);
    await press('Escape');
    await vi.waitFor(() => { expect(input.isConnected).toBe(false); });
    await click('Position size for TSLA');
    await screen.findAllByRole('article', { name: 'Answer' });
    await palette();
    expect(names().some((name) => name.startsWith('Copy the last code'))).toBe(true);
  });

  it('says why something could not be done', async () => {
    const backend = open({ signedIn: true });
    await palette('theme');
    backend.refusals.set('set_appearance', { code: 'not_writable', message: 'The settings can’t be written.', detail: null });
    await press('Enter');
    expect(await screen.findByText('The settings can’t be written.')).toBeTruthy();
  });
});

describe('shortcuts', () => {
  it('every one that is shown does something', async () => {
    open({ signedIn: true });
    await section('Shortcuts');
    const listed = screen.getAllByRole('term').map((term) => term.textContent);
    expect(listed.sort()).toEqual(IDS.filter((id) => COMMANDS[id].keys).map((id) => COMMANDS[id].words).sort());
    expect(screen.getByText('Ctrl+Shift+F')).toBeTruthy();
    expect(screen.getByText('Esc')).toBeTruthy();
  });

  it('no two commands have the same keys', () => {
    const keys = IDS.flatMap((id) => COMMANDS[id].keys ?? []);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('bring the keyboard to the question, from another screen too', async () => {
    open({ signedIn: true });
    const message = await screen.findByLabelText('Message');
    for (const keys of [{ key: 'j', ctrlKey: true }, { key: '/' }]) {
      (await button('New chat')).focus();
      await fireEvent.keyDown(document.activeElement ?? document.body, keys);
      await vi.waitFor(() => { expect(document.activeElement).toBe(message); });
    }
    await ctrl(',');
    await on('settings');
    await fireEvent.keyDown(document.body, { key: 'j', ctrlKey: true });
    await on('chat');
    await vi.waitFor(() => { expect(document.activeElement).toBe(screen.getByLabelText('Message')); });
  });

  it('a stroke that is typed is no shortcut', async () => {
    open({ signedIn: true });
    await write('Message', 'a');
    const message = await screen.findByLabelText('Message');
    message.focus();
    const typed = new KeyboardEvent('keydown', { key: '/', bubbles: true, cancelable: true });
    message.dispatchEvent(typed);
    expect(typed.defaultPrevented).toBe(false);
  });

  it('Ctrl L locks, and does nothing else', async () => {
    const backend = open({ signedIn: true });
    await screen.findByLabelText('Message');
    await ctrl('l');
    await on('locked');
    expect(times(backend, 'lock')).toBe(1);
  });

  it('copy the last code', async () => {
    const backend = open({ signedIn: true, chats: 3 });
    await click('Position size for TSLA');
    const answers = await screen.findAllByRole('article', { name: 'Answer' });
    await ctrl('C', { shiftKey: true });
    await vi.waitFor(() => { expect(times(backend, 'copy_code')).toBe(1); });
    const { block } = last(backend, 'copy_code') as { block: number };
    expect(answers.at(-1)?.querySelector(`figure[data-block="${String(block)}"] pre`)).toBeTruthy();
    expect(await screen.findByText('The last code was copied.')).toBeTruthy();
  });

  it('Escape stops the answer', async () => {
    const backend = open({ signedIn: true, pace: 5 });
    await ask('are you busy');
    await button('Stop');
    await press('Escape');
    expect(times(backend, 'stop')).toBe(1);
  });

  it('do nothing under a dialog', async () => {
    open({ signedIn: true });
    await section('Account');
    await click('Delete account…');
    await screen.findByRole('dialog');
    await ctrl('n');
    await ctrl('k');
    expect(document.body.dataset.screen).toBe('settings');
    expect(screen.queryByRole('combobox')).toBeNull();
  });

  it('count the Latin letter on a keyboard of another script', async () => {
    open({ signedIn: true });
    await button(/^Account:/);
    await ctrl('л', { code: 'KeyK' });
    expect(await field()).toBeTruthy();
  });
});

describe('Escape', () => {
  it('takes away what lies over the screen and leaves the answer alone', async () => {
    const backend = open({ signedIn: true, pace: 5 });
    await ask('are you busy');
    await button('Stop');
    await palette();
    await press('Escape');
    await vi.waitFor(() => { expect(screen.queryByRole('dialog')).toBeNull(); });
    expect(times(backend, 'stop')).toBe(0);
    await press('Escape');
    expect(times(backend, 'stop')).toBe(1);
  });
});

it('what was typed fits a name the better, the more of it is whole words', () => {
  const names = ['Settings: Models', 'Settings: Data', 'Sign out', 'Larger text'];
  const best = (typed: string) => names.map((name) => [fit(name, typed) ?? -1, name] as const).sort(([a], [b]) => b - a)[0]?.[1];
  expect(best('set')).toBe('Settings: Data');
  expect(best('models')).toBe('Settings: Models');
  expect(best('sm')).toBe('Settings: Models');
  expect(best('so')).toBe('Sign out');
  expect(best('lrgr')).toBe('Larger text');
  expect(fit('Sign out', 'xq')).toBeNull();
  expect(fit('Sign out', ' ')).toBe(0);
});
