import { screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { describe, expect, it, vi } from 'vitest';
import { refuse } from '../fake/backend';
import { button, click, open, write } from './open';

const on = (name: string) => vi.waitFor(() => { expect(document.body.dataset.screen).toBe(name); });

describe('signing in', () => {
  it('with one account asks for its password at once and says when it is wrong', async () => {
    open({ people: ['ada'] });
    await write('Password', 'wrong');
    await click('Sign in');
    expect(await screen.findByText('The password is wrong. Check it and try again.')).toBeTruthy();
    await write('Password', 'correct horse battery');
    await click('Sign in');
    await on('chat');
  });

  it('with one account leads to the other ways when they are asked for', async () => {
    open({ people: ['ada'] });
    await screen.findByLabelText('Password');
    expect(screen.queryByRole('button', { name: 'Create account' })).toBeNull();
    await click('Other ways…');
    expect(await button('ada')).toBeTruthy();
    await click('Create account');
    await on('register');
  });

  it('with many accounts asks who it is first', async () => {
    open({ people: ['ada', 'grace'] });
    await click('grace');
    expect(await screen.findByRole('heading', { name: 'grace' })).toBeTruthy();
    await click('Other accounts');
    expect(await button('ada')).toBeTruthy();
  });

  it('waits after too many tries, counting down', async () => {
    const backend = open({ people: ['ada'] });
    backend.refusals.set('sign_in', refuse('too_many_attempts', 'Too many tries.', { retry_after: 30 }));
    await write('Password', 'wrong');
    await click('Sign in');
    expect(await screen.findByText(/Too many tries. Try again in (30|29) s./)).toBeTruthy();
    expect((await button('Sign in')).hasAttribute('disabled')).toBe(true);
  });

  it('to the demo account needs no password and warns', async () => {
    open({ people: [] });
    await click('Try the demo account');
    await on('chat');
    expect(await screen.findByText(/Anyone can read what is in the demo account/)).toBeTruthy();
  });

  it('offers no demo account once it was deleted', async () => {
    open({ people: [], demo: false });
    await button('Create account');
    expect(screen.queryByRole('button', { name: 'Try the demo account' })).toBeNull();
  });
});

describe('creating an account', () => {
  it('says what is wrong under the field that it is about', async () => {
    open({ people: [] });
    await click('Create account');
    await write('User name', 'ada');
    await write('E-mail', 'nowhere');
    await write('Password', 'correct horse battery');
    await click('Create account');
    const field = await screen.findByLabelText('E-mail');
    await vi.waitFor(() => { expect(field.getAttribute('aria-invalid')).toBe('true'); });
    expect(document.getElementById(field.getAttribute('aria-describedby') ?? '')?.textContent).toContain('e-mail address');
  });

  it('shows the recovery code once, before anything else', async () => {
    const backend = open({ people: [] });
    await click('Create account');
    await write('User name', 'ada');
    await write('E-mail', 'ada@example.com');
    await write('Password', 'correct horse battery');
    await click('Create account');
    await on('recovery-code');
    expect((await screen.findByLabelText('Recovery code')).textContent.replace(/\s/g, '')).toContain('7K2M-Q4XD-9TBN');
    await click('Copy');
    expect(backend.calls.some(({ name }) => name === 'copy_recovery_code')).toBe(true);
    await click('I have stored it');
    await on('questions');
    await click('Skip');
    await on('chat');
    expect(document.body.textContent).not.toContain('7K2M');
  });
});

it('a command that lost the seat to another one puts nobody out', async () => {
  const backend = open({ signedIn: true, chats: 3 });
  await on('chat');
  backend.refusals.set('open_chat', refuse('signed_out', 'Nobody is signed in.'));
  const asked = backend.calls.length;
  await click('Position size for TSLA');
  await vi.waitFor(() => { expect(backend.calls.slice(asked).map(({ name }) => name)).toContain('me'); });
  await tick();
  expect(document.body.dataset['screen']).toBe('chat');
});

it('a session that ended leads to the sign-in and leaves nothing behind', async () => {
  const backend = open({ signedIn: true, chats: 3 });
  await on('chat');
  backend.leave();
  backend.refusals.set('open_chat', refuse('signed_out', 'Nobody is signed in.'));
  await click('Position size for TSLA');
  await on('sign-in');
  expect(await screen.findByText(/Your session has ended/)).toBeTruthy();
  expect(document.body.textContent).not.toContain('Position size for TSLA');
});
