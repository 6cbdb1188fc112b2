/** Opens the whole window over a scripted core. */
import { fireEvent, render, screen } from '@testing-library/svelte';
import { install } from '../../src/lib/api';
import App from '../../src/shell/App.svelte';
import { Backend, type Options } from '../fake/backend';

export function open(options: Options = {}): Backend {
  const backend = new Backend({ pace: 0, ...options });
  install(backend);
  render(App);
  return backend;
}

export const button = (name: string) => screen.findByRole('button', { name });

export async function click(name: string): Promise<void> {
  await fireEvent.click(await button(name));
}

export async function write(label: string, text: string): Promise<void> {
  await fireEvent.input(await screen.findByLabelText(label), { target: { value: text } });
}

export async function ask(text: string): Promise<void> {
  await write('Message', text);
  await fireEvent.keyDown(await screen.findByLabelText('Message'), { key: 'Enter' });
}
