import { asFault, type LocalServer } from '../lib/api';
import { toasts } from '../lib/ui/toasts.svelte';
import type { Models } from './models.svelte';
import { here } from './words';

/** Sets a server of this computer up, makes it the default, and says what came of it. */
export async function useServer(models: Models, server: LocalServer): Promise<void> {
  try {
    const result = await models.use(server);
    if (result?.outcome === 'fails') toasts.fault(here(result.problem.message));
    else toasts.note(`${server.name} is the default now.`);
  } catch (error) {
    toasts.fault(asFault(error).message);
  }
}
