/** What stops answers asks first. Locking doesn't: whoever locks the window goes away from it. */
import type { Chats } from '../chat/chats.svelte';
import { many } from '../lib/ui/figures';
import { questions } from '../lib/ui/questions.svelte';

/** How many answers are being written. Chats that write stand at the top of the list. */
export function writing(chats: Chats): number {
  return chats.list.filter((chat) => chats.dot(chat) === 'writing').length;
}

/** Whether answers may be stopped by what the person does; asks them while there are any. */
export async function mayStop(answers: number, doing: { what: string; action: string; leave: string }): Promise<boolean> {
  if (answers === 0) return true;
  const one = answers === 1;
  return questions.ask({
    title: `${many(answers, 'answer is', 'answers are')} still being written`,
    body: `${doing.what} stops ${one ? 'it' : 'them'}. What was written so far is kept, and ${one ? 'it' : 'they'} can go on the next time.`,
    action: doing.action,
    leave: doing.leave,
    danger: true,
  });
}
