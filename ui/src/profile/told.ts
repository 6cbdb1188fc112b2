/** What models are told of the profile. */
import type { ContextId } from '../lib/api';

/** A context that says something else than the profile, and in what. */
export interface Disagreeing {
  id: ContextId;
  name: string;
  why: string[];
}

/** The part of a system prompt that begins with the profile; all of it where that part isn't found. */
export function toldOf(system: string): string {
  const from = system.indexOf("## The person's trading profile");
  return system.slice(Math.max(0, from)).trim();
}
