/** What the audit log says, as sentences without their full stop. */
import type { AuditEntry } from '../../lib/api';

type Say = (who: string, whom: string | null) => string;

const SAY: Partial<Record<string, Say>> = {
  account_created: (who, whom) => (whom ? `${who} made the account ${whom}` : `${who} made an account`),
  account_claimed: (who) => `${who} signed in for the first time and chose a password`,
  signed_in: (who) => `${who} signed in`,
  resumed: (who) => `${who} was signed in again without a password`,
  signed_out: (who) => `${who} signed out`,
  locked: (who) => `The window of ${lower(who)} was locked`,
  sign_in_refused: (who, whom) => `A sign-in as ${whom ?? lower(who)} was refused`,
  password_changed: (who) => `${who} changed the password`,
  recovered: (who) => `${who} set a new password with the recovery code`,
  recovery_code_made: (who) => `${who} made a new recovery code`,
  rekeyed: (who) => `${who} encrypted the vault anew`,
  account_disabled: (who, whom) => `${who} disabled ${whom ?? 'an account'}`,
  account_enabled: (who, whom) => `${who} enabled ${whom ?? 'an account'}`,
  administrator_granted: (who, whom) => `${who} made ${whom ?? 'an account'} an administrator`,
  administrator_revoked: (who, whom) => `${who} made ${whom ?? 'an account'} no longer an administrator`,
  computer_key_granted: (who, whom) => `${who} let ${whom ?? 'an account'} use this computer’s key`,
  computer_key_withheld: (who, whom) => `${who} no longer lets ${whom ?? 'an account'} use this computer’s key`,
  account_deleted: (who, whom) => (whom ? `${who} deleted the account ${whom}` : `${who} deleted their own account`),
  sessions_ended: (who, whom) => (whom ? `${who} ended the sessions of ${whom}` : `${who} ended sessions`),
  refresh_token_reused: (who, whom) => `A used token of ${whom ?? lower(who)} came again: its session was ended`,
  backup_restored: (who, whom) => `${who} restored a backup${whom ? ` of ${whom}` : ''}`,
  local_api_changed: (who) => `${who} changed the local API of this computer`,
  audit_exported: (who) => `${who} exported this log`,
};

/** Somebody without a name, in the middle of a sentence. */
function lower(who: string): string {
  return who === 'Somebody' ? 'somebody' : who;
}

/** One line of the log for a person. What has no sentence here says its word. */
export function sentence({ action, actor, subject }: AuditEntry): string {
  const who = actor ?? subject ?? 'Somebody';
  const whom = subject !== who ? subject : null;
  const say = SAY[action];
  return say ? say(who, whom) : `${who}: ${action.replaceAll('_', ' ')}`;
}

/** What an administrator should look at twice. */
export function odd({ action }: AuditEntry): boolean {
  return action === 'sign_in_refused' || action === 'refresh_token_reused';
}
