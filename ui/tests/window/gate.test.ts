/** Before anybody is signed in: coming back, the locked window, first sign-ins, backups. */
import { fireEvent, screen } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import type { BackupInfo, ChosenBackup, LockedBy } from '../../src/lib/api';
import { type Backend, CODES, refuse } from '../fake/backend';
import { button, click, confirm, last, on, open, PASSWORD, times, write } from './open';

const locked = (more: Partial<LockedBy> = {}) => (backend: Backend) => {
  backend.house.locked = { username: 'ada', demo: false, why: 'idle', idle_minutes: 15, other_sessions: 0, finishing: false, ...more };
};

describe('at its start the window', () => {
  it('shows the chat when somebody is signed in, and opens no vault anew', async () => {
    const backend = open({ signedIn: true }, ({ house }) => (house.resumable = true));
    await on('chat');
    expect(times(backend, 'resume')).toBe(0);
  });

  it('asks for all that its first screen needs at once, and for each once', async () => {
    const backend = open({ people: ['ada', 'grace'] });
    expect(backend.calls.map(({ name }) => name)).toEqual(expect.arrayContaining(['me', 'gate', 'accounts']));
    await screen.findByRole('button', { name: /grace/ });
    for (const name of ['me', 'gate', 'accounts']) expect(times(backend, name)).toBe(1);
  });

  it('opens the vault of whoever stays signed in', async () => {
    open({}, ({ house }) => (house.resumable = true));
    await on('chat');
  });

  it('says so meanwhile, and lets the person sign in instead', async () => {
    const backend = open({}, ({ house }) => {
      house.resumable = true;
      house.slow = 500;
    });
    expect(await screen.findByText('Opening your vault…')).toBeTruthy();
    await click('Sign in instead');
    await on('sign-in');
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(backend.me).toBeNull();
    expect(times(backend, 'lock')).toBe(0);
    expect(document.body.dataset.screen).toBe('sign-in');
  });

  it('asks for the password when the vault doesn’t open by itself', async () => {
    open({ people: ['grace'] }, ({ house }) => (house.resumable = true));
    await on('sign-in');
    expect(await screen.findByText(/couldn’t be opened without your password/)).toBeTruthy();
  });
});

describe('the locked window', () => {
  it('shows one person, says why, and opens with the password', async () => {
    open({ people: ['ada', 'grace'] }, locked({ why: 'asleep' }));
    await on('locked');
    expect(screen.getByText('Locked while the computer slept')).toBeTruthy();
    expect(screen.queryByText('grace')).toBeNull();
    expect(document.activeElement).toBe(screen.getByLabelText('Password'));
    await write('Password', 'wrong');
    await click('Unlock');
    expect(await screen.findByText('The password is wrong. Check it and try again.')).toBeTruthy();
    await write('Password', PASSWORD);
    await click('Unlock');
    await on('chat');
  });

  it('says after how long nobody was there', async () => {
    open({}, locked({ idle_minutes: 1 }));
    expect(await screen.findByText('Locked after 1 minute without a key press or a movement')).toBeTruthy();
  });

  it('says what still goes on, and ends other sessions after a question', async () => {
    const backend = open({}, locked({ other_sessions: 2, finishing: true }));
    expect(await screen.findByText('An answer is still being finished.')).toBeTruthy();
    expect(screen.getByText('2 other sessions of ada are still signed in.')).toBeTruthy();
    await click('End them');
    await confirm('End 2 other sessions of ada?', 'End sessions');
    await vi.waitFor(() => { expect(screen.queryByText(/still signed in/)).toBeNull(); });
    expect(times(backend, 'end_locked_sessions')).toBe(1);
  });

  it('lets somebody else in', async () => {
    const backend = open({ people: ['ada', 'grace'] }, locked());
    await click('Switch user');
    await on('sign-in');
    expect(await button('grace')).toBeTruthy();
    expect(times(backend, 'leave_lock')).toBe(1);
  });

  it('comes back when the recovery is left', async () => {
    open({}, locked());
    await click('Recover with code');
    await click('Back');
    await on('locked');
  });

  it('of the demo account opens without a password', async () => {
    open({}, locked({ username: 'algotrader', demo: true }));
    await click('Unlock');
    await on('chat');
  });
});

