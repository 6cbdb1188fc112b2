/**
 * Keeps a growing column in view while the reader is at its end. Elsewhere what is being read stays
 * where it is, whatever comes, goes, or turns out higher than it was thought above it: WebKit
 * doesn't anchor scrolling, so that is done by hand.
 */
const NEAR = 24;
/** What stays free above and below what is brought into view. */
const ROOM = 12;
/** A scroll this soon after a wheel, key or touch is the reader's own, in milliseconds. */
const OWN = 500;
const HANDS = ['wheel', 'touchmove', 'keydown', 'pointerdown'] as const;
const SCROLLING_KEYS = ['PageUp', 'PageDown', 'Home', 'End', 'ArrowUp', 'ArrowDown', ' '];

export class Follow {
  /** Whether the reader is at the end, so that the view goes along. */
  atEnd = $state(true);
  /** Whether more is to come below, so that the end of the column is none to stay at. */
  more = false;
  #anchor: { element: HTMLElement; top: number } | null = null;
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
      else this.#hold();
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
    this.atEnd = !this.more;
    const scroller = this.#scroller;
    if (scroller) this.#scrollTo(scroller.scrollHeight);
  };

  /** Brings an element of the column to the middle of the view, or its beginning to the top. */
  toMiddle(element: HTMLElement): void {
    const scroller = this.#scroller;
    if (!scroller) return;
    this.atEnd = false;
    const room = Math.max(0, scroller.clientHeight - element.offsetHeight);
    this.#scrollTo(element.offsetTop - room / 2);
    // On the way there nothing that was measured only now may move it away.
    this.#anchor = { element, top: element.offsetTop - scroller.scrollTop };
  }

  /** Brings all of an element of the column into view that is partly out of it, and stays with it. */
  toView(element: HTMLElement): void {
    const scroller = this.#scroller;
    if (!scroller) return;
    // Where all of the column is in view, so is its end.
    this.atEnd = !this.more && scroller.scrollHeight <= scroller.clientHeight;
    const below = element.offsetTop + element.offsetHeight + ROOM - scroller.clientHeight;
    // Where it is higher than the view, its beginning counts.
    this.#scrollTo(Math.min(element.offsetTop - ROOM, Math.max(scroller.scrollTop, below)));
    this.#anchor = { element, top: element.offsetTop - scroller.scrollTop };
  }

  /** Runs `change`, and keeps what is on the screen where it is. */
  async keepPlace(change: () => Promise<void>): Promise<void> {
    this.#mark();
    this.atEnd = false;
    await change();
    this.#hold();
    this.#judge();
  }

  /** Runs `change`, which puts another element in the place of this one, and keeps it there. */
  async keepAt(element: HTMLElement, change: () => Promise<HTMLElement | null>): Promise<void> {
    const top = element.offsetTop - (this.#scroller?.scrollTop ?? 0);
    this.atEnd = false;
    const next = await change();
    if (next) this.#anchor = { element: next, top };
    this.#hold();
    this.#judge();
  }

  #scrollTo(top: number): void {
    const scroller = this.#scroller;
    if (!scroller) return;
    scroller.scrollTop = top;
    this.#top = scroller.scrollTop;
    this.#height = scroller.scrollHeight;
    this.#mark();
  }

  /** Notes the first message in view and where it stands. */
  #mark(): void {
    const scroller = this.#scroller;
    const column = scroller?.firstElementChild;
    if (!scroller || !column) return;
    const top = scroller.scrollTop;
    const children = column.children;
    let low = 0;
    let high = children.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const child = children[middle] as HTMLElement;
      if (child.offsetTop + child.offsetHeight > top) high = middle;
      else low = middle + 1;
    }
    // Lines that come and go between messages hold nothing.
    while (low < children.length && (children[low] as HTMLElement).dataset.messageId === undefined) low += 1;
    const element = children[low] as HTMLElement | undefined;
    this.#anchor = element ? { element, top: element.offsetTop - top } : null;
  }

  /** Puts what was marked back to where it stood. */
  #hold(): void {
    const scroller = this.#scroller;
    const anchor = this.#anchor;
    if (!scroller || !anchor?.element.isConnected) return;
    const moved = anchor.element.offsetTop - scroller.scrollTop - anchor.top;
    if (Math.abs(moved) < 1) return;
    scroller.scrollTop += moved;
    this.#top = scroller.scrollTop;
    this.#height = scroller.scrollHeight;
  }

  /** Whether the reader is at the end, after something has moved the view. */
  #judge(): void {
    const scroller = this.#scroller;
    if (!scroller) return;
    this.atEnd = !this.more && scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop < 2;
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
    if (left < 2) this.atEnd = !this.more;
    else if (upwards && layout && !own) {
      if (this.atEnd) this.toEnd();
    } else if (upwards) this.atEnd = false;
    else if (left < NEAR) this.atEnd = !this.more;
    if (!this.atEnd) this.#mark();
  }
}

/** Whether a hand's event scrolls: not a key or a click for something inside the column. */
function scrolls(event: Event, scroller: HTMLElement): boolean {
  if (event instanceof KeyboardEvent) return SCROLLING_KEYS.includes(event.key);
  // The scroll bar belongs to the scrolling element itself.
  if (event.type === 'pointerdown') return event.target === scroller;
  return true;
}
