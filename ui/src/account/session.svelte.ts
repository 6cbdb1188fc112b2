/**
 * Who sits at the window and how far they got: signing in, noting the recovery code, answering the
 * first questions, working. The session itself lives in Rust; nothing secret is kept here longer
 * than it is on the screen.
 */
import { asFault, call, type ApiError, type Registered, type SignedIn } from '../lib/api';

export type Step = 'starting' | 'sign-in' | 'register' | 'recover' | 'recovery-code' | 'questions' | 'in';

export class Session {
  step = $state<Step>('starting');
  me = $state.raw<SignedIn | null>(null);
  recoveryCode = $state.raw<string | null>(null);
  /** Why the last session ended without the person's doing. */
  note = $state<string | null>(null);
  fault = $state.raw<ApiError | null>(null);
  /** Whose password is lost, when that is known already. */
  recovering = '';
  #afterCode: Step = 'in';

  async start(): Promise<void> {
    try {
      const me = await call('me', {});
      if (me) this.signedIn(me);
      else this.step = 'sign-in';
    } catch (error) {
      this.fault = asFault(error);
      this.step = 'sign-in';
    }
  }

  recover(username: string): void {
    this.recovering = username;
    this.step = 'recover';
  }

  signedIn(me: SignedIn): void {
    this.me = me;
    this.note = null;
    this.step = 'in';
  }

  /** A new account, or a recovered one: its code comes before anything else. */
  registered(answer: Registered, then: 'questions' | 'in'): void {
    this.me = answer.signed_in;
    this.recoveryCode = answer.recovery_code;
    this.#afterCode = then;
    this.note = null;
    this.step = 'recovery-code';
  }

  codeStored(): void {
    this.recoveryCode = null;
    this.step = this.#afterCode;
  }

  async signOut(): Promise<void> {
    try {
      await call('sign_out', {});
    } catch (error) {
      if (asFault(error).code !== 'signed_out') throw error;
    }
    this.#clear();
  }

  /** The core says that the session is over. */
  ended(): void {
    if (!this.me) return;
    this.#clear();
    this.note = 'Your session has ended. Sign in again to go on.';
  }

  #clear(): void {
    this.me = null;
    this.recoveryCode = null;
    this.note = null;
    this.step = 'sign-in';
  }
}
