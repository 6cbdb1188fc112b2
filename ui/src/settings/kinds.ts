/** The kinds of services that a person can add, and what each asks for. */
import type { Service, ServiceFields, ServiceKind } from '../lib/api';

export interface Kind {
  id: string;
  /** The wire that it speaks. */
  kind: ServiceKind;
  name: string;
  /** What it is, for whoever wonders. */
  note: string;
  /** Where a key is to be had. */
  keyPage: string | null;
  /** Whether it answers nobody without a key. */
  needsKey: boolean;
  /** Whether its address has to be entered. */
  needsAddress: boolean;
}

const OPENROUTER_KEYS = 'https://openrouter.ai/keys';

export const KINDS = [
  { id: 'gemini', kind: 'gemini', name: 'Google Gemini', note: 'Questions, profile and context go to Google.', keyPage: 'https://aistudio.google.com/apikey', needsKey: true, needsAddress: false },
  { id: 'openai', kind: 'openai', name: 'OpenAI', note: 'Questions, profile and context go to OpenAI.', keyPage: 'https://platform.openai.com/api-keys', needsKey: true, needsAddress: false },
  { id: 'anthropic', kind: 'anthropic', name: 'Anthropic', note: 'Questions, profile and context go to Anthropic.', keyPage: 'https://console.anthropic.com/settings/keys', needsKey: true, needsAddress: false },
  { id: 'ollama', kind: 'ollama', name: 'Ollama', note: 'Runs models on this computer or on one of yours.', keyPage: null, needsKey: false, needsAddress: false },
  { id: 'other', kind: 'openai', name: 'Another service', note: 'Whatever speaks OpenAI’s Chat Completions: OpenRouter, LM Studio, llama.cpp, vLLM.', keyPage: null, needsKey: false, needsAddress: true },
] as const satisfies Kind[];

/** Services that speak OpenAI's wire, and where they usually are. */
export const OTHERS = [
  { name: 'OpenRouter', address: 'https://openrouter.ai/api/v1' },
  { name: 'LM Studio', address: 'http://127.0.0.1:1234/v1' },
  { name: 'llama.cpp', address: 'http://127.0.0.1:8080/v1' },
  { name: 'vLLM', address: 'http://127.0.0.1:8000/v1' },
];

export const NO_FIELDS: ServiceFields = { name: null, base_url: null, key: null, forget_key: false, headers: null, proxy: 'system', proxy_url: null, patience: null };

/** Seconds that are waited when nothing else is chosen. */
export const USUAL = { remote: { first_byte: 30, idle: 60 }, local: { first_byte: 300, idle: 120 } };

/** As which kind a service was added. */
export function kindOf(service: Service): Kind {
  const id = service.kind === 'openai' && !service.base_url_is_default ? 'other' : service.kind;
  return KINDS.find((kind) => kind.id === id) ?? KINDS[4];
}

/** Where a key for this address is to be had. */
export function keyPage(kind: Kind, address: string): string | null {
  return hostOf(address)?.endsWith('openrouter.ai') ? OPENROUTER_KEYS : kind.keyPage;
}

/** What a service at this address is called when nobody says otherwise. */
export function nameOf(address: string): string | null {
  const host = hostOf(address);
  if (host === null) return null;
  const known = OTHERS.find((other) => hostOf(other.address) === host);
  return known?.name ?? host;
}

export function isLocal(address: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(hostOf(address) ?? '');
}

/** The host of an address, with its port; null when it is no address. */
export function hostOf(address: string): string | null {
  try {
    return new URL(address.trim()).host.replace(/^localhost(?=:|$)/, '127.0.0.1') || null;
  } catch {
    return null;
  }
}
