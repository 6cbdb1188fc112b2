/** Light or dark. Kept outside every vault, so it holds before anybody signs in. */
import { call, type Theme } from '../lib/api';

class AppearanceState {
  theme = $state<Theme>('system');

  async load(): Promise<void> {
    this.#show((await call('appearance', {})).theme);
  }

  async choose(theme: Theme): Promise<void> {
    this.#show(theme);
    await call('set_appearance', { theme });
  }

  #show(theme: Theme): void {
    this.theme = theme;
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }
}

export const appearance = new AppearanceState();

export const THEMES: { value: Theme; label: string }[] = [
  { value: 'system', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];
