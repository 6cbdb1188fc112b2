/** Why signing in was refused, in words, with the wait counted down when there is one. */
import { retryAfter, type ApiError } from '../lib/api';
import { duration, secondsUntil } from '../lib/ui/clock.svelte';

export class Refusal {
  #fault = $state.raw<ApiError | null>(null);
  #until = $state(0);

  set(fault: ApiError | null): void {
    this.#fault = fault;
    this.#until = fault?.code === 'too_many_attempts' ? Date.now() + (retryAfter(fault) ?? 0) * 1000 : 0;
  }

  get fault(): ApiError | null {
    return this.#fault;
  }

  /** Whether trying again makes no sense yet. */
  get waiting(): boolean {
    return this.#until > 0 && secondsUntil(this.#until) > 0;
  }

  get words(): string | null {
    const fault = this.#fault;
    if (!fault) return null;
    if (fault.code !== 'too_many_attempts') return fault.message;
    const seconds = secondsUntil(this.#until);
    return seconds > 0
      ? `Too many tries. Try again in ${duration(seconds)}.`
      : 'You can try again now.';
  }
}
