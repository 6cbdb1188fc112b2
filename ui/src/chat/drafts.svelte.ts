/**
 * What is typed and not sent yet, per chat and per question that is being changed. It is kept in
 * the vault a moment after it was typed, so that neither another chat, nor a lock, nor a restart
 * loses it.
 *
 * The core forgets a draft in the same step in which it stores the question. So no save of a draft
 * may be on its way while it is sent: it would bring back what was sent already.
 */
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { asFault, call, type ChatId, type Draft, type MessageId } from '../lib/api';

/** How long what is typed may be on the screen alone, in milliseconds. */
const SOON = 400;
/** How long somebody who leaves waits for the last save, in milliseconds. */
const PATIENCE = 1000;

interface Keeping {
  place: Omit<Draft, 'text'>;
  /** What the vault holds. */
  kept: string;
  /** Whether what the vault held is part of what is shown. */
  taken: boolean;
  timer: ReturnType<typeof setTimeout> | null;
  /** The save on its way. */
  saving: Promise<void> | null;
  /** Whether it is being sent. */
  held: boolean;
}

export class Drafts {
  /** Why what is typed isn't saved, once that failed more than once. */
  fault = $state<string | null>(null);
  /** Apart, so that nothing but the composer looks at every letter that is typed into it. */
  #texts = new SvelteMap<string, string>();
  #edits = new SvelteMap<string, string>();
  /** Questions whose change is kept, but was put away for now. */
  #away = new SvelteSet<string>();
  #keeping = new Map<string, Keeping>();
  #failures = 0;
  /** The answer that everybody waits for who asks meanwhile. */
  #loading: Promise<void> | null = null;
  #loaded = true;

  of(chatId: ChatId | null, messageId: MessageId | null = null): string {
    return this.#shelf(messageId).get(key(chatId, messageId)) ?? '';
  }

  write(chatId: ChatId | null, text: string, messageId: MessageId | null = null): void {
    this.#shelf(messageId).set(key(chatId, messageId), text);
    this.#later(this.#at(chatId, messageId));
  }

  /** Whether a question is to stand open for what was typed in it. */
  opens(chatId: ChatId, messageId: MessageId): boolean {
    return this.of(chatId, messageId) !== '' && !this.#away.has(key(chatId, messageId));
  }

  /** Keeps what was typed in a question until that is opened anew. */
  putAway(chatId: ChatId, messageId: MessageId): void {
    this.#away.add(key(chatId, messageId));
    void this.flush();
  }

  takeUp(chatId: ChatId, messageId: MessageId): void {
    this.#away.delete(key(chatId, messageId));
  }

  /** Asks for what was typed before. */
  load(): Promise<void> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  /** Asks for what came in with imported chats; where something was typed here, that stays. */
  async more(): Promise<void> {
    await this.#loading;
    if (!this.#loaded) {
      await this.load();
      return;
    }
    try {
      const drafts = await call('drafts', {});
      for (const draft of drafts.filter(({ chat_id, message_id }) => !this.#keeping.has(key(chat_id, message_id)))) {
        this.#take(draft);
      }
    } catch {
      // They are in the vault and come with the next sign-in.
    }
  }

  /** Saves at once whatever isn't saved yet. Nobody waits long for a disk that hangs. */
  async flush(): Promise<void> {
    const saves = Promise.all([...this.#keeping.values()].map((one) => this.#save(one)));
    await Promise.race([saves, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
  }

  /** Before it is sent: nothing of it is saved until it is known whether it was. */
  async hold(chatId: ChatId | null, messageId: MessageId | null = null): Promise<void> {
    const one = this.#at(chatId, messageId);
    one.held = true;
    this.#cancel(one);
    await one.saving;
  }

  /** It wasn't sent. */
  release(chatId: ChatId | null, messageId: MessageId | null = null): void {
    const one = this.#at(chatId, messageId);
    one.held = false;
    this.#later(one);
  }

  /** It was sent, and the core has forgotten it; what was typed since then stays. */
  sent(chatId: ChatId | null, text: string, messageId: MessageId | null = null): void {
    const now = this.of(chatId, messageId);
    const one = this.#at(chatId, messageId);
    one.kept = '';
    one.held = false;
    this.write(chatId, now.startsWith(text) ? now.slice(text.length) : now, messageId);
  }

  /** Moves what is typed in one chat to the end of what is typed in another. */
  move(from: ChatId | null, to: ChatId): void {
    this.write(to, this.of(to) + this.of(from));
    this.write(from, '');
  }

  async #load(): Promise<void> {
    this.#loaded = false;
    try {
      for (const draft of await call('drafts', {})) {
        this.#take(draft);
      }
      this.#loaded = true;
    } catch (error) {
      this.#failed(asFault(error).message);
    } finally {
      this.#loading = null;
    }
  }

  /** Takes what the vault holds, once; what was typed before it arrived goes behind it. */
  #take({ chat_id, message_id, text }: Draft): void {
    const one = this.#at(chat_id, message_id);
    if (one.taken) return;
    one.taken = true;
    one.kept = text;
    this.#shelf(message_id).set(key(chat_id, message_id), text + this.of(chat_id, message_id));
    this.#later(one);
  }

  #shelf(messageId: MessageId | null): SvelteMap<string, string> {
    return messageId === null ? this.#texts : this.#edits;
  }

  #failed(message: string): void {
    if (++this.#failures > 1) this.fault = message;
  }

  #at(chatId: ChatId | null, messageId: MessageId | null): Keeping {
    const name = key(chatId, messageId);
    let one = this.#keeping.get(name);
    if (!one) {
      one = { place: { chat_id: chatId, message_id: messageId }, kept: '', taken: false, timer: null, saving: null, held: false };
      this.#keeping.set(name, one);
    }
    return one;
  }

  #text(one: Keeping): string {
    return this.of(one.place.chat_id, one.place.message_id);
  }

  /** A first change starts the clock and the next ones don't: somebody who types on is saved too. */
  #later(one: Keeping): void {
    if (one.held || one.timer !== null || this.#text(one) === one.kept) return;
    one.timer = setTimeout(() => void this.#save(one), SOON);
  }

  #cancel(one: Keeping): void {
    if (one.timer !== null) clearTimeout(one.timer);
    one.timer = null;
  }

  /** One save at a time: of two on their way the older might arrive last. */
  async #save(one: Keeping): Promise<void> {
    this.#cancel(one);
    while (one.saving) await one.saving;
    if (one.held || this.#text(one) === one.kept) return;
    one.saving = this.#write(one);
    await one.saving;
    one.saving = null;
  }

  async #write(one: Keeping): Promise<void> {
    await this.#loading;
    // Over what was typed before and couldn't be read, nothing is written.
    if (!this.#loaded) await this.load();
    if (!this.#loaded) return;
    const text = this.#text(one);
    try {
      await call('save_draft', { ...one.place, text });
      one.kept = text;
      one.taken = true;
      this.#failures = 0;
      this.fault = null;
    } catch (error) {
      const fault = asFault(error);
      // The chat or the question is gone, and its draft with it.
      if (fault.code === 'not_found') one.kept = text;
      else this.#failed(fault.message);
    }
  }
}

function key(chatId: ChatId | null, messageId: MessageId | null): string {
  return `${String(chatId ?? '')}/${String(messageId ?? '')}`;
}
