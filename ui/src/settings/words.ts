/** Models and services as a person reads of them. */
import type { Listed, ModelRef, ModelSettings, Price, Service } from '../lib/api';
import { many, price, round } from '../lib/ui/figures';
import type { Pick } from '../lib/ui/PickList.svelte';
import { hostOf, kindOf } from './kinds';

/** Words of the core for whoever reads them in the settings already. */
export function here(message: string): string {
  return message.replaceAll(' in Settings → Models', '');
}

/** `US$ 0.30 in, 2.50 out`: for a million tokens. */
export function priceWords(known: Price): string {
  return `US$\u00a0${price(known.input)} in, ${price(known.output)} out`;
}

/** `1M tokens · thinks · US$ 0.30 in, 2.50 out`. */
export function modelWords(model: Listed): string {
  const window = model.window === null ? null : `${round(model.window)} tokens`;
  return [telling(model.name) !== telling(model.id) ? model.name : null, window, model.thinking ? 'thinks' : null, model.price && priceWords(model.price)]
    .filter((part) => part !== null)
    .join(' · ');
}

/** What tells one name from another. */
const telling = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** What "none chosen" stands for at a service: `Newest flash: gemini-3.8-flash`. */
export function defaultWords({ kind, default_model: model }: Service): string {
  const which = kind === 'gemini' ? 'Newest flash' : 'Its default';
  return model ? `${which}: ${model}` : which;
}

/** Where what is asked goes. */
export function goesWords(service: Service): string {
  if (service.local) return 'What you write stays on this computer.';
  const { id, note } = kindOf(service);
  const known = service.base_url_is_default && id !== 'ollama';
  return known ? note : `Questions, profile and context go to ${hostOf(service.base_url) ?? service.base_url}.`;
}

/** Where the key comes from. */
export function keyWords(service: Service): string {
  if (service.key?.from === 'vault') return 'Stored in your vault';
  if (service.key?.from === 'computer') return `This computer’s GEMINI_API_KEY, from ${service.key.place}`;
  return wantsKey(service) ? 'Missing' : 'None needed';
}

/** Whether it can't answer before a key is entered. */
export function wantsKey(service: Service): boolean {
  return service.key === null && !service.local && kindOf(service).needsKey;
}

export function modelCount(count: number): string {
  return count === 0 ? 'no models' : many(count, 'model');
}

/** Words that begin a sentence. */
export const sentence = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);

/** llama.cpp names a model by the path of its file. */
export function shortName(model: string): string {
  return /([^/\\]+)\.gguf$/.exec(model)?.[1] ?? model;
}

/** A model as it is called: `Gemini · gemini-3.8-flash`. */
export function modelName(settings: ModelSettings, ref: ModelRef): string {
  if (ref.service === null) return settings.built_in;
  const service = settings.services.find(({ id }) => id === ref.service);
  if (!service) return ref.model ?? 'A service that is gone';
  const model = ref.model ?? service.default_model;
  return model ? `${service.name} · ${shortName(model)}` : service.name;
}

export const sameModel = (a: ModelRef | null, b: ModelRef | null): boolean =>
  a === b || (a !== null && b !== null && a.service === b.service && a.model === b.model);

/** A model among which one is chosen; `ref` is null for whatever the person's default is. */
export interface ModelOption extends Pick {
  ref: ModelRef | null;
}

/** The models of a service, with the one that it is asked by itself first. */
export function serviceOptions(service: Service, current: string | null): ModelOption[] {
  const option = (model: string | null, label: string, note: string) => ({
    value: `${String(service.id)}/${model ?? ''}`,
    label,
    note: note || undefined,
    group: service.name,
    ref: { service: service.id, model },
  });
  const gone = current !== null && !service.models.some(({ id }) => id === current);
  return [
    option(null, defaultWords(service), service.default_model ? '' : 'Named after a test'),
    ...(gone ? [option(current, current, 'not in the list')] : []),
    ...service.models.map((model) => option(model.id, model.id, modelWords(model))),
  ];
}

/** All models that can be chosen where `fallback` is the one that answers when none is. */
export function modelOptions(settings: ModelSettings, current: ModelRef | null, fallback: string): ModelOption[] {
  return [
    { value: 'default', label: 'The default', note: fallback, ref: null },
    { value: 'built-in', label: settings.built_in, note: 'Offline, needs no key', ref: { service: null, model: null } },
    ...settings.services.flatMap((service) => serviceOptions(service, current?.service === service.id ? current.model : null)),
  ];
}

/** The value of the option that stands for a model. */
export function optionOf(options: ModelOption[], ref: ModelRef | null): string {
  return options.find((option) => sameModel(option.ref, ref))?.value ?? 'default';
}

/** Where a context's model is chosen: the options, and which of them it is. */
export function modelChoices(settings: ModelSettings | null, model: ModelRef | null): { options: ModelOption[]; value: string } | null {
  if (!settings) return null;
  const options = modelOptions(settings, model, settings.label);
  return { options, value: optionOf(options, model) };
}

/** Whether this computer has a key for all, whoever may use it. */
export function computerHasKey(settings: ModelSettings | null): boolean {
  if (!settings) return false;
  return settings.computer_key_withheld !== null || settings.services.some(({ key }) => key?.from === 'computer');
}
