/** Opening a vault with a password: one try after another, and where each leads. */
import { call, damage, type ApiError, type BackupInfo, type Damage, type RestoreSecret } from '../lib/api';
import { fullDate } from '../lib/ui/dates';
import { toasts } from '../lib/ui/toasts.svelte';
import type { Session } from './session.svelte';
import { Submission } from './submission.svelte';

export class Entering extends Submission {
  password = $state('');
  /** What is wrong with the vault, when it can't be opened with any password. */
  damage = $state.raw<Damage | null>(null);
  /** What is under way beside the password. */
  doing = $state<'demo' | 'file' | null>(null);
  readonly #session: Session;

  constructor(session: Session, wrong = 'The password is wrong. Check it and try again.') {
    super(wrong);
    this.#session = session;
  }

  get ready(): boolean {
    return this.password !== '' && this.free;
  }

  /** What a refusal says beside the card of a damaged vault. */
  get besideDamage(): string | null {
    return this.fault?.code === 'vault_damaged' ? null : this.words;
  }

  async signIn(username: string): Promise<void> {
    const { password } = this;
    await this.enter(async () => {
      this.#session.signedIn(await call('sign_in', { username, password }));
    });
    if (this.fault?.code === 'claim_required') this.#session.claim({ username, password });
  }

  async demo(): Promise<void> {
    await this.#aside('demo', async () => {
      this.#session.signedIn(await call('sign_in_demo', {}));
    });
  }

  /** Tries to get into a vault, which may turn out to be damaged. */
  async enter(what: () => Promise<void>): Promise<void> {
    this.damage = null;
    await this.send(what);
  }

  override set(fault: ApiError | null): void {
    super.set(fault);
    this.damage = damage(fault) ?? this.damage;
  }

  /** Puts a good backup in the place of the damaged vault. */
  async restore(username: string, backup: BackupInfo, secret: RestoreSecret): Promise<void> {
    await this.send(async () => {
      const source = { backup: { username, backup_id: backup.id } };
      this.#session.restored(await call('restore', { source, secret, username: null }));
      toasts.note(`Restored the backup of ${fullDate(backup.made_at)}.`, 'The damaged vault is among your backups.');
    });
  }

  async chooseBackup(): Promise<void> {
    await this.#aside('file', () => this.#session.chooseBackup());
  }

  async #aside(doing: 'demo' | 'file', what: () => Promise<void>): Promise<void> {
    if (!this.free) return;
    this.doing = doing;
    await this.send(what);
    this.doing = null;
  }
}
