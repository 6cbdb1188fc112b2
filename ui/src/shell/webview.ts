/** What a web page does by itself and a program's window doesn't: reload, go back, the page's menu. */
import { isMac } from '../lib/ui/keys';

const ALWAYS = new Set(['F5', 'BrowserRefresh', 'BrowserBack', 'BrowserForward']);

/** Whether the webview would leave or reload the page at this key. */
export function leavesPage(event: KeyboardEvent): boolean {
  if (ALWAYS.has(event.key)) return true;
  // Alt and an arrow jumps a word on a Mac, and goes back elsewhere.
  if (event.altKey && !isMac && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) return true;
  return (isMac ? event.metaKey : event.ctrlKey) && !event.altKey && event.key.toLowerCase() === 'r';
}

/** Whether a menu at this place has something to offer: selected text to copy, or a field. */
export function offersMenu({ target, clientX: x, clientY: y }: MouseEvent): boolean {
  if (target instanceof Element && target.closest('input, textarea, [contenteditable]')) return true;
  const selection = document.getSelection();
  if (!selection || selection.isCollapsed) return false;
  const lines = [...selection.getRangeAt(0).getClientRects()];
  return lines.some(({ left, right, top, bottom }) => x >= left && x <= right && y >= top && y <= bottom);
}

/** Keeps the page where it is. Call the result to let it go. */
export function holdPage(): () => void {
  const key = (event: KeyboardEvent) => {
    if (leavesPage(event)) event.preventDefault();
  };
  const menu = (event: MouseEvent) => {
    if (!offersMenu(event)) event.preventDefault();
  };
  window.addEventListener('keydown', key, { capture: true });
  window.addEventListener('contextmenu', menu);
  return () => {
    window.removeEventListener('keydown', key, { capture: true });
    window.removeEventListener('contextmenu', menu);
  };
}
