/** Questions that stop the person before something is lost: asked from anywhere, shown in one dialog. */
export interface Question {
  title: string;
  body: string;
  /** The button that goes on, named by what it does. */
  action: string;
  /** The other button, where "Cancel" would leave open what happens. */
  leave?: string;
  danger?: boolean;
}

class Questions {
  open = $state.raw<Question | null>(null);
  #answer: (yes: boolean) => void = () => undefined;

  ask(question: Question): Promise<boolean> {
    this.#answer(false);
    this.open = question;
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  answer(yes: boolean): void {
    this.open = null;
    this.#answer(yes);
    this.#answer = () => undefined;
  }
}

export const questions = new Questions();
