/** The signed-in person's AI contexts, shared by their editor, the composer's chip and new chats. */
import { createContext } from 'svelte';
import { asFault, call, type ApiError, type Context, type ContextDraft, type ContextId, type Template } from '../lib/api';

export class Contexts {
  list = $state.raw<Context[]>([]);
  loaded = $state(false);
  /** Why they couldn't be loaded. */
  fault = $state.raw<ApiError | null>(null);
  templates = $state.raw<Template[]>([]);

  async load(): Promise<void> {
    try {
      this.list = await call('contexts', {});
      this.loaded = true;
      this.fault = null;
    } catch (error) {
      this.fault = asFault(error);
    }
  }

  /** They are the same for everybody and don't change while the program runs. */
  async loadTemplates(): Promise<void> {
    if (this.templates.length === 0) this.templates = await call('context_templates', {});
  }

  /** The context that a new chat is linked to; one that isn't offered any more is not. */
  get startWith(): ContextId | null {
    return this.list.find((context) => context.default && context.active)?.id ?? null;
  }

  named(id: ContextId | null): string | null {
    return this.list.find((context) => context.id === id)?.name ?? null;
  }

  async create(draft: ContextDraft): Promise<Context> {
    const context = await call('create_context', draft);
    this.#first(context);
    return context;
  }

  async update(id: ContextId, draft: ContextDraft): Promise<Context> {
    const context = await call('update_context', { context_id: id, draft });
    this.#first(context);
    return context;
  }

  async restore(id: ContextId, number: number): Promise<Context> {
    const context = await call('restore_context_version', { context_id: id, number });
    this.#first(context);
    return context;
  }

  /** Shows the change at once, and takes it back when it is refused. */
  async setActive(id: ContextId, on: boolean): Promise<void> {
    const change = (to: boolean) => {
      this.list = this.list.map((context) => (context.id === id ? { ...context, active: to } : context));
    };
    change(on);
    try {
      const context = await call('set_context_active', { context_id: id, on });
      this.list = this.list.map((other) => (other.id === id ? context : other));
    } catch (error) {
      change(!on);
      throw error;
    }
  }

  async setDefault(id: ContextId | null): Promise<void> {
    const before = this.list;
    this.list = before.map((context) => ({ ...context, default: context.id === id }));
    try {
      this.list = await call('set_default_context', { context_id: id });
    } catch (error) {
      this.list = before;
      throw error;
    }
  }

  async remove(id: ContextId): Promise<void> {
    await call('delete_context', { context_id: id });
    this.list = this.list.filter((context) => context.id !== id);
  }

  /** The last changed stands first, as the core lists them. */
  #first(context: Context): void {
    this.list = [context, ...this.list.filter((other) => other.id !== context.id)];
  }
}

export const [useContexts, provideContexts] = createContext<Contexts>();
