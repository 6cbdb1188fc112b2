/**
 * Asks the core while somebody types: not at every letter, and never shows what belongs to words
 * that were typed over since.
 */
import { asFault, call, type ApiError, type Found, type Query } from '../lib/api';

/** How long typing must rest, in milliseconds. */
const REST = 120;

export class Finder {
  /** What was found last; it stays on the screen while the next is on its way. */
  found = $state.raw<Found | null>(null);
  fault = $state.raw<ApiError | null>(null);
  /** Whether an answer is on its way. */
  busy = $state(false);
  /** Whether what was found belongs to words that were typed over since. */
  stale = $state(false);
  #query: Query | null = null;
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Asks in a moment; null forgets what was found. */
  ask(query: Query | null): void {
    clearTimeout(this.#timer);
    this.#turn += 1;
    this.#query = query;
    this.busy = query !== null;
    this.stale = query !== null;
    if (query) {
      this.#timer = setTimeout(() => void this.#run(query), REST);
      return;
    }
    this.found = null;
    this.fault = null;
  }

  /** Asks the same again, at once. */
  async again(): Promise<void> {
    clearTimeout(this.#timer);
    if (!this.#query) return;
    this.#turn += 1;
    this.busy = true;
    await this.#run(this.#query);
  }

  /** Adds the next messages. */
  async more(): Promise<void> {
    const { found } = this;
    if (!this.#query || !found?.more || this.busy) return;
    this.busy = true;
    await this.#run({ ...this.#query, skip: found.messages.length }, found);
  }

  async #run(query: Query, before: Found | null = null): Promise<void> {
    const turn = this.#turn;
    try {
      const found = await call('search', query);
      if (turn !== this.#turn) return;
      this.found = before ? { ...before, messages: joined(before, found), more: found.more, missing: found.missing } : found;
      this.fault = null;
    } catch (error) {
      if (turn !== this.#turn) return;
      this.fault = asFault(error);
    }
    this.busy = false;
    this.stale = false;
  }
}

/** A message that was written meanwhile moves the others on: none is listed twice. */
function joined(before: Found, next: Found): Found['messages'] {
  const known = new Set(before.messages.map((message) => message.message_id));
  return [...before.messages, ...next.messages.filter((message) => !known.has(message.message_id))];
}
