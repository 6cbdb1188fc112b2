/** The command palette: what stands in it for what is typed. What was used last comes first. */
import type { Component } from 'svelte';
import MessageSquare from '@lucide/svelte/icons/message-square';
import Layers from '@lucide/svelte/icons/layers';
import Search from '@lucide/svelte/icons/search';
import type { ChatId, Context, ContextId } from '../lib/api';
import { fit } from '../lib/ui/fuzzy';
import { Finder } from '../search/finder.svelte';
import { can, COMMANDS, GROUPS, IDS, keysOf, type CommandId, type Deeds } from './commands';
import { sectionsOf } from './sections';

/** How many of those that were used last stand before the others. */
const RECENT = 4;

export interface Item {
  key: string;
  words: string;
  also?: string;
  icon: Component;
  keys?: string;
  pieces?: { text: string; hit: boolean }[];
  note?: string;
  /** Whether it is so already. */
  now?: boolean;
  run: () => unknown;
}

export interface Group {
  name: string;
  items: Item[];
}

/** Where things are that are no commands. */
export interface Places {
  section: (name: string) => unknown;
  chat: (chatId: ChatId) => unknown;
  beginWith: (contextId: ContextId) => unknown;
  search: (text: string) => unknown;
}

export class Palette {
  open = $state(false);
  text = $state('');
  readonly finder = new Finder();
  #recent = $state.raw<string[]>([]);

  show = (): void => {
    this.write('');
    this.open = true;
  };

  close = (): void => {
    this.open = false;
  };

  write(text: string): void {
    this.text = text;
    const all = { chat_id: null, role: null, from: null, until: null, has_code: false, skip: 0 };
    this.finder.ask(text.trim() === '' ? null : { text, ...all });
  }

  /** Notes that something was used. Chats come and go: only commands are kept. */
  used(key: string): void {
    if (/^(chat|begin|search-for)-/.test(key)) return;
    this.#recent = [key, ...this.#recent.filter((one) => one !== key)].slice(0, RECENT);
  }

  groups(deeds: Deeds, places: Places, contexts: Context[], administrator: boolean): Group[] {
    const named = [...GROUPS.map((name) => ({ name: name as string, items: commands(deeds, (id) => COMMANDS[id].group === name) }))];
    named.push({ name: 'Settings', items: sections(places, administrator) });
    const all = named.flatMap(({ items }) => items);
    if (this.text.trim() === '') {
      const recent = this.#recent.flatMap((key) => all.filter((item) => item.key === key));
      const rest = named.map(({ name, items }) => ({ name, items: items.filter((item) => !recent.includes(item)) }));
      return [{ name: 'Used last', items: recent }, ...rest].filter(({ items }) => items.length > 0);
    }
    return [
      { name: 'Commands', items: fitting(all, this.text) },
      { name: 'Chats', items: this.#chats(places) },
      { name: 'New chat with a context', items: fitting(beginnings(places, contexts), this.text) },
      { name: 'Messages', items: [searchFor(places, this.text.trim())] },
    ].filter(({ items }) => items.length > 0);
  }

  #chats(places: Places): Item[] {
    return (this.finder.found?.chats ?? []).map(({ chat_id, title, archived }) => ({
      key: `chat-${String(chat_id)}`,
      words: title.map(({ text }) => text).join(''),
      pieces: title,
      note: archived ? 'Archived' : undefined,
      icon: MessageSquare,
      run: () => places.chat(chat_id),
    }));
  }
}

function commands(deeds: Deeds, which: (id: CommandId) => boolean): Item[] {
  const offered = IDS.filter((id) => id !== 'palette' && which(id) && can(deeds[id]));
  return offered.map((id) => {
    const { words, also, icon } = COMMANDS[id];
    const said = deeds[id].says?.() ?? words;
    const now = deeds[id].is?.() ?? false;
    return { key: id, words: said, also: `${words} ${also ?? ''}`, icon, keys: keysOf(id), note: now ? 'Now' : undefined, now, run: deeds[id].run };
  });
}

function sections(places: Places, administrator: boolean): Item[] {
  return sectionsOf(administrator).map(({ value, label, icon }) => ({
    key: `settings-${value}`,
    words: `Settings: ${label}`,
    icon,
    run: () => places.section(value),
  }));
}

function beginnings(places: Places, contexts: Context[]): Item[] {
  return contexts
    .filter(({ active }) => active)
    .map(({ id, name }) => ({ key: `begin-${String(id)}`, words: `New chat with ${name}`, icon: Layers, run: () => places.beginWith(id) }));
}

function searchFor(places: Places, text: string): Item {
  return { key: 'search-for-words', words: `Search messages for “${text}”`, icon: Search, run: () => places.search(text) };
}

/**
 * Those that fit, the best first. Other words for the same count less than its own, and what is so
 * already less than what would change something.
 */
function fitting(items: Item[], text: string): Item[] {
  const fits = items.map((item) => {
    const own = fit(item.words, text);
    const other = item.also ? fit(item.also, text) : null;
    const best = Math.max(own ?? -1, other === null ? -1 : other - 0.5);
    return { item, how: best, rank: best - (item.now ? 0.5 : 0) };
  });
  return fits.filter(({ how }) => how >= 0).sort((a, b) => b.rank - a.rank).map(({ item }) => item);
}
