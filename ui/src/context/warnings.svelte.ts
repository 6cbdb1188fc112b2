/** Where a context that is being written and the trading profile disagree. */
import { call, type ContextDraft, type Warning } from '../lib/api';

/** So long is waited after a key press before the core is asked, ms. */
const PAUSE = 300;

export class Warnings {
  list = $state.raw<Warning[]>([]);
  #asked = 0;

  constructor(list: Warning[]) {
    this.list = list;
  }

  /** Asks a moment later. The result of a question that came after this one is never replaced. */
  ask(draft: ContextDraft): () => void {
    const asked = ++this.#asked;
    const timer = setTimeout(() => {
      call('context_warnings', draft)
        .then((list) => {
          if (asked === this.#asked) this.list = list;
        })
        // They come again with the next change, and with saving.
        .catch(() => undefined);
    }, PAUSE);
    return () => {
      clearTimeout(timer);
    };
  }

  /** What the core said on storing it; an older question that is still asked is not heard any more. */
  take(list: Warning[]): void {
    this.#asked += 1;
    this.list = list;
  }

  of(field: string): string | null {
    const why = this.list.filter((warning) => warning.field === field).map((warning) => warning.why);
    return why.length ? why.join(' ') : null;
  }

  /** Those of the constraints, by the name of each. */
  get ofConstraints(): Record<string, string> {
    const inside = this.list.flatMap(({ field, why }) => (field.startsWith('constraints.') ? [[field.slice(12), why] as const] : []));
    return Object.fromEntries(inside);
  }
}
