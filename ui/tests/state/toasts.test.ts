/** Notes at the edge of the window. */
import { afterEach, expect, it, vi } from 'vitest';
import { toasts } from '../../src/lib/ui/toasts.svelte';

afterEach(() => { toasts.clear(); });

it('what only said that something is done makes room, and what went wrong or can be undone stays', () => {
  const run = vi.fn();
  toasts.note('Saved');
  toasts.fault('The disk is full.');
  toasts.offer('Deleted', { label: 'Undo', keys: 'mod+z', run }, 10_000);
  toasts.settle();
  expect(toasts.shown.map(({ text }) => text)).toEqual(['The disk is full.', 'Deleted']);
  expect(run).not.toHaveBeenCalled();
});
