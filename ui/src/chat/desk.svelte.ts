/** One signed-in person's chats: the list, the open one, and the events that feed both. */
import { createContext } from 'svelte';
import { asFault, call, type Chat, type ChatEvent, type ChatId, type ContextId, type MessageId } from '../lib/api';
import type { Drafts } from '../lib/drafts.svelte';
import { announcer } from '../lib/ui/announcer.svelte';
import { toasts } from '../lib/ui/toasts.svelte';
import { Answers } from './answers';
import { Chats } from './chats.svelte';
import { Conversation } from './conversation.svelte';
import type { MessageView } from './message.svelte';
import { spoken } from './spoken';

/** How long a deleted chat can be brought back, in milliseconds. The core keeps it as long. */
const UNDO = 10_000;

export class Desk {
  readonly answers = new Answers();
  readonly chats = new Chats();
  readonly drafts: Drafts;
  readonly conversation: Conversation;
  /** The composer, while it is on the screen. */
  composer: { fill: (words: string) => void; focus: () => void } | null = null;

  /** Whether it is shown what the model would be told. */
  showingPrompt = $state(false);
  readonly #startWith: () => ContextId | null;
  /** Chats that this window is deleting. */
  #removing = new Set<ChatId>();
  /** What was typed before a starter was put in, and both together. */
  #started: { typed: string; both: string } | null = null;

  /** `startWith` tells which context a new chat is linked to. */
  constructor(drafts: Drafts, startWith: () => ContextId | null = () => null) {
    this.drafts = drafts;
    this.conversation = new Conversation(this.answers, drafts);
    this.#startWith = startWith;
  }

  take = (event: ChatEvent): void => {
    const shown = this.conversation.chatId;
    if (event.event === 'gone' && event.chat_id === shown && !this.#removing.has(shown)) {
      toasts.note(`${this.#called(shown) ?? 'The chat'} was deleted elsewhere.`, 'This is a new chat.');
    }
    const view = this.answers.take(event);
    this.chats.take(event);
    this.conversation.take(event, view);
    if (event.event === 'list_changed' || event.event === 'resync') void this.drafts.more();
    if (event.event !== 'ended' || !view) return;
    // Behind another screen it is one answer among others.
    if (event.chat_id === shown && this.composer) announcer.say(news(view));
    // A question on its way may be the one that was answered.
    else if (!this.conversation.sending) this.#announce(view);
  };

