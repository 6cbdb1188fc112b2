/** The sections of the settings, in the order of their tabs. */
import Bot from '@lucide/svelte/icons/bot';
import Cable from '@lucide/svelte/icons/cable';
import HardDrive from '@lucide/svelte/icons/hard-drive';
import Keyboard from '@lucide/svelte/icons/keyboard';
import LockKeyhole from '@lucide/svelte/icons/lock-keyhole';
import MonitorSmartphone from '@lucide/svelte/icons/monitor-smartphone';
import Palette from '@lucide/svelte/icons/palette';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import UserRound from '@lucide/svelte/icons/user-round';
import UsersRound from '@lucide/svelte/icons/users-round';

export const SECTIONS = [
  { value: 'models', label: 'Models', icon: Bot },
  { value: 'appearance', label: 'Appearance', icon: Palette },
  { value: 'shortcuts', label: 'Shortcuts', icon: Keyboard },
  { value: 'account', label: 'Account', icon: UserRound },
  { value: 'locking', label: 'Locking', icon: LockKeyhole },
  { value: 'sessions', label: 'Sessions', icon: MonitorSmartphone },
  { value: 'data', label: 'Data', icon: HardDrive },
  { value: 'local-api', label: 'Local API', icon: Cable },
  { value: 'accounts', label: 'Accounts', icon: UsersRound, administrator: true },
  { value: 'audit', label: 'Audit log', icon: ScrollText, administrator: true },
] as const;

export type SectionName = (typeof SECTIONS)[number]['value'];

/** The sections that somebody sees. */
export function sectionsOf(administrator: boolean): (typeof SECTIONS)[number][] {
  return SECTIONS.filter((section) => administrator || !('administrator' in section));
}
