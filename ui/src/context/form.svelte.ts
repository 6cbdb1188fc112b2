/** A context while it is edited; its structured data is text until it is saved. */
import type { Context, ContextDraft, ModelRef } from '../lib/api';
import type { Pick } from '../lib/ui/PickList.svelte';

/** The models that can be chosen and which of them this one is; null while they aren't known. */
export type ModelChoices = (
  model: ModelRef | null,
) => { options: (Pick & { ref: ModelRef | null })[]; value: string } | null;

export const LONGEST_NAME = 200;

export class ContextForm {
  name = $state('');
  instructions = $state('');
  active = $state(true);
  data = $state('');
  /** The model that answers in its chats; null for the person's default. */
  model = $state.raw<ModelRef | null>(null);
  #start = $state('');

  constructor(context: Context | null) {
    this.name = context?.name ?? '';
    this.instructions = context?.instructions ?? '';
    this.active = context?.active ?? true;
    this.model = context?.model ?? null;
    const data = context?.data ?? {};
    this.data = Object.keys(data).length ? JSON.stringify(data, null, 2) : '';
    this.saved();
  }

  get nameError(): string | null {
    const length = [...this.name.trim()].length;
    return length > LONGEST_NAME ? `${String(length)} characters; at most ${String(LONGEST_NAME)}.` : null;
  }

  get dataError(): string | null {
    return parseData(this.data) === null ? 'This is not a JSON object: { "type": "momentum", … }' : null;
  }

  get valid(): boolean {
    return this.name.trim() !== '' && this.nameError === null && this.dataError === null;
  }

  get changed(): boolean {
    return this.#now() !== this.#start;
  }

  get draft(): ContextDraft {
    return {
      name: this.name.trim(),
      instructions: this.instructions,
      active: this.active,
      data: parseData(this.data) ?? {},
      model: this.model,
    };
  }

  /** What is on the screen is what is stored now. */
  saved(): void {
    this.#start = this.#now();
  }

  #now(): string {
    return JSON.stringify([this.name, this.instructions, this.active, this.data, this.model?.service, this.model?.model]);
  }
}

/** The object that the text is; nothing is an empty one; null when it is no JSON object. */
export function parseData(text: string): Record<string, unknown> | null {
  if (text.trim() === '') return {};
  try {
    const data: unknown = JSON.parse(text);
    const isObject = typeof data === 'object' && data !== null && !Array.isArray(data);
    return isObject ? (data as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
