/** What was typed into a form and not saved, on its way from one visit to the form to the next. */

/** Raised when what an older program wrote down can't be read any more. */
const FORMAT = 1;

interface Written<T> {
  format: number;
  /** What tells the stored thing that the form began with from a later one; null for a new thing. */
  base: string | null;
  typed: T;
}

export class Unsaved<T> {
  /** What was typed on an earlier visit; null for nothing, or nothing that this program can read. */
  typed: T | null;
  /** Whether the stored thing is another one since then. */
  readonly outdated: boolean;
  #base: string | null;

  /** `base` is that of the stored thing now; `text` is what was written down. */
  constructor(base: string | null, text: string) {
    const found = read<T>(text);
    // That it is outdated stays true until it is saved.
    this.#base = found ? found.base : base;
    this.typed = found?.typed ?? null;
    this.outdated = found !== null && found.base !== base;
  }

  write(typed: T): string {
    return JSON.stringify({ format: FORMAT, base: this.#base, typed } satisfies Written<T>);
  }

  /** What was typed is stored now, and that has this base. */
  saved(base: string | null): void {
    this.typed = null;
    this.#base = base;
  }
}

function read<T>(text: string): Written<T> | null {
  if (text === '') return null;
  try {
    const found = JSON.parse(text) as Written<T>;
    return found.format === FORMAT ? found : null;
  } catch {
    return null;
  }
}
