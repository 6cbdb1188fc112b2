/**
 * Keeps a growing column in view while the reader is at its end, and leaves it alone otherwise.
 * WebKit doesn't anchor scrolling, so older messages are put above by hand.
 */
const NEAR = 24;
/** A scroll this soon after a wheel, key or touch is the reader's own, in milliseconds. */
const OWN = 500;
const HANDS = ['wheel', 'touchmove', 'keydown', 'pointerdown'] as const;
const SCROLLING_KEYS = ['PageUp', 'PageDown', 'Home', 'End', 'ArrowUp', 'ArrowDown', ' '];

export class Follow {
  /** Whether the reader is at the end, so that the view goes along. */
  atEnd = $state(true);
  #scroller: HTMLElement | null = null;
  #top = 0;
  #height = 0;
  #touched = -OWN;

  /** For the scrolling element, whose first child grows. */
  attach = (scroller: HTMLElement): (() => void) => {
    this.#scroller = scroller;
    const column = scroller.firstElementChild;
    const grown = new ResizeObserver(() => {
      if (this.atEnd) this.toEnd();
      // What shrank may have moved the view: that is no scrolling upwards.
      this.#top = scroller.scrollTop;
    });
    if (column) grown.observe(column);
    grown.observe(scroller);
    const scrolled = () => {
      this.#scrolled();
    };
    const touched = (event: Event) => {
      if (scrolls(event, scroller)) this.#touched = performance.now();
    };
    scroller.addEventListener('scroll', scrolled, { passive: true });
    for (const hand of HANDS) scroller.addEventListener(hand, touched, { passive: true });
    return () => {
      grown.disconnect();
      scroller.removeEventListener('scroll', scrolled);
      for (const hand of HANDS) scroller.removeEventListener(hand, touched);
      this.#scroller = null;
    };
  };

  toEnd = (): void => {
    this.atEnd = true;
    const scroller = this.#scroller;
    if (!scroller) return;
    scroller.scrollTop = scroller.scrollHeight;
    this.#top = scroller.scrollTop;
    this.#height = scroller.scrollHeight;
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
    // What grew or shrank moved the view, unless the reader did at the same time.
    const layout = scroller.scrollHeight !== this.#height;
    const own = performance.now() - this.#touched < OWN;
    this.#top = scroller.scrollTop;
    this.#height = scroller.scrollHeight;
    if (left < 2) this.atEnd = true;
    else if (upwards && layout && !own) {
      if (this.atEnd) this.toEnd();
    } else if (upwards) this.atEnd = false;
    else if (left < NEAR) this.atEnd = true;
  }
}

/** Whether a hand's event scrolls: not a key or a click for something inside the column. */
function scrolls(event: Event, scroller: HTMLElement): boolean {
  if (event instanceof KeyboardEvent) return SCROLLING_KEYS.includes(event.key);
  // The scroll bar belongs to the scrolling element itself.
  if (event.type === 'pointerdown') return event.target === scroller;
  return true;
}
