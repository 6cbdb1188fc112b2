/** Opening a vault with a password: one try after another, and where each leads. */
import { asFault, call, damage, type BackupInfo, type Damage } from '../lib/api';
import { fullDate } from '../lib/ui/dates';
import { toasts } from '../lib/ui/toasts.svelte';
import { Refusal } from './refusal.svelte';
import type { Session } from './session.svelte';

export class Entering {
  password = $state('');
  busy = $state(false);
  /** What is wrong with the vault, when it can't be opened with any password. */
  damage = $state.raw<Damage | null>(null);
  readonly refusal = new Refusal('The password is wrong. Check it and try again.');
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  get ready(): boolean {
    return this.password !== '' && !this.busy && !this.refusal.waiting;
  }

  async signIn(username: string): Promise<void> {
    const { password } = this;
    this.damage = null;
    await this.#attempt(async () => {
      this.#session.signedIn(await call('sign_in', { username, password }));
    });
    if (this.refusal.fault?.code === 'claim_required') this.#session.claim({ username, password });
  }

  async demo(): Promise<void> {
    await this.#attempt(async () => {
      this.#session.signedIn(await call('sign_in_demo', {}));
    });
  }

  /** Puts a good backup in the place of the damaged vault. */
  async restore(username: string, backup: BackupInfo): Promise<void> {
    const { password } = this;
    await this.#attempt(async () => {
      const source = { backup: { username, backup_id: backup.id } };
      this.#session.restored(await call('restore', { source, secret: { password }, username: null }));
      toasts.note(`Restored the backup of ${fullDate(backup.made_at)}.`, 'The damaged vault is among your backups.');
    });
  }

  async chooseBackup(): Promise<void> {
    await this.#attempt(() => this.#session.chooseBackup());
  }

  async #attempt(what: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.refusal.set(null);
    try {
      await what();
    } catch (error) {
      const fault = asFault(error);
      this.damage = damage(fault) ?? this.damage;
      this.refusal.set(fault);
    } finally {
      this.busy = false;
    }
  }
}
