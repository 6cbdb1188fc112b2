/**
 * What is typed and neither sent nor saved yet: per chat, per question that is being changed, per
 * form. It is kept in the vault a moment after it was typed, so that neither another chat, nor a
 * lock, nor a restart loses it.
 *
 * The core forgets a draft in the same step in which it stores the question. So no save of a draft
 * may be on its way while it is sent: it would bring back what was sent already.
 */
import { createContext } from 'svelte';
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { asFault, call, type ChatId, type Draft, type MessageId } from './api';

/** How long what is typed may be on the screen alone, in milliseconds. */
const SOON = 400;
/** How long somebody who leaves waits for the last save, in milliseconds. */
const PATIENCE = 1000;

type Placed<D> = D extends unknown ? Omit<D, 'text'> : never;
/** Where something is typed. */
export type DraftPlace = Placed<Draft>;

/** A form whose words are kept, too. */
export type FormPlace = Extract<DraftPlace, { at: 'profile' | 'context' }>;

interface Keeping {
  place: DraftPlace;
  /** What the vault holds. */
  kept: string;
  /** Whether what the vault held is part of what is shown. */
  taken: boolean;
  timer: ReturnType<typeof setTimeout> | null;
  /** Whether its last save was refused. */
  refused: boolean;
  /** The save on its way. */
  saving: Promise<void> | null;
  /** Whether it is being sent. */
  held: boolean;
}

export class Drafts {
  /** Why what is typed isn't saved, once that failed more than once. */
  fault = $state<string | null>(null);
  /** Whether it is known what was typed before. */
  settled = $state(false);
  /** Why it isn't, once that was asked for. */
  missing = $state<string | null>(null);
  /** Apart, so that nothing but the composer looks at every letter that is typed into it. */
  #texts = new SvelteMap<string, string>();
  #others = new SvelteMap<string, string>();
  #forms = $state.raw<FormPlace[]>([]);
  /** Questions whose change is kept, but was put away for now. */
  #away = new SvelteSet<string>();
  #keeping = new Map<string, Keeping>();
  #failures = 0;
  /** The answer that everybody waits for who asks meanwhile. */
  #loading: Promise<void> | null = null;
  #loaded = true;
  #ended = false;

  of(chatId: ChatId | null, messageId: MessageId | null = null): string {
    return this.#text(within(chatId, messageId));
  }

  write(chatId: ChatId | null, text: string, messageId: MessageId | null = null): void {
    this.#put(within(chatId, messageId), text);
  }

  /** What stands in a form that wasn't saved, as the form wrote it down; empty for nothing. */
  form(place: FormPlace): string {
    return this.#text(place);
  }

  writeForm(place: FormPlace, text: string): void {
    this.#put(place, text);
  }

  /** The forms that aren't saved, that on the screen among them. */
  get forms(): readonly FormPlace[] {
    return this.#forms.filter((place) => this.#text(place) !== '');
  }

  /** Whether a question is to stand open for what was typed in it. */
  opens(chatId: ChatId, messageId: MessageId): boolean {
    return this.of(chatId, messageId) !== '' && !this.#away.has(key(within(chatId, messageId)));
  }

  /** Keeps what was typed in a question until that is opened anew. */
  putAway(chatId: ChatId, messageId: MessageId): void {
    this.#away.add(key(within(chatId, messageId)));
    void this.flush();
  }

