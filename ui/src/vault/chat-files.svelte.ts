/** Chats that leave as a file and come in from one. It goes on when its screen is left. */
import { WorkWatch } from '../account/work.svelte';
import { asFault, call, type ApiError, type Imported } from '../lib/api';
import { toasts } from '../lib/ui/toasts.svelte';

export class ChatFiles {
  doing = $state<'export' | 'import' | null>(null);
  fault = $state.raw<ApiError | null>(null);
  /** What came of the last import. */
  imported = $state.raw<Imported | null>(null);
  readonly watch = new WorkWatch();
  #shown = false;
  /** Whether something ended while its screen was away. */
  #news = false;

  /** A screen that comes says nothing of what was seen on its last visit. Call the result when it goes. */
  visit(): () => void {
    if (!this.doing && !this.#news) this.#clear();
    this.#news = false;
    this.#shown = true;
    return () => {
      this.#shown = false;
    };
  }

  async exportAll(): Promise<void> {
    await this.#run('export', async () => {
      const saved = await this.#watched(call('export_chats', {}));
      if (saved) toasts.note('All chats were exported.', saved.path);
    });
  }

  async importChats(): Promise<void> {
    await this.#run('import', async () => {
      this.imported = await this.#watched(call('import_chats', {}));
    });
  }

  async #watched<T>(work: Promise<T>): Promise<T> {
    const stop = this.watch.start();
    try {
      return await work;
    } finally {
      stop();
    }
  }

  async #run(what: 'export' | 'import', how: () => Promise<void>): Promise<void> {
    if (this.doing) return;
    this.doing = what;
    this.#clear();
    try {
      await how();
    } catch (error) {
      this.fault = asFault(error);
    }
    this.doing = null;
    this.#news = !this.#shown;
  }

  #clear(): void {
    this.fault = null;
    this.imported = null;
  }
}
