/** Makes a field as high as its text, up to a part of the window. */
export function grow(field: HTMLTextAreaElement, part: number): void {
  field.style.height = '0';
  field.style.height = `${String(Math.min(field.scrollHeight, Math.max(96, window.innerHeight * part)))}px`;
}
