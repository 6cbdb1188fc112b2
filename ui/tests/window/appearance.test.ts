/** How the window looks: theme, contrast, size. */
import { fireEvent, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { refuse } from '../fake/backend';
import { appearance } from '../../src/settings/appearance.svelte';
import { button, last, open, section, times } from './open';

const { dataset } = document.documentElement;
const ctrl = (key: string) => fireEvent.keyDown(document.body, { key, ctrlKey: true });

let ask = (_more: boolean): void => undefined;

/** A system that can ask for more contrast. */
beforeEach(() => {
  const listeners = new Set<() => void>();
  let more = false;
  const usual = window.matchMedia.bind(window);
  vi.spyOn(window, 'matchMedia').mockImplementation((media) =>
    media.includes('contrast')
      ? ({ get matches() { return more; }, addEventListener: (_: string, hear: () => void) => listeners.add(hear), removeEventListener: (_: string, hear: () => void) => listeners.delete(hear) } as unknown as MediaQueryList)
      : usual(media),
  );
  ask = (wanted) => {
    more = wanted;
    for (const hear of listeners) hear();
  };
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe('contrast', () => {
  it('is high where it is chosen, and stored', async () => {
    const backend = open({ signedIn: true });
    await section('Appearance');
    expect(dataset.contrast).toBeUndefined();
    await fireEvent.click(screen.getByRole('radio', { name: 'High' }));
    expect(dataset.contrast).toBe('high');
    await vi.waitFor(() => { expect(last(backend, 'set_appearance')).toEqual({ theme: 'system', contrast: 'high', size: 100 }); });
  });

  it('is high while the system asks for it, before anybody signs in', async () => {
    open({ people: ['ada'] });
    await button('Sign in');
    ask(true);
    expect(dataset.contrast).toBe('high');
    ask(false);
    expect(dataset.contrast).toBeUndefined();
  });

  it('goes back to what was stored when it is refused', async () => {
    const backend = open({ signedIn: true });
    await section('Appearance');
    backend.refusals.set('set_appearance', refuse('not_writable', 'The settings can’t be written.'));
    await fireEvent.click(screen.getByRole('radio', { name: 'High' }));
    expect(await screen.findByText('The settings can’t be written.')).toBeTruthy();
    expect(dataset.contrast).toBeUndefined();
    expect(screen.getByRole<HTMLInputElement>('radio', { name: 'High' }).checked).toBe(false);
  });
});

describe('the size', () => {
  it('is chosen among the usual ones and the one that is', async () => {
    const backend = open({ signedIn: true }, ({ search }) => (search.appearance = { ...search.appearance, size: 105 }));
    await section('Appearance');
    const select = await screen.findByLabelText(/^Text size/);
    select.focus();
    await fireEvent.keyDown(select, { key: 'Enter' });
    expect((await screen.findAllByRole('option')).map((option) => option.textContent.trim().split(' %')[0])).toEqual(['80', '90', '100', '105', '110', '125', '150', '175', '200']);
    await fireEvent.keyDown(select, { key: 'End' });
    await fireEvent.keyDown(select, { key: 'Enter' });
    await vi.waitFor(() => { expect(last(backend, 'set_appearance')).toMatchObject({ size: 200 }); });
  });

  it('grows, shrinks and goes back by its keys, before anybody signs in too', async () => {
    const backend = open({ people: ['ada'] });
    await button('Sign in');
    const stored = async (size: number) => vi.waitFor(() => { expect(backend.search.appearance.size).toBe(size); });
    await ctrl('+');
    await stored(110);
    await ctrl('=');
    await stored(125);
    await ctrl('-');
    await stored(110);
    await ctrl('0');
    await stored(100);
  });

  it('stays what was pressed last when keys follow each other fast', async () => {
    const backend = open({ signedIn: true });
    await button(/^Account:/);
    let release = (): void => undefined;
    backend.holds.set('set_appearance', new Promise((resolve) => (release = resolve)));
    await ctrl('+');
    await ctrl('+');
    await ctrl('+');
    expect(appearance.current.size).toBe(150);
    expect(times(backend, 'set_appearance')).toBe(1);
    release();
    await vi.waitFor(() => { expect(backend.search.appearance.size).toBe(150); });
    expect(times(backend, 'set_appearance')).toBe(2);
  });

  it('ends at the largest, and the window keeps its own zoom out of it', async () => {
    const backend = open({ signedIn: true }, ({ search }) => (search.appearance = { ...search.appearance, size: 200 }));
    await button(/^Account:/);
    await vi.waitFor(() => { expect(appearance.current.size).toBe(200); });
    const pressed = new KeyboardEvent('keydown', { key: '+', ctrlKey: true, bubbles: true, cancelable: true });
    document.body.dispatchEvent(pressed);
    expect(pressed.defaultPrevented).toBe(true);
    expect(times(backend, 'set_appearance')).toBe(0);
  });
});

it('the theme of the account menu keeps the rest', async () => {
  const backend = open({ signedIn: true }, ({ search }) => (search.appearance = { theme: 'dark', contrast: 'high', size: 125 }));
  await button(/^Account:/);
  await vi.waitFor(() => { expect(dataset.theme).toBe('dark'); });
  await fireEvent.keyDown(document.body, { key: 'k', ctrlKey: true });
  await fireEvent.input(await screen.findByRole('combobox'), { target: { value: 'theme' } });
  // Whatever is first changes something; what is so already says so.
  expect(screen.getAllByRole('option').slice(0, 3).map(({ textContent }) => textContent.replaceAll(/\s+/g, ' ').trim())).toEqual([
    'Theme: light',
    'Theme: as the system',
    'Theme: dark Now',
  ]);
  await fireEvent.click(screen.getByRole('option', { name: /Theme: light/ }));
  await vi.waitFor(() => { expect(last(backend, 'set_appearance')).toEqual({ theme: 'light', contrast: 'high', size: 125 }); });
});
