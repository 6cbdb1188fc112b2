/** The profile while it is edited. */
import type { Profile, ProfileDraft, RiskTolerance, Timeframe } from '../lib/api';
import { Limits } from './limits.svelte';
import { SymbolList } from './symbol-list.svelte';

export class ProfileForm {
  risk_tolerance = $state<RiskTolerance>('moderate');
  timeframe = $state<Timeframe>('1d');
  readonly symbols: SymbolList;
  goals = $state('');
  preferences = $state('');
  readonly limits: Limits;
  #start = $state('');

  constructor(profile: Profile) {
    this.risk_tolerance = profile.risk_tolerance;
    this.timeframe = profile.timeframe;
    this.symbols = new SymbolList(profile.symbols);
    this.goals = profile.goals;
    this.preferences = profile.preferences;
    this.limits = new Limits(profile.risk_parameters);
    this.#start = JSON.stringify(this.draft);
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

  /** What is on the screen is what is stored now. */
  saved(): void {
    this.#start = JSON.stringify(this.draft);
  }
}
