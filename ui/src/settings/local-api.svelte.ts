/** The local API of this computer: the switch, the port, the web pages that may call. */
import { asFault, call, fieldWords, namesField, type ApiError, type LocalApi, type LocalApiState } from '../lib/api';
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
  #port = $state('');
  /** Whether the port is another one in the field than was asked for. */
  #typing = false;
  /** What is to be changed after the change that is being made. */
  #next: Partial<LocalApi> | null = null;
  #changing = false;
  readonly origins = new Origins(() => void this.change({ origins: this.origins.taken }));

  get port(): string {
    return this.#port;
  }

  set port(text: string) {
    this.#port = text;
    this.#typing = true;
  }

  get portWrong(): string | null {
    return this.#isPort ? fieldWords(this.fault, 'port') : 'A port is a number from 1 to 65535.';
  }

  get #isPort(): boolean {
    return /^\d{1,5}$/.test(this.port.trim()) && Number(this.port) >= 1 && Number(this.port) <= 65_535;
  }

  async load(): Promise<void> {
    this.missing = null;
    try {
      this.#show(await call('local_api', {}));
    } catch (error) {
      this.missing = asFault(error).message;
    }
  }

  /**
   * Makes a change at once, or after the one before it, whatever became of that. What is refused
   * stays in the form as long as the reason stands at its field.
   */
  async change(part: Partial<LocalApi>): Promise<void> {
    this.#next = { ...this.#next, ...part };
    if (this.#changing) return;
    this.#changing = true;
    this.fault = null;
    while (this.current && this.#next) {
      const { on, port, origins } = this.current;
      const next = this.#next;
      this.#next = null;
      try {
        const state = await call('set_local_api', { on, port, origins, ...next });
        // It was said of what this has mended.
        if (namesField(this.fault, Object.keys(next))) this.fault = null;
        this.#show(state);
      } catch (error) {
        this.fault = asFault(error);
        this.#refused(next);
      }
    }
    this.#changing = false;
  }

  /** The port as it is written, when it is another one that can be. */
  async changePort(): Promise<void> {
    if (!this.#isPort) return;
    this.#typing = false;
    if (Number(this.port) !== this.current?.port) await this.change({ port: Number(this.port) });
  }

  async copy(): Promise<void> {
    await call('copy_local_address', {});
  }

  /** What was changed along with the field that was refused is tried without it. */
  #refused(next: Partial<LocalApi>): void {
    const rest = Object.entries(next).filter(([field]) => !namesField(this.fault, [field]));
    if (rest.length < Object.keys(next).length && rest.length > 0) this.#next = { ...Object.fromEntries(rest), ...this.#next };
    this.#showOrigins();
  }

  #show(state: LocalApiState): void {
    this.current = state;
    if (!this.#typing && this.#settled('port')) this.#port = String(state.port);
    this.#showOrigins();
  }

  /** Only what is listed looks so, unless it is said why something isn't. */
  #showOrigins(): void {
    if (this.current && this.#settled('origins')) this.origins.taken = this.current.origins;
  }

  /** Whether nothing else is wanted of a field than what is so. */
  #settled(field: 'port' | 'origins'): boolean {
    return this.#next?.[field] === undefined && fieldWords(this.fault, field) === null;
  }
}
