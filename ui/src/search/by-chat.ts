/** Messages that were found, under the chats in which they stand. */
import type { ChatId, FoundMessage } from '../lib/api';

export interface ChatOfFound {
  id: ChatId;
  title: string;
  archived: boolean;
  messages: FoundMessage[];
}

/** A chat stands where the best of its messages does. */
export function byChat(messages: FoundMessage[]): ChatOfFound[] {
  const chats = new Map<ChatId, ChatOfFound>();
  for (const message of messages) {
    const { chat_id: id, title, archived } = message;
    const chat = chats.get(id) ?? { id, title, archived, messages: [] };
    chat.messages.push(message);
    chats.set(id, chat);
  }
  return [...chats.values()];
}
