/** Moments as a person says them. All are reactive: what is said stays true while it is shown. */
import { minuteNow, today } from './clock.svelte';
import { many } from './figures';

const DAY = 86_400_000;

/** A moment that must not be mistaken: `12 March 2027, 14:05`. */
export function fullDate(at: string): string {
  const date = new Date(at);
  return `${day(date, 'long')}, ${time(date)}`;
}

/** A moment in a list: `Today, 14:05`, `Yesterday, 09:10`, `12 Mar 2027, 14:05`. */
export function shortDate(at: string): string {
  const date = new Date(at);
  const midnight = new Date(date).setHours(0, 0, 0, 0);
  const days = Math.round((today() - midnight) / DAY);
  const said = days === 0 ? 'Today' : days === 1 ? 'Yesterday' : day(date, 'short');
  return `${said}, ${time(date)}`;
}

/** How long ago: `just now`, `5 minutes ago`, `3 hours ago`, `2 days ago`, then the date. */
export function ago(at: string): string {
  const passed = Math.floor((minuteNow() - Date.parse(at)) / 60_000);
  if (passed < 1) return 'just now';
  if (passed < 60) return `${many(passed, 'minute')} ago`;
  if (passed < 48 * 60) return `${many(Math.floor(passed / 60), 'hour')} ago`;
  if (passed < 14 * 24 * 60) return `${many(Math.floor(passed / 60 / 24), 'day')} ago`;
  return `on ${day(new Date(at), 'short')}`;
}

/** A moment that lies ahead: `09:00`, `tomorrow, 09:00`, `27 Nov 2026, 09:00`. */
export function ahead(at: string): string {
  const date = new Date(at);
  const days = Math.round((new Date(date).setHours(0, 0, 0, 0) - today()) / DAY);
  if (days === 0) return time(date);
  return `${days === 1 ? 'tomorrow' : day(date, 'short')}, ${time(date)}`;
}

/** A day without its time: `2027-03-12` → `Today`, `Yesterday`, `12 Mar 2027`. */
export function dayName(iso: string): string {
  const [year = 0, month = 1, date = 1] = iso.split('-').map(Number);
  const then = new Date(year, month - 1, date);
  const days = Math.round((today() - then.getTime()) / DAY);
  return days === 0 ? 'Today' : days === 1 ? 'Yesterday' : day(then, 'short');
}

function day(date: Date, month: 'long' | 'short'): string {
  const name = date.toLocaleDateString('en', { month });
  return `${String(date.getDate())} ${name} ${String(date.getFullYear())}`;
}

function time(date: Date): string {
  const two = (part: number) => String(part).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}
