/** What a person does with their own account and data. */
import { fireEvent, screen, within } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import { call } from '../../src/lib/api';
import { CODES, refuse } from '../fake/backend';
import { button, choose, click, confirm, last, on, open, PASSWORD, section, times, write } from './open';

const shownCode = async () => (await screen.findByLabelText('Recovery code')).textContent.replace(/\s/g, '');

describe('one’s own account', () => {
  it('gets a new password, and stays on its screen', async () => {
    const backend = open({ signedIn: true });
    await section('Account');
    await click('Change password…');
    await write('Current password', 'wrong');
    await write('New password', 'seven copper kettles');
    await click('Change password');
    expect(await screen.findByText('The password is wrong. Check it and try again.')).toBeTruthy();
    await write('Current password', PASSWORD);
    await click('Change password');
    expect(await screen.findByText('Your password was changed.')).toBeTruthy();
    expect(last(backend, 'change_password')).toEqual({ password: PASSWORD, new_password: 'seven copper kettles' });
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(screen.getByRole('heading', { name: 'Account' })).toBeTruthy();
  });

  it('shows a weak new password at its field', async () => {
    const backend = open({ signedIn: true });
    await section('Account');
    await click('Change password…');
    backend.refusals.set('change_password', refuse('invalid_field', 'Check the fields.', { new_password: ['Too common.'] }));
    await write('Current password', PASSWORD);
    await write('New password', 'password12');
    await click('Change password');
    expect(await screen.findByText('Too common.')).toBeTruthy();
    expect(screen.queryByText('Check the fields.')).toBeNull();
  });

  it('gets a new recovery code, which no slip closes', async () => {
    open({ signedIn: true });
    await section('Account');
    await click('New code…');
    await write('Password', PASSWORD);
    await click('Make a new code');
    expect(await shownCode()).toBe(CODES.second);
    await fireEvent.keyDown(document.activeElement ?? document.body, { key: 'Escape' });
    expect(await shownCode()).toBe(CODES.second);
    await click('I have stored it');
    await vi.waitFor(() => { expect(document.body.textContent).not.toContain('M3QX'); });
    expect(screen.getByRole('heading', { name: 'Account' })).toBeTruthy();
  });

  it('is encrypted anew, with progress, and then shows the new code', async () => {
    const backend = open({ signedIn: true }, ({ house }) => (house.slow = 1200));
    await section('Account');
    await click('Change key…');
    expect(document.body.textContent).toContain('Your other sessions end.');
    await write('Password', PASSWORD);
    await click('Change key');
    const bar = await screen.findByRole('progressbar', { name: 'Re-encrypting' });
    expect(Number(bar.getAttribute('aria-valuenow'))).toBeGreaterThan(0);
    expect(await screen.findByLabelText('Recovery code', {}, { timeout: 3000 })).toBeTruthy();
    const asked = times(backend, 'work');
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(times(backend, 'work')).toBe(asked);
  });

  it('is not encrypted anew when that is cancelled, without an alarm', async () => {
    const backend = open({ signedIn: true }, ({ house }) => (house.slow = 1500));
    await section('Account');
    await click('Change key…');
    await write('Password', PASSWORD);
    await click('Change key');
    const cancel = await button('Cancel');
    await vi.waitFor(() => { expect(cancel.getAttribute('aria-disabled')).toBeNull(); });
    await fireEvent.click(cancel);
    expect((await button('Finishing…')).getAttribute('aria-disabled')).toBe('true');
    expect(await screen.findByText('It was cancelled. Nothing was changed.', {}, { timeout: 3000 })).toBeTruthy();
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(screen.queryByRole('alert')).toBeNull();
    expect(times(backend, 'cancel_work')).toBe(1);
  });

  it('that gets another session hears its events in it, and is not ended by the old one', async () => {
    const backend = open({ signedIn: true, chats: 3 });
    let release = (): void => undefined;
    await section('Account');
    const listens = vi.spyOn(backend, 'listen');
    await click('Change password…');
    backend.holds.set('change_password', new Promise((resolve) => (release = resolve)));
    await write('Current password', PASSWORD);
    await write('New password', 'seven copper kettles');
    await click('Change password');
    backend.refusals.set('still_here', refuse('signed_out', 'Nobody is signed in here.'));
    await expect(call('still_here', {})).rejects.toMatchObject({ code: 'signed_out' });
    release();
    expect(await screen.findByText('Your password was changed.')).toBeTruthy();
    expect(screen.getByRole('heading', { name: 'Account' })).toBeTruthy();
    expect(listens).toHaveBeenCalledTimes(1);
    const [chat] = backend.chats;
    if (chat) backend.emit({ event: 'chat', chat: { ...chat, title: 'Renamed elsewhere' } });
    expect(await screen.findByText('Renamed elsewhere')).toBeTruthy();
  });

  it('is deleted once its name and password are typed', async () => {
    const backend = open({ signedIn: true });
    await section('Account');
    await click('Delete account…');
    await write('Password', PASSWORD);
    await write('Type ada to confirm', 'adda');
    const dialog = await screen.findByRole('dialog', { name: 'Delete the account ada?' });
    const remove = within(dialog).getByRole('button', { name: 'Delete account' });
    expect(remove.hasAttribute('disabled')).toBe(true);
    await write('Type ada to confirm', 'ada');
    await fireEvent.click(remove);
    await on('sign-in');
    expect(await screen.findByText('The account ada was deleted.')).toBeTruthy();
    expect(last(backend, 'delete_account')).toEqual({ password: PASSWORD, username: 'ada' });
  });

  it('of the last administrator is not deleted, and says why in place', async () => {
    const backend = open({ signedIn: true });
    await section('Account');
    await click('Delete account…');
    backend.refusals.set('delete_account', refuse('last_administrator', 'You are the last administrator.'));
    await write('Type ada to confirm', 'ada');
    await write('Password', PASSWORD);
    await click('Delete account');
    const dialog = await screen.findByRole('dialog');
    expect(await within(dialog).findByText('You are the last administrator.')).toBeTruthy();
  });
});

