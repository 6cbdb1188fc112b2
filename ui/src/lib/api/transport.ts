/**
 * The one way out of the window. The desktop installs Tauri's transport at start, tests and the
 * development page install a scripted one; nothing else knows which of them answers.
 */
import type { ChatEvent, Commands } from './gen/types';
import { asFault } from './faults';

export interface Transport {
  call(name: string, request: unknown): Promise<unknown>;
  /** Streams the signed-in person's events until they sign out. */
  listen(onEvent: (event: ChatEvent) => void): Promise<void>;
}

let installed: Transport | undefined;
let leaving = false;
let whenSignedOut: () => void = () => undefined;

export function install(transport: Transport): void {
  installed = transport;
}

/** Called whenever a command is refused because the session is over. */
export function onSignedOut(handler: () => void): void {
  whenSignedOut = handler;
}

/** The page goes away: what is still on its way fails for that reason, and nobody is told. */
export function leavePage(): void {
  leaving = true;
}

function transport(): Transport {
  if (!installed) throw new Error('no transport is installed');
  return installed;
}

/** Runs one command of the table. Rejects with an `ApiError`, whatever went wrong. */
export async function call<K extends keyof Commands>(
  name: K,
  request: Commands[K]['request'],
): Promise<Commands[K]['response']> {
  try {
    return (await transport().call(name, request)) as Commands[K]['response'];
  } catch (error) {
    if (leaving) return new Promise(() => undefined);
    const fault = asFault(error);
    if (fault.code === 'signed_out') whenSignedOut();
    throw fault;
  }
}

/** Hears the events of whoever is signed in. The returned function stops hearing them. */
export function listen(onEvent: (event: ChatEvent) => void): () => void {
  let hearing = true;
  transport()
    .listen((event) => {
      if (hearing) onEvent(event);
    })
    .catch((error: unknown) => {
      if (hearing && !leaving && asFault(error).code === 'signed_out') whenSignedOut();
    });
  return () => {
    hearing = false;
  };
}
