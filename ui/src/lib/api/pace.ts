/**
 * Hands events on in the pace of the screen. What comes while one picture is drawn is shown with the
 * next, as much of it as can be drawn quickly; then the page rests six times as long as it worked.
 * So keys and clicks come through on a slow computer too, and however fast an answer arrives.
 */

import { screen, type Screen } from './screen';

/** What a picture may cost, in milliseconds. */
const COST = 16;
/** The least and the most that is handed on for one picture, in characters of markup. */
const LEAST = 2_000;
const MOST = 64_000;
/** How many times as long as it worked the page rests. */
const RESTING = 6;
/** The shortest time from one picture to the next, in milliseconds: nobody reads faster. */
const SOONEST = 48;
/** The longest rest, in milliseconds. */
const REST = 120;

/** Who hears the events. */
export interface Hearer<T> {
  take: (event: T) => void;
  /** How much an event gives the page to draw, in characters of markup. */
  weigh: (event: T) => number;
  /** An event that can't be taken holds none up. */
  failed: (error: unknown) => void;
}

export class Pace<T> {
  readonly #hearer: Hearer<T>;
  readonly #screen: Screen;
  #waiting: T[] = [];
  #most = 16_000;
  #busy = false;

  constructor(hearer: Hearer<T>, on: Screen = screen) {
    this.#hearer = hearer;
    this.#screen = on;
  }

  /** Takes events at once where the page is at rest, else with the next picture. */
  add(...events: T[]): void {
    this.#waiting.push(...events);
    if (!this.#busy) this.#hand();
  }

  #hand = (): void => {
    this.#busy = this.#waiting.length > 0;
    if (!this.#busy) return;
    const began = this.#screen.now();
    let count = 0;
    let weight = 0;
    for (const event of this.#waiting) {
      weight += this.#hearer.weigh(event);
      if (count > 0 && weight > this.#most) break;
      count += 1;
    }
    for (const event of this.#waiting.splice(0, count)) {
      try {
        this.#hearer.take(event);
      } catch (error) {
        this.#hearer.failed(error);
      }
    }
    // Behind the microtask in which the elements come to be.
    void Promise.resolve().then(() => {
      const made = this.#screen.now() - began;
      this.#screen.drawn((drawing) => {
        this.#rest(made + drawing);
      });
    });
  };

  #rest(cost: number): void {
    if (cost > COST) this.#most = Math.max(LEAST, this.#most / 2);
    else if (cost < COST / 2) this.#most = Math.min(MOST, this.#most * 2);
    setTimeout(this.#hand, Math.min(Math.max(cost * RESTING, SOONEST - cost), REST));
  }
}
