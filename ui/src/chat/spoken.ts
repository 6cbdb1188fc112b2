/** An answer as it is read aloud: without the marks of Markdown, and of code how long it is. */
import { many } from '../lib/ui/figures';

/** How much is read at once. The rest is there to be walked through. */
const MOST = 2000;

export function spoken(markdown: string): string {
  const told: string[] = [];
  let fence: string | null = null;
  let lines = 0;
  const endCode = (): void => {
    told.push(`code, ${many(lines, 'line')}.`);
    fence = null;
  };
  for (const line of markdown.split('\n')) {
    const mark: string | undefined = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== null) {
      if (mark?.startsWith(fence) && line.trim() === mark) endCode();
      else lines += 1;
    } else if (mark !== undefined) {
      fence = mark;
      lines = 0;
    } else told.push(bare(line));
  }
  if (fence !== null) endCode();
  return cut(told.filter(Boolean).join(' '));
}

/** A line without its marks. What stands for itself ends with a stop, as the voice should. */
function bare(line: string): string {
  // The line under a table's head, or one between two parts.
  if (/^[\s|:*_-]*$/.test(line)) return '';
  const cells = /^\s*\|(.*)\|\s*$/.exec(line)?.[1];
  if (cells !== undefined) return stopped(cells.split('|').map((cell) => inline(cell.trim())).join(', '));
  const text = line.replace(/^\s*(?:>\s?)+/, '');
  const rest = text.replace(/^\s*(?:#{1,6}|[-*+])\s+/, '');
  const own = rest !== text || /^\s*\d+[.)]\s/.test(text);
  return own ? stopped(inline(rest.trim())) : inline(rest.trim());
}

function inline(text: string): string {
  return text
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\*\*|__|~~|`|\$\$/g, '')
    .replace(/(^|[\s("“])([*_])(\S[^*_]*?)\2(?=$|[\s.,;:!?)"”])/g, '$1$3')
    .replace(/\\([\\`*_|#>[\]-])/g, '$1');
}

function stopped(text: string): string {
  return /[.,;:!?…]$/.test(text) ? text : `${text}.`;
}

function cut(text: string): string {
  if (text.length <= MOST) return text;
  return `${text.slice(0, Math.max(text.lastIndexOf(' ', MOST), MOST / 2))} …`;
}
