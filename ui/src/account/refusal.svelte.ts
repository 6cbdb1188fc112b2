/** Why signing in was refused, in words, with the wait counted down when there is one. */
import { retryAfter, type ApiError } from '../lib/api';
import { duration, secondsUntil } from '../lib/ui/clock.svelte';

export class Refusal {
  #fault = $state.raw<ApiError | null>(null);
  #until = $state(0);
  readonly #wrong: string | null;

  /** `wrong` is said of a wrong secret where no name was asked, or where it is no password. */
  constructor(wrong: string | null = null) {
    this.#wrong = wrong;
  }

  set(fault: ApiError | null): void {
    this.#fault = fault;
    this.#until = fault?.code === 'too_many_attempts' ? Date.now() + (retryAfter(fault) ?? 0) * 1000 : 0;
  }

  get fault(): ApiError | null {
    return this.#fault;
  }

  /** Whether it is about the secret itself. */
  get ofSecret(): boolean {
    return this.#fault?.code === 'invalid_credentials' || this.#fault?.code === 'too_many_attempts';
  }

  /** Whether trying again makes no sense yet. */
  get waiting(): boolean {
    return this.#until > 0 && secondsUntil(this.#until) > 0;
  }

  get words(): string | null {
    const fault = this.#fault;
    if (!fault) return null;
    if (fault.code === 'invalid_credentials') return this.#wrong ?? fault.message;
    if (fault.code !== 'too_many_attempts') return fault.message;
    const seconds = secondsUntil(this.#until);
    return seconds > 0
      ? `Too many tries. Try again in ${duration(seconds)}.`
      : 'You can try again now.';
  }
}
