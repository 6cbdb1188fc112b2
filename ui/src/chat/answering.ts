/** Which model answers in a chat, and why that one. */
import type { Context, ModelRef, ModelSettings, Service } from '../lib/api';
import type { Conversation } from './conversation.svelte';

export interface Answering {
  /** The chat's own choice; null for that of its context or the person's default. */
  own: ModelRef | null;
  /** The model that answers when the chat has no choice of its own. */
  fallback: ModelRef;
  /** Whether that is the context's. */
  ofContext: boolean;
  /** The model that answers. */
  model: ModelRef;
}

/** What is chosen of a service that is gone counts as not chosen. */
export function answering(conversation: Conversation, contexts: Context[], settings: ModelSettings): Answering {
  const there = (ref: ModelRef | null | undefined) =>
    ref && (ref.service === null || settings.services.some(({ id }) => id === ref.service)) ? ref : null;
  const isNew = conversation.chatId === null;
  const contextId = isNew ? conversation.newContextId : (conversation.chat?.context_id ?? null);
  const ofContext = there(contexts.find((context) => context.id === contextId)?.model);
  const own = there(isNew ? conversation.newModel : conversation.chat?.model);
  const fallback = ofContext ?? settings.choice;
  return { own, fallback, ofContext: ofContext !== null, model: own ?? fallback };
}

/** The service of the model that wrote an answer, while it is set up. */
export function serviceOf(settings: ModelSettings | null, id: number | null): Service | null {
  return settings?.services.find((service) => service.id === id) ?? null;
}
