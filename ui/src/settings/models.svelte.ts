/** Which model answers and what is set up, shared by its settings and the composer's chip. */
import { createContext } from 'svelte';
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import {
  asFault,
  call,
  type ApiError,
  type LocalServer,
  type ModelRef,
  type ModelSettings,
  type Service,
  type ServiceFields,
  type ServiceId,
  type ServiceKind,
  type ServiceTest,
} from '../lib/api';
import { NO_FIELDS } from './kinds';

export class Models {
  current = $state.raw<ModelSettings | null>(null);
  /** Why they couldn't be loaded. */
  fault = $state.raw<ApiError | null>(null);
  /** Servers of this computer that aren't set up. */
  servers = $state.raw<LocalServer[]>([]);
  /** Whether the person doesn't want to be offered them in an empty chat, until they sign in again. */
  offerDismissed = $state(false);
  /** What the last tests found. */
  readonly tests = new SvelteMap<ServiceId, ServiceTest>();
  readonly testing = new SvelteSet<ServiceId>();
  #lookedAt = 0;

  async load(): Promise<void> {
    try {
      this.current = await call('model_settings', {});
      this.fault = null;
    } catch (error) {
      this.fault = asFault(error);
    }
  }

  service(id: ServiceId | null): Service | null {
    return this.current?.services.find((service) => service.id === id) ?? null;
  }

  async choose(model: ModelRef): Promise<void> {
    this.current = await call('choose_model', model);
  }

  /** Adds a service and returns it. */
  async add(kind: ServiceKind, fields: ServiceFields): Promise<Service | null> {
    const before = new Set(this.current?.services.map(({ id }) => id));
    this.current = await call('add_service', { kind, fields });
    this.#lookedAt = 0;
    return this.current.services.find(({ id }) => !before.has(id)) ?? null;
  }

  async update(id: ServiceId, fields: ServiceFields): Promise<void> {
    this.tests.delete(id);
    this.current = await call('update_service', { service_id: id, fields });
    this.#lookedAt = 0;
  }

  async remove(id: ServiceId): Promise<void> {
    this.current = await call('remove_service', { service_id: id });
    this.tests.delete(id);
    await this.look(true);
  }

  async test(id: ServiceId): Promise<ServiceTest> {
    this.testing.add(id);
    this.tests.delete(id);
    try {
      const result = await call('test_service', { service_id: id });
      this.tests.set(id, result);
      if (result.outcome === 'works') this.#put(result.service);
      // The name of what answers may be known only now.
      await this.load();
      return result;
    } finally {
      this.testing.delete(id);
    }
  }

  /** Looks for servers of this computer, unless that was done a moment ago. */
  async look(again = false): Promise<void> {
    if (!again && Date.now() - this.#lookedAt < 10_000) return;
    this.#lookedAt = Date.now();
    try {
      this.servers = await call('local_servers', {});
    } catch {
      // An offer that can't be made is none.
      this.servers = [];
    }
  }

  /** Sets a server of this computer up and lets it answer from now on. */
  async use(server: LocalServer): Promise<ServiceTest | null> {
    const service = await this.add(server.kind, { ...NO_FIELDS, name: server.name, base_url: server.base_url });
    this.servers = this.servers.filter((one) => one !== server);
    if (!service) return null;
    const result = await this.test(service.id);
    if (result.outcome === 'works') await this.choose({ service: service.id, model: null });
    return result;
  }

  #put(service: Service): void {
    if (!this.current) return;
    this.current = { ...this.current, services: this.current.services.map((one) => (one.id === service.id ? service : one)) };
  }
}

export const [useModels, provideModels] = createContext<Models>();
