/** The scripted core's house rules: locking, sessions, administration, backups. */
import type { AccountInfo, AuditEntry, BackupInfo, ChosenBackup, DataInfo, DoorKind, Ended, LockedBy, Locking, SessionInfo, SignedIn, WorkInfo } from '../../src/lib/api';
import { type Backend, CODES, type Handlers, refuse } from './backend';

export type HouseCommand = 'claim' | 'change_password' | 'new_recovery_code' | 'rekey' | 'delete_account' | 'sessions' | 'end_session' | 'end_other_sessions' | 'work' | 'cancel_work' | 'gate' | 'answers_at_stake' | 'lock' | 'end_locked_sessions' | 'leave_lock' | 'still_here' | 'locking' | 'set_idle_minutes' | 'stay_signed_in' | 'resume' | 'accept_older' | 'admin_accounts' | 'admin_create_account' | 'admin_set_disabled' | 'admin_set_administrator' | 'admin_set_computer_key' | 'admin_delete_account' | 'admin_end_sessions' | 'audit' | 'export_audit' | 'data' | 'set_automatic_backups' | 'back_up' | 'save_backup' | 'delete_backup' | 'choose_backup' | 'restore' | 'recovery_code_noted' | 'create_demo' | 'has_administrator';

const HOUR = 3_600_000;

export class House {
  locked: LockedBy | null = null;
  resumable = false;
  older = false;
  administrator = false;
  readonly unclaimed = new Set<string>();
  /** How long what takes long takes, ms. */
  slow = 0;
  work: WorkInfo | null = null;
  locking: Locking = { idle_minutes: 15, stay_signed_in: false, kept_in: null, note: null, ask_again: false };
  keychain = true;
  chosen: ChosenBackup | null = null;
  sessions: SessionInfo[];
  accounts: AccountInfo[];
  log: AuditEntry[] = [];
  data: DataInfo;
  readonly #backend: Backend;
  readonly #now: number;
  #cancelled = false;
  /** Whether the recovery code was said to be stored. */
  codeNoted = true;
  /** How the last session ended. */
  sessionEnded: Ended | null = null;

