/** Which screen the signed-in person looks at, and whether the sidebar is there. */
import type { ContextId } from '../lib/api';
import { mayLeave } from '../lib/ui/leaving';

export type Screen = 'chat' | 'contexts' | 'profile' | 'settings';

/** Below this width the sidebar lies over the screen instead of beside it. */
export const NARROW = '(max-width: 1099px)';

export class Route {
  screen = $state<Screen>('chat');
  /** Which context its editor opens with. */
  context = $state<ContextId | 'new' | null>(null);
  /** Which section of the settings is shown. */
  section = $state('models');
  narrow = $state(false);
  #wide = $state(true);
  #over = $state(false);

  get sidebar(): boolean {
    return this.narrow ? this.#over : this.#wide;
  }

  toggleSidebar = (): void => {
    if (this.narrow) this.#over = !this.#over;
    else this.#wide = !this.#wide;
  };

  /** A sidebar that lies over the screen goes once something was chosen in it. */
  closeOverlay = (): void => {
    this.#over = false;
  };

  /** Goes to a screen unless the form on this one holds the person back. */
  async go(screen: Screen, context: ContextId | 'new' | null = null): Promise<boolean> {
    this.closeOverlay();
    if (screen === this.screen && context === this.context) return true;
    if (!(await mayLeave())) return false;
    this.screen = screen;
    this.context = context;
    return true;
  }

  async goToSettings(section: string): Promise<void> {
    if (await this.go('settings')) this.section = section;
  }

  /** Follows the window's width. */
  watch = (): (() => void) => {
    const query = window.matchMedia(NARROW);
    const changed = () => {
      this.narrow = query.matches;
      this.#over = false;
    };
    changed();
    query.addEventListener('change', changed);
    return () => {
      query.removeEventListener('change', changed);
    };
  };
}
