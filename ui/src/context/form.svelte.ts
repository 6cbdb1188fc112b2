/** A context while it is edited. */
import type { Context, ContextDraft, ModelRef, Template } from '../lib/api';
import type { Pick } from '../lib/ui/PickList.svelte';
import { ContextData } from './data.svelte';

/** The models that can be chosen and which of them this one is; null while they aren't known. */
export type ModelChoices = (
  model: ModelRef | null,
) => { options: (Pick & { ref: ModelRef | null })[]; value: string } | null;

export const LONGEST_NAME = 200;

export class ContextForm {
  name = $state('');
  instructions = $state('');
  /** Of a new one; that of one which is kept is changed at once. */
  active = $state(true);
  readonly data: ContextData;
  /** The model that answers in its chats; null for the person's default. */
  model = $state.raw<ModelRef | null>(null);
  #isNew = $state(false);
  #start = $state('');

  constructor(context: Context | null, template: Template | null = null) {
    this.#isNew = context === null;
    this.name = context?.name ?? template?.name ?? '';
    this.instructions = context?.instructions ?? template?.instructions ?? '';
    this.model = context?.model ?? null;
    this.data = new ContextData(context?.data ?? template?.data ?? {});
    this.#start = this.#now();
  }

  get nameError(): string | null {
    const length = [...this.name.trim()].length;
    return length > LONGEST_NAME ? `${String(length)} characters; at most ${String(LONGEST_NAME)}.` : null;
  }

  /** What stands against saving, where the field that says so may be out of sight. */
  get problem(): string | null {
    if (this.data.fault) return 'The JSON can’t be read.';
    const wrong = this.data.universe.refused ? 'Universe' : this.data.constraints.wrong;
    return wrong === null ? null : `Put this right first: ${wrong}.`;
  }

  get valid(): boolean {
    return this.name.trim() !== '' && this.nameError === null && this.problem === null;
  }

  get changed(): boolean {
    return this.#now() !== this.#start || this.problem !== null;
  }

  get savable(): boolean {
    return this.valid && (this.#isNew || this.changed);
  }

  get draft(): ContextDraft {
    return {
      name: this.name.trim(),
      instructions: this.instructions,
      active: this.active,
      data: this.data.value,
      model: this.model,
    };
  }

  /** What is on the screen is what is stored now. */
  saved(): void {
    this.#start = this.#now();
    this.#isNew = false;
  }

  #now(): string {
    const typed = [this.data.indicators.typed, this.data.universe.typed].map((text) => text.trim());
    return JSON.stringify([this.name, this.instructions, this.data.value, typed, this.model?.service, this.model?.model]);
  }
}
