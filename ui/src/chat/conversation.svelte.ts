/**
 * The chat on the screen: its messages, what may be sent, and what is on its way. An answer of the
 * core that belongs to a chat which is no longer shown is dropped, never shown elsewhere.
 */
import { asFault, call, screen, type ApiError, type Chat, type ChatEvent, type ChatId, type ContextId, type MessageId, type Meter, type ModelRef, type OpenChat, type Sent } from '../lib/api';
import type { Answers } from './answers';
import { Branch } from './branch.svelte';
import type { Drafts } from '../lib/drafts.svelte';
import { refusal } from './limits';
import type { MessageView } from './message.svelte';

/** What is to be brought into view: a message, or the end. Each is followed once. */
export interface Aim {
  messageId: MessageId | null;
  reached: boolean;
}

export class Conversation {
  readonly drafts: Drafts;
  readonly branch: Branch;
  chatId = $state<ChatId | null>(null);
  chat = $state.raw<Chat | null>(null);
  loading = $state(false);
  /** At which end more messages are on their way. */
  fetching = $state<'older' | 'newer' | null>(null);
  sending = $state(false);
  /** Why the chat can't be shown. */
  fault = $state.raw<ApiError | null>(null);
  /** Why the last question wasn't taken; its text is still in the composer. */
  refused = $state<string | null>(null);
  /** The context that a new chat will be linked to. */
  newContextId = $state<ContextId | null>(null);
  /** The model that will answer in a new chat, where it isn't that of its context or the default. */
  newModel = $state.raw<ModelRef | null>(null);
  /** How full the window of the chat's model is. */
  meter = $state.raw<Meter | null>(null);
  /** Whether the person is choosing another model for this chat. */
  choosingModel = $state(false);
  /** Changes whenever another chat is shown: late responses compare it. */
  visit = $state(0);
  aim = $state.raw<Aim>({ messageId: null, reached: false });
  /** The answer of this chat that is being written, on whichever branch, or was last. */
  #growing = $state.raw<MessageView | null>(null);
  writing = $derived(this.#growing?.state === 'writing' ? this.#growing : null);
  /** Why nothing can be asked here now. */
  busy = $derived(this.writing !== null || this.sending ? 'An answer is being written. Stop it or wait.' : null);

  #answers: Answers;
  /** An answer that began and isn't on the screen: asked elsewhere, or not here yet. */
  #strange: MessageView | null = null;
  #reloading = false;
  #reloadedAt = 0;

  constructor(answers: Answers, drafts: Drafts) {
    this.#answers = answers;
    this.drafts = drafts;
    this.branch = new Branch(answers);
  }

  get messages(): MessageView[] {
    return this.branch.messages;
  }

  /** Shows an empty chat that begins with the first question. */
  begin(): void {
    this.#leave(null);
  }

  async open(chatId: ChatId): Promise<void> {
    // Asked for before the screen is cleared, which takes a moment.
    const newest = this.#newest(chatId);
    newest.catch(() => undefined);
    const visit = this.#leave(chatId);
    this.loading = true;
    await this.#load(() => newest, visit);
    if (visit === this.visit) this.loading = false;
  }

  /** Shows a message, on whichever branch it is, in the middle of the screen. */
  async jumpTo(chatId: ChatId, messageId: MessageId): Promise<void> {
    const visit = chatId === this.chatId ? this.visit : this.#leave(chatId);
    this.loading = this.messages.length === 0;
    // The message may be above the first screen full, so all of it comes at once.
    await this.#load(() => call('show_message', { message_id: messageId }), visit, true);
    if (visit !== this.visit) return;
    this.loading = false;
    if (!this.fault) this.aim = { messageId, reached: false };
  }

  /** Shows the branch of another version of a message. `false` when that can't be done. */
  async showVersion(messageId: MessageId): Promise<boolean> {
    const { visit } = this;
    try {
      const page = await call('show_message', { message_id: messageId });
      if (visit !== this.visit) return false;
      this.#take(page);
      void this.measure();
      return true;
    } catch (error) {
      if (visit === this.visit) this.refused = asFault(error).message;
      return false;
    }
  }

  /** Asks again for what is on the screen. */
  async reload(): Promise<void> {
    const { chatId, visit, branch } = this;
    if (chatId === null || this.#reloading) return;
    this.#reloading = true;
    this.#reloadedAt = Date.now();
    const last = this.messages.at(-1);
    // The reader of an earlier part stays there.
    if (branch.hasNewer && last) await this.#fetch('newer', last.id);
    else await this.#load(() => this.#newest(chatId), visit);
    this.#reloading = false;
    // What still isn't here is on another branch.
    if (this.#strange && !this.loading) this.#strange = null;
  }

  async loadOlder(): Promise<void> {
    const first = this.messages[0];
    if (first && this.branch.hasOlder && this.fetching === null) await this.#fetch('older', first.id);
  }

  async loadNewer(): Promise<void> {
    const last = this.messages.at(-1);
    if (last && this.branch.hasNewer && this.fetching === null) await this.#fetch('newer', last.id);
  }

  /** Brings the end of the chat into view. */
  async toLatest(): Promise<void> {
    const { chatId, visit } = this;
    if (chatId !== null && this.branch.hasNewer) await this.#load(() => this.#newest(chatId), visit);
    if (visit === this.visit) this.#toEnd();
  }

  /** Sends the draft. It is cleared only once the question is safe. Returns a new chat's row. */
  async send(): Promise<Chat | null> {
    const text = this.drafts.of(this.chatId);
    this.refused = refusal(text, this.writing !== null);
    if (this.refused !== null || this.sending || text.trim() === '') return null;
    const visit = this.visit;
    const from = this.chatId;
    this.sending = true;
    try {
      await this.drafts.hold(from);
      const context_id = from === null ? this.newContextId : null;
      const model = from === null ? this.newModel : null;
      const sent = await call('send', { chat_id: from, context_id, model, text, from_draft: true });
      if (from === null) this.newModel = null;
      this.drafts.sent(from, text);
      // What was typed meanwhile goes along into the chat that has begun.
      if (from === null && visit === this.visit) this.drafts.move(null, sent.chat.id);
      if (visit === this.visit) this.#show(sent);
      return from === null ? sent.chat : null;
    } catch (error) {
      this.drafts.release(from);
      if (visit === this.visit) this.refused = asFault(error).message;
      return null;
    } finally {
      if (visit === this.visit) this.sending = false;
    }
  }

  /** Asks a question in other words. Returns why it can't be, or nothing. */
  async edit(message: MessageView, text: string): Promise<string | null> {
    const { visit } = this;
    const { chatId, id } = message;
    const refused = refusal(text, this.writing !== null);
    if (refused !== null) return refused;
    if (this.sending) return this.busy;
    this.sending = true;
    try {
      await this.drafts.hold(chatId, id);
      const sent = await call('edit', { message_id: id, text });
      this.drafts.sent(chatId, text, id);
      if (visit === this.visit) this.#show(sent);
      return null;
    } catch (error) {
      this.drafts.release(chatId, id);
      return asFault(error).message;
    } finally {
      if (visit === this.visit) this.sending = false;
    }
  }

  tryAgain(message: MessageView): Promise<void> {
    return this.#askAgain(() => call('try_again', { message_id: message.id }));
  }

  /** Lets a broken answer go on where it stopped. */
  goOn(message: MessageView): Promise<void> {
    return this.#askAgain(() => call('go_on', { message_id: message.id }));
  }

  /** Asks again, with another model from now on. */
  tryWith(model: ModelRef, message: MessageView): Promise<void> {
    return this.#askAgain(async () => {
      const visit = this.visit;
      const chat = await call('set_chat_model', { chat_id: message.chatId, model });
      if (visit === this.visit) this.chat = chat;
      return call('try_again', { message_id: message.id });
    });
  }

  async stop(): Promise<void> {
    if (!this.writing) return;
    try {
      await call('stop', { message_id: this.writing.id });
    } catch (error) {
      // An answer that has just ended needs no stopping.
      if (asFault(error).code !== 'not_found') this.refused = asFault(error).message;
    }
  }

  async link(contextId: ContextId | null): Promise<void> {
    if (this.chatId === null) {
      this.newContextId = contextId;
      return;
    }
    const visit = this.visit;
    const chat = await call('link_context', { chat_id: this.chatId, context_id: contextId });
    if (visit === this.visit) this.chat = chat;
    await this.measure();
  }

  /** Chooses the model that answers in this chat; null for that of its context or the default. */
  async setModel(model: ModelRef | null): Promise<void> {
    if (this.chatId === null) {
      this.newModel = model;
      return;
    }
    const visit = this.visit;
    const chat = await call('set_chat_model', { chat_id: this.chatId, model });
    if (visit === this.visit) this.chat = chat;
    await this.measure();
  }

  /** Asks how full the window of the chat's model is. */
  async measure(): Promise<void> {
    const { chatId, visit } = this;
    if (chatId === null) return;
    try {
      const meter = await call('chat_meter', { chat_id: chatId });
      if (visit === this.visit && chatId === this.chatId) this.meter = meter;
    } catch {
      // It is asked again with the next answer.
    }
  }

  /** The person's own question that an answer belongs to. */
  questionOf(answer: MessageView): MessageView | null {
    const at = this.messages.indexOf(answer);
    return this.messages.slice(0, Math.max(0, at)).findLast(({ role, goesOn }) => role === 'user' && !goesOn) ?? null;
  }

  /** Takes an event that the answers have already taken. */
  take(event: ChatEvent, view: MessageView | null): void {
    if (event.event === 'resync') void this.reload();
    else if (event.event === 'chat') {
      if (event.chat.id === this.chatId) this.chat = event.chat;
    } else if (event.event === 'gone') {
      if (event.chat_id === this.chatId) this.begin();
    } else if ('chat_id' in event && event.chat_id === this.chatId) {
      if (event.event === 'started') {
        this.#growing = view;
        if (view && !this.branch.has(view)) this.#strange = view;
      }
      // What was refused because an answer was being written can be sent now.
      if (event.event === 'ended') {
        this.refused = null;
        void this.measure();
      }
      if (event.event === 'summarised') this.branch.summarised([event.summary]);
      // A question asked at another door, or blocks that never came.
      const strange = view !== null && view === this.#strange && !this.sending && !this.branch.hasNewer;
      const missing = strange || (view?.gap && this.branch.has(view));
      // A stored copy is up to a second behind: asking more often brings nothing.
      if (missing && !this.loading && Date.now() - this.#reloadedAt > 1000) void this.reload();
    }
  }

  #leave(chatId: ChatId | null): number {
    void this.drafts.flush();
    this.chatId = chatId;
    this.chat = null;
    this.branch.clear();
    this.#growing = null;
    this.#strange = null;
    this.meter = null;
    this.choosingModel = false;
    this.loading = false;
    this.fetching = null;
    this.sending = false;
    this.fault = null;
    this.refused = null;
    this.#toEnd();
    return ++this.visit;
  }

  #toEnd(): void {
    this.aim = { messageId: null, reached: false };
  }

