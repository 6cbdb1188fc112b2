/** How the window looks. Kept outside every vault, so it holds before anybody signs in. */
import { call, type Appearance, type Theme } from '../lib/api';

const USUAL: Appearance = { theme: 'system', contrast: 'system', size: 100 };

/** The sizes that are offered, in percent. */
export const SIZES = [80, 90, 100, 110, 125, 150, 175, 200];

class AppearanceState {
  current = $state.raw<Appearance>(USUAL);
  #stored = USUAL;
  #storing: Promise<void> | null = null;

  get theme(): Theme {
    return this.current.theme;
  }

  /** Whether it is dark on the screen, by choice or because the system is. */
  get dark(): boolean {
    return this.theme === 'dark' || (this.theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  }

  /** The next larger or smaller size that is offered; null at the end. */
  get larger(): number | null {
    return SIZES.find((size) => size > this.current.size) ?? null;
  }

  get smaller(): number | null {
    return SIZES.findLast((size) => size < this.current.size) ?? null;
  }

  async load(): Promise<void> {
    this.#stored = await call('appearance', {});
    this.#show(this.#stored);
  }

  /** Shows a change at once and stores it. What is refused is taken back. */
  change(part: Partial<Appearance>): Promise<void> {
    this.#show({ ...this.current, ...part });
    this.#storing ??= this.#store().finally(() => (this.#storing = null));
    return this.#storing;
  }

  /** Follows what the system says of contrast. Call the result to stop. */
  watch = (): (() => void) => {
    const query = matchMedia('(prefers-contrast: more)');
    const changed = () => {
      this.#paint();
    };
    changed();
    query.addEventListener('change', changed);
    return () => {
      query.removeEventListener('change', changed);
    };
  };

  /** One after the other: of changes that follow each other fast, the last is the one that stays. */
  async #store(): Promise<void> {
    let sent: Appearance;
    do {
      sent = this.current;
      try {
        this.#stored = await call('set_appearance', sent);
      } catch (error) {
        this.#show(this.#stored);
        throw error;
      }
    } while (this.current !== sent);
  }

  #show(appearance: Appearance): void {
    this.current = appearance;
    this.#paint();
  }

  /** The desktop sees to the size. */
  #paint(): void {
    const appearance = this.current;
    const { dataset } = document.documentElement;
    if (appearance.theme === 'system') delete dataset.theme;
    else dataset.theme = appearance.theme;
    const high = appearance.contrast === 'high' || matchMedia('(prefers-contrast: more)').matches;
    if (high) dataset.contrast = 'high';
    else delete dataset.contrast;
  }
}

export const appearance = new AppearanceState();

export const THEMES: { value: Theme; label: string }[] = [
  { value: 'system', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];
