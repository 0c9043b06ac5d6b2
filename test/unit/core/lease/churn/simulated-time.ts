interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void | Promise<void>;
}

/** The true time, which no container knows. Whatever is due runs in its order, one after the other, as fast as it can. */
export class SimulatedTime {
  #nowMs = 1_700_000_000_000;
  #order = 0;
  /** A binary heap. */
  readonly #due: Due[] = [];

  get nowMs(): number {
    return this.#nowMs;
  }

  in(ms: number, run: Due["run"]): void {
    const due = { atMs: this.#nowMs + ms, order: this.#order++, run };
    let index = this.#due.push(due) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = this.#due[parent];
      if (above === undefined || !isBefore(due, above)) break;
      this.#due[index] = above;
      index = parent;
    }
    this.#due[index] = due;
  }

  /** Until nothing is due, or `isOver`. */
  async run(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const due = this.#first();
      if (due === undefined) return;
      this.#nowMs = due.atMs;
      await due.run();
    }
  }

  #first(): Due | undefined {
    const [first] = this.#due;
    const last = this.#due.pop();
    if (first === undefined || last === undefined || first === last) return first;
    let index = 0;
    for (;;) {
      const [left, right] = [this.#due[2 * index + 1], this.#due[2 * index + 2]];
      const child = right !== undefined && left !== undefined && isBefore(right, left) ? right : left;
      if (child === undefined || !isBefore(child, last)) break;
      this.#due[index] = child;
      index = 2 * index + (child === left ? 1 : 2);
    }
    this.#due[index] = last;
    return first;
  }
}

function isBefore(one: Due, other: Due): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}