  begin(): void {
    this.beginWith(this.#startWith());
  }

  /** Shows an empty chat that will be linked to a context. */
  beginWith(contextId: ContextId | null): void {
    this.conversation.newContextId = contextId;
    this.conversation.begin();
  }

  /** The contexts have come: the new chat that was there before them takes its own, unless one was chosen. */
  settle(): void {
    if (this.conversation.chatId === null) this.conversation.newContextId ??= this.#startWith();
  }

  async open(chatId: ChatId): Promise<void> {
    if (chatId !== this.conversation.chatId) await this.conversation.open(chatId);
  }

  /** Shows a message in the middle of the screen, whichever chat and branch it is in. */
  async jump(chatId: ChatId, messageId: MessageId): Promise<void> {
    await this.conversation.jumpTo(chatId, messageId);
  }

  /** What ended in the chat that is looked at is no news any more. */
  seen(chatId: ChatId): void {
    call('seen', { chat_id: chatId }).catch(() => undefined);
  }

  async send(): Promise<void> {
    const created = await this.conversation.send();
    if (created) this.chats.put(created);
  }

  /** Puts a question to start with into the composer, below what is typed there. */
  start(question: string): void {
    const { chatId } = this.conversation;
    const now = this.drafts.of(chatId);
    // Another starter takes the place of the one that nothing was done to.
    const typed = now === this.#started?.both ? this.#started.typed : now.trimEnd();
    const both = typed ? `${typed}\n\n${question}` : question;
    this.#started = { typed, both };
    this.composer?.fill(both);
  }

  /** Puts the question of an answer back into the composer, above what is typed there. */
  rephrase(answer: MessageView): void {
    const { conversation } = this;
    const question = conversation.questionOf(answer)?.text ?? '';
    const typed = this.drafts.of(conversation.chatId).trim();
    this.composer?.fill(typed ? `${question}\n\n${typed}` : question);
  }

  /** Begins a new chat with the question of an answer, unless something is typed there already. */
  beginAnew(answer: MessageView): void {
    const question = this.conversation.questionOf(answer)?.text ?? '';
    this.begin();
    if (this.drafts.of(null).trim() === '') this.composer?.fill(question);
  }

  async rename(chatId: ChatId, title: string): Promise<void> {
    const chat = await this.chats.rename(chatId, title);
    if (chatId === this.conversation.chatId) this.conversation.chat = chat;
  }

  async pin(chat: Chat, on: boolean): Promise<void> {
    await this.chats.pin(chat.id, on);
  }

  async archive(chat: Chat, on: boolean): Promise<void> {
    await this.chats.archive(chat.id, on);
    if (!on) {
      toasts.note(`${quoted(chat)} is back among your chats.`);
      return;
    }
    const undo = () => {
      this.archive(chat, false).catch((error: unknown) => { toasts.fault(asFault(error).message); });
    };
    toasts.offer(`${quoted(chat)} was archived.`, { label: 'Undo', keys: 'mod+z', run: undo }, UNDO, true);
  }

  /** Deletes a chat at once; for a while it can be brought back. */
  async remove(chat: Chat): Promise<void> {
    const { conversation } = this;
    const shown = chat.id === conversation.chatId;
    await this.drafts.flush();
    const asked = Date.now();
    this.#removing.add(chat.id);
    try {
      await this.chats.remove(chat.id);
    } finally {
      this.#removing.delete(chat.id);
    }
    // An event may have said so already.
    if (chat.id === conversation.chatId) this.begin();
    const { visit } = conversation;
    const undo = async () => {
      try {
        await this.chats.restore(chat.id);
        if (shown && visit === conversation.visit) await this.open(chat.id);
      } catch (error) {
        toasts.fault(asFault(error).message);
      }
    };
    toasts.offer(`${quoted(chat)} was deleted.`, { label: 'Undo', keys: 'mod+z', run: () => void undo() }, UNDO - (Date.now() - asked));
  }

  /** Copies the branch up to a message into a chat of its own, and shows that. */
  async fork(message: MessageView): Promise<void> {
    const { visit } = this.conversation;
    const chat = await call('fork', { message_id: message.id });
    this.chats.put(chat);
    if (visit === this.conversation.visit) await this.open(chat.id);
  }

  async exportChat(chat: Chat, format: 'markdown' | 'json'): Promise<void> {
    const saved = await call('export_chat', { chat_id: chat.id, format });
    if (saved) toasts.note(`Saved to ${saved.path}`);
  }

  /** Says that an answer ended which isn't looked at. Whoever stopped it knows. */
  #announce({ chatId, state }: MessageView): void {
    if (state !== 'done' && state !== 'failed') return;
    const where = this.#called(chatId) ?? 'another chat';
    announcer.say(state === 'done' ? `The answer in ${where} is ready.` : `The answer in ${where} failed.`);
  }

  /** A chat's title, as far as it is known here. */
  #called(chatId: ChatId): string | null {
    const { chat } = this.conversation;
    const known = [...(chat ? [chat] : []), ...this.chats.usual.list, ...this.chats.archived.list].find(({ id }) => id === chatId);
    return known ? quoted(known) : null;
  }
}

/** Which screens the chat leads to. The shell decides how to get there. */
export interface Ways {
  modelSettings: () => void;
  profile: () => void;
  contexts: (which: number | 'new') => void;
}

export const [useDesk, provideDesk] = createContext<Desk>();
export const [useWays, provideWays] = createContext<Ways>();

function news(view: MessageView): string {
  if (view.state === 'failed') return `The answer failed. ${view.problem?.message ?? ''}`;
  if (view.state === 'stopped') return 'The answer was stopped.';
  return `Answer finished. ${spoken(view.text)}`;
}

function quoted({ title }: Chat): string {
  return `“${title.length > 60 ? `${title.slice(0, 59).trimEnd()}…` : title}”`;
}
