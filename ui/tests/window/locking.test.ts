/** Locking, being away, and what the window warns of. */
import { fireEvent, screen, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchInput } from '../../src/account/idle';
import { install } from '../../src/lib/api';
import { Backend, refuse } from '../fake/backend';
import { button, choose, click, last, on, open, section, times } from './open';

describe('the account menu', () => {
  it('locks the window and keeps it for the same person', async () => {
    const backend = open({ signedIn: true, chats: 3 });
    await choose(/^Account:/, 'Lock');
    await on('locked');
    expect(last(backend, 'lock')).toEqual({ switch: false });
    expect(document.body.textContent).not.toContain('Position size for TSLA');
  });

  it('makes room for somebody else', async () => {
    const backend = open({ signedIn: true, people: ['ada', 'grace'] });
    await choose(/^Account:/, 'Switch user');
    await on('sign-in');
    expect(last(backend, 'lock')).toEqual({ switch: true });
    expect(await button('grace')).toBeTruthy();
  });

  it('says why the window could not be locked', async () => {
    const backend = open({ signedIn: true });
    backend.refusals.set('lock', refuse('internal', 'Locking failed.'));
    await choose(/^Account:/, 'Lock');
    expect(await screen.findByText('Locking failed.')).toBeTruthy();
  });
});

it('a shortcut locks the window, whatever lies over it', async () => {
  const backend = open({ signedIn: true });
  await section('Account');
  await click('Delete account…');
  await screen.findByRole('dialog');
  await fireEvent.keyDown(document.body, { key: 'l', ctrlKey: true });
  await on('locked');
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(times(backend, 'lock')).toBe(1);
});

describe('being there', () => {
  let backend: Backend;
  let stop: () => void;

  beforeEach(() => {
    vi.useFakeTimers();
    backend = new Backend();
    install(backend);
    stop = watchInput();
  });

  afterEach(() => {
    stop();
    vi.useRealTimers();
  });

  const key = (init: KeyboardEventInit = {}) => window.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', ...init }));
  const move = (screenX: number) => window.dispatchEvent(new MouseEvent('pointermove', { screenX }));

  it('is told at once, and then every ten seconds at most', () => {
    key();
    key();
    vi.advanceTimersByTime(9_999);
    window.dispatchEvent(new WheelEvent('wheel'));
    expect(times(backend, 'still_here')).toBe(1);
    vi.advanceTimersByTime(1);
    window.dispatchEvent(new MouseEvent('pointerdown'));
    expect(times(backend, 'still_here')).toBe(2);
  });

  it('isn’t what happens by itself: a key that is held, a page that moves under the pointer', () => {
    move(5);
    expect(times(backend, 'still_here')).toBe(1);
    vi.advanceTimersByTime(20_000);
    move(5);
    key({ repeat: true });
    expect(times(backend, 'still_here')).toBe(1);
    move(6);
    expect(times(backend, 'still_here')).toBe(2);
  });
});

it('nobody who isn’t signed in is said to be there', async () => {
  const backend = open();
  await fireEvent.keyDown(await screen.findByLabelText('Password'), { key: 'a' });
  expect(times(backend, 'still_here')).toBe(0);
});

it('files that are older than those seen last are told until the person says that it was them', async () => {
  const backend = open({}, ({ house }) => (house.older = true));
  await fireEvent.input(await screen.findByLabelText('Password'), { target: { value: 'correct horse battery' } });
  await click('Sign in');
  expect((await screen.findByRole('alert')).textContent).toContain('older than what this computer saw last');
  await fireEvent.input(await screen.findByLabelText('Message'), { target: { value: 'half a question' } });
  await click('I put them back');
  await vi.waitFor(() => { expect(screen.queryByText(/older than what/)).toBeNull(); });
  expect(times(backend, 'accept_older')).toBe(1);
  expect(screen.getByLabelText<HTMLTextAreaElement>('Message').value).toBe('half a question');
});

it('whoever locks while a backup is put back isn’t let in again by it', async () => {
  const backend = open({ signedIn: true });
  let release = (): void => undefined;
  await section('Data');
  await choose(/^Options of the backup/, 'Restore');
  backend.holds.set('restore', new Promise((resolve) => (release = resolve)));
  await fireEvent.input(await screen.findByLabelText('Password'), { target: { value: 'correct horse battery' } });
  await click('Restore');
  // The restore has ended the session: it can't be locked any more.
  backend.refusals.set('lock', refuse('signed_out', 'Nobody is signed in here.'));
  backend.refusals.set('restore', refuse('signed_out', 'Nobody is signed in here.'));
  await fireEvent.keyDown(document.body, { key: 'l', ctrlKey: true });
  await on('sign-in');
  expect(times(backend, 'sign_out')).toBe(1);
  release();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(document.body.dataset.screen).toBe('sign-in');
});

it('damage in the open vault is told until a backup is put back', async () => {
  const backend = open({ signedIn: true, chats: 3 });
  await button(/^Account:/);
  backend.emit({ event: 'vault_damaged' });
  expect((await screen.findByRole('alert')).textContent).toContain('What can be read is right');
  await click('Show backups');
  expect((await screen.findByRole('tab', { name: 'Data' })).getAttribute('aria-selected')).toBe('true');
  const [newest] = backend.house.data.backups;
  await click('Restore it…');
  await fireEvent.input(await screen.findByLabelText('Password'), { target: { value: 'correct horse battery' } });
  await click('Restore');
  await vi.waitFor(() => { expect(screen.queryByText(/Your vault is damaged/)).toBeNull(); });
  expect(last(backend, 'restore')).toMatchObject({ source: { backup: { backup_id: newest?.id } } });
});

describe('the settings of locking', () => {
  it('change the minutes', async () => {
    const backend = open({ signedIn: true });
    await section('Locking');
    const select = await screen.findByLabelText(/^Lock when nobody is here/);
    select.focus();
    await fireEvent.keyDown(select, { key: 'Enter' });
    await screen.findByRole('option', { name: '1 hour' });
    await fireEvent.keyDown(select, { key: 'End' });
    await fireEvent.keyDown(select, { key: 'Enter' });
    await vi.waitFor(() => { expect(last(backend, 'set_idle_minutes')).toEqual({ idle_minutes: 240 }); });
  });

  it('say when there is no keychain', async () => {
    open({ signedIn: true }, ({ house }) => (house.keychain = false));
    await section('Locking');
    await fireEvent.click(await screen.findByRole('switch', { name: 'Stay signed in' }));
    expect(await screen.findByText(/The next start asks for your password\. This desktop has no keychain/)).toBeTruthy();
  });

  it('switch back what was refused', async () => {
    const backend = open({ signedIn: true });
    await section('Locking');
    backend.refusals.set('stay_signed_in', refuse('internal', 'The keychain didn’t answer.'));
    const stay = await screen.findByRole<HTMLInputElement>('switch', { name: 'Stay signed in' });
    await fireEvent.click(stay);
    expect(await screen.findByText('The keychain didn’t answer.')).toBeTruthy();
    expect(stay.checked).toBe(false);
  });

  it('ask again once there is a second account', async () => {
    const backend = open({ signedIn: true }, ({ house }) => {
      house.locking = { ...house.locking, stay_signed_in: true, kept_in: 'keychain', ask_again: true };
    });
    const banner = await screen.findByRole('note');
    await fireEvent.click(within(banner).getByRole('button', { name: 'Stay signed in' }));
    await vi.waitFor(() => { expect(last(backend, 'stay_signed_in')).toEqual({ on: true }); });
    await vi.waitFor(() => { expect(screen.queryByRole('note')).toBeNull(); });
  });
});
