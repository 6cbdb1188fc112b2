/**
 * The chat on the screen: its messages, what may be sent, and what is on its way. An answer of the
 * core that belongs to a chat which is no longer shown is dropped, never shown elsewhere.
 */
import { asFault, call, type ApiError, type Chat, type ChatEvent, type ChatId, type ContextId, type Meter, type ModelRef, type Sent, type Summary } from '../lib/api';
import type { Answers } from './answers';
import { Drafts } from './drafts.svelte';
import { refusal } from './limits';
import type { MessageView } from './message.svelte';

export class Conversation {
  readonly drafts = new Drafts();
  chatId = $state<ChatId | null>(null);
  chat = $state.raw<Chat | null>(null);
  messages = $state.raw<MessageView[]>([]);
  hasOlder = $state(false);
  loading = $state(false);
  loadingOlder = $state(false);
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
  /** What models are told in the place of earlier messages. */
  summaries = $state.raw<Summary[]>([]);
  /** Whether the person is choosing another model for this chat. */
  choosingModel = $state(false);
  /** Changes whenever another chat is shown: late responses compare it. */
  visit = $state(0);
  writing = $derived(this.messages.findLast((message) => message.state === 'writing') ?? null);

  #answers: Answers;
  #reloading = false;
  #reloadedAt = 0;

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  /** Shows an empty chat that begins with the first question. */
  begin(): void {
    this.#leave(null);
  }

  async open(chatId: ChatId): Promise<void> {
    const visit = this.#leave(chatId);
    this.loading = true;
    await this.#load(chatId, visit);
    if (visit === this.visit) this.loading = false;
  }

  /** Asks again for what is on the screen. */
  async reload(): Promise<void> {
    if (this.chatId === null || this.#reloading) return;
    this.#reloading = true;
    this.#reloadedAt = Date.now();
    await this.#load(this.chatId, this.visit);
    this.#reloading = false;
  }

  async loadOlder(): Promise<void> {
    const before = this.messages[0]?.id;
    if (this.chatId === null || before === undefined || !this.hasOlder || this.loadingOlder) return;
    const visit = this.visit;
    this.loadingOlder = true;
    try {
      const page = await call('open_chat', { chat_id: this.chatId, before });
      if (visit !== this.visit) return;
      const shown = new Set(this.messages.map((message) => message.id));
      const older = page.messages.filter((message) => !shown.has(message.id));
      this.messages = [...older.map((message) => this.#answers.view(message)), ...this.messages];
      this.#summarised(page.summaries);
      this.hasOlder = page.has_older;
    } catch {
      // Scrolling up again asks again.
    } finally {
      if (visit === this.visit) this.loadingOlder = false;
    }
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
      const context_id = from === null ? this.newContextId : null;
      const model = from === null ? this.newModel : null;
      const sent = await call('send', { chat_id: from, context_id, model, text });
      if (from === null) this.newModel = null;
      this.drafts.sent(from, text);
      // What was typed meanwhile goes along into the chat that has begun.
      if (from === null && visit === this.visit) this.drafts.move(null, sent.chat.id);
      if (visit === this.visit) this.#show(sent);
      return from === null ? sent.chat : null;
    } catch (error) {
      if (visit === this.visit) this.refused = asFault(error).message;
      return null;
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
    } else if ('chat_id' in event && event.chat_id === this.chatId) {
      // What was refused because an answer was being written can be sent now.
      if (event.event === 'ended') {
        this.refused = null;
        void this.measure();
      }
      if (event.event === 'summarised') this.#summarised([event.summary]);
      const strange = view !== null && !this.messages.includes(view);
      // A question asked at another door, or blocks that never came.
      const missing = (strange && !this.sending) || view?.gap;
      // A stored copy is up to a second behind: asking more often brings nothing.
      if (missing && !this.loading && Date.now() - this.#reloadedAt > 1000) void this.reload();
    }
  }

  #leave(chatId: ChatId | null): number {
    this.chatId = chatId;
    this.chat = null;
    this.messages = [];
    this.meter = null;
    this.summaries = [];
    this.choosingModel = false;
    this.hasOlder = false;
    this.loading = false;
    this.loadingOlder = false;
    this.sending = false;
    this.fault = null;
    this.refused = null;
    return ++this.visit;
  }

  async #load(chatId: ChatId, visit: number): Promise<void> {
    try {
      const page = await call('open_chat', { chat_id: chatId, before: null });
      if (visit !== this.visit) return;
      const newest = page.messages.map((message) => this.#answers.view(message));
      const first = newest[0]?.id ?? 0;
      const older = this.messages.filter((message) => message.id < first);
      this.messages = [...older, ...newest];
      if (older.length === 0) this.hasOlder = page.has_older;
      this.chat = page.chat;
      this.fault = null;
      this.#summarised(page.summaries);
      void this.measure();
    } catch (error) {
      if (visit === this.visit) this.fault = asFault(error);
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

  #summarised(more: Summary[]): void {
    const ids = new Set(more.map((summary) => summary.message_id));
    this.summaries = [...this.summaries.filter((summary) => !ids.has(summary.message_id)), ...more];
  }

  #show(sent: Sent): void {
    this.chatId = sent.chat.id;
    this.chat = sent.chat;
    const question = this.#answers.view(sent.question);
    const answer = this.#answers.view(sent.answer);
    const at = this.messages.findIndex((message) => message.id === question.id);
    const before = at < 0 ? this.messages.filter((m) => m.id !== answer.id) : this.messages.slice(0, at);
    this.messages = [...before, at < 0 ? question : (this.messages[at] ?? question), answer];
  }
}
