/** Tells the core that somebody is there: keys and movements, and nothing that happens by itself. */
import { call } from '../lib/api';

const EVERY = 10_000;

/** Watches until the result is called. */
export function watchInput(): () => void {
  let told = -Infinity;
  let place = '';

  const here = (): void => {
    const now = Date.now();
    if (now - told < EVERY) return;
    told = now;
    call('still_here', {}).catch(() => undefined);
  };

  // A key that something lies on repeats for ever.
  const key = ({ repeat }: KeyboardEvent): void => {
    if (!repeat) here();
  };

  // Whenever the page under a resting pointer changes, as under a growing answer, the webview says
  // that the pointer moved.
  const move = ({ screenX, screenY }: PointerEvent): void => {
    const next = `${String(screenX)} ${String(screenY)}`;
    if (next !== place) here();
    place = next;
  };

  const options = { capture: true, passive: true };
  window.addEventListener('keydown', key, options);
  window.addEventListener('pointermove', move, options);
  window.addEventListener('pointerdown', here, options);
  window.addEventListener('wheel', here, options);
  return () => {
    window.removeEventListener('keydown', key, options);
    window.removeEventListener('pointermove', move, options);
    window.removeEventListener('pointerdown', here, options);
    window.removeEventListener('wheel', here, options);
  };
}
