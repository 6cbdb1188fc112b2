/** What costs answers or words by the person's own hand asks first. */
import type { Session } from '../account/session.svelte';
import { call, type AtStake } from '../lib/api';
import { many } from '../lib/ui/figures';
import { questions } from '../lib/ui/questions.svelte';

interface Doing {
  what: string;
  action: string;
  leave: string;
}

const ENDS = {
  lock: { what: 'Locking', action: 'Lock', leave: 'Don’t lock' },
  'switch-user': { what: 'Switching the user', action: 'Switch user', leave: 'Stay' },
  'sign-out': { what: 'Signing out', action: 'Sign out', leave: 'Stay' },
} satisfies Record<string, Doing>;

type Way = keyof typeof ENDS;

/** Whether answers may be stopped or lost by what the person does; asks them while there are any. */
export async function mayStop({ writing, unsaved }: AtStake, doing: Doing): Promise<boolean> {
  const { what, action, leave } = doing;
  if (unsaved > 0) {
    return questions.ask({
      title: `${many(unsaved, 'answer isn’t', 'answers aren’t')} saved`,
      body: `The disk took no more when ${unsaved === 1 ? 'it' : 'they'} ended. ${what} now loses what isn’t saved: make room and wait a few seconds, or copy it first.`,
      action,
      leave,
      danger: true,
    });
  }
  if (writing === 0) return true;
  const one = writing === 1;
  return questions.ask({
    title: `${many(writing, 'answer is', 'answers are')} still being written`,
    body: `${what} stops ${one ? 'it' : 'them'}. What was written so far is kept, and ${one ? 'it' : 'they'} can go on the next time.`,
    action,
    leave,
    danger: true,
  });
}

/** The person's ways out. What is typed and not sent or saved is kept by each of them. */
export class Leaving {
  readonly #session: Session;
  #asking = false;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Waits for nothing but words that would be lost: answers that are being written are kept. */
  lock = (): Promise<void> => this.#leave('lock', () => this.#session.lock(false));

  switchUser = (): Promise<void> => this.#leave('switch-user', () => this.#session.lock(true));

  signOut = (): Promise<void> => this.#leave('sign-out', () => this.#session.signOut());

  async #leave(way: Way, end: () => Promise<void>): Promise<void> {
    // Keys that lock are pressed twice: the second time is no answer to the question.
    if (this.#asking) return;
    this.#asking = true;
    try {
      const stake = await this.#atStake();
      if (!(await mayStop(way === 'lock' ? { ...stake, writing: 0 } : stake, ENDS[way]))) return;
      if (!(await this.#session.save()) && !(await mayLose(ENDS[way]))) return;
    } finally {
      this.#asking = false;
    }
    await end();
  }

  /** A window that can't ask how many there are can be locked all the same. */
  async #atStake(): Promise<AtStake> {
    try {
      return await call('answers_at_stake', {});
    } catch {
      return { writing: 0, unsaved: 0 };
    }
  }
}

function mayLose({ what, action, leave }: Doing): Promise<boolean> {
  return questions.ask({
    title: 'What you typed can’t be saved',
    body: `The disk is full or can’t be written. ${what} now loses what is typed and not sent or saved.`,
    action,
    leave,
    danger: true,
  });
}
