/** Time on the screen: seconds that count down, and the day. Timers run only while one is shown. */
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

const minute = createSubscriber((update) => {
  const timer = setInterval(update, 60_000);
  return () => {
    clearInterval(timer);
  };
});

/** The midnight with which this day began, ms since 1970. Reactive: at the next one it changes. */
export function today(): number {
  minute();
  return new Date().setHours(0, 0, 0, 0);
}

/** Now, ms since 1970. Reactive, to the minute. */
export function minuteNow(): number {
  minute();
  return Date.now();
}

/** A duration as a person says it: `45 s`, `2 min`. */
export function duration(seconds: number): string {
  return seconds < 90 ? `${String(seconds)} s` : `${String(Math.ceil(seconds / 60))} min`;
}
