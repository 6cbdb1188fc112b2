/** The code that was written last in a chat. */
import { call, type MessageId } from '../lib/api';
import { toasts } from '../lib/ui/toasts.svelte';
import type { Conversation } from '../chat/conversation.svelte';

export function lastCode({ messages }: Conversation): { message_id: MessageId; block: number } | null {
  for (const { id, role, blocks } of messages.toReversed()) {
    const code = role === 'assistant' ? blocks.findLast(({ block }) => block.kind === 'code') : undefined;
    if (code) return { message_id: id, block: code.index };
  }
  return null;
}

export async function copyLastCode(conversation: Conversation): Promise<void> {
  const where = lastCode(conversation);
  if (!where) return;
  await call('copy_code', where);
  toasts.note('The last code was copied.');
}
