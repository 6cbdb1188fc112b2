/**
 * Named limits while they are edited, as text, so that a half-typed number stays as typed. The known
 * ones are percent on the screen; those with names of the person's own are the plain numbers that
 * models are told.
 */
import { fraction, isKnown, KNOWN_RISKS, ownNameError, percent, plain, plainError, riskError } from './numbers';

/** A limit with a name of the person's own. */
export class OwnLimit {
  name = $state('');
  text = $state('');
  readonly key: number;

  constructor(key: number, name = '', text = '') {
    this.key = key;
    this.name = name;
    this.text = text;
  }

  /** A row that was added and not filled in. */
  get blank(): boolean {
    return this.name.trim() === '' && this.text.trim() === '';
  }
}

/** Limits as they were typed. */
export interface TypedLimits {
  known: Record<string, string>;
  own: { name: string; text: string }[];
}

export class Limits {
  /** The known ones by name, in percent. */
  known = $state<Record<string, string>>({});
  own = $state.raw<OwnLimit[]>([]);
  readonly #given: Record<string, number>;
  #next = 0;

  constructor(given: Record<string, number>) {
    this.#given = given;
    for (const { name } of KNOWN_RISKS) {
      const value = given[name];
      this.known[name] = value === undefined ? '' : percent(value);
    }
    this.own = Object.entries(given)
      .filter(([name]) => !isKnown(name))
      .map(([name, value]) => new OwnLimit(this.#next++, name, String(value)));
  }

  /** Those that can be read; their order doesn't hang on the order in which they were typed. */
  get value(): Record<string, number> {
    const now = new Map<string, number>();
    for (const { name } of KNOWN_RISKS) {
      const text = this.known[name] ?? '';
      const given = this.#given[name];
      // What wasn't touched stays to the last digit.
      const value = given !== undefined && text === percent(given) ? given : fraction(text);
      if (typeof value === 'number') now.set(name, value);
    }
    for (const one of this.own) {
      const value = plain(one.text);
      if (typeof value === 'number' && this.nameError(one) === null) now.set(one.name.trim(), value);
    }
    const names = new Set([...Object.keys(this.#given), ...now.keys()]);
    return Object.fromEntries([...names].flatMap((name) => (now.has(name) ? [[name, now.get(name) ?? 0]] : [])));
  }

  /** The first one that can't be taken, by its label. */
  get wrong(): string | null {
    const known = KNOWN_RISKS.find((risk) => riskError(risk, this.known[risk.name] ?? '') !== null);
    const own = this.own.find((one) => this.nameError(one) !== null || this.textError(one) !== null);
    return known?.label ?? (own ? own.name.trim() || 'a limit of your own' : null);
  }

  get valid(): boolean {
    return this.wrong === null;
  }

  get typed(): TypedLimits {
    return { known: { ...this.known }, own: this.own.map(({ name, text }) => ({ name, text })) };
  }

  /** Fills the fields as they were typed once. */
  retype({ known, own }: TypedLimits): void {
    for (const { name } of KNOWN_RISKS) this.known[name] = known[name] ?? '';
    this.own = own.map(({ name, text }) => new OwnLimit(this.#next++, name, text));
  }

  add(): OwnLimit {
    const one = new OwnLimit(this.#next++);
    this.own = [...this.own, one];
    return one;
  }

  remove(one: OwnLimit): void {
    this.own = this.own.filter((other) => other !== one);
  }

  nameError(one: OwnLimit): string | null {
    if (one.blank) return null;
    const others = this.own.filter((other) => other !== one).map((other) => other.name.trim());
    return ownNameError(one.name.trim(), others);
  }

  textError(one: OwnLimit): string | null {
    return one.blank ? null : plainError(one.text);
  }
}
