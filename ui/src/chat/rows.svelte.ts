/**
 * A list of chats: pages as they are asked for, and what is told of single chats since then. Its
 * order is the core's: pinned ones, then the others, the last changed first.
 */
import { asFault, call, type ApiError, type Chat, type ChatId, type Cursor, type List } from '../lib/api';

const PAGE = 50;

export class Rows {
  list = $state.raw<Chat[]>([]);
  next = $state.raw<Cursor | null>(null);
  loading = $state(false);
  /** Whether the first page has arrived: an empty list is empty only then. */
  loaded = $state(false);
  fault = $state.raw<ApiError | null>(null);
  #which: List;
  #gone: ReadonlySet<ChatId>;
  /** What was told while a page was on its way, which may not know of it yet. */
  #meanwhile: Chat[] = [];
  #again = false;

  constructor(which: List, gone: ReadonlySet<ChatId>) {
    this.#which = which;
    this.#gone = gone;
  }

  /** Asks for the first page, and for no other until somebody comes near its end. */
  async load(): Promise<void> {
    if (this.loading) this.#again = true;
    else await this.#page(null);
  }

  async more(): Promise<void> {
    if (this.next && !this.loading) await this.#page(this.next);
  }

  /** Puts a chat where it belongs; nowhere when it belongs to the other list, or further down. */
  take(chat: Chat): void {
    if (this.loading) this.#meanwhile.push(chat);
    const rest = this.list.filter(({ id }) => id !== chat.id);
    this.list = this.#belongs(chat, rest) ? insert(rest, chat) : rest;
  }

  drop(chatId: ChatId): void {
    this.list = this.list.filter(({ id }) => id !== chatId);
  }

  #belongs(chat: Chat, rest: Chat[]): boolean {
    if (chat.archived !== (this.#which === 'archived')) return false;
    const last = rest.at(-1);
    // What comes after the last page will come with its own.
    return this.next === null || last === undefined || compare(chat, last) < 0;
  }

  async #page(after: Cursor | null): Promise<void> {
    this.loading = true;
    this.#meanwhile = [];
    try {
      const page = await call('chats', { list: this.#which, after, limit: PAGE });
      const ids = new Set(page.chats.map(({ id }) => id));
      const above = after ? this.list.filter(({ id }) => !ids.has(id)) : [];
      this.list = [...above, ...page.chats.filter(({ id }) => !this.#gone.has(id))];
      this.next = page.next;
      this.loaded = true;
      this.fault = null;
    } catch (error) {
      this.fault = asFault(error);
    } finally {
      this.loading = false;
    }
    for (const chat of this.#meanwhile.splice(0)) if (!this.#gone.has(chat.id)) this.take(chat);
    if (!this.#again) return;
    this.#again = false;
    await this.#page(null);
  }
}

function insert(list: Chat[], chat: Chat): Chat[] {
  const at = list.findIndex((other) => compare(chat, other) < 0);
  return list.toSpliced(at < 0 ? list.length : at, 0, chat);
}

function compare(a: Chat, b: Chat): number {
  if (a.pinned !== b.pinned) return a.pinned ? -1 : 1;
  return Date.parse(b.updated_at) - Date.parse(a.updated_at) || b.id - a.id;
}
