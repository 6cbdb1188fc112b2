/** A context while it is edited. */
import type { Context, ContextDraft, ModelRef, Template } from '../lib/api';
import type { Pick } from '../lib/ui/PickList.svelte';
import { Unsaved } from '../lib/unsaved';
import { ContextData, type TypedData } from './data.svelte';

/** The models that can be chosen and which of them this one is; null while they aren't known. */
export type ModelChoices = (
  model: ModelRef | null,
) => { options: (Pick & { ref: ModelRef | null })[]; value: string } | null;

export const LONGEST_NAME = 200;

/** The form as it was typed. */
interface Typed {
  name: string;
  instructions: string;
  active: boolean;
  model: ModelRef | null;
  data: TypedData;
}

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
  readonly #unsaved: Unsaved<Typed>;

  /** `unsaved` is what the form wrote down when it was left last. */
  constructor(context: Context | null, template: Template | null = null, unsaved = '') {
    this.#isNew = context === null;
    this.#unsaved = new Unsaved(baseOf(context), unsaved);
    this.name = context?.name ?? template?.name ?? '';
    this.instructions = context?.instructions ?? template?.instructions ?? '';
    this.model = context?.model ?? null;
    this.data = new ContextData(context?.data ?? template?.data ?? {});
    this.#start = this.#now();
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
    const { name, instructions, active, model } = this;
    return this.#unsaved.write({ name, instructions, active, model, data: this.data.typed });
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

  /** What tells this state of the form from others. */
  get state(): string {
    return this.#now();
  }

  /** The state that was sent is what is stored now; what was typed since then isn't. */
  saved(context: Context | null, sent: string): void {
    this.#start = sent;
    this.#isNew = false;
    this.#unsaved.saved(baseOf(context));
  }

  #retype(typed: Typed): void {
    const { name, instructions, active, model, data } = typed;
    Object.assign(this, { name, instructions, active, model });
    this.data.retype(data);
  }

  #now(): string {
    const typed = [this.data.indicators.typed, this.data.universe.typed].map((text) => text.trim());
    return JSON.stringify([this.name, this.instructions, this.data.value, typed, this.model?.service, this.model?.model]);
  }
}

const baseOf = (context: Context | null): string | null => (context ? `${String(context.version)} ${JSON.stringify(context.model)}` : null);
