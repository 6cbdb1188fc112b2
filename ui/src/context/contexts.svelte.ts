/** The signed-in person's AI contexts, shared by their editor and the composer's chip. */
import { createContext } from 'svelte';
import { asFault, call, type ApiError, type Context, type ContextDraft, type ContextId } from '../lib/api';

export class Contexts {
  list = $state.raw<Context[]>([]);
  loaded = $state(false);
  /** Why they couldn't be loaded. */
  fault = $state.raw<ApiError | null>(null);

  async load(): Promise<void> {
    try {
      this.list = await call('contexts', {});
      this.loaded = true;
      this.fault = null;
    } catch (error) {
      this.fault = asFault(error);
    }
  }

  named(id: ContextId | null): string | null {
    return this.list.find((context) => context.id === id)?.name ?? null;
  }

  async create(draft: ContextDraft): Promise<Context> {
    const context = await call('create_context', draft);
    this.#put(context);
    return context;
  }

  async update(id: ContextId, draft: ContextDraft): Promise<Context> {
    const context = await call('update_context', { context_id: id, draft });
    this.#put(context);
    return context;
  }

  async remove(id: ContextId): Promise<void> {
    await call('delete_context', { context_id: id });
    this.list = this.list.filter((context) => context.id !== id);
  }

  /** The last changed stands first, as the core lists them. */
  #put(context: Context): void {
    this.list = [context, ...this.list.filter((other) => other.id !== context.id)];
  }
}

export const [useContexts, provideContexts] = createContext<Contexts>();
