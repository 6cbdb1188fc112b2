/**
 * Where the keyboard was, so that it can go back there when what it is on goes away: a dialog, a
 * menu, a sidebar over the screen, a button that did its work. Layers are no place to go back to.
 */
const LAYERS = '[role="dialog"], [role="menu"], [role="listbox"], [data-over]';
const KEPT = 8;
let places: HTMLElement[] = [];

/** Remembers where the keyboard goes. Call the result to stop. */
export function rememberFocus(): () => void {
  const moved = ({ target }: FocusEvent) => {
    if (!(target instanceof HTMLElement) || target.closest(LAYERS)) return;
    places = [...places.filter((place) => place !== target && place.isConnected), target].slice(-KEPT);
  };
  document.addEventListener('focusin', moved);
  return () => {
    document.removeEventListener('focusin', moved);
    places = [];
  };
}

/** If the keyboard is nowhere, takes it to the last place that is still there, else to the screen. */
export function refocus(): void {
  ifLost(() => {
    for (const place of places.toReversed()) {
      place.focus({ preventScroll: true });
      if (document.activeElement === place) return;
    }
    toScreen();
  });
}

/** If the keyboard is nowhere, takes it to the beginning of the screen that came. */
export function focusScreen(): void {
  ifLost(toScreen);
}

/** A moment later: whatever went away must be gone, and whatever came may take the keyboard first. */
function ifLost(mend: () => void): void {
  setTimeout(() => {
    const active = document.activeElement;
    if (!active || active === document.body) mend();
  });
}

function toScreen(): void {
  document.querySelector<HTMLElement>('main')?.focus({ preventScroll: true });
}
