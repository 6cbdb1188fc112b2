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
