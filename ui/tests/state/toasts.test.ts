/** Notes at the edge of the window. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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

describe('an offer', () => {
  const action = { label: 'Undo', keys: 'mod+z', run: () => undefined };
  const id = () => toasts.shown[0]?.id ?? 0;

  beforeEach(() => { vi.useFakeTimers(); });
  afterEach(() => { vi.useRealTimers(); });

  it('stands as long as somebody is at it, and then for the time that was left', () => {
    toasts.offer('Archived', action, 10_000, true);
    vi.advanceTimersByTime(9000);
    toasts.hold(id(), 'pointer');
    toasts.hold(id(), 'focus');
    vi.advanceTimersByTime(60_000);
    toasts.release(id(), 'pointer');
    vi.advanceTimersByTime(60_000);
    expect(toasts.shown).toHaveLength(1);
    toasts.release(id(), 'focus');
    vi.advanceTimersByTime(999);
    expect(toasts.shown).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(toasts.shown).toEqual([]);
  });

  it('that can’t be kept later goes in time', () => {
    toasts.offer('Deleted', action, 10_000);
    toasts.hold(id(), 'pointer');
    vi.advanceTimersByTime(10_000);
    expect(toasts.shown).toEqual([]);
  });
});
