/** What jsdom lacks and the window uses. */
import { cleanup, configure } from '@testing-library/svelte';
import { afterEach, vi } from 'vitest';
import { questions } from '../src/lib/ui/questions.svelte';
import { toasts } from '../src/lib/ui/toasts.svelte';

class Observer {
  observe(): void {
    // Nothing has a size here.
  }
  unobserve(): void {
    // Nothing has a size here.
  }
  disconnect(): void {
    // Nothing has a size here.
  }
}

vi.stubGlobal('ResizeObserver', Observer);
vi.stubGlobal('matchMedia', (media: string) => ({
  media,
  matches: false,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
}));
Element.prototype.scrollIntoView = () => undefined;

// A missing element is told by its name, not by the whole window.
configure({ getElementError: (message) => new Error(message ?? 'not found') });

afterEach(() => {
  cleanup();
  questions.answer(false);
  toasts.clear();
});
