/** Short notes at the edge of the window. A fault stays until it is closed; the rest goes by itself. */
export interface ToastAction {
  label: string;
  /** A shortcut such as `mod+z` that does the same while the note stands. */
  keys: string;
  run: () => void;
}

export interface Toast {
  id: number;
  kind: 'note' | 'fault';
  text: string;
  detail: string | null;
  /** What can be done about it as long as it stands. */
  action: ToastAction | null;
}

/** What keeps a note: the pointer over it, the keyboard in it. */
export type Hold = 'pointer' | 'focus';

/** The time that a note has left. */
interface Clock {
  left: number;
  since: number;
  timer: ReturnType<typeof setTimeout> | undefined;
  held: Set<Hold>;
}

class Toasts {
  shown = $state.raw<Toast[]>([]);
  #next = 1;
  /** Of the notes that hold. */
  #clocks = new Map<number, Clock>();

  note(text: string, detail: string | null = null): void {
    const id = this.#add({ kind: 'note', text, detail, action: null });
    // What has a second line takes longer to read.
    setTimeout(
      () => {
        this.close(id);
      },
      detail ? 7000 : 3000,
    );
  }

  fault(text: string): void {
    if (this.shown.some((toast) => toast.text === text)) return;
    this.#add({ kind: 'fault', text, detail: null, action: null });
  }

  /**
   * Says what was done, and for some milliseconds offers to do something about it: for longer while
   * somebody is at it, if it `holds`. What can't be done any later must not.
   */
  offer(text: string, action: ToastAction, milliseconds: number, holds = false): void {
    const id = this.#add({ kind: 'note', text, detail: null, action });
    const clock: Clock = { left: milliseconds, since: 0, timer: undefined, held: new Set() };
    if (holds) this.#clocks.set(id, clock);
    this.#run(id, clock);
  }

  /** Stops the time of a note that holds. */
  hold(id: number, by: Hold): void {
    const clock = this.#clocks.get(id);
    if (!clock) return;
    if (clock.held.size === 0) {
      clearTimeout(clock.timer);
      clock.left -= performance.now() - clock.since;
    }
    clock.held.add(by);
  }

  /** Lets its time go on, once nothing keeps it any more. */
  release(id: number, by: Hold): void {
    const clock = this.#clocks.get(id);
    if (clock?.held.delete(by) && clock.held.size === 0) this.#run(id, clock);
  }

  /** Does what a note offers, once. */
  act({ id, action }: Toast): void {
    this.close(id);
    action?.run();
  }

  close(id: number): void {
    clearTimeout(this.#clocks.get(id)?.timer);
    this.#clocks.delete(id);
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }

  /** Takes away what only said that something is done: something else wants to be read now. */
  settle(): void {
    this.shown = this.shown.filter(({ kind, action }) => kind === 'fault' || action !== null);
  }

  clear(): void {
    for (const { timer } of this.#clocks.values()) clearTimeout(timer);
    this.#clocks.clear();
    this.shown = [];
  }

  #run(id: number, clock: Clock): void {
    clock.since = performance.now();
    clock.timer = setTimeout(() => { this.close(id); }, clock.left);
  }

  #add(toast: Omit<Toast, 'id'>): number {
    const id = this.#next++;
    this.shown = [...this.shown.slice(-3), { id, ...toast }];
    return id;
  }
}

export const toasts = new Toasts();
