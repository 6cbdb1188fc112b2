/** The desktop's transport: the only file that knows Tauri. */
import { Channel, invoke } from '@tauri-apps/api/core';
import type { ChatEvent } from './gen/types';
import { asFault } from './faults';
import { Line } from './line';
import type { Transport } from './transport';

let agreed: Promise<Line> | undefined;

function line(): Promise<Line> {
  agreed ??= Line.agree((page) => invoke('meet', page)).catch((error: unknown) => {
    agreed = undefined;
    throw error;
  });
  return agreed;
}

export const tauri: Transport = {
  async call(name, request) {
    const to = await line();
    const answer = await invoke<ArrayBuffer>('call', await to.seal({ name, request }));
    const said = (await to.open(new Uint8Array(answer))) as { Ok: unknown } | { Err: unknown };
    if ('Err' in said) throw said.Err;
    return said.Ok;
  },
  async listen(onEvent) {
    const from = await line();
    const channel = new Channel<string>();
    // Opened one after the other, so that none overtakes another; one that fails holds none up.
    let before = Promise.resolve();
    channel.onmessage = (sealed) => {
      const bytes = Uint8Array.from(atob(sealed), (letter) => letter.charCodeAt(0));
      before = before
        .then(async () => {
          onEvent((await from.open(bytes)) as ChatEvent);
        })
        .catch((error: unknown) => {
          void Promise.reject(asFault(error));
        });
    };
    await invoke('listen', { channel });
  },
};

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
