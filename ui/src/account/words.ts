/** The core's words as a person says them. */
import type { DoorKind } from '../lib/api';

export const DOORS: Record<DoorKind, string> = {
  desktop: 'Window',
  terminal: 'Terminal',
  http: 'Local API',
};
