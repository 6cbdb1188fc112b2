/** The accounts of this computer, for administrators. */
import { asFault, call, type AccountInfo, type ApiError, type CreateAccountRequest } from '../../lib/api';

export class Accounts {
  list = $state.raw<AccountInfo[]>([]);
  loaded = $state(false);
  /** Why they couldn't be loaded. */
  missing = $state.raw<ApiError | null>(null);
  /** What was refused last, and for whom. */
  refused = $state.raw<{ account: string; message: string } | null>(null);

  async load(): Promise<void> {
    try {
      this.list = await call('admin_accounts', {});
      this.loaded = true;
      this.missing = null;
    } catch (error) {
      this.missing = asFault(error);
    }
  }

  async create(account: CreateAccountRequest): Promise<void> {
    const made = await call('admin_create_account', account);
    this.list = [...this.list, made];
  }

  async setDisabled({ uuid }: AccountInfo, disabled: boolean): Promise<void> {
    await this.#run(uuid, () => call('admin_set_disabled', { account: uuid, disabled }));
  }

  async setAdministrator({ uuid }: AccountInfo, administrator: boolean): Promise<void> {
    await this.#run(uuid, () => call('admin_set_administrator', { account: uuid, administrator }));
  }

  async setComputerKey({ uuid }: AccountInfo, may: boolean): Promise<void> {
    await this.#run(uuid, () => call('admin_set_computer_key', { account: uuid, may }));
  }

  async endSessions({ uuid }: AccountInfo): Promise<void> {
    await this.#run(uuid, async () => {
      await call('admin_end_sessions', { account: uuid });
      return null;
    });
    await this.load();
  }

  /** Throws what is refused: it is said where the name was typed. */
  async remove({ uuid }: AccountInfo, username: string): Promise<void> {
    await call('admin_delete_account', { account: uuid, username });
    this.list = this.list.filter((one) => one.uuid !== uuid);
  }

  async #run(account: string, what: () => Promise<AccountInfo | null>): Promise<void> {
    this.refused = null;
    try {
      const changed = await what();
      if (changed) this.list = this.list.map((one) => (one.uuid === changed.uuid ? changed : one));
    } catch (error) {
      this.refused = { account, message: asFault(error).message };
      // What is refused may have changed under somebody else's hands.
      await this.load();
    }
  }
}
