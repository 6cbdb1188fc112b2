/** What opens a backup: a password, or a recovery code and the password that replaces the lost one. */
import type { ApiError, RestoreSecret } from '../lib/api';
import { fieldWords } from '../lib/api';
import type { Submission } from './submission.svelte';

export type SecretKind = 'password' | 'code';

export class Secret {
  kind = $state<SecretKind>('password');
  password = $state('');
  code = $state('');
  newPassword = $state('');

  get complete(): boolean {
    return this.kind === 'password' ? this.password !== '' : this.code !== '' && this.newPassword !== '';
  }

  get wire(): RestoreSecret {
    return this.kind === 'password'
      ? { password: this.password }
      : { recovery_code: this.code, new_password: this.newPassword };
  }
}

/** What a refusal says at the field of the password, the code and the new password. */
export function secretWords(fault: ApiError | null): Record<'password' | 'code' | 'new_password', string | null> {
  const wrong = fault?.code === 'invalid_credentials';
  return {
    password: fieldWords(fault, 'password') ?? (wrong ? 'This password doesn’t open the backup.' : null),
    code: fieldWords(fault, 'recovery_code') ?? (fault?.code === 'mistyped_code' ? fault.message : wrong ? 'This code doesn’t open the backup.' : null),
    new_password: fieldWords(fault, 'new_password'),
  };
}

/** What a refusal says that no field of a secret shows, nor one of these. */
export function besideSecret(submission: Submission, fields: string[] = []): string | null {
  const shown = Object.values(secretWords(submission.fault)).some(Boolean);
  return shown ? null : submission.beside(fields);
}
