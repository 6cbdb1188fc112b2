/**
 * A code block that is still being written. It keeps the pieces as they came, so that showing one
 * more costs one append to a text node, however long the code already is.
 */
export class OpenCode {
  readonly kind = 'code';
  readonly language: string;
  readonly pieces: string[] = [];
  /** How many pieces there are: what the screen watches. */
  count = $state(0);
  lines = $state(1);

  constructor(language: string, text: string) {
    this.language = language;
    this.append(text);
  }

  append(text: string): void {
    if (text === '') return;
    this.pieces.push(text);
    this.count += 1;
    this.lines += text.split('\n').length - 1;
  }

  get text(): string {
    return this.pieces.join('');
  }
}
