/** When the page has drawn what it was given. */

/** A window that isn't seen draws nothing: after so many milliseconds it goes on without. */
const UNSEEN = 250;

/** Where a page tells the time and when it has drawn. */
export interface Screen {
  now: () => number;
  /** Calls `then` with what drawing the next picture cost, in milliseconds. */
  drawn: (then: (cost: number) => void) => void;
}

export const screen: Screen = {
  now: () => performance.now(),
  drawn(then) {
    let due = true;
    const once = (cost: number) => {
      if (due) then(cost);
      due = false;
    };
    setTimeout(() => {
      once(0);
    }, UNSEEN);
    requestAnimationFrame(() => {
      const began = performance.now();
      const after = new MessageChannel();
      after.port1.onmessage = () => {
        after.port1.close();
        once(performance.now() - began);
      };
      after.port2.postMessage(null);
    });
  },
};
