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

class Toasts {
  shown = $state.raw<Toast[]>([]);
  #next = 1;

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

  /** Says what was done, and for some milliseconds offers to do something about it. */
  offer(text: string, action: ToastAction, milliseconds: number): void {
    const id = this.#add({ kind: 'note', text, detail: null, action });
    setTimeout(() => { this.close(id); }, milliseconds);
  }

  /** Does what a note offers, once. */
  act({ id, action }: Toast): void {
    this.close(id);
    action?.run();
  }

  close(id: number): void {
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }

  /** Takes away what only said that something is done: something else wants to be read now. */
  settle(): void {
    this.shown = this.shown.filter(({ kind, action }) => kind === 'fault' || action !== null);
  }

  clear(): void {
    this.shown = [];
  }

  #add(toast: Omit<Toast, 'id'>): number {
    const id = this.#next++;
    this.shown = [...this.shown.slice(-3), { id, ...toast }];
    return id;
  }
}

export const toasts = new Toasts();
