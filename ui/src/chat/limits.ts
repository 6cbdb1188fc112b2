/** What the composer takes. The core checks again; here it is said before anything is sent. */
export const LONGEST_QUESTION = 256 * 1024;

/** The length that counts: bytes of UTF-8. */
export function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Why a question can't be sent now; the text stays where it is. */
export function refusal(text: string, writing: boolean): string | null {
  if (writing) return 'An answer is being written. Stop it or wait.';
  const length = bytes(text);
  if (length <= LONGEST_QUESTION) return null;
  return `This question is ${kib(length)} long; at most ${kib(LONGEST_QUESTION)} can be sent. Shorten it or send it in parts.`;
}

function kib(length: number): string {
  return `${String(Math.ceil(length / 1024))} KiB`;
}
