/**
 * What of an answer is wider than its column scrolls inside itself, so keys must reach it: tables,
 * formulas, code in lists. Which of them that is, is known once they are laid out.
 */
const SCROLLERS = '.table, math[display="block"], pre';

/** Whether there may be any in a block. */
export function scrolls(html: string): boolean {
  return /class="table"|display="block"|<pre/.test(html);
}

/** Lets the Tab key stop at what scrolls in a block, as long as there is something to scroll. */
export function reachable(block: HTMLElement): () => void {
  // It asks for no layout of its own, and waits for messages that aren't laid out yet.
  const sized = new ResizeObserver((entries) => {
    for (const { target } of entries) mark(target);
  });
  for (const scroller of block.querySelectorAll(SCROLLERS)) sized.observe(scroller);
  return () => {
    sized.disconnect();
  };
}

function mark(scroller: Element): void {
  if (scroller.scrollWidth > scroller.clientWidth) {
    scroller.setAttribute('tabindex', '0');
    scroller.setAttribute('role', 'region');
    scroller.setAttribute('aria-label', nameOf(scroller));
  } else {
    for (const name of ['tabindex', 'role', 'aria-label']) scroller.removeAttribute(name);
  }
}

function nameOf(scroller: Element): string {
  if (scroller.matches('.table')) return 'Table';
  return scroller.matches('pre') ? 'Code' : 'Formula';
}
