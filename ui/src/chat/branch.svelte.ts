/**
 * The messages on the screen: a run of the chat's current branch without a hole in it. It grows at
 * the end that the reader comes near, and lets go of what is far away at the other: a chat of
 * thousands of messages costs no more than one of hundreds.
 */
import { screen, type Message, type MessageId, type OpenChat, type Sent, type Summary } from '../lib/api';

import type { Answers } from './answers';
import type { MessageView } from './message.svelte';

/** How many messages stand on the screen at most. */
export const MOST = 300;
/** How many of a newly opened chat stand there first: a screen full. The others come after it was drawn. */
export const FIRST = 6;

export class Branch {
  messages = $state.raw<MessageView[]>([]);
  /** What models are told in the place of the messages up to one of them. */
  summaries = $state.raw<ReadonlyMap<MessageId, Summary>>(new Map());
  hasOlder = $state(false);
  hasNewer = $state(false);
  #answers: Answers;
  #shown = new Map<MessageId, MessageView>();

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  has(view: MessageView): boolean {
    return this.#shown.get(view.id) === view;
  }

  clear(): void {
    this.#put([]);
    this.summaries = new Map();
    this.hasOlder = false;
    this.hasNewer = false;
  }

  /** Shows a page, at once where it is `whole`. What leads up to it without a hole stays above it. */
  show(page: OpenChat, whole = false): void {
    const above = this.#upTo(page.messages[0]?.parent_id ?? null) ?? [];
    const all = [...above, ...this.#views(page.messages)];
    if (above.length === 0) this.hasOlder = page.has_older;
    this.hasNewer = page.has_newer;
    if (!whole && this.messages.length === 0 && !page.has_newer && all.length > FIRST) this.#unfold(all);
    else this.#put(this.#withoutFirst(all));
    this.summarised(page.summaries);
  }

  /** Puts the end of a chat first and what is above it when that has been drawn. */
  #unfold(all: MessageView[]): void {
    const [above, end] = [all.slice(0, -FIRST), all.slice(-FIRST)];
    const { hasOlder } = this;
    // What is above is on its way already.
    this.hasOlder = false;
    this.#put(end);
    screen.drawn(() => {
      // Unless another part of the chat or another chat stands there by now.
      if (this.messages[0] !== end[0]) return;
      this.hasOlder = hasOlder;
      this.#put([...above, ...this.messages]);
    });
  }

  /** Puts the page before the first message above it. */
  addOlder(page: OpenChat): void {
    if (page.messages.at(-1)?.id !== this.messages[0]?.parentId) return;
    const all = [...this.#views(page.messages), ...this.messages];
    this.hasOlder = page.has_older;
    if (all.length > MOST) this.hasNewer = true;
    this.#put(all.slice(0, MOST));
    this.summarised(page.summaries);
  }

  /** Puts the page after the last message below it. */
  addNewer(page: OpenChat): void {
    this.hasNewer = page.has_newer;
    if (page.messages[0]?.parent_id !== this.messages.at(-1)?.id) return;
    this.#put(this.#withoutFirst([...this.messages, ...this.#views(page.messages)]));
    this.summarised(page.summaries);
  }

  /**
   * Shows a question and its answer below what they follow; what stood there is on another branch
   * now. `false` when what they follow isn't on the screen.
   */
  ask({ question, answer }: Sent): boolean {
    const above = this.#upTo(question.parent_id);
    if (above === null) return false;
    // With nothing above it, it is the first of its chat.
    if (above.length === 0) this.hasOlder = false;
    this.hasNewer = false;
    this.#put(this.#withoutFirst([...above, ...this.#views([question, answer])]));
    return true;
  }

  summarised(more: Summary[]): void {
    if (more.length === 0) return;
    const all = new Map(this.summaries);
    for (const summary of more) all.set(summary.message_id, summary);
    this.summaries = all;
  }

  /** The messages up to this one; `null` when it isn't among them. */
  #upTo(id: MessageId | null): MessageView[] | null {
    if (id === null) return [];
    const at = this.messages.findIndex((message) => message.id === id);
    return at < 0 ? null : this.messages.slice(0, at + 1);
  }

  /** What is on the screen already stays the same view, so that nothing of it is drawn again. */
  #views(messages: Message[]): MessageView[] {
    return messages.map((message) => {
      const shown = this.#shown.get(message.id);
      shown?.absorb(message);
      return shown ?? this.#answers.view(message);
    });
  }

  #withoutFirst(all: MessageView[]): MessageView[] {
    if (all.length <= MOST) return all;
    this.hasOlder = true;
    return all.slice(-MOST);
  }

  #put(messages: MessageView[]): void {
    this.messages = messages;
    this.#shown = new Map(messages.map((message) => [message.id, message]));
  }
}
