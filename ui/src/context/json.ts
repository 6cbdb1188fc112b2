/**
 * Where a text stops being JSON. Webviews name that place in words of their own, or not at all, so
 * the text is read once more here when it doesn't parse.
 */
export interface JsonFault {
  line: number;
  column: number;
  why: string;
}

/** The object that a text is, or why it is none. Nothing is an empty object. */
export type Read = { data: Record<string, unknown>; fault: null } | { data: null; fault: JsonFault | 'no object' };

export function readObject(text: string): Read {
  if (text.trim() === '') return { data: {}, fault: null };
  try {
    const data: unknown = JSON.parse(text);
    const isObject = typeof data === 'object' && data !== null && !Array.isArray(data);
    return isObject ? { data: data as Record<string, unknown>, fault: null } : { data: null, fault: 'no object' };
  } catch {
    return { data: null, fault: jsonFault(text) };
  }
}

class Stop extends Error {
  constructor(
    readonly at: number,
    readonly why: string,
  ) {
    super(why);
  }
}

/** The first place at which a text that isn't JSON goes wrong. */
export function jsonFault(text: string): JsonFault {
  let at = text.length;
  let why = 'this is not JSON';
  try {
    new Scan(text).all();
  } catch (stop) {
    if (!(stop instanceof Stop)) throw stop;
    ({ at, why } = stop);
  }
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: [...(before.at(-1) ?? '')].length + 1, why };
}

class Scan {
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  all(): void {
    this.#value();
    this.#space();
    if (this.#at < this.#text.length) this.#stop('nothing may follow the end');
  }

  #value(): void {
    this.#space();
    const next = this.#text[this.#at];
    if (next === '{') this.#list('}', () => { this.#member(); });
    else if (next === '[') this.#list(']', () => { this.#value(); });
    else if (next === '"') this.#string();
    else if (!this.#skip(/-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?|true|false|null/y)) this.#missing(next);
    else if (/[\w.+-]/.test(this.#text[this.#at] ?? '')) this.#stop('this is no number and no word of JSON');
  }

  #missing(next: string | undefined): never {
    if (next === undefined) this.#stop('a value is missing at the end');
    if (next === "'") this.#stop('text stands in double quotes');
    if (next === '}' || next === ']' || next === ',') this.#stop('a value is missing here; was there a comma too many?');
    return this.#stop('a value must stand here; text stands in double quotes');
  }

  #list(end: string, one: () => void): void {
    this.#at += 1;
    this.#space();
    if (this.#text[this.#at] === end) {
      this.#at += 1;
      return;
    }
    for (;;) {
      one();
      this.#space();
      const next = this.#text[this.#at];
      if (next !== ',' && next !== end) this.#stop(next === undefined ? `a ${end} is missing at the end` : `a comma or a ${end} is missing before this`);
      this.#at += 1;
      if (next === end) return;
    }
  }

  #member(): void {
    this.#space();
    const next = this.#text[this.#at];
    if (next === '}') this.#stop('there is a comma too many before this');
    if (next !== '"') this.#stop(next === undefined ? 'a } is missing at the end' : 'a name in double quotes must stand here');
    this.#string();
    this.#space();
    if (this.#text[this.#at] !== ':') this.#stop('a colon is missing before this');
    this.#at += 1;
    this.#value();
  }

  #string(): void {
    const start = this.#at;
    if (this.#skip(/"(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy)) return;
    const bad = /[^"\\\p{Cc}]*/uy;
    bad.lastIndex = start + 1;
    const shown = bad.exec(this.#text)?.[0].length ?? 0;
    const at = start + 1 + shown;
    if (this.#text[at] === '\\') throw new Stop(at, 'a \\ must be written twice, or this text isn’t closed');
    throw new Stop(start, 'this text isn’t closed on its line: a " is missing');
  }

  #space(): void {
    this.#skip(/[ \t\r\n]*/y);
  }

  #skip(what: RegExp): boolean {
    what.lastIndex = this.#at;
    if (!what.test(this.#text)) return false;
    this.#at = what.lastIndex;
    return true;
  }

  #stop(why: string): never {
    throw new Stop(this.#at, why);
  }
}
