/** Keyboard shortcuts: one notation (`mod+n`) for what is pressed and for what is shown. */
export const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Keys that are called by a name, because they join the parts or need Shift on some keyboards. */
const SIGNS: Record<string, string> = { '+': 'plus', '=': 'plus', '-': 'minus', _: 'minus' };
const SHOWN: Record<string, string> = { plus: '+', minus: '−', escape: 'Esc' };
const SPOKEN: Record<string, string> = { plus: 'Plus', minus: 'Minus', escape: 'Escape' };

/** Whether a key press is the shortcut. `mod` is ⌘ on a Mac and Ctrl elsewhere. */
export function pressed(event: KeyboardEvent, shortcut: string): boolean {
  const parts = shortcut.split('+');
  const key = parts.at(-1) ?? '';
  const mod = isMac ? event.metaKey : event.ctrlKey;
  const otherMod = isMac ? event.ctrlKey : event.metaKey;
  // Which signs need Shift differs by keyboard.
  const sign = (key.length === 1 && !/[a-z]/.test(key)) || Object.values(SIGNS).includes(key);
  return (
    keyOf(event) === key &&
    mod === parts.includes('mod') &&
    (sign || event.shiftKey === parts.includes('shift')) &&
    !otherMod &&
    !event.altKey
  );
}

/** The key's letter or name. A letter of another script counts as the Latin one on the same key. */
function keyOf({ key, code }: KeyboardEvent): string {
  if (key.length === 1 && key > '\u007f' && code.startsWith('Key')) return code.slice(3).toLowerCase();
  return SIGNS[key] ?? key.toLowerCase();
}

/** The shortcut as this system's menus write it. */
export function shown(shortcut: string): string {
  return shortcut
    .split('+')
    .map((part) => {
      if (part === 'mod') return isMac ? '⌘' : 'Ctrl';
      if (part === 'shift') return isMac ? '⇧' : 'Shift';
      return SHOWN[part] ?? (part.length === 1 ? part.toUpperCase() : part);
    })
    .join(isMac ? '' : '+');
}

/** The shortcut for `aria-keyshortcuts`, which has names of its own. */
export function spoken(shortcut: string): string {
  return shortcut
    .split('+')
    .map((part) => {
      if (part === 'mod') return isMac ? 'Meta' : 'Control';
      if (part === 'shift') return 'Shift';
      return SPOKEN[part] ?? part.toUpperCase();
    })
    .join('+');
}

/** Whether this key belongs to an input method that is still composing (WebKit says 229). */
export function composing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}

/** Whether something lies over the screen that keys belong to first. */
export function layerOpen(): boolean {
  return document.querySelector('[role="dialog"], [role="menu"], [role="listbox"]') !== null;
}

/** Whether the person is typing into something right now. */
export function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName))
  );
}

/** Whether something stands in what the person is typing into. In an empty field nothing is to be taken back. */
export function typedIn(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) return target.value !== '';
  return typing(target);
}
