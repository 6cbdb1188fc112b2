/** The signed-in person's trading profile, shared by its editor, the composer's chip and the starters. */
import { createContext } from 'svelte';
import { asFault, call, type ApiError, type Profile, type ProfileDraft } from '../lib/api';

export class ProfileState {
  current = $state.raw<Profile | null>(null);

  /** Why it couldn't be loaded. */
  fault = $state.raw<ApiError | null>(null);

  async load(): Promise<void> {
    try {
      this.current = await call('profile', {});
      this.fault = null;
    } catch (error) {
      this.fault = asFault(error);
    }
  }

  async save(draft: ProfileDraft): Promise<Profile> {
    const saved = await call('update_profile', draft);
    this.current = saved;
    return saved;
  }
}

export const [useProfile, provideProfile] = createContext<ProfileState>();
