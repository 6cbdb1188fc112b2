/** The audit log: the newest page, and older ones as they are asked for. */
import { asFault, call, type ApiError, type AuditEntry } from '../../lib/api';

const PAGE = 50;

export class Audit {
  entries = $state.raw<AuditEntry[]>([]);
  more = $state(false);
  loaded = $state(false);
  loading = $state(false);
  fault = $state.raw<ApiError | null>(null);

  async load(): Promise<void> {
    await this.#page(null);
  }

  async older(): Promise<void> {
    await this.#page(this.entries.at(-1)?.id ?? null);
  }

  async #page(before: number | null): Promise<void> {
    if (this.loading) return;
    this.loading = true;
    this.fault = null;
    try {
      const page = await call('audit', { before, limit: PAGE });
      this.entries = before === null ? page.entries : [...this.entries, ...page.entries];
      this.more = page.more;
      this.loaded = true;
    } catch (error) {
      this.fault = asFault(error);
    } finally {
      this.loading = false;
    }
  }
}
