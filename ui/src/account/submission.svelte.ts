/** A form on its way to the core: once at a time, and in words why it was refused. */
import { asFault, elsewhere, fieldWords } from '../lib/api';
import { Refusal } from './refusal.svelte';

export class Submission extends Refusal {
  busy = $state(false);

  /** Whether it may be sent. */
  get free(): boolean {
    return !this.busy && !this.waiting;
  }

  /** What is said at a field. */
  at(field: string): string | null {
    return fieldWords(this.fault, field);
  }

  /** What no field says of these, so that the form does. */
  beside(fields: string[]): string | null {
    return elsewhere(this.fault, fields) && this.words;
  }

  /** Sends it, unless it is on its way already; `false` when it was refused. */
  async send(what: () => Promise<void>): Promise<boolean> {
    if (!this.free) return false;
    this.busy = true;
    this.set(null);
    try {
      await what();
      return true;
    } catch (error) {
      this.set(asFault(error));
      return false;
    } finally {
      this.busy = false;
    }
  }
}
