/** How well what was typed fits a name. Whole words first, then beginnings, then letters in order. */

/** The better it fits, the higher; null when it doesn't. */
export function fit(name: string, typed: string): number | null {
  const text = name.toLowerCase();
  const wanted = typed.toLowerCase().trim().split(/\s+/);
  const letters = wanted.join('');
  if (letters === '') return 0;
  const words = text.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  // Among names that fit alike, the shorter one is meant.
  const short = 1 / (1 + text.length);
  if (text.startsWith(wanted.join(' '))) return 5 + short;
  if (wanted.every((part) => words.some((word) => word.startsWith(part)))) return 4 + short;
  if (beginnings(words, letters)) return 3 + short;
  if (wanted.every((part) => text.includes(part))) return 2 + short;
  return letters.length > 2 && inOrder(text, letters) ? 1 + short : null;
}

/** Whether the letters are beginnings of words, one after the other: `nc` of `New chat`. */
function beginnings(words: string[], letters: string): boolean {
  if (letters === '') return true;
  const [word, ...rest] = words;
  if (word === undefined) return false;
  for (let taken = common(word, letters); taken > 0; taken -= 1) {
    if (beginnings(rest, letters.slice(taken))) return true;
  }
  return beginnings(rest, letters);
}

function common(word: string, letters: string): number {
  let count = 0;
  while (count < word.length && word[count] === letters[count]) count += 1;
  return Math.min(count, letters.length);
}

/** Whether the letters stand in the text in this order, not too far apart to be meant. */
function inOrder(text: string, letters: string): boolean {
  for (let start = text.indexOf(letters[0] ?? ''); start >= 0; start = text.indexOf(letters[0] ?? '', start + 1)) {
    let at = start;
    for (const letter of letters.slice(1)) {
      at = text.indexOf(letter, at + 1);
      if (at < 0) return false;
    }
    if (at - start < letters.length * 2) return true;
  }
  return false;
}