describe('an account that somebody made', () => {
  const prepare = ({ house }: Backend) => house.unclaimed.add('linus');

  it('says that it is not used yet, and gets a password of its owner’s', async () => {
    const backend = open({ people: ['ada', 'linus'] }, prepare);
    await click('linus Not used yet');
    await write('Password', PASSWORD);
    await click('Sign in');
    await on('claim');
    expect(document.body.textContent).toContain('only for this first sign-in');
    await write('New password', 'short');
    await click('Set password');
    expect(await screen.findByText('Use at least 8 characters.')).toBeTruthy();
    await write('New password', 'seven copper kettles');
    await click('Set password');
    await on('recovery-code');
    expect(last(backend, 'claim')).toEqual({ username: 'linus', password: PASSWORD, new_password: 'seven copper kettles' });
    await click('I have stored it');
    await on('questions');
  });
});

describe('a damaged vault', () => {
  const damaged = (newest: BackupInfo | null) => refuse('vault_damaged', 'This vault is damaged.', { username: 'ada', newest_backup: newest });

  async function tryToOpen(backend: Backend, newest: BackupInfo | null): Promise<void> {
    backend.refusals.set('sign_in', damaged(newest));
    await write('Password', PASSWORD);
    await click('Sign in');
  }

  it('is replaced by its newest good backup, with the password that was typed', async () => {
    const backend = open();
    const backup = backend.house.backup('daily', 3, 18_210_816);
    await tryToOpen(backend, backup);
    expect((await screen.findByRole('alert')).textContent).toContain('The newest good backup is from');
    expect(document.body.textContent).toContain('The damaged vault is kept as a backup');
    expect(screen.queryByRole('button', { name: 'Recover with code' })).toBeNull();
    await click('Restore it');
    await on('chat');
    expect(last(backend, 'restore')).toEqual({ source: { backup: { username: 'ada', backup_id: backup.id } }, secret: { password: PASSWORD }, username: null });
  });

  it('without a backup asks for a file', async () => {
    const backend = open();
    await tryToOpen(backend, null);
    expect((await screen.findByRole('alert')).textContent).toContain('no good backup');
    await click('Choose a backup file…');
    expect(times(backend, 'choose_backup')).toBe(1);
  });

  it('of which nothing is known is refused in words', async () => {
    const backend = open();
    backend.refusals.set('sign_in', refuse('vault_damaged', 'The vault of this account is damaged.'));
    await write('Password', PASSWORD);
    await click('Sign in');
    expect((await screen.findByRole('alert')).textContent).toBe('The vault of this account is damaged.');
  });
});

it('a vault of a newer program is refused in words that don’t blame the password', async () => {
  const backend = open();
  backend.refusals.set('sign_in', refuse('written_by_newer', 'This was written by a newer version of AlgoAgent.'));
  await write('Password', PASSWORD);
  await click('Sign in');
  expect((await screen.findByRole('alert')).textContent).toBe('This was written by a newer version of AlgoAgent.');
  expect(screen.getByLabelText('Password').getAttribute('aria-invalid')).not.toBe('true');
});

describe('a backup file', () => {
  const file = (more: Partial<ChosenBackup> = {}) => ({ house }: Backend) => {
    house.chosen = { username: 'ada', email: 'ada@example.com', made_at: '2026-11-13T12:00:00Z', bytes: 18_210_816, replaces: false, username_taken: false, email_taken: false, ...more };
  };

  it('that was not chosen after all changes nothing', async () => {
    const backend = open({ people: [] });
    await click('Restore from a backup file…');
    await vi.waitFor(() => { expect(times(backend, 'choose_backup')).toBe(1); });
    expect(document.body.dataset.screen).toBe('sign-in');
  });

  it('says what it is, and is opened with its password', async () => {
    const backend = open({ people: [] }, file());
    await click('Restore from a backup file…');
    await on('restore');
    expect(screen.getByText('ada (ada@example.com)')).toBeTruthy();
    await write('Password', 'wrong');
    await click('Restore');
    expect(await screen.findByText(/This password doesn’t open the backup/)).toBeTruthy();
    await write('Password', PASSWORD);
    await click('Restore');
    await on('chat');
    expect(last(backend, 'restore')).toEqual({ source: 'chosen', secret: { password: PASSWORD }, username: null });
  });

  it('opened with its recovery code gets a new password and a new code', async () => {
    const backend = open({ people: [] }, file());
    await click('Restore from a backup file…');
    await fireEvent.click(await screen.findByLabelText('A recovery code'));
    await write('Recovery code', '7K2M');
    await write('New password', PASSWORD);
    await click('Restore');
    await on('recovery-code');
    expect(last(backend, 'restore')).toMatchObject({ secret: { recovery_code: '7K2M', new_password: PASSWORD } });
    await click('I have stored it');
    await on('chat');
  });

  it('replaces a vault only after a question that names it', async () => {
    const backend = open({}, file({ replaces: true }));
    await click('Other ways…');
    await click('Restore from a backup file…');
    await write('Password', PASSWORD);
    await click('Replace vault…');
    await screen.findByRole('dialog', { name: 'Replace the vault of ada?' });
    expect(times(backend, 'restore')).toBe(0);
    await confirm('Replace the vault of ada?', 'Replace vault');
    await on('chat');
  });

  it('of a name that is taken gets another one', async () => {
    const backend = open({}, file({ username_taken: true }));
    await click('Other ways…');
    await click('Restore from a backup file…');
    await write('User name', 'ada.old');
    await write('Password', PASSWORD);
    await click('Restore');
    await on('chat');
    expect(last(backend, 'restore')).toMatchObject({ username: 'ada.old' });
  });
});

