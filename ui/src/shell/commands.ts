/**
 * What can be done from anywhere by its name or its keys. The palette, the keys and the list of
 * shortcuts come from this one table, so none of them names what another doesn't know.
 */
import ArrowLeftRight from '@lucide/svelte/icons/arrow-left-right';
import AArrowDown from '@lucide/svelte/icons/a-arrow-down';
import AArrowUp from '@lucide/svelte/icons/a-arrow-up';
import Contrast from '@lucide/svelte/icons/contrast';
import Copy from '@lucide/svelte/icons/copy';
import Layers from '@lucide/svelte/icons/layers';
import LockKeyhole from '@lucide/svelte/icons/lock-keyhole';
import LogOut from '@lucide/svelte/icons/log-out';
import PanelLeft from '@lucide/svelte/icons/panel-left';
import Search from '@lucide/svelte/icons/search';
import Settings from '@lucide/svelte/icons/settings';
import SquareSlash from '@lucide/svelte/icons/square-slash';
import Square from '@lucide/svelte/icons/square';
import SquarePen from '@lucide/svelte/icons/square-pen';
import Moon from '@lucide/svelte/icons/moon';
import Sun from '@lucide/svelte/icons/sun';
import SunMoon from '@lucide/svelte/icons/sun-moon';
import TextCursorInput from '@lucide/svelte/icons/text-cursor-input';
import Type from '@lucide/svelte/icons/type';
import UserRound from '@lucide/svelte/icons/user-round';
import type { Component } from 'svelte';
import { pressed, typing } from '../lib/ui/keys';

export const GROUPS = ['Chat', 'Go to', 'Appearance', 'Window'] as const;

export interface Command {
  group: (typeof GROUPS)[number];
  words: string;
  /** Other words for the same. */
  also?: string;
  icon: Component;
  /** Its keys; the first are those that are shown beside it. */
  keys?: readonly string[];
  /** Whether its keys work before anybody signed in and over whatever lies on the screen. */
  everywhere?: boolean;
}

const TABLE = {
  'new-chat': { group: 'Chat', words: 'New chat', also: 'begin conversation', icon: SquarePen, keys: ['mod+n'] },
  search: { group: 'Chat', words: 'Search in all chats', also: 'find messages', icon: Search, keys: ['mod+shift+f'] },
  question: { group: 'Chat', words: 'Focus the message field', also: 'composer question ask', icon: TextCursorInput, keys: ['mod+j', '/'] },
  stop: { group: 'Chat', words: 'Stop the answer', also: 'cancel', icon: Square, keys: ['escape'] },
  'copy-code': { group: 'Chat', words: 'Copy the last code', also: 'clipboard strategy', icon: Copy, keys: ['mod+shift+c'] },
  contexts: { group: 'Go to', words: 'Contexts', also: 'instructions', icon: Layers },
  profile: { group: 'Go to', words: 'Profile', also: 'risk symbols timeframe', icon: UserRound },
  settings: { group: 'Go to', words: 'Settings', also: 'preferences options', icon: Settings, keys: ['mod+,'] },
  'theme-light': { group: 'Appearance', words: 'Theme: light', icon: Sun },
  'theme-dark': { group: 'Appearance', words: 'Theme: dark', icon: Moon },
  'theme-system': { group: 'Appearance', words: 'Theme: as the system', icon: SunMoon },
  'contrast-high': { group: 'Appearance', words: 'Contrast: high', icon: Contrast },
  'contrast-system': { group: 'Appearance', words: 'Contrast: as the system', icon: Contrast },
  larger: { group: 'Appearance', words: 'Larger text', also: 'zoom in size', icon: AArrowUp, keys: ['mod+plus'], everywhere: true },
  smaller: { group: 'Appearance', words: 'Smaller text', also: 'zoom out size', icon: AArrowDown, keys: ['mod+minus'], everywhere: true },
  'usual-size': { group: 'Appearance', words: 'Reset text size', also: 'zoom 100 % usual', icon: Type, keys: ['mod+0'], everywhere: true },
  palette: { group: 'Window', words: 'All commands', icon: SquareSlash, keys: ['mod+k'] },
  sidebar: { group: 'Window', words: 'Show or hide the sidebar', also: 'sidebar', icon: PanelLeft, keys: ['mod+b'] },
  lock: { group: 'Window', words: 'Lock', icon: LockKeyhole, keys: ['mod+l'], everywhere: true },
  'switch-user': { group: 'Window', words: 'Switch user', also: 'account', icon: ArrowLeftRight },
  'sign-out': { group: 'Window', words: 'Sign out', also: 'log out leave', icon: LogOut },
} satisfies Record<string, Command>;

export type CommandId = keyof typeof TABLE;

export const COMMANDS: Record<CommandId, Command> = TABLE;
export const IDS = Object.keys(TABLE) as CommandId[];

/** What a command does. */
export interface Deed {
  run: () => unknown;
  /** Whether it can be done right now; else it is not offered, and its keys do nothing. */
  when?: () => boolean;
  /** Whether it is so already: then it is marked, and others of the same words come before it. */
  is?: () => boolean;
  /** What it would do right now, where its words say more than that. */
  says?: () => string;
}

export type Deeds = Record<CommandId, Deed>;

/** The keys that are shown beside a command. */
export function keysOf(id: CommandId): string | undefined {
  return COMMANDS[id].keys?.[0];
}

/** The command that a key press names. A sign is one only where nothing is typed. */
export function named(event: KeyboardEvent): CommandId | null {
  const id = IDS.find((one) => COMMANDS[one].keys?.some((keys) => pressed(event, keys)));
  if (!id || (isPlain(event) && event.key.length === 1 && typing(event.target))) return null;
  return id;
}

/** Whether a key is pressed alone. What has the keyboard may want it for itself, and comes first. */
export function isPlain(event: KeyboardEvent): boolean {
  return !event.ctrlKey && !event.metaKey;
}

export function can(deed: Deed | undefined): deed is Deed {
  return deed !== undefined && deed.when?.() !== false;
}
