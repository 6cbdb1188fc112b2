/** The signed-in person's trading profile, shared by its editor, the composer's chip and the starters. */
import { createContext } from 'svelte';
import { call, type Profile, type ProfileDraft } from '../lib/api';

export class ProfileState {
  current = $state.raw<Profile | null>(null);

  async load(): Promise<void> {
    this.current = await call('profile', {});
  }

  async save(draft: ProfileDraft): Promise<void> {
    this.current = await call('update_profile', draft);
  }
}

export const [useProfile, provideProfile] = createContext<ProfileState>();
