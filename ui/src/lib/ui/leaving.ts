import { questions } from './questions.svelte';

/** One form at a time may ask to be heard before the person leaves it. */
type Guard = () => Promise<boolean>;

let guard: Guard | null = null;

interface Form {
  /** Whether something would be lost. */
  changed: () => boolean;
  /** What the changes are made to: "the profile". */
  what: () => string;
  /** The person leaves them. */
  left: () => void;
}

/** Registers the form on the screen. Call the result when it goes away. */
export function guardLeaving({ changed, what, left }: Form): () => void {
  const next = async () => {
    if (!changed()) return true;
    const leaves = await questions.ask({
      title: 'Leave without saving?',
      body: `Your changes to ${what()} are not saved.`,
      action: 'Leave',
      danger: true,
    });
    if (leaves) left();
    return leaves;
  };
  guard = next;
  return () => {
    if (guard === next) guard = null;
  };
}

/** Whether the person may leave; asks them when something would be lost. */
export async function mayLeave(): Promise<boolean> {
  return guard ? guard() : true;
}
