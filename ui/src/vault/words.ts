/** The core's words as a person says them. */
import type { BackupKind } from '../lib/api';

export const KINDS: Record<BackupKind, string> = {
  daily: 'Automatic',
  manual: 'Made by you',
  migration: 'Before an update',
  restore: 'Before a restore',
};