  #newest(chatId: ChatId): Promise<OpenChat> {
    return call('open_chat', { chat_id: chatId, before: null, after: null });
  }

  async #load(ask: () => Promise<OpenChat>, visit: number, whole = false): Promise<void> {
    try {
      const page = await ask();
      if (visit !== this.visit) return;
      this.#take(page, whole);
      this.fault = null;
      // A long chat takes a while to count: what was asked for is drawn first.
      screen.drawn(() => void this.measure());
    } catch (error) {
      if (visit === this.visit) this.fault = asFault(error);
    }
  }

  async #fetch(end: 'older' | 'newer', id: MessageId): Promise<void> {
    const { chatId, visit } = this;
    if (chatId === null) return;
    this.fetching = end;
    try {
      const page = await call('open_chat', { chat_id: chatId, before: end === 'older' ? id : null, after: end === 'newer' ? id : null });
      if (visit !== this.visit) return;
      this.chat = page.chat;
      if (end === 'older') this.branch.addOlder(page);
      else this.branch.addNewer(page);
      this.#look();
    } catch {
      // Scrolling on asks again.
    } finally {
      if (visit === this.visit) this.fetching = null;
    }
  }

  async #askAgain(ask: () => Promise<Sent>): Promise<void> {
    const visit = this.visit;
    if (this.sending) return;
    this.sending = true;
    try {
      const sent = await ask();
      if (visit === this.visit) this.#show(sent);
    } catch (error) {
      if (visit === this.visit) this.refused = asFault(error).message;
    } finally {
      if (visit === this.visit) this.sending = false;
    }
  }

  #show(sent: Sent): void {
    this.chatId = sent.chat.id;
    this.chat = sent.chat;
    this.#growing = this.#answers.view(sent.answer);
    // The reader of an earlier part goes to the end with the question.
    if (this.branch.ask(sent)) this.#toEnd();
    else void this.#load(() => this.#newest(sent.chat.id), this.visit).then(() => { this.#toEnd(); });
    this.#look();
  }

  #take(page: OpenChat, whole = false): void {
    this.chat = page.chat;
    this.branch.show(page, whole);
    this.#growing = this.messages.findLast(({ state }) => state === 'writing') ?? this.#answers.writing(page.chat.id) ?? this.#growing;
    this.#look();
  }

  /** Whether the answer that began elsewhere is here now. */
  #look(): void {
    if (this.#strange && this.branch.has(this.#strange)) this.#strange = null;
  }
}
