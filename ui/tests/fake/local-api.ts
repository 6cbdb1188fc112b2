/** The scripted core's local API: the switch, and what came of it. */
import type { LocalApi, LocalApiState } from '../../src/lib/api';
import { type Backend, type Handlers, refuse } from './backend';

export type LocalApiCommand = 'local_api' | 'set_local_api' | 'copy_local_address';

export class FakeLocalApi {
  chosen: LocalApi = { on: false, port: 8000, origins: [] };
  /** A port that another program has. */
  taken: number | null = null;
  copied: string | null = null;
  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  readonly handlers: Pick<Handlers, LocalApiCommand> = {
    local_api: () => this.#state(),
    set_local_api: (wanted) => {
      if (!this.#backend.house.administrator) throw refuse('forbidden', 'Only an administrator of this computer can do that.');
      const wrong = wanted.origins.find((origin) => origin.includes('*'));
      if (wrong) throw refuse('invalid_field', 'x', { origins: [`“${wrong}” is no origin.`] });
      this.chosen = wanted;
      return this.#state();
    },
    copy_local_address: () => {
      this.copied = this.#state().address;
      return {};
    },
  };

  #state(): LocalApiState {
    const { on, port } = this.chosen;
    const blocked = port === this.taken;
    return {
      ...this.chosen,
      address: on && !blocked ? `http://127.0.0.1:${String(port)}` : null,
      fault: on && blocked ? `Port ${String(port)} is taken by another program. End that one, or choose another port.` : null,
      may_change: this.#backend.house.administrator,
    };
  }
}
