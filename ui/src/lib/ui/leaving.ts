/** One form at a time may ask to be heard before the person leaves it. */
type Guard = () => Promise<boolean>;

let guard: Guard | null = null;

/** Registers the guard of the form on the screen. Call the result when the form goes away. */
export function guardLeaving(next: Guard): () => void {
  guard = next;
  return () => {
    if (guard === next) guard = null;
  };
}

/** Whether the person may leave; asks them when something would be lost. */
export async function mayLeave(): Promise<boolean> {
  return guard ? guard() : true;
}