describe('a lost password', () => {
  const NEW = 'seven copper kettles';

  async function fill(): Promise<Backend> {
    const backend = open({ people: ['ada'] });
    await click('Recover with code');
    await on('sign-in');
    await write('Recovery code', CODES.first);
    await write('New password', NEW);
    return backend;
  }

  it('is replaced by a code, whose typing errors and strangers are told apart, and the next code comes', async () => {
    const backend = await fill();
    for (const [refusal, words, field] of [
      [refuse('mistyped_code', 'There is a typing error in it.'), 'There is a typing error in it.', 'Recovery code'],
      [refuse('invalid_field', 'Check the fields.', { new_password: ['Too common.'] }), 'Too common.', 'New password'],
      [refuse('invalid_credentials', 'Wrong.'), 'This code doesn’t open the vault of this account. Check both and try again.', null],
    ] as const) {
      backend.refusals.set('recover', refusal);
      await click('Set new password');
      expect(await screen.findByText(words)).toBeTruthy();
      for (const label of ['Recovery code', 'New password']) {
        expect(screen.getByLabelText(label).getAttribute('aria-invalid')).toBe(label === field ? 'true' : null);
      }
    }
    await click('Set new password');
    await on('recovery-code');
    expect(last(backend, 'recover')).toEqual({ username: 'ada', code: CODES.first, new_password: NEW });
    expect(document.body.textContent).toContain(CODES.second.split('-')[3]);
    expect(times(backend, 'recovery_code_noted')).toBe(0);
    await click('I have stored it');
    await on('chat');
    expect(times(backend, 'recovery_code_noted')).toBe(1);
  });

  it('of a damaged vault leads to its newest good backup, by the code', async () => {
    const backend = await fill();
    const newest = backend.house.backup('daily', 3, 18_210_816);
    backend.refusals.set('recover', refuse('vault_damaged', 'This vault is damaged.', { username: 'ada', newest_backup: newest }));
    await click('Set new password');
    await click('Restore it');
    await on('recovery-code');
    const secret = { recovery_code: CODES.first, new_password: NEW };
    expect(last(backend, 'restore')).toMatchObject({ source: { backup: { backup_id: newest.id } }, secret });
  });

  it('is set once, and nobody goes back in the middle of it', async () => {
    const backend = await fill();
    let go: () => void = () => undefined;
    backend.holds.set('recover', new Promise<void>((resolve) => { go = resolve; }));
    await click('Set new password');
    await vi.waitFor(() => { expect(times(backend, 'recover')).toBe(1); });
    await click('Set new password');
    await click('Back');
    expect(screen.queryByLabelText('Recovery code')).toBeTruthy();
    go();
    await on('recovery-code');
    expect(times(backend, 'recover')).toBe(1);
  });
});

it('accounts that can’t be read are no welcome, and are asked for again', async () => {
  const backend = open({ people: ['ada', 'grace'] }, ({ refusals }) => refusals.set('accounts', refuse('internal', 'The disk failed.')));
  expect(await screen.findByText('The disk failed.')).toBeTruthy();
  expect(screen.queryByText('Welcome')).toBeNull();
  await click('Try again');
  expect(await button('grace')).toBeTruthy();
  expect(times(backend, 'accounts')).toBe(2);
});

it('the first account of a computer is told what it is', async () => {
  open({ people: [] });
  await click('Create account');
  expect(await screen.findByText(/The first account of this computer administers it/)).toBeTruthy();
});

it('while one way in is tried, no other is', async () => {
  const backend = open({ people: ['ada'] });
  let go: () => void = () => undefined;
  backend.holds.set('sign_in', new Promise<void>((resolve) => { go = resolve; }));
  await write('Password', PASSWORD);
  await click('Sign in');
  await click('Other ways…');
  await click('Recover with code');
  expect(screen.getByLabelText('Password')).toBeTruthy();
  go();
  await on('chat');
  expect(await button(/^Account:/)).toBeTruthy();
});
