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

it('a table of an answer may be reached once the answer is finished', async () => {
  const seen = vi.spyOn(ResizeObserver.prototype, 'observe');
  const tables = () => seen.mock.calls.filter(([element]) => element.matches('.prose .table')).length;
  const backend = open({ signedIn: true, pace: 1 });
  await ask('Write a momentum strategy for AAPL on daily bars.');
  await vi.waitFor(() => { expect(document.querySelector('[data-block] .table')).toBeTruthy(); }, 5000);
  expect(tables()).toBe(0);
  await fireEvent.click(await button('Stop'));
  await vi.waitFor(() => { expect(backend.calls.some(({ name }) => name === 'stop')).toBe(true); });
  await vi.waitFor(() => { expect(tables()).toBe(1); });
  seen.mockRestore();
}, 10_000);

it('the shortcuts in a menu are named as screen readers know them', async () => {
  open({ signedIn: true });
  const account = await button(/^Account:/);
  account.focus();
  await fireEvent.pointerDown(account, { button: 0 });
  await fireEvent.keyDown(account, { key: 'Enter' });
  expect((await screen.findByRole('menuitem', { name: /^Settings/ })).getAttribute('aria-keyshortcuts')).toBe('Control+,');
});

describe('the keyboard after a card was pressed', () => {
  it('is in the composer', async () => {
    const backend = open({ signedIn: true });
    await ask('please fail');
    const pressed = await button('Try again');
    pressed.focus();
    await fireEvent.click(pressed);
    await vi.waitFor(() => { expect(backend.calls.some((call) => call.name === 'try_again')).toBe(true); });
    await on(await screen.findByLabelText('Message'));
  });

  it.each(['Continue', 'Try again'])('and “%s” of a stopped answer too', async (name) => {
    const backend = open({ signedIn: true, chats: 3 }, (made) => {
      const chat = made.chats.find(({ title }) => title === 'Position size for TSLA');
      made.message(chat?.id ?? 0, 'assistant', 'Half an', { state: 'stopped' });
    });
    await click('Position size for TSLA');
    const pressed = await button(name);
    pressed.focus();
    await fireEvent.click(pressed);
    expect(document.activeElement).toBe(screen.getByLabelText('Message'));
    await vi.waitFor(() => { expect(backend.calls.some((call) => ['go_on', 'try_again'].includes(call.name))).toBe(true); });
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