  constructor(backend: Backend, now: number) {
    this.#backend = backend;
    this.#now = now;
    this.sessions = [this.session('desktop', 'Debian desktop', 0, true), this.session('terminal', 'algoagent chat', 0.2), this.session('http', 'research notebook', 30)];
    this.accounts = [];
    this.data = { directory: '/home/ada/.local/share/algoagent', vault_bytes: 18_432_000, backup_bytes: 0, automatic_backups: true, backups: [this.backup('daily', 3, 18_210_816), this.backup('manual', 29, 17_944_576), this.backup('migration', 24 * 9, 9_437_184), this.backup('restore', 24 * 40, 524_288)] };
    for (const name of [...backend.people.keys()]) this.accounts.push(this.account(name));
    this.accounts.push({ ...this.account('algotrader'), demo: true, last_signed_in_at: null, sessions: 0 });
    const story: [string, string | null, string | null, DoorKind][] = [['signed_in', null, 'ada', 'desktop'], ['locked', 'ada', 'ada', 'desktop'], ['sign_in_refused', null, 'grace', 'desktop'], ['sessions_ended', 'ada', 'grace', 'desktop'], ['account_created', 'ada', 'grace', 'terminal'], ['account_created', null, 'grace', 'terminal'], ['backup_restored', null, 'ada', 'desktop'], ['password_changed', 'ada', 'ada', 'http'], ['refresh_token_reused', null, 'ada', 'http']];
    for (let i = 0; i < 70; i += 1) {
      const [action, actor, subject, door] = story[i % story.length] ?? ['signed_in', 'ada', null, 'desktop'];
      this.log.push({ id: 1000 - i, at: this.#at(i * 1.7), action, actor, subject, door });
    }
  }

  session(door: DoorKind, label: string, hoursAgo: number, current = false): SessionInfo {
    return { id: crypto.randomUUID(), door, label, current, created_at: this.#at(hoursAgo + 2), last_used_at: this.#at(hoursAgo), expires_at: this.#at(-168) };
  }

  account(username: string): AccountInfo {
    const first = this.accounts.length === 0;
    return { uuid: crypto.randomUUID(), id: this.accounts.length + 1, username, email: `${username}@example.com`, administrator: first, disabled: false, demo: false, claimed: !this.unclaimed.has(username), created_at: this.#at(900), last_signed_in_at: this.#at(first ? 0.1 : 50), sessions: first ? 3 : 1, computer_key: true };
  }

  backup(kind: BackupInfo['kind'], hoursAgo: number, bytes: number): BackupInfo {
    const id = `${this.#at(hoursAgo).replace(/[-:]|\.\d+/g, '')}-${kind}.algoagent-backup`;
    return { id, path: `/home/ada/.local/share/algoagent/backups/3f0c9d52/${id}`, made_at: this.#at(hoursAgo), kind, bytes };
  }

  readonly handlers: Pick<Handlers, HouseCommand> = {
    claim: ({ username, new_password }) => {
      if (new_password.length < 8) throw refuse('invalid_field', 'Check the fields.', { new_password: ['Use at least 8 characters.'] });
      this.unclaimed.delete(username);
      this.#backend.people.set(username, new_password);
      this.codeNoted = false;
      return { signed_in: this.#enter(username), recovery_code: CODES.first };
    },
    change_password: ({ password, new_password }) => {
      this.#check(password);
      this.#backend.people.set(this.#name, new_password);
      this.sessions = this.sessions.filter((one) => one.current);
      return this.#me;
    },
    new_recovery_code: ({ password }) => {
      this.#check(password);
      return { recovery_code: CODES.second };
    },
    rekey: async ({ password }) => {
      this.#check(password);
      await this.#long('rekey', 'Re-encrypting');
      this.sessions = this.sessions.filter((one) => one.current);
      return { recovery_code: CODES.second };
    },
    delete_account: ({ password, username }) => {
      this.#check(password);
      if (username !== this.#name) throw refuse('invalid_field', 'Check the fields.', { username: ['This is not the name of the account.'] });
      this.#backend.people.delete(username);
      this.#backend.leave();
      return {};
    },
    sessions: () => this.sessions,
    end_session: ({ session_id }) => {
      this.sessions = this.sessions.filter((one) => one.id !== session_id);
      return {};
    },
    end_other_sessions: () => {
      this.sessions = this.sessions.filter((one) => one.current);
      return {};
    },
    work: () => this.work,
    cancel_work: () => {
      this.#cancelled = this.work !== null;
      return {};
    },
    gate: () => ({ locked: this.locked, ended: this.sessionEnded, resumable: this.resumable }),
    create_demo: () => {
      throw refuse('not_here', 'The demo account is made again in a terminal.');
    },
    has_administrator: () => this.#backend.people.size > 0,
    recovery_code_noted: () => {
      this.codeNoted = true;
      return this.#me;
    },
    answers_at_stake: () => {
      const all = [...this.#backend.messages.values()].flat();
      return {
        writing: all.filter(({ state }) => state === 'writing').length,
        unsaved: all.filter(({ problem }) => problem?.code === 'not_saved').length,
      };
    },
    lock: (request) => {
      const { me } = this.#backend;
      this.locked = me && !request.switch ? { username: me.username, demo: me.demo, why: 'asked', idle_minutes: this.locking.idle_minutes, other_sessions: this.sessions.length - 1, finishing: false } : null;
      this.#backend.leave();
      return {};
    },
    end_locked_sessions: () => {
      if (this.locked) this.locked = { ...this.locked, other_sessions: 0 };
      return {};
    },
    leave_lock: () => {
      this.locked = null;
      return {};
    },
    still_here: () => ({}),
    locking: () => this.locking,
    set_idle_minutes: ({ idle_minutes }) => (this.locking = { ...this.locking, idle_minutes }),
    stay_signed_in: async ({ on }) => {
      await this.#pause(this.slow / 4);
      const stays = on && this.keychain;
      this.locking = { ...this.locking, stay_signed_in: stays, kept_in: stays ? 'keychain' : null, note: null, ask_again: false };
      return on && !stays ? { ...this.locking, kept_in: 'memory', note: 'This desktop has no keychain that answers (Secret Service).' } : this.locking;
    },
    resume: async () => {
      const { visit } = this.#backend;
      await this.#pause(this.slow);
      this.resumable = false;
      return this.#backend.people.has('ada') && visit === this.#backend.visit ? this.#enter('ada') : null;
    },
    accept_older: () => {
      this.older = false;
      return this.#enter(this.#name);
    },
    admin_accounts: () => this.#administrator(() => this.accounts),
    admin_create_account: ({ username, email, password, administrator }) =>
      this.#administrator(() => {
        if (this.#backend.people.has(username)) throw refuse('invalid_field', 'Check the fields.', { username: ['Somebody here has this name.'] });
        this.#backend.people.set(username, password);
        this.unclaimed.add(username);
        const account = { ...this.account(username), email, administrator, last_signed_in_at: null, sessions: 0 };
        this.accounts = [...this.accounts, account];
        return account;
      }),
    admin_set_disabled: ({ account, disabled }) => this.#change(account, { disabled, sessions: 0 }),
    admin_set_administrator: ({ account, administrator }) => {
      const others = this.accounts.filter((one) => one.administrator && one.uuid !== account);
      if (!administrator && others.length === 0) throw refuse('last_administrator', 'This is the last administrator. Make somebody else one first.');
      return this.#change(account, { administrator });
    },
    admin_set_computer_key: ({ account, may }) => this.#change(account, { computer_key: may }),
    admin_delete_account: ({ account, username }) => {
      const found = this.#change(account, {});
      if (found.username !== username) throw refuse('invalid_field', 'Check the fields.', { username: ['This is not the name of the account.'] });
      this.accounts = this.accounts.filter((one) => one.uuid !== account);
      return {};
    },
    admin_end_sessions: ({ account }) => {
      this.#change(account, { sessions: 0 });
      return {};
    },
    audit: ({ before, limit }) =>
      this.#administrator(() => {
        const older = this.log.filter((entry) => before === null || entry.id < before);
        return { entries: older.slice(0, limit), more: older.length > limit };
      }),
    export_audit: () => ({ path: '/home/ada/algoagent-audit.csv', module: null }),
    data: () => this.#data(),
    set_automatic_backups: ({ on }) => {
      this.data = { ...this.data, automatic_backups: on };
      return this.#data();
    },
    back_up: async () => {
      await this.#long('backup', 'Copying the vault');
      const backup = { ...this.backup('manual', 0, this.data.vault_bytes), made_at: new Date().toISOString() };
      this.data = { ...this.data, backups: [backup, ...this.data.backups] };
      return backup;
    },
    save_backup: () => ({ path: '/media/stick/ada-2026-11-22.algobackup', module: null }),
    delete_backup: ({ backup_id }) => {
      this.data = { ...this.data, backups: this.data.backups.filter((one) => one.id !== backup_id) };
      return this.#data();
    },
    choose_backup: () => this.chosen,
    restore: async ({ source, secret, username }) => {
      await this.#pause(this.slow / 3);
      if ('password' in secret && secret.password === 'wrong') throw refuse('invalid_credentials', 'This password doesn’t open the backup. It needs the one that was in use when the backup was made.');
      const whose = username ?? (source !== 'chosen' && 'backup' in source ? source.backup.username : (this.chosen?.username ?? ''));
      const signed_in = this.#enter(whose);
      return { signed_in, recovery_code: 'recovery_code' in secret ? CODES.second : null };
    },
  };

  get #name(): string {
    return this.#backend.me?.username ?? '';
  }

  get #me(): SignedIn {
    return this.#backend.signedIn(this.#name);
  }

  #enter(username: string): SignedIn {
    this.locked = null;
    return (this.#backend.me = this.#backend.signedIn(username));
  }

  #check(password: string): void {
    if (this.#backend.people.get(this.#name) !== password) throw refuse('invalid_credentials', 'The password is wrong.');
  }

  #administrator<T>(what: () => T): T {
    if (!this.administrator) throw refuse('forbidden', 'Only an administrator can do this.');
    return what();
  }

  #change(uuid: string, how: Partial<AccountInfo>): AccountInfo {
    const found = this.accounts.find((one) => one.uuid === uuid);
    if (!found) throw refuse('not_found', 'This account is gone.');
    const changed = { ...found, ...how };
    this.accounts = this.accounts.map((one) => (one.uuid === uuid ? changed : one));
    return changed;
  }

  #data(): DataInfo {
    return { ...this.data, backup_bytes: this.data.backups.reduce((sum, one) => sum + one.bytes, 0) };
  }

  async #long(kind: WorkInfo['kind'], step: string): Promise<void> {
    const total = this.data.vault_bytes;
    this.#cancelled = false;
    for (let part = 0; part <= 20 && this.slow; part += 1) {
      if (this.#cancelled && part > 15) {
        this.work = null;
        throw refuse('cancelled', 'It was cancelled. Nothing was changed.');
      }
      this.work = { kind, step, done: Math.round((total * part) / 20), total };
      await this.#pause(this.slow / 20);
    }
    this.work = null;
  }

  #pause(ms: number): Promise<void> {
    return ms ? new Promise((resolve) => setTimeout(resolve, ms)) : Promise.resolve();
  }

  #at(hoursAgo: number): string {
    return new Date(this.#now - hoursAgo * HOUR).toISOString();
  }
}

