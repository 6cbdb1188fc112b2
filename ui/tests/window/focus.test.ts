/** Where the keyboard is after something went away. */
import { fireEvent, screen, within } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import { ask, button, click, open, write } from './open';

const on = (element: Element) => vi.waitFor(() => { expect(document.activeElement).toBe(element); });

async function choose(trigger: HTMLElement, item: string): Promise<void> {
  trigger.focus();
  await fireEvent.pointerDown(trigger, { button: 0 });
  await fireEvent.keyDown(trigger, { key: 'Enter' });
  await fireEvent.click(await screen.findByRole('menuitem', { name: new RegExp(`^${item}`) }));
}

describe('the keyboard', () => {
  it('stays on a button while its work goes on, and a second press does nothing', async () => {
    const backend = open({ people: ['ada'] });
    let release = (): void => undefined;
    backend.holds.set('sign_in', new Promise((resolve) => (release = resolve)));
    await write('Password', 'wrong');
    const signIn = await button('Sign in');
    signIn.focus();
    await fireEvent.click(signIn);
    expect(signIn.getAttribute('aria-disabled')).toBe('true');
    expect(document.activeElement).toBe(signIn);
    await fireEvent.click(signIn);
    release();
    expect(backend.calls.filter(({ name }) => name === 'sign_in')).toHaveLength(1);
  });

  it('goes back to the options of a chat that was not renamed after all', async () => {
    open({ signedIn: true, chats: 3 });
    await click('Position size for TSLA');
    const options = await button('Options of this chat');
    await choose(options, 'Rename');
    await fireEvent.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Cancel' }));
    await on(options);
  });

  it('is on the screen that came when what it was on is gone', async () => {
    open({ signedIn: true });
    await on(await screen.findByLabelText('Message'));
    await fireEvent.keyDown(document.body, { key: ',', ctrlKey: true });
    await on(screen.getByRole('main'));
  });

  it('is in the composer of a chat that was empty already', async () => {
    open({ signedIn: true });
    const newChat = await button('New chat');
    newChat.focus();
    await fireEvent.click(newChat);
    await on(await screen.findByLabelText('Message'));
  });
});

it('an Escape that cancels an input method’s candidate doesn’t stop the answer', async () => {
  const backend = open({ signedIn: true, pace: 5 });
  await ask('are you busy');
  await button('Stop');
  const field = await screen.findByLabelText('Message');
  await fireEvent.keyDown(field, { key: 'Escape', isComposing: true });
  await fireEvent.keyDown(field, { key: 'Escape', keyCode: 229 });
  expect(backend.calls.some(({ name }) => name === 'stop')).toBe(false);
  await fireEvent.keyDown(field, { key: 'Escape' });
  expect(backend.calls.some(({ name }) => name === 'stop')).toBe(true);
});
