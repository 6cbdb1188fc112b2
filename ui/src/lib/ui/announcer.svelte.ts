/** What a screen reader is told once, politely, besides what it reads by itself. */
class Announcer {
  text = $state('');

  say(text: string): void {
    // The same words twice are read twice only if the region changes.
    this.text = this.text === text ? `${text}\u00a0` : text;
  }
}

export const announcer = new Announcer();
