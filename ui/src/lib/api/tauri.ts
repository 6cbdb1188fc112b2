/** The desktop's transport: the only file that knows Tauri. */
import { Channel, invoke } from '@tauri-apps/api/core';
import type { ChatEvent } from './gen/types';
import { asFault } from './faults';
import { Line } from './line';
import { Pace } from './pace';
import type { Transport } from './transport';

let agreed: Promise<Line> | undefined;

function line(): Promise<Line> {
  agreed ??= Line.agree((page) => invoke('meet', page)).catch((error: unknown) => {
    agreed = undefined;
    throw error;
  });
  return agreed;
}

/** Agrees on keys before there is anything to say. A failure shows with the first command. */
export function meet(): void {
  line().catch(() => undefined);
}

/** What the first screen asks: shown to everybody at this computer, so it waits for no keys. */
const FIRST = new Set(['accounts', 'appearance', 'gate', 'me']);

export const tauri: Transport = {
  async call(name, request) {
    if (FIRST.has(name)) {
      const shown = await invoke<{ said: unknown } | null>('look', { name });
      if (shown) return shown.said;
    }
    const to = await line();
    const answer = await invoke<ArrayBuffer>('call', await to.seal({ name, request }));
    const said = (await to.open(new Uint8Array(answer))) as { Ok: unknown } | { Err: unknown };
    if ('Err' in said) throw said.Err;
    return said.Ok;
  },
  async listen(onEvent) {
    const from = await line();
    const channel = new Channel<string>();
    const failed = (error: unknown) => {
      void Promise.reject(asFault(error));
    };
    const pace = new Pace<ChatEvent>({ take: onEvent, weigh: markup, failed });
    // Opened one after the other, so that none overtakes another.
    let before = Promise.resolve();
    channel.onmessage = (sealed) => {
      const bytes = decoded(sealed);
      before = before
        .then(async () => {
          pace.add(...((await from.open(bytes)) as ChatEvent[]));
        })
        .catch(failed);
    };
    await invoke('listen', { channel });
  },
};

/** How much an event gives the page to draw, in characters. */
function markup(event: ChatEvent): number {
  if (event.event === 'block') return event.block.html.length;
  if (event.event !== 'tail' || event.tail === null) return 0;
  return 'html' in event.tail ? event.tail.html.length : event.tail.text.length;
}

/** Base64 as bytes, letter by letter only where the webview can't: the end of a long answer is half a megabyte. */
function decoded(base64: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> }).fromBase64;
  if (native) return native.call(Uint8Array, base64);
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/**
 * Tauri says a command again, another way, when its request is cut off. That is meant for a webview
 * that lets no request through at all; where one came through, only a page that is being replaced
 * has its requests cut off, and the core would do the command twice. So it hears nothing then.
 */
export function sayOnce(): void {
  const ask = window.fetch.bind(window);
  let comesThrough = false;
  window.fetch = async (...request) => {
    try {
      const answer = await ask(...request);
      comesThrough = true;
      return answer;
    } catch (error) {
      if (comesThrough) return new Promise(() => undefined);
      throw error;
    }
  };
}
