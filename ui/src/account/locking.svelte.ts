/** When the window locks by itself and whether the person stays signed in. */
import { createContext } from 'svelte';
import { asFault, call, type ApiError, type Locking } from '../lib/api';

export class LockingState {
  current = $state.raw<Locking | null>(null);
  /** Why it couldn't be loaded. */
  fault = $state.raw<ApiError | null>(null);
  /** What the person chose, while the keychain is asked: that may take some seconds. */
  wanted = $state<boolean | null>(null);

  async load(): Promise<void> {
    try {
      this.current = await call('locking', {});
      this.fault = null;
    } catch (error) {
      this.fault = asFault(error);
    }
  }

  async setIdle(minutes: number): Promise<void> {
    this.current = await call('set_idle_minutes', { idle_minutes: minutes });
  }

  get staying(): boolean {
    return this.wanted ?? this.current?.stay_signed_in ?? false;
  }

  async stay(on: boolean): Promise<void> {
    if (this.wanted !== null) return;
    this.wanted = on;
    try {
      this.current = await call('stay_signed_in', { on });
    } finally {
      this.wanted = null;
    }
  }
}

export const [useLocking, provideLocking] = createContext<LockingState>();