describe('sessions', () => {
  it('are listed, this one first, and end one by one', async () => {
    const backend = open({ signedIn: true });
    await section('Sessions');
    const list = await screen.findByRole('list', { name: 'Sessions' });
    expect(within(list).getAllByRole('listitem')).toHaveLength(3);
    expect(within(list).getAllByRole('listitem')[0]?.textContent).toContain('This one');
    expect(screen.queryByRole('button', { name: /^End Window/ })).toBeNull();
    const terminal = backend.house.sessions.find(({ door }) => door === 'terminal');
    await click('End Terminal: algoagent chat');
    await confirm('End the session “Terminal: algoagent chat”?', 'End session');
    await vi.waitFor(() => { expect(last(backend, 'end_session')).toEqual({ session_id: terminal?.id }); });
    await vi.waitFor(() => { expect(within(list).getAllByRole('listitem')).toHaveLength(2); });
  });

  it('all others end at once, and then it is said that there are none', async () => {
    open({ signedIn: true });
    await section('Sessions');
    await click('End all others…');
    await confirm('End 2 other sessions?', 'End sessions');
    expect(await screen.findByText('You are signed in nowhere else.')).toBeTruthy();
  });
});

describe('backups', () => {
  it('are made by hand, and an unchanged vault says which one holds it', async () => {
    const backend = open({ signedIn: true });
    await section('Data');
    await click('Back up now');
    expect(await screen.findByText(/Backed up and checked/)).toBeTruthy();
    const [newest] = backend.house.data.backups;
    backend.call = ((call) => (name: string, request: unknown) => (name === 'back_up' ? Promise.resolve(newest) : call(name, request)))(backend.call.bind(backend));
    await click('Back up now');
    expect(await screen.findByText(/Already backed up: nothing has changed since/)).toBeTruthy();
  });

  it('are given up without an alarm', async () => {
    open({ signedIn: true }, ({ house }) => (house.slow = 1500));
    await section('Data');
    await click('Back up now');
    const cancel = await button('Cancel');
    await vi.waitFor(() => { expect(cancel.getAttribute('aria-disabled')).toBeNull(); });
    await fireEvent.click(cancel);
    expect(await screen.findByText('It was cancelled. Nothing was changed.', {}, { timeout: 3000 })).toBeTruthy();
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('go on when their screen is left', async () => {
    open({ signedIn: true }, ({ house }) => (house.slow = 700));
    await section('Data');
    await click('Back up now');
    await section('Appearance');
    await section('Data');
    expect(await screen.findByRole('progressbar')).toBeTruthy();
    expect(await screen.findByText(/Backed up and checked/)).toBeTruthy();
  });

  it('none: the list says what to do', async () => {
    open({ signedIn: true }, ({ house }) => (house.data.backups = []));
    await section('Data');
    expect(await screen.findByText(/There is no backup yet/)).toBeTruthy();
  });

  it('are deleted only after a question that names their date', async () => {
    const backend = open({ signedIn: true });
    const [newest] = backend.house.data.backups;
    await section('Data');
    await choose(/^Options of the backup/, 'Delete');
    await confirm(/^Delete the backup of \d+ \w+ \d{4}, \d\d:\d\d\?$/, 'Delete backup');
    await vi.waitFor(() => { expect(last(backend, 'delete_backup')).toEqual({ backup_id: newest?.id }); });
  });

  it('are copied elsewhere', async () => {
    open({ signedIn: true });
    await section('Data');
    await choose(/^Options of the backup/, 'Save a copy');
    expect(await screen.findByText('A copy of the backup was saved.')).toBeTruthy();
  });

  it('are restored with the password, and begin anew', async () => {
    const backend = open({ signedIn: true, chats: 3 });
    const [newest] = backend.house.data.backups;
    await section('Data');
    await choose(/^Options of the backup/, 'Restore');
    await screen.findByRole('dialog', { name: /^Restore the backup of/ });
    await write('Password', PASSWORD);
    await click('Restore');
    await on('chat');
    expect(last(backend, 'restore')).toEqual({ source: { backup: { username: 'ada', backup_id: newest?.id } }, secret: { password: PASSWORD }, username: null });
    expect(await button('Position size for TSLA')).toBeTruthy();
  });

  it('automatic ones are switched off, and on again when that is refused', async () => {
    const backend = open({ signedIn: true });
    await section('Data');
    const automatic = await screen.findByRole<HTMLInputElement>('switch', { name: 'Automatic backups' });
    backend.refusals.set('set_automatic_backups', refuse('disk_full', 'The disk is full.'));
    await fireEvent.click(automatic);
    expect(await screen.findByText('The disk is full.')).toBeTruthy();
    expect(automatic.checked).toBe(true);
  });
});
