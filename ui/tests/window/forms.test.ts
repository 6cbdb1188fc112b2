import { fireEvent, screen, within } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import { refuse, type Backend } from '../fake/backend';
import { ask, button, choose, click, open, tab, write } from './open';

const last = (backend: Backend, name: string) => backend.calls.findLast((call) => call.name === name)?.request;

async function menu(item: string): Promise<void> {
  const account = await button(/^Account:/);
  await fireEvent.pointerDown(account, { button: 0 });
  await fireEvent.keyDown(account, { key: 'Enter' });
  await fireEvent.click(await screen.findByRole('menuitem', { name: new RegExp(`^${item}`) }));
}

describe('contexts', () => {
  it('are created with a name, instructions and data', async () => {
    const backend = open({ signedIn: true });
    await click('Contexts');
    await click('New context');
    await click(/^Blank/);
    await write('Name', 'Pairs');
    await write('Instructions', 'Only pairs of one sector.');
    await tab('JSON');
    await write('JSON text', '{"type": "pairs"}');
    await click('Save');
    await vi.waitFor(() => {
      expect(last(backend, 'create_context')).toEqual({ name: 'Pairs', instructions: 'Only pairs of one sector.', data: { type: 'pairs' }, active: true, model: null });
    });
    expect(await screen.findByRole('button', { name: /^Pairs/ })).toBeTruthy();
  });

  it('are not saved while their data is no JSON object', async () => {
    open({ signedIn: true });
    await click('Contexts');
    await tab('JSON');
    await write('JSON text', '[1]');
    expect(await screen.findByText(/This is not a JSON object/, {}, { timeout: 3000 })).toBeTruthy();
    expect((await button('Save')).hasAttribute('disabled')).toBe(true);
  });

  it('that were changed hold the person back once', async () => {
    open({ signedIn: true });
    await click('Contexts');
    await write('Name', 'Changed');
    await click('New chat');
    const dialog = await screen.findByRole('dialog', { name: 'Leave without saving?' });
    await fireEvent.click(within(dialog).getByRole('button', { name: 'Cancel' }));
    expect(document.body.dataset.screen).toBe('contexts');
    await click('New chat');
    await click('Leave');
    await vi.waitFor(() => { expect(document.body.dataset.screen).toBe('chat'); });
  });

  it('are deleted only after a question that names them', async () => {
    const backend = open({ signedIn: true });
    await click('Contexts');
    await choose('Options of this context', 'Delete context');
    const dialog = await screen.findByRole('dialog', { name: 'Delete “Trend following, large caps”?' });
    await fireEvent.click(within(dialog).getByRole('button', { name: 'Delete' }));
    await vi.waitFor(() => { expect(last(backend, 'delete_context')).toEqual({ context_id: 1 }); });
  });
});

describe('a context that was written', () => {
  it('stays open, says that it is saved, and begins a chat that is linked to it', async () => {
    const backend = open({ signedIn: true });
    await click('Contexts');
    await click('New context');
    await click(/^Blank/);
    await write('Name', 'Pairs');
    await click('Save');
    expect(await screen.findByText('Saved')).toBeTruthy();
    expect(await screen.findByText(/^Choose it above the message field/)).toBeTruthy();
    expect((await button('Save')).getAttribute('aria-disabled')).toBe('true');
    await click('Start a chat with it');
    expect(await button('Context: Pairs')).toBeTruthy();
    await ask('Which pairs?');
    await vi.waitFor(() => { expect(last(backend, 'send')).toMatchObject({ chat_id: null, context_id: backend.contexts[0]?.id }); });
  });
});

describe('the profile', () => {
  it('counts a symbol that is still in the field', async () => {
    const backend = open({ signedIn: true });
    await menu('Profile');
    await write('Symbols', 'nvda');
    await click('Save');
    await vi.waitFor(() => { expect(last(backend, 'update_profile')).toMatchObject({ symbols: ['AAPL', 'GOOGL', 'MSFT', 'TSLA', 'NVDA'] }); });
    expect(await screen.findByText('Saved')).toBeTruthy();
  });

  it('is stored in fractions, with the parameters that have no field', async () => {
    const backend = open({ signedIn: true });
    await menu('Profile');
    await write('Stop loss', '3.5');
    await click('Save');
    await vi.waitFor(() => {
      expect(last(backend, 'update_profile')).toMatchObject({ risk_parameters: { stop_loss_pct: 0.035, kelly_fraction: 0.25 } });
    });
  });

  it('takes a pasted list of symbols', async () => {
    const backend = open({ signedIn: true });
    await menu('Profile');
    await fireEvent.paste(await screen.findByLabelText('Symbols'), { clipboardData: { getData: () => 'nvda, amd;AAPL' } });
    await click('Save');
    await vi.waitFor(() => {
      expect(last(backend, 'update_profile')).toMatchObject({ symbols: ['AAPL', 'GOOGL', 'MSFT', 'TSLA', 'NVDA', 'AMD'] });
    });
  });
});

it('signing out that fails says so and stays', async () => {
  const backend = open({ signedIn: true });
  backend.refusals.set('sign_out', refuse('internal', 'Signing out failed. Try again.'));
  await menu('Sign out');
  expect(await screen.findByText('Signing out failed. Try again.')).toBeTruthy();
  expect(document.body.dataset.screen).toBe('chat');
});

it.each([
  ['Profile', 'profile', () => screen.findByLabelText('Goals')],
  ['Contexts', 'contexts', () => screen.findByLabelText('Instructions')],
  ['Settings', 'model_settings', () => screen.findByRole('radiogroup', { name: 'Which model answers' })],
])('the screen %s that could not be loaded says so and tries again', async (name, command, found) => {
  const fault = refuse('internal', 'It can’t be read.');
  const backend = open();
  backend.refusals.set(command, fault);
  await write('Password', 'correct horse battery');
  await click('Sign in');
  await button(/^Account:/);
  await vi.waitFor(() => { expect(backend.refusals.size).toBe(0); });
  backend.refusals.set(command, fault);
  await (name === 'Contexts' ? click(name) : menu(name));
  const main = within(screen.getByRole('main'));
  expect(await main.findByText('It can’t be read.')).toBeTruthy();
  backend.refusals.clear();
  await fireEvent.click(await main.findByRole('button', { name: 'Try again' }));
  expect(await found()).toBeTruthy();
});
