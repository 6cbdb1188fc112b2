/** How far long work is, asked while it is shown, and giving it up. */
import { call, type WorkInfo } from '../lib/api';

const EVERY = 300;

export class WorkWatch {
  current = $state.raw<WorkInfo | null>(null);
  /** Whether it was given up; it may still end by itself. */
  cancelled = $state(false);

  /** Watches until the result is called. */
  start(): () => void {
    let watching = true;
    this.cancelled = false;
    const look = async (): Promise<void> => {
      const work = await call('work', {}).catch(() => null);
      if (!watching) return;
      this.current = work;
      timer = setTimeout(() => void look(), EVERY);
    };
    let timer = setTimeout(() => void look(), EVERY);
    return () => {
      watching = false;
      clearTimeout(timer);
      this.current = null;
    };
  }

  async cancel(): Promise<void> {
    this.cancelled = true;
    await call('cancel_work', {}).catch(() => {
      this.cancelled = false;
    });
  }
}
