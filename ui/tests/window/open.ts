/** Opens the whole window over a scripted core. */
import { cleanup, fireEvent, render, screen, within } from '@testing-library/svelte';
import { expect, vi } from 'vitest';
import { install } from '../../src/lib/api';
import App from '../../src/shell/App.svelte';
// What comes later in the window is here at once: a module is read the first time it is wanted.
import '../../src/shell/inside';
import { Backend, type Options } from '../fake/backend';

export const PASSWORD = 'correct horse battery';

/** `prepare` sets the scripted core up before the window asks it anything. */
export function open(options: Options = {}, prepare?: (backend: Backend) => void): Backend {
  const backend = new Backend({ pace: 0, ...options });
  prepare?.(backend);
  install(backend);
  render(App);
  return backend;
}

/** Another page over the same core. */
export function restart(): void {
  cleanup();
  render(App);
}

export const button = (name: string | RegExp) => screen.findByRole('button', { name });

export async function click(name: string | RegExp): Promise<void> {
  await fireEvent.click(await button(name));
}

export async function write(label: string, text: string): Promise<void> {
  await fireEvent.input(await screen.findByLabelText(label), { target: { value: text } });
}

export async function ask(text: string): Promise<void> {
  await write('Message', text);
  await fireEvent.keyDown(await screen.findByLabelText('Message'), { key: 'Enter' });
}

/** What a command was last asked. */
export const last = (backend: Backend, name: string) => backend.calls.findLast((call) => call.name === name)?.request;

export const times = (backend: Backend, name: string) => backend.calls.filter((call) => call.name === name).length;

/** Waits for a screen. */
export const on = (name: string) => vi.waitFor(() => { expect(document.body.dataset.screen).toBe(name); });

/** Chooses from a menu. */
export async function choose(trigger: string | RegExp, item: string): Promise<void> {
  const [opener] = await screen.findAllByRole('button', { name: trigger });
  if (!opener) throw new Error('no menu');
  opener.focus();
  await fireEvent.pointerDown(opener, { button: 0 });
  await fireEvent.keyDown(opener, { key: 'Enter' });
  await fireEvent.click(await screen.findByRole('menuitem', { name: new RegExp(`^${item}`) }));
}

/** Shows another view of the same thing. */
export async function tab(name: string): Promise<void> {
  const found = await screen.findByRole('tab', { name });
  found.focus();
  await fireEvent.click(found);
}

/** Opens a section of the settings. */
export async function section(name: string): Promise<void> {
  await button(/^Account:/);
  await fireEvent.keyDown(document.body, { key: ',', ctrlKey: true });
  const tab = await screen.findByRole('tab', { name });
  tab.focus();
  await fireEvent.click(tab);
}

/** Says yes to the question of this title. */
export async function confirm(title: string | RegExp, action: string): Promise<void> {
  const dialog = await screen.findByRole('dialog', { name: title });
  await fireEvent.click(within(dialog).getByRole('button', { name: action }));
}
