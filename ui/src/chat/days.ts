/** The chat list's headings: what is pinned, then by day for a week, by month before that. */
import type { Chat } from '../lib/api';

export interface DayGroup {
  heading: string;
  chats: Chat[];
}

/** Groups a list that is already in order: pinned ones, then the last changed first. */
export function groupByDay(chats: Chat[], now: Date): DayGroup[] {
  const groups: DayGroup[] = [];
  for (const chat of chats) {
    const heading = chat.pinned ? 'Pinned' : headingFor(new Date(chat.updated_at), now);
    const last = groups.at(-1);
    if (last?.heading === heading) last.chats.push(chat);
    else groups.push({ heading, chats: [chat] });
  }
  return groups;
}

function headingFor(at: Date, now: Date): string {
  const days = daysBetween(at, now);
  if (days <= 0) return 'Today';
  if (days === 1) return 'Yesterday';
  if (days <= 7) return 'Previous 7 days';
  return at.toLocaleDateString('en', { month: 'long', year: 'numeric' });
}

/** Calendar days in local time: a night is a day even when the clocks change in it. */
function daysBetween(at: Date, now: Date): number {
  const midnight = (day: Date) => Date.UTC(day.getFullYear(), day.getMonth(), day.getDate());
  return Math.round((midnight(now) - midnight(at)) / 86_400_000);
}
