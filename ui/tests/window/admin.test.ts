/** What an administrator sees and does. */
import { fireEvent, screen, within } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import { refuse } from '../fake/backend';
import { button, choose, click, confirm, last, open, section, times, write } from './open';

const admin = { signedIn: true, administrator: true, people: ['ada', 'grace'] };
const row = async (name: RegExp) => screen.findByRole('row', { name });

it('only administrators see the accounts and the audit log', async () => {
  open({ signedIn: true });
  await section('Account');
  expect(screen.queryByRole('tab', { name: 'Accounts' })).toBeNull();
  expect(screen.queryByRole('tab', { name: 'Audit log' })).toBeNull();
});

describe('the accounts', () => {
  it('say what an administrator can’t do', async () => {
    open(admin);
    await section('Accounts');
    expect(await screen.findByText(/You can’t read anybody’s vault or reset a password/)).toBeTruthy();
  });

  it('are made for somebody, with a first password to tell them', async () => {
    const backend = open(admin);
    await section('Accounts');
    await click('Create account…');
    await write('User name', 'grace');
    await write('E-mail', 'linus@example.com');
    await click('Suggest one');
    await click('Create account');
    expect(await screen.findByText('Somebody here has this name.')).toBeTruthy();
    await write('User name', 'linus');
    await click('Create account');
    const dialog = await screen.findByRole('dialog', { name: 'Account created for linus' });
    const { password } = last(backend, 'admin_create_account') as { password: string };
    expect(within(dialog).getByText(password)).toBeTruthy();
    await click('Copy');
    expect(await screen.findByText(/stays on the clipboard for a minute/)).toBeTruthy();
    expect(last(backend, 'copy_recovery_code')).toEqual({ recovery_code: password });
    await click('Done');
    expect((await row(/linus/)).textContent).toContain('Not used yet');
  });

  it('are disabled after a question, and enabled again', async () => {
    open(admin);
    await section('Accounts');
    await choose('Options of grace', 'Disable');
    await confirm('Disable grace?', 'Disable');
    await vi.waitFor(async () => { expect((await row(/grace/)).textContent).toContain('Disabled'); });
    await choose('Options of grace', 'Enable');
    await vi.waitFor(async () => { expect((await row(/grace/)).textContent).not.toContain('Disabled'); });
  });

  it('keep their last administrator, and say so in place', async () => {
    open(admin);
    await section('Accounts');
    await choose('Options of ada', 'Remove as administrator');
    await confirm('Stop being an administrator?', 'Stop being one');
    expect(await screen.findByText(/This is the last administrator/)).toBeTruthy();
    expect((await row(/ada/)).nextElementSibling?.textContent).toContain('last administrator');
  });

  it('are deleted once the name is typed, after it was said that nobody can restore the data', async () => {
    const backend = open(admin);
    await section('Accounts');
    await choose('Options of grace', 'Delete');
    const dialog = await screen.findByRole('dialog', { name: 'Delete the account grace?' });
    expect(dialog.textContent).toContain('Nobody can restore this person’s data');
    expect(within(dialog).getByRole('button', { name: 'Delete account' }).hasAttribute('disabled')).toBe(true);
    await write('Type grace to confirm', 'grace');
    await click('Delete account');
    await vi.waitFor(() => { expect(screen.queryByText('grace')).toBeNull(); });
    expect(last(backend, 'admin_delete_account')).toMatchObject({ username: 'grace' });
  });

  it('may use this computer’s key or not, where it has one', async () => {
    const backend = open(admin, ({ services }) => services.put('gemini', { id: 0, fixed: true, key: { from: 'computer', place: 'the environment' } }));
    await section('Accounts');
    const may = await screen.findByRole<HTMLInputElement>('switch', { name: 'grace may use this computer’s key' });
    expect(may.checked).toBe(true);
    await fireEvent.click(may);
    const grace = backend.house.accounts.find(({ username }) => username === 'grace');
    await vi.waitFor(() => { expect(last(backend, 'admin_set_computer_key')).toEqual({ account: grace?.uuid, may: false }); });
    await vi.waitFor(() => { expect(may.checked).toBe(false); });
    backend.refusals.set('admin_set_computer_key', refuse('internal', 'It can’t be stored.'));
    await fireEvent.click(may);
    expect(await screen.findByText('It can’t be stored.')).toBeTruthy();
    await vi.waitFor(() => { expect(may.checked).toBe(false); });
  });

  it('are asked nothing about a key that this computer doesn’t have', async () => {
    open(admin);
    await section('Accounts');
    await row(/grace/);
    expect(screen.queryByRole('switch')).toBeNull();
  });

  it('that may not be seen any more say why', async () => {
    const backend = open(admin);
    backend.house.administrator = false;
    await section('Accounts');
    expect(await screen.findByText('Only an administrator can do this.')).toBeTruthy();
  });
});

it('an administrator who stops being one loses both sections', async () => {
  const backend = open(admin, ({ house }) => {
    house.accounts = house.accounts.map((one) => ({ ...one, administrator: true }));
  });
  await section('Accounts');
  await choose('Options of ada', 'Remove as administrator');
  backend.me = backend.me && { ...backend.me, administrator: false };
  await confirm('Stop being an administrator?', 'Stop being one');
  await vi.waitFor(() => { expect(screen.queryByRole('tab', { name: 'Accounts' })).toBeNull(); });
});

describe('the audit log', () => {
  it('is read page by page, newest first', async () => {
    const backend = open(admin);
    await section('Audit log');
    expect(await screen.findAllByRole('row')).toHaveLength(51);
    expect((await screen.findAllByText('ada made the account grace')).length).toBeGreaterThan(0);
    await click('Show older');
    await vi.waitFor(() => { expect(screen.getAllByRole('row')).toHaveLength(71); });
    expect(last(backend, 'audit')).toEqual({ before: 951, limit: 50 });
    expect(screen.queryByRole('button', { name: 'Show older' })).toBeNull();
  });

  it('keeps what it shows when an older page is refused', async () => {
    const backend = open(admin);
    await section('Audit log');
    await button('Show older');
    backend.refusals.set('audit', refuse('internal', 'It can’t be read.'));
    await click('Show older');
    expect(await screen.findByText('It can’t be read.')).toBeTruthy();
    expect(screen.getAllByRole('row')).toHaveLength(51);
  });

  it('is exported', async () => {
    const backend = open(admin);
    await section('Audit log');
    await click('Export…');
    expect(await screen.findByText('The audit log was exported.')).toBeTruthy();
    expect(times(backend, 'export_audit')).toBe(1);
  });

  it('that is empty says so', async () => {
    open(admin, ({ house }) => (house.log = []));
    await section('Audit log');
    expect(await screen.findByText(/Nothing has happened yet/)).toBeTruthy();
  });
});
