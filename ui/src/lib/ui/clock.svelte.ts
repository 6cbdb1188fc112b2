/** Seconds that count down on the screen: one timer for all of them, only while one is shown. */
import { createSubscriber } from 'svelte/reactivity';

const tick = createSubscriber((update) => {
  const timer = setInterval(update, 500);
  return () => {
    clearInterval(timer);
  };
});

/** Whole seconds until a moment (ms since 1970), never below 0. Reactive inside effects. */
export function secondsUntil(moment: number): number {
  tick();
  return Math.max(0, Math.ceil((moment - Date.now()) / 1000));
}

/** A duration as a person says it: `45 s`, `2 min`. */
export function duration(seconds: number): string {
  return seconds < 90 ? `${String(seconds)} s` : `${String(Math.ceil(seconds / 60))} min`;
}
