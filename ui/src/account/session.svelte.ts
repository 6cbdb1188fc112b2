/**
 * Who sits at the window and how far they got: signing in, noting the recovery code, answering the
 * first questions, working. The session itself lives in Rust; nothing secret is kept here longer
 * than it is on the screen.
 */
import { createContext } from 'svelte';
import { asFault, call, type ApiError, type ChosenBackup, type Ended, type Gate, type LockedBy, type Registered, type Restored, type SignedIn, type Tile } from '../lib/api';

export type Step =
  | 'starting'
  | 'opening'
  | 'locked'
  | 'sign-in'
  | 'register'
  | 'claim'
  | 'recover'
  | 'restore'
  | 'recovery-code'
  | 'questions'
  | 'in';

/** An account on its first sign-in, and the password that somebody told its owner. */
export interface Claiming {
  username: string;
  password: string;
}

/** Why nobody is signed in any more, for somebody who did neither lock nor sign out. */
const ENDED: Record<Ended, string> = {
  expired: 'Your session was over after a long time. Sign in again to go on.',
  elsewhere: 'Your session was ended from elsewhere: by another session of yours, or by an administrator. Sign in again to go on.',
  deleted: 'The account was deleted.',
};

export class Session {
  step = $state<Step>('starting');
  me = $state.raw<SignedIn | null>(null);
  /** Tells one visit from the next: nothing of a screen outlives it. */
  visit = $state(0);
  /** Whom the window is locked for. */
  locked = $state.raw<LockedBy | null>(null);
  claiming = $state.raw<Claiming | null>(null);
  restoring = $state.raw<ChosenBackup | null>(null);
  recoveryCode = $state.raw<string | null>(null);
  /** Why nobody is signed in without anybody's doing, or what was done last. */
  note = $state<string | null>(null);
  fault = $state.raw<ApiError | null>(null);
  /** Whose password is lost, when that is known already. */
  recovering = '';
  /** Tells the sessions of one visit apart: events are heard anew in each. */
  seat = $state(0);
  /** How many commands are about to give the same person another session. */
  #reseating = 0;
  #leaving = false;
  /** Saves what is only on the screen, and tells whether all of it is saved. */
  #keep: () => Promise<boolean> = () => Promise.resolve(true);
  #afterCode: Step = 'in';
  #tiles: Promise<Tile[]> | null = null;

  async start(): Promise<void> {
    // Asked for together: what is needed stands on the screen after one turn to the program and back.
    const gateway = call('gate', {});
    this.#tiles = call('accounts', {});
    gateway.catch(() => undefined);
    this.#tiles.catch(() => undefined);
    try {
      const me = await call('me', {});
      if (me) this.signedIn(me);
      else await this.#arrive(await gateway);
    } catch (error) {
      this.fault = asFault(error);
    }
    if (this.step === 'starting' || this.step === 'opening') this.back();
    // Whoever comes to the list later wants it as it is then.
    if (this.step !== 'sign-in') this.#tiles = null;
  }

  /** The accounts of this computer. What was asked for at the start is given once. */
  tiles(): Promise<Tile[]> {
    const asked = this.#tiles;
    this.#tiles = null;
    return asked ?? call('accounts', {});
  }

  /** To the first screen for somebody who isn't signed in. */
  back(): void {
    this.claiming = null;
    this.restoring = null;
    this.step = this.locked ? 'locked' : 'sign-in';
  }

  recover(username: string): void {
    this.recovering = username;
    this.step = 'recover';
  }

  claim(claiming: Claiming): void {
    this.claiming = claiming;
    this.step = 'claim';
  }

  /** Lets the person choose a backup file. */
  async chooseBackup(): Promise<void> {
    const chosen = await call('choose_backup', {});
    if (!chosen) return;
    this.restoring = chosen;
    this.step = 'restore';
  }

  signedIn(me: SignedIn): void {
    this.#enter(me);
    this.step = 'in';
  }

  /**
   * Runs what ends the person's session and gives them another one. Until it has ended, it means
   * nothing that the old one is over.
   */
  async reseat<T>(what: () => Promise<T>): Promise<T> {
    this.#reseating += 1;
    let over = false;
    try {
      const done = await what();
      this.seat += 1;
      return done;
    } catch (error) {
      over = asFault(error).code === 'signed_out';
      throw error;
    } finally {
      this.#reseating -= 1;
      if (over) this.ended();
    }
  }

  /** Something about who is signed in has changed; the session hasn't. */
  changed(me: SignedIn): void {
    if (this.me) this.me = me;
  }

