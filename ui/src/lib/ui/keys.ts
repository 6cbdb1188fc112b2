/** Keyboard shortcuts: one notation (`mod+n`) for what is pressed and for what is shown. */
export const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Whether a key press is the shortcut. `mod` is ⌘ on a Mac and Ctrl elsewhere. */
export function pressed(event: KeyboardEvent, shortcut: string): boolean {
  const parts = shortcut.split('+');
  const key = parts.at(-1) ?? '';
  const mod = isMac ? event.metaKey : event.ctrlKey;
  const otherMod = isMac ? event.ctrlKey : event.metaKey;
  return (
    event.key.toLowerCase() === key &&
    mod === parts.includes('mod') &&
    event.shiftKey === parts.includes('shift') &&
    !otherMod &&
    !event.altKey
  );
}

/** The shortcut as this system's menus write it. */
export function shown(shortcut: string): string {
  return shortcut
    .split('+')
    .map((part) => {
      if (part === 'mod') return isMac ? '⌘' : 'Ctrl';
      if (part === 'shift') return isMac ? '⇧' : 'Shift';
      return part.length === 1 ? part.toUpperCase() : part;
    })
    .join(isMac ? '' : '+');
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
