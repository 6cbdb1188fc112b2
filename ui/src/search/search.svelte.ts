/** What somebody searches for and among what. It is kept while the dialog is closed. */
import type { ChatId, Query, Role } from '../lib/api';
import { Finder } from './finder.svelte';
import { dayFault, dayOf, spanOf, WHENS, type When } from './when';

export type Who = 'anyone' | 'user' | 'assistant';

export const WHO: { value: Who; label: string }[] = [
  { value: 'anyone', label: 'Anyone' },
  { value: 'user', label: 'Me' },
  { value: 'assistant', label: 'The model' },
];

const FREE = { who: 'anyone' as Who, when: 'any' as When, from: '', to: '', code: false, here: false };

/** The chat on the screen. */
export interface Here {
  id: ChatId;
  title: string;
}

export class Search {
  open = $state(false);
  text = $state('');
  filters = $state.raw(FREE);
  here = $state.raw<Here | null>(null);
  readonly finder = new Finder();

  /** Shows the dialog over a chat, with other words where some are given. */
  show(here: Here | null, text?: string): void {
    if (here?.id !== this.here?.id) this.filters = { ...this.filters, here: false };
    this.here = here;
    if (text !== undefined) this.text = text;
    this.open = true;
    this.#ask();
  }

  close = (): void => {
    this.open = false;
  };

  write(text: string): void {
    this.text = text;
    this.#ask();
  }

  choose(part: Partial<typeof FREE>): void {
    this.filters = { ...this.filters, ...part };
    this.#ask();
  }

  clear = (): void => {
    this.choose(FREE);
  };

  /** Why the days can't be searched among, and which of them is wrong. */
  get fault(): { from: boolean; to: boolean; why: string } | null {
    const { when, from, to } = this.filters;
    if (when !== 'custom') return null;
    const why = dayFault(from) ?? dayFault(to);
    if (why) return { from: dayFault(from) !== null, to: dayFault(to) !== null, why };
    const [first, last] = [dayOf(from), dayOf(to)];
    return first && last && first > last ? { from: true, to: true, why: 'The first day is after the last.' } : null;
  }

  /** The filters that are on, as words. */
  get narrowed(): string[] {
    const { who, when, from, to, code, here } = this.filters;
    const days = [from && `from ${from.trim()}`, to && `to ${to.trim()}`].filter(Boolean).join(' ');
    return [
      who === 'anyone' ? '' : who === 'user' ? 'written by me' : 'written by the model',
      when === 'any' ? '' : when === 'custom' ? days : (WHENS.find(({ value }) => value === when)?.label.toLowerCase() ?? ''),
      code ? 'with code' : '',
      here ? 'this chat only' : '',
    ].filter(Boolean);
  }

  get #query(): Query | null {
    if (this.text.trim() === '' || this.fault) return null;
    const { who, when, from, to, code, here } = this.filters;
    const role: Role | null = who === 'anyone' ? null : who;
    const chat_id = here ? (this.here?.id ?? null) : null;
    return { text: this.text, chat_id, role, ...spanOf(when, from, to, new Date()), has_code: code, skip: 0 };
  }

  #ask(): void {
    this.finder.ask(this.#query);
  }
}
