/** Wakes whoever waits for something to have changed; they look again themselves. */
export class ChangeSignal {
  #waiting: (() => void)[] = [];

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  tell(): void {
    const told = this.#waiting;
    this.#waiting = [];
    for (const wake of told) wake();
  }
}
