/**
 * The structured data of a context, as a form and as JSON: one value, two views. What the form has
 * no field for, and what wasn't touched in it, stays exactly as it was.
 */
import { Limits, type TypedLimits } from '../profile/limits.svelte';
import { SymbolList } from '../profile/symbol-list.svelte';
import { IndicatorList } from './indicators.svelte';
import { readObject, type JsonFault } from './json';

export type Data = Record<string, unknown>;

const KEYS = ['type', 'timeframe', 'indicators', 'universe', 'constraints'] as const;
export type DataKey = (typeof KEYS)[number];

/** Structured data as it was typed. */
export interface TypedData {
  value: Data;
  json: string | null;
  indicators: string;
  universe: string;
  constraints: TypedLimits;
}

export class ContextData {
  type = $state('');
  timeframe = $state('');
  indicators = $state.raw(new IndicatorList([]));
  universe = $state.raw(new SymbolList([]));
  constraints = $state.raw(new Limits({}));
  /** What the fields were filled from. */
  #base = $state.raw<Data>({});
  /** What each field said then, as JSON. */
  #read: Partial<Record<DataKey, string>> = {};
  /** The JSON as it was typed. */
  #typed = $state<string | null>(null);

  constructor(data: Data) {
    this.#fill(data);
  }

  get value(): Data {
    const now = this.#fields();
    const made = new Map(Object.entries(this.#base));
    for (const key of KEYS) {
      if (JSON.stringify(now[key]) === this.#read[key]) continue;
      const value = key === 'constraints' ? { ...withoutNumbers(this.#base[key]), ...now[key] } : now[key];
      if (Object.keys(value).length === 0) made.delete(key);
      else made.set(key, value);
    }
    return Object.fromEntries(made);
  }

  /** As JSON: as it was typed while that says the same, else as the form says it. */
  get text(): string {
    const typed = this.#typed;
    const read = typed === null ? null : readObject(typed);
    if (typed !== null && (read?.data == null || same(read.data, this.value))) return typed;
    const { value } = this;
    return Object.keys(value).length ? JSON.stringify(value, null, 2) : '';
  }

  set text(text: string) {
    this.#typed = text;
    const { data } = readObject(text);
    if (data) this.#fill(data);
  }

  /** Why the JSON can't be read. The form can't be filled from it then, and it stays as typed. */
  get fault(): JsonFault | 'no object' | null {
    return this.#typed === null ? null : readObject(this.#typed).fault;
  }

  /** What stands in the JSON for a field that the field can't show. */
  odd(key: DataKey): string | null {
    const value = this.#base[key];
    const shown = JSON.stringify(this.#fields()[key]) === this.#read[key];
    return shown && value !== undefined && !fits(key, value) ? JSON.stringify(value) : null;
  }

  /** Keys that the form has no field for, also inside the constraints. */
  get others(): string[] {
    const known: readonly string[] = KEYS;
    const inside = Object.keys(withoutNumbers(this.#base.constraints)).map((name) => `constraints.${name}`);
    return [...Object.keys(this.#base).filter((key) => !known.includes(key)), ...inside];
  }

  get typed(): TypedData {
    return {
      value: this.value,
      json: this.#typed,
      indicators: this.indicators.typed,
      universe: this.universe.typed,
      constraints: this.constraints.typed,
    };
  }

  /** Fills the fields as they were typed once. */
  retype({ value, json, indicators, universe, constraints }: TypedData): void {
    this.#fill(value);
    this.#typed = json;
    this.indicators.typed = indicators;
    this.universe.typed = universe;
    this.constraints.retype(constraints);
  }

  /** Takes what is still in the fields of symbols and indicators. */
  settle(): boolean {
    this.indicators.take();
    return this.universe.take();
  }

  #fill(data: Data): void {
    this.#base = data;
    this.type = text(data['type']);
    this.timeframe = text(data['timeframe']);
    this.indicators = new IndicatorList(words(data['indicators']));
    this.universe = new SymbolList(words(data['universe']));
    this.constraints = new Limits(numbers(data['constraints']));
    const fields = this.#fields();
    for (const key of KEYS) this.#read[key] = JSON.stringify(fields[key]);
  }

  #fields() {
    return {
      type: this.type.trim(),
      timeframe: this.timeframe,
      indicators: this.indicators.taken,
      universe: this.universe.taken,
      constraints: this.constraints.value,
    };
  }
}

const isObject = (value: unknown): value is Data => typeof value === 'object' && value !== null && !Array.isArray(value);
const isWords = (value: unknown): value is string[] => Array.isArray(value) && value.every((one) => typeof one === 'string');
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const words = (value: unknown): string[] => (isWords(value) ? [...new Set(value)] : []);
const same = (a: Data, b: Data): boolean => JSON.stringify(a) === JSON.stringify(b);

function numbers(value: unknown): Record<string, number> {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
}

function withoutNumbers(value: unknown): Data {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).filter(([, one]) => typeof one !== 'number'));
}

function fits(key: DataKey, value: unknown): boolean {
  if (key === 'constraints') return isObject(value);
  return key === 'indicators' || key === 'universe' ? isWords(value) : typeof value === 'string';
}
