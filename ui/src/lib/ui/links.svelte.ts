/** Addresses that lead out of the program: shown whole before anything is opened. */
class Links {
  asked = $state.raw<string | null>(null);

  ask(url: string): void {
    this.asked = url;
  }

  close(): void {
    this.asked = null;
  }

  /** For a container of rendered text: a click on a link in it asks first. */
  intercept = (event: MouseEvent): void => {
    const target = event.target instanceof Element ? event.target.closest('a[href]') : null;
    if (!target) return;
    event.preventDefault();
    if (event.button < 2) this.ask(target.getAttribute('href') ?? '');
  };
}

export const links = new Links();
