/** What scrolls inside an answer takes the keyboard, where there is something to scroll. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { reachable, scrolls } from '../../src/chat/reachable';

const HTML = '<div class="table"><table></table></div><ul><li><pre></pre></li></ul><math display="block"></math><math></math>';
let resize: () => void;
let wide: boolean;

beforeEach(() => {
  wide = true;
  vi.stubGlobal('ResizeObserver', class {
    #targets: Element[] = [];
    constructor(told: (entries: { target: Element }[]) => void) {
      resize = () => { told(this.#targets.map((target) => ({ target }))); };
    }
    observe(target: Element): void {
      Object.defineProperty(target, 'scrollWidth', { get: () => (wide ? 900 : 500) });
      Object.defineProperty(target, 'clientWidth', { value: 500 });
      this.#targets.push(target);
    }
    disconnect(): void {
      this.#targets = [];
    }
  });
});
afterEach(() => { vi.unstubAllGlobals(); });

const block = () => Object.assign(document.createElement('div'), { innerHTML: HTML });
const stops = (root: HTMLElement) => [...root.querySelectorAll('[tabindex="0"][role=region]')].map((one) => one.getAttribute('aria-label'));

it('as long as it is wider than its column', () => {
  const root = block();
  const stop = reachable(root);
  expect(stops(root)).toEqual([]);
  resize();
  expect(stops(root)).toEqual(['Table', 'Code', 'Formula']);
  wide = false;
  resize();
  expect(root.innerHTML).toBe(HTML);
  stop();
});

it('and only in blocks that may hold any is it looked for', () => {
  expect(['<div class="table">', '<p><math display="block">', '<li><pre>'].map(scrolls)).toEqual([true, true, true]);
  expect(scrolls('<p><code>a</code> <math>x</math></p>')).toBe(false);
});
