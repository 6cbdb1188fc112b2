/**
 * Keeps a growing column in view while the reader is at its end, and leaves it alone otherwise.
 * WebKit doesn't anchor scrolling, so older messages are put above by hand.
 */
const NEAR = 24;

export class Follow {
  /** Whether the reader is at the end, so that the view goes along. */
  atEnd = $state(true);
  #scroller: HTMLElement | null = null;
  #top = 0;

  /** For the scrolling element, whose first child grows. */
  attach = (scroller: HTMLElement): (() => void) => {
    this.#scroller = scroller;
    const column = scroller.firstElementChild;
    const grown = new ResizeObserver(() => {
      if (this.atEnd) this.toEnd();
    });
    if (column) grown.observe(column);
    grown.observe(scroller);
    const scrolled = () => {
      this.#scrolled();
    };
    scroller.addEventListener('scroll', scrolled, { passive: true });
    return () => {
      grown.disconnect();
      scroller.removeEventListener('scroll', scrolled);
      this.#scroller = null;
    };
  };

  toEnd = (): void => {
    this.atEnd = true;
    if (this.#scroller) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  };

  /** Runs `grow`, which adds to the top, and keeps what is on the screen where it is. */
  async keepPlace(grow: () => Promise<void>): Promise<void> {
    const scroller = this.#scroller;
    if (!scroller) return;
    const fromEnd = scroller.scrollHeight - scroller.scrollTop;
    await grow();
    scroller.scrollTop = scroller.scrollHeight - fromEnd;
  }

  #scrolled(): void {
    const scroller = this.#scroller;
    if (!scroller) return;
    const left = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
    const upwards = scroller.scrollTop < this.#top;
    this.#top = scroller.scrollTop;
    if (left < 2) this.atEnd = true;
    else if (upwards) this.atEnd = false;
    else if (left < NEAR) this.atEnd = true;
  }
}
