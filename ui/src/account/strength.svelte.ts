/** How good the password being typed is. Asked a moment after the last key; late answers are dropped. */
import { call, type Strength } from '../lib/api';

export class StrengthMeter {
  current = $state.raw<Strength | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  watch(password: string, username: string, email: string): void {
    clearTimeout(this.#timer);
    const asked = ++this.#asked;
    if (password === '') {
      this.current = null;
      return;
    }
    this.#timer = setTimeout(() => {
      call('password_strength', { password, username, email }).then(
        (strength) => {
          if (asked === this.#asked) this.current = strength;
        },
        () => undefined,
      );
    }, 150);
  }
}