  /** A new account, or a recovered one: its code comes before anything else. */
  registered(answer: Registered, then: 'questions' | 'in'): void {
    this.#enter(answer.signed_in);
    this.recoveryCode = answer.recovery_code;
    this.#afterCode = then;
    this.step = 'recovery-code';
  }

  restored({ signed_in, recovery_code }: Restored): void {
    if (recovery_code === null) this.signedIn(signed_in);
    else this.registered({ signed_in, recovery_code }, 'in');
  }

  /** A new code for somebody who goes on working. */
  showCode(code: string): void {
    if (!this.me) return;
    this.recoveryCode = code;
    this.#afterCode = 'in';
  }

  codeStored(): void {
    this.recoveryCode = null;
    this.step = this.#afterCode;
    // Until the core knows, it offers to make another one.
    call('recovery_code_noted', {}).then(
      (me) => { this.changed(me); },
      () => undefined,
    );
  }

  /** Registers what saves the screen before the session ends. Call the result when it goes away. */
  keep(save: () => Promise<boolean>): () => void {
    this.#keep = save;
    return () => {
      if (this.#keep === save) this.#keep = () => Promise.resolve(true);
    };
  }

  /** Saves what is only on the screen, and tells whether all of it is saved. */
  save(): Promise<boolean> {
    return this.#keep();
  }

  async signOut(): Promise<void> {
    await this.#leave(() => call('sign_out', {}));
  }

  async lock(change: boolean): Promise<void> {
    await this.#leave(() => call('lock', { switch: change }));
  }

  /** The account is gone, by its owner's will. */
  async deleted(): Promise<void> {
    const name = this.me?.username ?? '';
    await this.#restart(`The account ${name} was deleted.`);
  }

  /** The core says that the session is over. */
  ended(): void {
    if (!this.me || this.#reseating > 0) return;
    void this.#lookForEnd();
  }

  /** How it stands with the locked window now. */
  async lookAtLock(): Promise<void> {
    this.locked = (await call('gate', {})).locked;
    if (!this.locked && this.step === 'locked') this.back();
  }

  async endOthers(): Promise<void> {
    await call('end_locked_sessions', {});
    await this.lookAtLock();
  }

  async leaveLock(): Promise<void> {
    await call('leave_lock', {});
    this.locked = null;
    this.back();
  }

  /** Somebody doesn't wait for the vault that opens by itself: it must not open behind their back. */
  async signInInstead(): Promise<void> {
    this.step = 'starting';
    await call('sign_out', {}).catch(() => undefined);
    this.back();
  }

  /** A command that lost the seat to another one is refused too, while somebody sits here. */
  async #lookForEnd(): Promise<void> {
    const { visit } = this;
    const seated = await call('me', {}).catch(() => null);
    if (seated || !this.me || visit !== this.visit) return;
    await this.#restart('Your session has ended. Sign in again to go on.');
  }

  async #resume(): Promise<void> {
    this.step = 'opening';
    const me = await call('resume', {});
    if (this.step !== 'opening') return;
    if (me) this.signedIn(me);
    else this.note = 'Your vault couldn’t be opened without your password. Sign in with it.';
  }

  async #leave(end: () => Promise<unknown>): Promise<void> {
    // Keys that lock are pressed twice: the second time would find nobody here and end the lock.
    if (this.#leaving) return;
    this.#leaving = true;
    try {
      await end();
    } catch (error) {
      if (asFault(error).code !== 'signed_out') throw error;
      // The session is over already; nothing that is on its way gives them another one.
      await call('sign_out', {});
    } finally {
      this.#leaving = false;
    }
    await this.#restart(null);
  }

  /** Rust makes the window anew after every session; until then, or if it can't, this does as much. */
  async #restart(note: string | null): Promise<void> {
    this.me = null;
    this.recoveryCode = null;
    this.locked = null;
    this.note = note;
    this.fault = null;
    this.step = 'starting';
    try {
      this.locked = (await call('gate', {})).locked;
    } catch (error) {
      this.fault = asFault(error);
    }
    if (this.step === 'starting') this.back();
  }

  /** Nobody is signed in: shows who was, or lets them in again. */
  async #arrive(gate: Gate): Promise<void> {
    this.locked = gate.locked;
    if (gate.ended) this.note = ENDED[gate.ended];
    if (gate.resumable) await this.#resume();
  }

  #enter(me: SignedIn): void {
    this.me = me;
    this.visit += 1;
    this.seat = 0;
    this.locked = null;
    this.claiming = null;
    this.restoring = null;
    this.note = null;
    this.fault = null;
  }
}

export const [useSession, provideSession] = createContext<Session>();
