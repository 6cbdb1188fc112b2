/** The scripted core's services with models: what is set up, prices, what was used. */
import type { Listed, LocalServer, ModelRef, ModelSettings, PricedModel, Problem, Service, ServiceFields, ServiceKind, ServiceTest, Used } from '../../src/lib/api';
import { type Handlers, refuse } from './backend';

export type ServicesCommand = 'model_settings' | 'choose_model' | 'add_service' | 'update_service' | 'remove_service' | 'test_service' | 'local_servers' | 'prices' | 'set_price' | 'forget_price' | 'used';

const DEFAULTS: Record<ServiceKind, string> = { gemini: 'https://generativelanguage.googleapis.com', openai: 'https://api.openai.com/v1', ollama: 'http://127.0.0.1:11434', anthropic: 'https://api.anthropic.com' };
const NAMES: Record<ServiceKind, string> = { gemini: 'Gemini', openai: 'OpenAI', ollama: 'Ollama', anthropic: 'Anthropic' };

export const listed = (id: string, more: Partial<Listed> = {}): Listed => ({ id, name: id, window: null, longest_answer: null, thinking: null, price: null, ...more });

export const GEMINI: Listed[] = [
  listed('gemini-3.8-flash', { name: 'Gemini 3.8 Flash', window: 1_048_576, longest_answer: 65_536, thinking: true, price: { input: 0.3, output: 2.5, cached: 0.075 } }),
  listed('gemini-3.8-pro', { name: 'Gemini 3.8 Pro', window: 1_048_576, longest_answer: 65_536, thinking: true, price: { input: 1.25, output: 10, cached: 0.31 } }),
];
const MAKERS = ['anthropic/claude', 'deepseek/deepseek', 'google/gemini', 'meta-llama/llama', 'mistralai/mistral', 'openai/gpt', 'qwen/qwen', 'x-ai/grok'];
export const MANY: Listed[] = Array.from({ length: 320 }, (_, i) => listed(`${MAKERS[i % 8] ?? ''}-${String(1 + Math.floor(i / 8))}${i % 3 ? '' : '-mini'}`, { window: [32_768, 131_072, 200_000, 1_048_576][i % 4] ?? null, thinking: i % 2 === 0, price: i % 5 ? { input: 0.15 * (1 + (i % 9)), output: 0.6 * (1 + (i % 9)), cached: null } : null }));

export class Services {
  list: Service[] = [];
  choice: ModelRef = { service: null, model: null };
  withheld: ModelSettings['computer_key_withheld'] = null;
  servers: LocalServer[] = [];
  entered: PricedModel[] = [];
  used: Partial<Record<'day' | 'model' | 'chat', Used[]>> = {};
  /** Why tests fail, by the service's name. */
  problems = new Map<string, Problem>();
  #next = 1;
  readonly #now: number;

  constructor(now: number) {
    this.#now = now;
  }

  get settings(): ModelSettings {
    return { choice: this.choice, label: this.name(this.choice), built_in: 'AlgoAgent built-in (offline)', services: this.list.map((service) => this.#priced(service)), computer_key_withheld: this.withheld, prices_date: '2026-11-20' };
  }

  /** Sets a service up as if the person had done it. */
  put(kind: ServiceKind, more: Partial<Service> = {}): Service {
    const base_url = more.base_url ?? DEFAULTS[kind];
    const local = /127\.0\.0\.1|localhost/.test(base_url);
    const service: Service = { id: this.#next++, kind, name: NAMES[kind], base_url, base_url_is_default: base_url === DEFAULTS[kind], local, fixed: false, key: local ? null : { from: 'vault' }, headers: [], proxy: 'system', patience: local ? { first_byte: 300, idle: 120 } : { first_byte: 30, idle: 60 }, patience_is_own: false, models: [], models_at: null, default_model: null, ...more };
    this.list = [...this.list, service];
    return service;
  }

  /** What a service lists when it is asked. */
  models({ kind, base_url, name }: Service): Listed[] {
    if (kind === 'gemini') return GEMINI;
    if (kind === 'ollama' || name === 'Ollama') return ['qwen3:8b', 'llama3.3:70b', 'deepseek-r1:14b'].map((id) => listed(id, { window: 32_768, thinking: id.startsWith('deepseek') }));
    return base_url.includes('openrouter') ? MANY : [listed('model-a', { window: 200_000, price: { input: 3, output: 15, cached: 0.3 } })];
  }

  name(ref: ModelRef): string {
    const service = this.list.find(({ id }) => id === ref.service);
    if (!service) return 'AlgoAgent built-in (offline)';
    const model = ref.model ?? service.default_model;
    return model ? `${service.name} · ${model}` : service.name;
  }

  readonly handlers: Pick<Handlers, ServicesCommand> = {
    model_settings: () => this.settings,
    choose_model: (choice) => {
      const service = this.list.find(({ id }) => id === choice.service);
      if (service && !service.key && !service.local) throw refuse('model', `${service.name} needs a key. Enter one in Settings → Models, or choose another model.`);
      this.choice = choice;
      return this.settings;
    },
    add_service: ({ kind, fields }) => {
      this.#take(this.put(kind, { key: null, base_url: fields.base_url ?? DEFAULTS[kind] }), fields);
      return this.settings;
    },
    update_service: ({ service_id, fields }) => {
      this.#take(this.#found(service_id), fields);
      return this.settings;
    },
    remove_service: ({ service_id }) => {
      this.list = this.list.filter(({ id }) => id !== service_id);
      if (this.choice.service === service_id) this.choice = { service: null, model: null };
      return this.settings;
    },
    test_service: ({ service_id }): ServiceTest => {
      const service = this.#found(service_id);
      const problem = this.problems.get(service.name);
      if (problem) return { outcome: 'fails', problem };
      const models = this.models(service);
      Object.assign(service, { models, models_at: new Date(this.#now).toISOString(), default_model: models[0]?.id ?? null });
      return { outcome: 'works', service: this.#priced(service) };
    },
    local_servers: () => this.servers.filter(({ base_url }) => !this.list.some((service) => service.base_url === base_url)),
    prices: () => this.entered,
    set_price: (priced) => {
      this.entered = [...this.entered.filter((one) => one.model !== priced.model), priced];
      return this.settings;
    },
    forget_price: ({ model }) => {
      this.entered = this.entered.filter((one) => one.model !== model);
      return this.settings;
    },
    used: ({ by }) => this.used[by] ?? [],
  };

  #take(service: Service, fields: ServiceFields): void {
    const base_url = fields.base_url ?? DEFAULTS[service.kind];
    const moved = base_url !== service.base_url;
    if (fields.key) service.key = { from: 'vault' };
    else if (fields.forget_key || moved) service.key = null;
    Object.assign(service, { name: fields.name ?? service.name, base_url, base_url_is_default: base_url === DEFAULTS[service.kind], proxy: fields.proxy, patience_is_own: fields.patience !== null, patience: fields.patience ?? service.patience });
    if (fields.headers) service.headers = fields.headers.map(({ name }) => name.toLowerCase());
  }

  #found(id: number): Service {
    const found = this.list.find((service) => service.id === id);
    if (!found) throw refuse('not_found', 'This service is gone.');
    return found;
  }

  #priced(service: Service): Service {
    const price = (model: Listed) => this.entered.find((one) => one.kind === service.kind && one.model === model.id)?.price ?? model.price;
    return { ...service, models: service.models.map((model) => ({ ...model, price: price(model) })) };
  }
}
