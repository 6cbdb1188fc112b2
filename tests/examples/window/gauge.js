// What the page is measured with, put into it once: `gauge.begin()` and `gauge.end()`.
// A task shows by the delay of a timer that runs every few milliseconds, so two short ones in a
// row count as one: never too little.
window.gauge ??= (() => {
  const EVERY = 4;
  let late = [];
  let keys = [];
  let timer = 0;
  let due = 0;
  const painted = (then) => requestAnimationFrame(() => {
    const after = new MessageChannel();
    after.port1.onmessage = () => { then(performance.now()); };
    after.port2.postMessage(0);
  });
  const ping = () => {
    late.push(performance.now() - due);
    due = performance.now() + EVERY;
    timer = setTimeout(ping, EVERY);
  };
  const pressed = (event) => {
    const at = event.timeStamp;
    painted((now) => { keys.push(now - at); });
  };
  return {
    painted,
    begin() {
      late = [];
      keys = [];
      due = performance.now() + EVERY;
      timer = setTimeout(ping, EVERY);
      addEventListener('keydown', pressed, true);
    },
    end() {
      clearTimeout(timer);
      removeEventListener('keydown', pressed, true);
      return { late, keys };
    },
    /**
     * Notes when the end of a chat fills the screen after the next click, and when all of its last
     * page of so many messages does what it will.
     */
    opening(messages) {
      const old = document.querySelector('[role=log] article');
      let clicked = 0;
      let filled = false;
      window.openedIn = null;
      const opened = {};
      addEventListener('click', (event) => { clicked = event.timeStamp; }, { capture: true, once: true });
      const seen = new MutationObserver(() => {
        const log = document.querySelector('[role=log]');
        const all = log?.querySelectorAll('article') ?? [];
        if (all.length === 0 || old?.isConnected) return;
        if (!filled && log.scrollHeight > log.clientHeight) {
          filled = true;
          painted((now) => { opened.screen = now - clicked; });
        }
        if (all.length < messages) return;
        seen.disconnect();
        painted((now) => {
          opened.page = now - clicked;
          window.openedIn = opened;
        });
      });
      seen.observe(document.body, { subtree: true, childList: true });
    },
    /**
     * Others' way, at the end of the conversation: all of the answer again at each piece, given up
     * after `most` milliseconds.
     */
    rerender(pieces, every, most) {
      const markdown = window.markdownit({
        linkify: true,
        highlight: (code, language) =>
          window.hljs.getLanguage(language) ? window.hljs.highlight(code, { language }).value : '',
      });
      const log = document.querySelector('[role=log]');
      const place = log.firstElementChild.appendChild(document.createElement('article'));
      place.className = 'prose';
      let text = '';
      let next = 0;
      const began = performance.now();
      window.rerendered = null;
      const step = () => {
        // What has come meanwhile waits in a queue, as what a network brings does.
        if (next < pieces.length && performance.now() >= began + next * every) {
          text += pieces[next];
          next += 1;
          place.innerHTML = markdown.render(text);
          log.scrollTop = log.scrollHeight;
        }
        if (next < pieces.length && performance.now() < began + most) setTimeout(step, 0);
        else painted((now) => { window.rerendered = { took: now - began, shown: next }; place.remove(); });
      };
      step();
    },
  };
})();
