/** One signed-in person's chats: the list, the open one, and the events that feed both. */
import { createContext } from 'svelte';
import type { ChatEvent, ChatId, ContextId } from '../lib/api';
import { announcer } from '../lib/ui/announcer.svelte';
import { Answers } from './answers';
import { Chats } from './chats.svelte';
import { Conversation } from './conversation.svelte';
import type { MessageView } from './message.svelte';

export class Desk {
  readonly answers = new Answers();
  readonly chats = new Chats();
  readonly conversation = new Conversation(this.answers);
  /** Whether the conversation is on the screen, not just open behind another one. */
  looking = true;
  /** The composer, while it is on the screen. */
  composer: { fill: (words: string) => void; focus: () => void } | null = null;

  take = (event: ChatEvent): void => {
    const shown = this.conversation.chatId;
    const view = this.answers.take(event);
    this.chats.take(event, this.looking ? shown : null);
    this.conversation.take(event, view);
    if (event.event === 'ended' && event.chat_id === shown && view) announcer.say(news(view));
  };

  begin(): void {
    this.conversation.begin();
  }

  /** Shows an empty chat that will be linked to a context. */
  beginWith(contextId: ContextId): void {
    this.conversation.newContextId = contextId;
    this.begin();
  }

  async open(chatId: ChatId): Promise<void> {
    this.chats.seen(chatId);
    if (chatId !== this.conversation.chatId) await this.conversation.open(chatId);
  }

  async send(): Promise<void> {
    const created = await this.conversation.send();
    if (created) this.chats.put(created);
  }

  /** Puts the question of an answer back into the composer, above what is typed there. */
  rephrase(answer: MessageView): void {
    const { conversation } = this;
    const question = conversation.questionOf(answer)?.text ?? '';
    const typed = conversation.drafts.of(conversation.chatId).trim();
    this.composer?.fill(typed ? `${question}\n\n${typed}` : question);
  }

  /** Begins a new chat with the question of an answer, unless something is typed there already. */
  beginAnew(answer: MessageView): void {
    const { drafts } = this.conversation;
    const question = this.conversation.questionOf(answer)?.text ?? '';
    this.begin();
    if (drafts.of(null).trim() === '') this.composer?.fill(question);
  }

  async rename(chatId: ChatId, title: string): Promise<void> {
    const chat = await this.chats.rename(chatId, title);
    if (chatId === this.conversation.chatId) this.conversation.chat = chat;
  }

  async remove(chatId: ChatId): Promise<void> {
    await this.chats.remove(chatId);
    if (chatId === this.conversation.chatId) this.begin();
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
  const words = view.text.replace(/[#*_`>|-]+/g, ' ').trim().split(/\s+/);
  return `Answer finished. ${words.slice(0, 25).join(' ')}`;
}
