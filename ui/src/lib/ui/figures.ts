/** Numbers as a person writes them. */

/** A size in bytes: `512 B`, `1.4 MB`, `38 MB`. Number and unit stay on one line. */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = Math.max(0, bytes);
  let unit = 0;
  while (unit < units.length - 1 && Math.round(value) >= 1000) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)}\u00a0${units[unit] ?? ''}`;
}

/** A number and what it counts: `1 session`, `2 sessions`, `1,200 messages`. */
export function many(count: number, one: string, more = `${one}s`): string {
  return `${whole(count)} ${count === 1 ? one : more}`;
}

/** The folder of a file, by its path on whichever system. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')));
}

/** Minutes, in hours where that is shorter: `1 minute`, `30 minutes`, `2 hours`. */
export function minutes(count: number): string {
  return count >= 60 && count % 60 === 0 ? many(count / 60, 'hour') : many(count, 'minute');
}

/** A whole number with its thousands apart: `1,040,384`. */
export function whole(count: number): string {
  return count.toLocaleString('en');
}

/** A round number of something that is counted in thousands: `8K`, `128K`, `1M`. */
export function round(count: number): string {
  // What machines count in powers of two is called by the smaller number.
  const step = count % 1024 === 0 && count % 1000 !== 0 ? 1024 : 1000;
  if (count < step) return whole(count);
  const thousands = count / step;
  const large = Math.round(thousands) >= 1000;
  const value = large ? thousands / step : thousands;
  return `${String(Number(value.toFixed(value < 10 ? 1 : 0)))}${large ? 'M' : 'K'}`;
}

/** An amount of US dollars, with as many digits as it takes to see it: `US$ 12.40`, `US$ 0.0042`. */
export function dollars(amount: number, digits = digitsOf(amount)): string {
  const rounded = amount.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `US$\u00a0${rounded}`;
}

/** How many digits after the point it takes to see an amount of dollars. */
export function digitsOf(amount: number): number {
  return amount <= 0 || amount >= 0.995 ? 2 : Math.min(6, Math.max(2, 1 - Math.floor(Math.log10(amount))));
}

/** A price in dollars and cents, finer where it is finer: `2.50`, `0.075`. */
export function price(amount: number): string {
  return amount.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 4 });
}

/** How long something took: `0.8 s`, `12 s`, `2 min 5 s`. */
export function taken(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)}\u00a0s`;
  const full = Math.round(seconds);
  if (full < 60) return `${String(full)}\u00a0s`;
  const rest = full % 60;
  return `${String(Math.floor(full / 60))}\u00a0min${rest ? ` ${String(rest)}\u00a0s` : ''}`;
}
