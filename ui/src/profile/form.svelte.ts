/** The profile while it is edited. */
import type { Profile, ProfileDraft, RiskTolerance, Timeframe } from '../lib/api';
import { Unsaved } from '../lib/unsaved';
import { Limits, type TypedLimits } from './limits.svelte';
import { SymbolList } from './symbol-list.svelte';

/** The form as it was typed. */
interface Typed {
  risk_tolerance: RiskTolerance;
  timeframe: Timeframe;
  symbols: string[];
  symbol: string;
  goals: string;
  preferences: string;
  limits: TypedLimits;
}

export class ProfileForm {
  risk_tolerance = $state<RiskTolerance>('moderate');
  timeframe = $state<Timeframe>('1d');
  readonly symbols: SymbolList;
  goals = $state('');
  preferences = $state('');
  readonly limits: Limits;
  #start = $state('');
  readonly #unsaved: Unsaved<Typed>;

  /** `unsaved` is what the form wrote down when it was left last. */
  constructor(profile: Profile, unsaved = '') {
    this.risk_tolerance = profile.risk_tolerance;
    this.timeframe = profile.timeframe;
    this.symbols = new SymbolList(profile.symbols);
    this.goals = profile.goals;
    this.preferences = profile.preferences;
    this.limits = new Limits(profile.risk_parameters);
    this.#start = JSON.stringify(this.draft);
    this.#unsaved = new Unsaved(profile.updated_at, unsaved);
    if (this.#unsaved.typed) this.#retype(this.#unsaved.typed);
  }

  /** What the person is to know of what they typed on an earlier visit; null for nothing. */
  get earlier(): 'unsaved' | 'outdated' | null {
    if (!this.changed || !this.#unsaved.typed) return null;
    return this.#unsaved.outdated ? 'outdated' : 'unsaved';
  }

  /** What was typed and not saved, to be given to the next form; empty for nothing. */
  get unsaved(): string {
    if (!this.changed) return '';
    const { risk_tolerance, timeframe, goals, preferences } = this;
    const { taken: symbols, typed: symbol } = this.symbols;
    return this.#unsaved.write({ risk_tolerance, timeframe, symbols, symbol, goals, preferences, limits: this.limits.typed });
  }

  get draft(): ProfileDraft {
    return {
      risk_tolerance: this.risk_tolerance,
      timeframe: this.timeframe,
      symbols: this.symbols.taken,
      goals: this.goals,
      preferences: this.preferences,
      risk_parameters: this.limits.value,
    };
  }

  get valid(): boolean {
    return this.limits.valid;
  }

  get changed(): boolean {
    return JSON.stringify(this.draft) !== this.#start || !this.valid || this.symbols.typed.trim() !== '';
  }

  /** What tells this state of the form from others. */
  get state(): string {
    return JSON.stringify(this.draft);
  }

  /** The state that was sent is what is stored now; what was typed since then isn't. */
  saved(profile: Profile, sent: string): void {
    this.#start = sent;
    this.#unsaved.saved(profile.updated_at);
  }

  #retype(typed: Typed): void {
    const { risk_tolerance, timeframe, symbols, symbol, goals, preferences, limits } = typed;
    Object.assign(this, { risk_tolerance, timeframe, goals, preferences });
    this.symbols.taken = symbols;
    this.symbols.typed = symbol;
    this.limits.retype(limits);
  }
}
