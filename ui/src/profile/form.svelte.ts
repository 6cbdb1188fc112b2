/**
 * The profile while it is edited: percentages as text, so that a half-typed number stays as typed.
 * Risk parameters without a field of their own are carried along untouched.
 */
import type { Profile, ProfileDraft, RiskTolerance, Timeframe } from '../lib/api';
import { fraction, KNOWN_RISKS, percent, riskError } from './numbers';
import { SymbolList } from './symbol-list.svelte';

export class ProfileForm {
  risk_tolerance = $state<RiskTolerance>('moderate');
  timeframe = $state<Timeframe>('1d');
  readonly symbols: SymbolList;
  goals = $state('');
  preferences = $state('');
  risks = $state<Record<string, string>>({});
  /** Parameters with names of their own. */
  readonly others: [string, number][];
  #start = $state('');

  constructor(profile: Profile) {
    this.risk_tolerance = profile.risk_tolerance;
    this.timeframe = profile.timeframe;
    this.symbols = new SymbolList(profile.symbols);
    this.goals = profile.goals;
    this.preferences = profile.preferences;
    const known = new Set(KNOWN_RISKS.map((risk) => risk.name));
    const parameters = Object.entries(profile.risk_parameters).flatMap(([name, value]) =>
      typeof value === 'number' ? [[name, value] as [string, number]] : [],
    );
    for (const risk of KNOWN_RISKS) this.risks[risk.name] = '';
    for (const [name, value] of parameters) if (known.has(name)) this.risks[name] = percent(value);
    this.others = parameters.filter(([name]) => !known.has(name));
    this.#start = JSON.stringify(this.draft);
  }

  get draft(): ProfileDraft {
    const parameters = Object.fromEntries(this.others);
    for (const { name } of KNOWN_RISKS) {
      const value = fraction(this.risks[name] ?? '');
      if (typeof value === 'number') parameters[name] = value;
    }
    return {
      risk_tolerance: this.risk_tolerance,
      timeframe: this.timeframe,
      symbols: this.symbols.taken,
      goals: this.goals,
      preferences: this.preferences,
      risk_parameters: parameters,
    };
  }

  get valid(): boolean {
    return KNOWN_RISKS.every((risk) => riskError(risk, this.risks[risk.name] ?? '') === null);
  }

  get changed(): boolean {
    return JSON.stringify(this.draft) !== this.#start || !this.valid || this.symbols.typed.trim() !== '';
  }

  /** What is on the screen is what is stored now. */
  saved(): void {
    this.#start = JSON.stringify(this.draft);
  }
}
