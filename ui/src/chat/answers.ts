/**
 * Every answer that is or was just being written, whichever chat is on the screen. Events may come
 * before the response that introduces a message, and a chat may be opened while its answer grows:
 * both find the same view here, so nothing is lost and nothing is drawn twice.
 */
import type { ChatEvent, ChatId, Message, MessageId } from '../lib/api';
import { MessageView } from './message.svelte';

/** Ended answers are kept a while: a response that was on its way may still say "writing". */
const KEPT = 24;

export class Answers {
  #views = new Map<MessageId, MessageView>();

  /** The view of a stored message; a growing answer has exactly one. */
  view(message: Message): MessageView {
    const known = this.#views.get(message.id);
    if (known) {
      known.absorb(message);
      return known;
    }
    const view = new MessageView(message);
    // One that isn't saved ends once more when it is.
    if (message.state === 'writing' || message.problem?.code === 'not_saved') this.#keep(view);
    return view;
  }

  /** The answer that is being written in a chat, if events told of it. */
  writing(chatId: ChatId): MessageView | null {
    for (const view of this.#views.values()) {
      if (view.chatId === chatId && view.state === 'writing') return view;
    }
    return null;
  }

  /** Takes an event and returns the message that it changed, if we know it. */
  take(event: ChatEvent): MessageView | null {
    switch (event.event) {
      case 'started':
        return this.view(event.message);
      case 'ended': {
        const view = this.view(event.message);
        this.#keep(view);
        return view;
      }
      case 'waiting':
      case 'summarising':
      case 'anew':
      case 'thought':
      case 'thoughts':
      case 'block':
      case 'tail':
      case 'strategy': {
        const view = this.#views.get(event.message_id) ?? null;
        view?.take(event);
        return view;
      }
      case 'summarised':
        for (const view of this.#views.values()) {
          if (view.chatId === event.chat_id) view.summarising = null;
        }
        return null;
      case 'resync':
        for (const view of this.#views.values()) view.distrust();
        return null;
      default:
        return null;
    }
  }

  #keep(view: MessageView): void {
    this.#views.delete(view.id);
    this.#views.set(view.id, view);
    for (const [id, kept] of this.#views) {
      if (this.#views.size <= KEPT) return;
      if (kept.state !== 'writing') this.#views.delete(id);
    }
  }
}
