/** A password that is easy to read out and hard to guess: 99 bits in five groups. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 5;
const LENGTH = 4;

export function firstPassword(): string {
  return Array.from({ length: GROUPS }, () => Array.from({ length: LENGTH }, letter).join('')).join('-');
}

/** Every letter is as likely as the others: bytes that would favour some are drawn again. */
function letter(): string {
  const fair = 256 - (256 % LETTERS.length);
  for (;;) {
    const [byte = 255] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < fair) return LETTERS.charAt(byte % LETTERS.length);
  }
}
