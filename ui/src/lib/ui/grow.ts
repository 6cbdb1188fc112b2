/** What a field held when it was measured last. */
const measured = new WeakMap<HTMLTextAreaElement, { length: number; lines: number }>();

/**
 * Makes a field as high as its text, at least as its rows, and up to a part of the window. Unless
 * the window is widened, more text never takes less height, so only less of it is worth laying the
 * page out twice for: that would be felt at every key.
 */
export function grow(field: HTMLTextAreaElement, part: number): void {
  const now = { length: field.value.length, lines: field.value.split('\n').length };
  const before = measured.get(field);
  measured.set(field, now);
  const more = before !== undefined && now.length >= before.length && now.lines >= before.lines;
  if (more && field.scrollHeight <= field.clientHeight) return;
  field.style.height = '';
  field.style.height = `${String(Math.min(field.scrollHeight, Math.max(96, window.innerHeight * part)))}px`;
}
