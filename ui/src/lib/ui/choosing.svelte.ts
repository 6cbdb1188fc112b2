/**
 * A list that is chosen from while the keyboard stays in the field above it: arrows, Page keys and
 * Enter. What is marked is known by its key, so that it stays marked while the list changes.
 */
import { tick } from 'svelte';
import { composing } from './keys';

const PAGE = 8;

interface Options {
  /** The ids on the screen begin with it. */
  id: string;
  /** What there is, in the order on the screen. */
  keys: () => string[];
  choose: (key: string) => void;
  /** Whether Home and End go to the ends of the list, not to those of the text in the field. */
  ends?: boolean;
  /** Whether what is listed belongs to what is typed: until then Enter chooses nothing. */
  ready?: (key: string) => boolean;
}

export class Choosing {
  #options: Options;
  #marked = $state<string | null>(null);

  constructor(options: Options) {
    this.#options = options;
  }

  /** What makes an element the list. */
  get list() {
    return {
      id: `${this.#options.id}-list`,
      role: 'listbox',
      tabindex: -1,
      // The keyboard stays in the field.
      onmousedown: (event: MouseEvent) => { event.preventDefault(); },
    } as const;
  }

  /** Which option is marked, by its key; the first one until another is. */
  get marked(): string | null {
    const keys = this.#options.keys();
    return this.#marked !== null && keys.includes(this.#marked) ? this.#marked : (keys[0] ?? null);
  }

  /** The marked option's id on the screen. */
  get active(): string | undefined {
    return this.marked === null ? undefined : this.#id(this.marked);
  }

  /** Marks the first one again. */
  reset(): void {
    this.#marked = null;
  }

  onkeydown = (event: KeyboardEvent): void => {
    if (composing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = this.#options.keys();
    const at = keys.indexOf(this.marked ?? '');
    const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + PAGE, PageUp: at - PAGE };
    const to = steps[event.key] ?? (this.#options.ends && !event.shiftKey ? { Home: 0, End: keys.length - 1 }[event.key] : undefined);
    if (to !== undefined) void this.mark(keys[Math.min(Math.max(0, to), keys.length - 1)] ?? null);
    else if (event.key !== 'Enter') return;
    else if (this.marked !== null && this.#options.ready?.(this.marked) !== false) this.#options.choose(this.marked);
    event.preventDefault();
  };

  /** What makes an element the option of this key. */
  option(key: string) {
    const on = key === this.marked;
    return {
      id: this.#id(key),
      role: 'option',
      tabindex: -1,
      'aria-selected': on,
      'data-highlighted': on ? '' : undefined,
      onpointermove: () => (this.#marked = key),
      onclick: () => { this.#options.choose(key); },
    } as const;
  }

  /** Marks an option and brings it into view. */
  async mark(key: string | null): Promise<void> {
    this.#marked = key;
    await tick();
    if (this.active) document.getElementById(this.active)?.scrollIntoView({ block: 'nearest' });
  }

  #id(key: string): string {
    return `${this.#options.id}-${key}`;
  }
}
