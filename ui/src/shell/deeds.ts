/** What each command does, and when it can be done. */
import { tick } from 'svelte';
import type { Desk } from '../chat/desk.svelte';
import type { Search } from '../search/search.svelte';
import type { Appearance } from '../lib/api';
import { appearance } from '../settings/appearance.svelte';
import type { Deed, Deeds } from './commands';
import { copyLastCode, lastCode } from './last-code';
import type { Leaving } from './leaving';
import type { Palette } from './palette.svelte';
import type { Route } from './route.svelte';

interface Needs {
  route: Route;
  desk: Desk;
  palette: Palette;
  search: Search;
  newChat: () => Promise<void>;
  openSearch: () => Promise<void>;
  leaving: Leaving;
}

/** The size of everything in the window. */
export const SIZING = {
  larger: { run: () => resize(appearance.larger), when: () => appearance.larger !== null },
  smaller: { run: () => resize(appearance.smaller), when: () => appearance.smaller !== null },
  'usual-size': { run: () => resize(100), when: () => appearance.current.size !== 100 },
} satisfies Partial<Record<keyof Deeds, Deed>>;

export function deedsOf({ route, desk, palette, search, newChat, openSearch, leaving }: Needs): Deeds {
  const { conversation } = desk;
  const inChat = () => route.screen === 'chat';
  return {
    ...SIZING,
    'new-chat': { run: newChat },
    search: { run: () => openSearch() },
    question: { run: focusQuestion },
    stop: { run: () => conversation.stop(), when: () => inChat() && conversation.writing !== null },
    'copy-code': { run: () => copyLastCode(conversation), when: () => inChat() && lastCode(conversation) !== null },
    contexts: { run: () => route.go('contexts') },
    profile: { run: () => route.go('profile') },
    settings: { run: () => route.go('settings') },
    'theme-light': look('theme', 'light'),
    'theme-dark': look('theme', 'dark'),
    'theme-system': look('theme', 'system'),
    'contrast-high': look('contrast', 'high'),
    'contrast-system': look('contrast', 'system'),
    palette: { run: showPalette },
    sidebar: { run: route.toggleSidebar, says: () => (route.sidebar ? 'Hide the sidebar' : 'Show the sidebar') },
    lock: { run: leaving.lock },
    'switch-user': { run: leaving.switchUser },
    'sign-out': { run: leaving.signOut },
  };

  async function focusQuestion(): Promise<void> {
    if (!(await route.go('chat'))) return;
    await tick();
    desk.composer?.focus();
  }

  /** The keys that show it hide it, too. */
  async function showPalette(): Promise<void> {
    if (palette.open) {
      palette.close();
      return;
    }
    search.close();
    await tick();
    palette.show();
  }
}

function look<K extends 'theme' | 'contrast'>(what: K, value: Appearance[K]): Deed {
  return { run: () => appearance.change({ [what]: value }), is: () => appearance.current[what] === value };
}

async function resize(size: number | null): Promise<void> {
  if (size !== null) await appearance.change({ size });
}