  takeUp(chatId: ChatId, messageId: MessageId): void {
    this.#away.delete(key(within(chatId, messageId)));
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
      for (const draft of drafts.filter((draft) => !this.#keeping.has(key(draft)))) this.#take(draft);
    } catch {
      // They are in the vault and come with the next sign-in.
    }
  }

  /**
   * Saves at once whatever isn't saved yet, and tells whether none of it was refused. Nobody waits
   * long for a disk that hangs: what is on its way by then is in the core's hands.
   */
  async flush(): Promise<boolean> {
    const all = [...this.#keeping.values()];
    const saves = Promise.all(all.map((one) => this.#save(one)));
    await Promise.race([saves, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
    return !all.some((one) => one.refused && this.#text(one.place) !== one.kept);
  }

  /** Whoever typed is gone: nothing of theirs is saved any more, for it would go to the next one. */
  end(): void {
    this.#ended = true;
    for (const one of this.#keeping.values()) this.#cancel(one);
  }

  /** Before it is sent: nothing of it is saved until it is known whether it was. */
  async hold(chatId: ChatId | null, messageId: MessageId | null = null): Promise<void> {
    const one = this.#at(within(chatId, messageId));
    one.held = true;
    this.#cancel(one);
    await one.saving;
  }

  /** It wasn't sent. */
  release(chatId: ChatId | null, messageId: MessageId | null = null): void {
    const one = this.#at(within(chatId, messageId));
    one.held = false;
    this.#later(one);
  }

  /** It was sent, and the core has forgotten it; what was typed since then stays. */
  sent(chatId: ChatId | null, text: string, messageId: MessageId | null = null): void {
    const now = this.of(chatId, messageId);
    const one = this.#at(within(chatId, messageId));
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
      this.settled = true;
      this.missing = null;
    } catch (error) {
      this.missing = asFault(error).message;
      this.#failed(this.missing);
    } finally {
      this.#loading = null;
    }
  }

  /** Takes what the vault holds, once; what was typed before it arrived goes behind it. */
  #take(draft: Draft): void {
    const one = this.#at(draft);
    if (one.taken) return;
    one.taken = true;
    one.kept = draft.text;
    const typed = this.#text(one.place);
    // Words can stand behind others; of two forms the one on the screen counts.
    const whole = isForm(draft) && typed !== '' ? typed : draft.text + typed;
    this.#shelf(draft).set(key(draft), whole);
    this.#later(one);
  }

  #put(place: DraftPlace, text: string): void {
    this.#shelf(place).set(key(place), text);
    this.#later(this.#at(place));
  }

  #text(place: DraftPlace): string {
    return this.#shelf(place).get(key(place)) ?? '';
  }

  #shelf(place: DraftPlace): SvelteMap<string, string> {
    return place.at === 'chat' ? this.#texts : this.#others;
  }

  #failed(message: string): void {
    if (++this.#failures > 1) this.fault = message;
  }

  #at(draft: DraftPlace): Keeping {
    const name = key(draft);
    let one = this.#keeping.get(name);
    if (!one) {
      const place = placeOf(draft);
      one = { place, kept: '', taken: false, refused: false, timer: null, saving: null, held: false };
      this.#keeping.set(name, one);
      if (isForm(place)) this.#forms = [...this.#forms, place];
    }
    return one;
  }

  /** A first change starts the clock and the next ones don't: somebody who types on is saved too. */
  #later(one: Keeping): void {
    if (this.#ended || one.held || one.timer !== null || this.#text(one.place) === one.kept) return;
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
    if (one.held || this.#text(one.place) === one.kept) return;
    one.saving = this.#write(one);
    await one.saving;
    one.saving = null;
  }

  async #write(one: Keeping): Promise<void> {
    await this.#loading;
    // Over what was typed before and couldn't be read, nothing is written.
    if (!this.#loaded) await this.load();
    if (!this.#loaded || this.#ended) return;
    const text = this.#text(one.place);
    try {
      await call('save_draft', { ...one.place, text });
      one.kept = text;
      one.taken = true;
      one.refused = false;
      this.#failures = 0;
      this.fault = null;
      // Meanwhile it may have become what it was before.
      this.#later(one);
    } catch (error) {
      const fault = asFault(error);
      // The chat, the question or the context is gone, and its draft with it.
      if (fault.code === 'not_found') one.kept = text;
      else {
        one.refused = true;
        this.#failed(fault.message);
      }
    }
  }
}

/** Where a chat's next question is typed, or one of its questions is changed. */
function within(chatId: ChatId | null, messageId: MessageId | null): DraftPlace {
  if (chatId === null || messageId === null) return { at: 'chat', chat_id: chatId };
  return { at: 'question', chat_id: chatId, message_id: messageId };
}

function isForm(place: DraftPlace): place is FormPlace {
  return place.at === 'profile' || place.at === 'context';
}

/** Without whatever else it carries. */
function placeOf(place: DraftPlace): DraftPlace {
  switch (place.at) {
    case 'chat':
      return { at: place.at, chat_id: place.chat_id };
    case 'question':
      return { at: place.at, chat_id: place.chat_id, message_id: place.message_id };
    case 'context':
      return { at: place.at, context_id: place.context_id };
    case 'profile':
      return { at: place.at };
  }
}

const key = (place: DraftPlace): string => Object.values(placeOf(place)).join('/');

export const [useDrafts, provideDrafts] = createContext<Drafts>();
