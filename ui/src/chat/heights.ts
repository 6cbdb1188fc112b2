/** About how high a message is, before it was ever laid out: what it scrolls by until then. */
import type { MessageView } from './message.svelte';

const LINE = 22;
const CODE_LINE = 16;
/** Letters in a line of the column. */
const LETTERS = 92;
/** Gaps, the row of buttons, the head of a code block. */
const REST = 40;
/** Gaps and the frame of a question. */
const FRAME = 26;

export function heightOf({ role, text }: MessageView): number {
  let height = role === 'user' ? FRAME : REST;
  let code = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('```')) {
      code = !code;
      height += REST / 2;
    } else if (code) height += CODE_LINE;
    // Empty lines part paragraphs, which stand closer than lines in a question.
    else if (line === '') height += role === 'user' ? LINE : LINE / 2;
    else height += Math.ceil(line.length / LETTERS) * LINE;
  }
  return Math.round(height);
}
