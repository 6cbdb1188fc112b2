/** What stops answers by the person's own hand asks first. */
import type { Session } from '../account/session.svelte';
import { call } from '../lib/api';
import { many } from '../lib/ui/figures';
import { mayLeave } from '../lib/ui/leaving';
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

/** Whether answers may be stopped by what the person does; asks them while there are any. */
export async function mayStop(answers: number, doing: Doing): Promise<boolean> {
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

/** The person's ways out. Each asks while answers would be stopped by it, and asks once. */
export class Leaving {
  readonly #session: Session;
  #asking = false;

  constructor(session: Session) {
    this.#session = session;
  }

  lock = (): Promise<void> => this.#leave('lock', () => this.#session.lock(false));

  switchUser = (): Promise<void> => this.#unlessHeld('switch-user', () => this.#session.lock(true));

  signOut = (): Promise<void> => this.#unlessHeld('sign-out', () => this.#session.signOut());

  /** A form that would be lost holds the person back, too. */
  async #unlessHeld(way: keyof typeof ENDS, end: () => Promise<void>): Promise<void> {
    if (await mayLeave()) await this.#leave(way, end);
  }

  async #leave(way: keyof typeof ENDS, end: () => Promise<void>): Promise<void> {
    // Keys that lock are pressed twice: the second time is no answer to the question.
    if (this.#asking) return;
    this.#asking = true;
    try {
      if (!(await mayStop(await this.#atStake(), ENDS[way]))) return;
    } finally {
      this.#asking = false;
    }
    await end();
  }

  /** A window that can't ask how many there are can be locked all the same. */
  async #atStake(): Promise<number> {
    try {
      return await call('answers_at_stake', {});
    } catch {
      return 0;
    }
  }
}
