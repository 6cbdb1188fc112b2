/** The desktop's transport: the only file that knows Tauri. */
import { Channel, invoke } from '@tauri-apps/api/core';
import type { ChatEvent } from './gen/types';
import type { Transport } from './transport';

export const tauri: Transport = {
  call: (name, request) => invoke('call', { name, request }),
  async listen(onEvent) {
    const channel = new Channel<ChatEvent>();
    channel.onmessage = onEvent;
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
