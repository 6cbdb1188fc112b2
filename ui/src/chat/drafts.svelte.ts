/** What is typed and not sent yet, per chat, so that looking at another chat loses nothing. */
import { SvelteMap } from 'svelte/reactivity';
import type { ChatId } from '../lib/api';

export class Drafts {
  #texts = new SvelteMap<ChatId | null, string>();

  of(chatId: ChatId | null): string {
    return this.#texts.get(chatId) ?? '';
  }

  write(chatId: ChatId | null, text: string): void {
    this.#texts.set(chatId, text);
  }

  /** Clears what was sent; what was typed since then stays. */
  sent(chatId: ChatId | null, text: string): void {
    const now = this.of(chatId);
    this.#texts.set(chatId, now.startsWith(text) ? now.slice(text.length) : now);
  }

  /** Moves what is typed in one chat to the end of what is typed in another. */
  move(from: ChatId | null, to: ChatId): void {
    this.#texts.set(to, this.of(to) + this.of(from));
    this.#texts.delete(from);
  }
}
