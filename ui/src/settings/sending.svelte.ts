/** A form on its way to the core: once at a time, and in words why it was refused. */
import { asFault, elsewhere, fieldWords, type ApiError } from '../lib/api';
import { here } from './words';

export class Sending {
  busy = $state(false);
  fault = $state.raw<ApiError | null>(null);

  /** What is said at a field. */
  at(field: string): string | null {
    return fieldWords(this.fault, field);
  }

  /** What no field says of these, so that the form does. */
  beside(fields: string[]): string | null {
    const words = elsewhere(this.fault, fields);
    return words && here(words);
  }

  /** Sends it, unless it is on its way already; `false` when it was refused. */
  async send(what: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.fault = null;
    try {
      await what();
      return true;
    } catch (error) {
      this.fault = asFault(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
