/**
 * The list of chats: pages as they are asked for, and what events say since then. A chat that
 * changed moves to the top; one that finished while nobody looked at it keeps a dot.
 */
import { SvelteMap } from 'svelte/reactivity';
import { asFault, call, type ApiError, type Chat, type ChatEvent, type ChatId, type Cursor } from '../lib/api';

const PAGE = 50;

export type Dot = 'writing' | 'unseen' | 'failed';

export class Chats {
  list = $state.raw<Chat[]>([]);
  next = $state.raw<Cursor | null>(null);
  loading = $state(false);
  /** Whether the first page has arrived: an empty list is empty only then. */
  loaded = $state(false);
  fault = $state.raw<ApiError | null>(null);
  #ended = new SvelteMap<ChatId, 'unseen' | 'failed'>();
  #writing = new SvelteMap<ChatId, boolean>();
  #gone = new Set<ChatId>();

  dot(chat: Chat): Dot | null {
    if (this.#writing.get(chat.id) ?? chat.writing) return 'writing';
    return this.#ended.get(chat.id) ?? null;
  }

  async load(): Promise<void> {
    await this.#page(null);
  }

  async more(): Promise<void> {
    if (this.next) await this.#page(this.next);
  }

  async rename(chatId: ChatId, title: string): Promise<Chat> {
    const chat = await call('rename_chat', { chat_id: chatId, title });
    this.put(chat);
    return chat;
  }

  async remove(chatId: ChatId): Promise<void> {
    await call('delete_chat', { chat_id: chatId });
    this.#gone.add(chatId);
    this.list = this.list.filter((chat) => chat.id !== chatId);
  }

  /** Puts a changed row where it belongs now. */
  put(chat: Chat): void {
    if (this.#gone.has(chat.id)) return;
    this.list = merge(this.list, [chat]);
  }

  /** The person looks at this chat: nothing in it is news any more. */
  seen(chatId: ChatId): void {
    this.#ended.delete(chatId);
  }

  take(event: ChatEvent, shown: ChatId | null): void {
    switch (event.event) {
      case 'chat':
        this.put(event.chat);
        break;
      case 'started':
        this.#writing.set(event.chat_id, true);
        this.#ended.delete(event.chat_id);
        break;
      case 'ended':
        this.#writing.set(event.chat_id, false);
        if (event.chat_id !== shown && event.message.state !== 'stopped') {
          this.#ended.set(event.chat_id, event.message.state === 'failed' ? 'failed' : 'unseen');
        }
        break;
      case 'resync':
        this.#writing.clear();
        void this.load();
    }
  }

  async #page(after: Cursor | null): Promise<void> {
    if (this.loading) return;
    this.loading = true;
    try {
      const page = await call('chats', { after, limit: PAGE });
      const rows = page.chats.filter((chat) => !this.#gone.has(chat.id));
      this.list = after ? merge(this.list, rows) : rows;
      this.next = page.next;
      this.loaded = true;
      this.fault = null;
    } catch (error) {
      this.fault = asFault(error);
    } finally {
      this.loading = false;
    }
  }
}

function merge(list: Chat[], changed: Chat[]): Chat[] {
  const ids = new Set(changed.map((chat) => chat.id));
  return [...list.filter((chat) => !ids.has(chat.id)), ...changed].sort(
    (a, b) => Date.parse(b.updated_at) - Date.parse(a.updated_at) || b.id - a.id,
  );
}
