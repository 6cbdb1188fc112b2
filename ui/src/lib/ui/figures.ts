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

/** A number and what it counts: `1 session`, `2 sessions`. */
export function many(count: number, one: string, more = `${one}s`): string {
  return `${String(count)} ${count === 1 ? one : more}`;
}

/** The folder of a file, by its path on whichever system. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')));
}

/** Minutes, in hours where that is shorter: `1 minute`, `30 minutes`, `2 hours`. */
export function minutes(count: number): string {
  return count >= 60 && count % 60 === 0 ? many(count / 60, 'hour') : many(count, 'minute');
}
