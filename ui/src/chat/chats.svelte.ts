/** The chats in use and those that were put away, each a list of its own. */
import { call, type Chat, type ChatEvent, type ChatId, type List } from '../lib/api';
import { SvelteMap } from 'svelte/reactivity';
import { Rows } from './rows.svelte';

export type Dot = 'writing' | 'done' | 'failed';

export class Chats {
  /** Which list the sidebar shows. */
  which = $state<List>('usual');
  #gone = new Set<ChatId>();
  readonly usual = new Rows('usual', this.#gone);
  readonly archived = new Rows('archived', this.#gone);
  /** What events said of answers before the row that says so itself. */
  #writing = new SvelteMap<ChatId, boolean>();

  get shown(): Rows {
    return this.which === 'usual' ? this.usual : this.archived;
  }

  /** Chats in use, as far as they are loaded. */
  get list(): Chat[] {
    return this.usual.list;
  }

  dot(chat: Chat): Dot | null {
    return (this.#writing.get(chat.id) ?? chat.writing) ? 'writing' : chat.unseen;
  }

  load(): Promise<void> {
    return this.usual.load();
  }

  async show(which: List): Promise<void> {
    this.which = which;
    if (!this.shown.loaded) await this.shown.load();
  }

  async rename(chatId: ChatId, title: string): Promise<Chat> {
    return this.#put(await call('rename_chat', { chat_id: chatId, title }));
  }

  async pin(chatId: ChatId, on: boolean): Promise<Chat> {
    return this.#put(await call('pin_chat', { chat_id: chatId, on }));
  }

  async archive(chatId: ChatId, on: boolean): Promise<Chat> {
    return this.#put(await call('archive_chat', { chat_id: chatId, on }));
  }

  async remove(chatId: ChatId): Promise<void> {
    await call('delete_chat', { chat_id: chatId });
    this.#drop(chatId);
  }

  async restore(chatId: ChatId): Promise<Chat> {
    const chat = await call('restore_chat', { chat_id: chatId });
    this.#gone.delete(chatId);
    return this.#put(chat);
  }

  /** Puts a changed row where it belongs now. A late response brings no deleted chat back. */
  put(chat: Chat): void {
    if (this.#gone.has(chat.id)) return;
    this.usual.take(chat);
    this.archived.take(chat);
  }

  take(event: ChatEvent): void {
    switch (event.event) {
      case 'chat':
        // Events come in order: this one says that it is there again.
        this.#gone.delete(event.chat.id);
        this.#writing.delete(event.chat.id);
        this.put(event.chat);
        break;
      case 'gone':
        this.#drop(event.chat_id);
        break;
      case 'started':
        this.#writing.set(event.chat_id, true);
        break;
      case 'ended':
        this.#writing.set(event.chat_id, false);
        break;
      case 'resync':
        this.#writing.clear();
        this.#reload();
        break;
      case 'list_changed':
        this.#reload();
    }
  }

  #put(chat: Chat): Chat {
    this.put(chat);
    return chat;
  }

  #drop(chatId: ChatId): void {
    this.#gone.add(chatId);
    this.usual.drop(chatId);
    this.archived.drop(chatId);
  }

  #reload(): void {
    void this.usual.load();
    if (this.archived.loaded) void this.archived.load();
  }
}
