/** Where a person's data is and what backups there are. A backup goes on when its screen is left. */
import { createContext } from 'svelte';
import { WorkWatch } from '../account/work.svelte';
import { asFault, call, type ApiError, type BackupInfo, type ChatEvent, type DataInfo } from '../lib/api';
import { ChatFiles } from './chat-files.svelte';

export class Data {
  current = $state.raw<DataInfo | null>(null);
  /** Why it couldn't be loaded. */
  missing = $state.raw<ApiError | null>(null);
  /** What was refused last. */
  fault = $state.raw<ApiError | null>(null);
  /** The backup that the last order led to, and whether it was there before. */
  made = $state.raw<{ backup: BackupInfo; old: boolean } | null>(null);
  backingUp = $state(false);
  /** Whether damage was found in the open vault. What is read from it is right all the same. */
  damaged = $state(false);
  /** What the person chose, while it is being stored. */
  wanted = $state<boolean | null>(null);
  readonly watch = new WorkWatch();
  readonly chatFiles = new ChatFiles();

  get automatic(): boolean {
    return this.wanted ?? this.current?.automatic_backups ?? false;
  }

  /** What a damaged vault can be replaced by; null when there is nothing. */
  get newestGood(): BackupInfo | null {
    return this.current?.backups.find(({ kind }) => kind !== 'restore') ?? null;
  }

  take(event: ChatEvent): void {
    if (event.event === 'vault_damaged') this.damaged = true;
  }

  async load(): Promise<void> {
    try {
      this.current = await call('data', {});
      this.missing = null;
    } catch (error) {
      this.missing = asFault(error);
    }
  }

  /** A screen that comes says nothing of what was done on its last visit. */
  visit(): void {
    this.fault = null;
    if (!this.backingUp) this.made = null;
    void this.load();
  }

  async setAutomatic(on: boolean): Promise<void> {
    this.wanted = on;
    await this.#run(async () => {
      this.current = await call('set_automatic_backups', { on });
    });
    this.wanted = null;
  }

  async backUp(): Promise<void> {
    if (this.backingUp) return;
    this.backingUp = true;
    this.made = null;
    const stop = this.watch.start();
    await this.#run(async () => {
      const known = this.current?.backups.map(({ id }) => id) ?? [];
      // The moment of a backup has whole seconds.
      const second = Math.floor(Date.now() / 1000) * 1000;
      const backup = await call('back_up', {});
      await this.load();
      this.made = { backup, old: known.includes(backup.id) || Date.parse(backup.made_at) < second };
    });
    if (this.fault?.code === 'vault_damaged') this.damaged = true;
    stop();
    this.backingUp = false;
  }

  async remove({ id }: BackupInfo): Promise<void> {
    await this.#run(async () => {
      this.current = await call('delete_backup', { backup_id: id });
      if (this.made?.backup.id === id) this.made = null;
    });
  }

  /** Where the copy went; null when the person cancelled or it was refused. */
  async save({ id }: BackupInfo): Promise<string | null> {
    let path: string | null = null;
    await this.#run(async () => {
      path = (await call('save_backup', { backup_id: id }))?.path ?? null;
    });
    return path;
  }

  async #run(what: () => Promise<void>): Promise<void> {
    this.fault = null;
    try {
      await what();
    } catch (error) {
      this.fault = asFault(error);
    }
  }
}

export const [useData, provideData] = createContext<Data>();
