/** The local API of this computer: the switch, the port, the web pages that may call. */
import { asFault, call, fieldWords, type ApiError, type LocalApi, type LocalApiState } from '../lib/api';
import type { Chips } from '../lib/ui/ChipField.svelte';

/** Web pages that may call, while they are edited. */
class Origins implements Chips {
  taken = $state.raw<string[]>([]);
  typed = $state('');
  refused = $state<string | null>(null);
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Only what looks like an address: the program says more of it. */
  take(text = this.typed): boolean {
    const words = text.split(/[\s,;]+/).filter(Boolean);
    if (words.length === 0) return true;
    const wrong = words.find((word) => !/^https?:\/\/[^/\s]+\/?$/i.test(word));
    this.refused = wrong === undefined ? null : `“${wrong}” is no origin. Write it like http://localhost:3000.`;
    if (wrong !== undefined) return false;
    const next = [...new Set([...this.taken, ...words.map((word) => word.replace(/\/$/, '').toLowerCase())])];
    this.typed = '';
    if (next.length !== this.taken.length) {
      this.taken = next;
      this.#changed();
    }
    return true;
  }

  remove(origin: string): void {
    this.taken = this.taken.filter((one) => one !== origin);
    this.#changed();
  }
}

export class LocalApiForm {
  current = $state.raw<LocalApiState | null>(null);
  /** Why nothing can be shown. */
  missing = $state<string | null>(null);
  fault = $state.raw<ApiError | null>(null);
  busy = $state(false);
  port = $state('');
  readonly origins = new Origins(() => void this.change({ origins: this.origins.taken }));

  get portWrong(): string | null {
    if (!/^\d{1,5}$/.test(this.port.trim()) || Number(this.port) < 1 || Number(this.port) > 65_535) return 'A port is a number from 1 to 65535.';
    return fieldWords(this.fault, 'port');
  }

  async load(): Promise<void> {
    this.missing = null;
    try {
      this.#show(await call('local_api', {}));
    } catch (error) {
      this.missing = asFault(error).message;
    }
  }

  /** Makes a change at once. What is refused stays in the form, with the reason. */
  async change(part: Partial<LocalApi>): Promise<void> {
    if (!this.current || this.busy) return;
    const { on, port, origins } = this.current;
    this.busy = true;
    this.fault = null;
    try {
      this.#show(await call('set_local_api', { on, port, origins, ...part }));
    } catch (error) {
      this.fault = asFault(error);
    } finally {
      this.busy = false;
    }
  }

  /** The port as it is written, when it is another one that can be. */
  async changePort(): Promise<void> {
    if (this.portWrong === null && Number(this.port) !== this.current?.port) await this.change({ port: Number(this.port) });
  }

  async copy(): Promise<void> {
    await call('copy_local_address', {});
  }

  #show(state: LocalApiState): void {
    this.current = state;
    this.port = String(state.port);
    this.origins.taken = state.origins;
  }
}
