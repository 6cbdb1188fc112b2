/** What a refused command says, in a shape that components can rely on. */
import type { ApiError, BackupInfo } from './gen/types';

const OUR_FAULT: ApiError = {
  code: 'internal',
  message: 'Something in the program went wrong. Try again; if it stays, restart AlgoAgent.',
  detail: null,
};

/** Anything thrown → an `ApiError`. What isn't one is a fault of the program, without its text. */
export function asFault(error: unknown): ApiError {
  if (typeof error === 'object' && error !== null && 'code' in error && 'message' in error) {
    return error as ApiError;
  }
  return OUR_FAULT;
}

/** The words for one field of an `invalid_field` refusal, or nothing. */
export function fieldWords(fault: ApiError | null, field: string): string | null {
  if (fault?.code !== 'invalid_field') return null;
  const why = entry(fault.detail, field);
  if (Array.isArray(why)) return why.map(String).join(' ');
  return typeof why === 'string' ? why : null;
}

/** Whether an `invalid_field` refusal names one of these fields, so that the form shows it there. */
export function namesField(fault: ApiError | null, fields: string[]): boolean {
  return fields.some((field) => fieldWords(fault, field) !== null);
}

/** Seconds to wait, when the refusal says so. */
export function retryAfter(fault: ApiError | null): number | null {
  const seconds = entry(fault?.detail, 'retry_after');
  return typeof seconds === 'number' ? Math.max(0, Math.ceil(seconds)) : null;
}

/** Whose vault is damaged, and the newest good backup of it when there is one. */
export interface Damage {
  username: string;
  newest_backup: BackupInfo | null;
}

/** What a `vault_damaged` refusal tells of the vault, when it tells anything. */
export function damage(fault: ApiError | null): Damage | null {
  if (fault?.code !== 'vault_damaged') return null;
  const username = entry(fault.detail, 'username');
  if (typeof username !== 'string') return null;
  return { username, newest_backup: (entry(fault.detail, 'newest_backup') ?? null) as BackupInfo | null };
}

/** What isn't said at one of these fields, so that the form says it. */
export function elsewhere(fault: ApiError | null, fields: string[]): string | null {
  return fault && !namesField(fault, fields) ? fault.message : null;
}

function entry(detail: unknown, key: string): unknown {
  return typeof detail === 'object' && detail !== null
    ? (detail as Record<string, unknown>)[key]
    : undefined;
}
